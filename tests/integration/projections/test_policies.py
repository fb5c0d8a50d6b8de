from __future__ import annotations

import pytest

from domain import commands
from domain.policies.book import PolicyKind
from projections.policies.projection import PoliciesProjection
from projections.policies.queries import PolicyQueries
from tests.support.care import SYSTEM, Company


@pytest.fixture
def policies(company: Company) -> PolicyQueries:
    company.project(PoliciesProjection)
    return PolicyQueries(company.database)


def test_every_policy_is_in_force_from_the_installation_on(
    company: Company, policies: PolicyQueries
) -> None:
    current = policies.current()

    assert set(current) == set(PolicyKind)
    for kind, version in current.items():
        assert (version.kind, version.version) == (kind, 1)
        assert version.content == company.log.get(kind.stream_id).content
        assert (version.adopted_by, version.why) == (SYSTEM.name, "")


def test_an_amended_policy_keeps_its_older_versions(
    company: Company, policies: PolicyQueries
) -> None:
    was_adopted_at = company.now
    before = policies.current()[PolicyKind.CADENCE].content
    days = {**before["interval_days"], "C": 20}
    company.wait(days=30)
    company.does(
        commands.AmendPolicy(kind=PolicyKind.CADENCE, content={**before, "interval_days": days}),
        why="旺季",
    )
    company.project(PoliciesProjection)
    newest, oldest = policies.versions(PolicyKind.CADENCE)

    assert (newest.version, newest.adopted_at, newest.why) == (2, company.now, "旺季")
    assert newest.content["interval_days"]["C"] == 20
    assert (oldest.version, oldest.adopted_at, oldest.content) == (1, was_adopted_at, before)
    assert policies.current()[PolicyKind.CADENCE] == newest
    assert policies.current()[PolicyKind.SLA].version == 1


def test_anew_built_policies_equal_those_that_followed(
    company: Company, policies: PolicyQueries
) -> None:
    followed = [policies.versions(kind) for kind in PolicyKind]
    company.rebuild(PoliciesProjection)

    assert [policies.versions(kind) for kind in PolicyKind] == followed
