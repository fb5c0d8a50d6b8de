from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.support.audits import AuditedLog, an_audited_log


@pytest.fixture
def audited(database: str, tmp_path: Path) -> Iterator[AuditedLog]:
    """A log of some events, of which all but the last few are signed."""
    with an_audited_log(database, tmp_path) as audited:
        audited.grow(Random(1))
        audited.sign()
        audited.grow(Random(2))
        audited.sign()
        audited.grow(Random(3), saves=2)
        yield audited
