from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = ["requirements.in", "requirements-dev.in", "requirements-data.in"]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-data.txt"]


def names(file: str) -> set[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z0-9_.-]*)", text, flags=re.MULTILINE))


def test_every_dependency_is_explained_and_none_that_is_gone() -> None:
    wanted = set().union(*(names(file) for file in LISTS))
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([^`]+)`", page, flags=re.MULTILINE))

    assert explained == wanted


@pytest.mark.parametrize(("listed", "locked"), list(zip(LISTS, LOCKS, strict=True)))
def test_every_dependency_is_locked(listed: str, locked: str) -> None:
    assert names(listed) <= names(locked)


@pytest.mark.parametrize(("listed", "locked"), list(zip(LISTS, LOCKS, strict=True)))
def test_a_lock_keeps_extras(listed: str, locked: str) -> None:
    # Without them pip looks for `coverage[toml]` anew, and finds a release that nobody has locked.
    def extras(file: str) -> set[str]:
        text = (ROOT / file).read_text(encoding="utf-8").replace(", ", ",")
        return set(re.findall(r"^([a-z0-9_.-]+\[[a-z,]+\])", text, flags=re.MULTILINE))

    assert extras(listed) <= extras(locked)


@pytest.mark.parametrize("file", LISTS + LOCKS)
def test_no_lock_says_where_packages_come_from(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    assert not re.findall(r"://|^\s*--(?!hash=)|@ file|/home/|/opt/", text, flags=re.MULTILINE)


def test_what_runs_has_the_same_version_in_both_locks() -> None:
    def versions(file: str) -> dict[str, str]:
        text = (ROOT / file).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9.-]+)(?:\[.*\])?==(\S+)", text, flags=re.MULTILINE))

    runs = versions("requirements.txt")
    checks = versions("requirements-dev.txt")

    assert runs == {name: checks.get(name) for name in runs}
