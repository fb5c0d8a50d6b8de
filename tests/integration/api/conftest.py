from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.care import Original
from tests.support.evidence import Audit, an_audit
from tests.support.http import Caller, Front, a_front


@pytest.fixture
def front(at_work: str, original: Original) -> Iterator[Front]:
    """The HTTP front of a company at work."""
    with a_front(at_work, original) as front:
        yield front


@pytest.fixture
def chen(front: Front) -> Caller:
    """Chen, a rep with scope own."""
    return front.caller(front.company.chen)


@pytest.fixture
def li(front: Front) -> Caller:
    """Li, another rep of the same team."""
    return front.caller(front.company.li)


@pytest.fixture
def zhao(front: Front) -> Caller:
    """Zhao, who manages the team of both."""
    return front.caller(front.company.zhao)


@pytest.fixture
def audit(front: Front, tmp_path: Path) -> Iterator[Audit]:
    """A company with an auditor, of whose log nothing is signed yet."""
    with an_audit(front, tmp_path) as audit:
        yield audit


@pytest.fixture
def signed(audit: Audit) -> Audit:
    """The same with everything signed."""
    audit.sign()
    return audit
