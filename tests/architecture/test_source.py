from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ["domain", "projections", "workers", "api"]
ENTRY_POINTS = ("api/cli/", "api/wsgi.py", "workers/main.py")
CLOCKS = {f"{clock}.{ask}" for clock in ("datetime", "date") for ask in ("now", "utcnow", "today")}
CHANCE = {"uuid1", "uuid4", "uuid6", "uuid7"}


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def asks_for_time_or_chance(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return (
            any(called.endswith(clock) for clock in CLOCKS)
            or called == "time.time"
            or called.rpartition(".")[2] in CHANCE
        )
    return bool({"random", "secrets"}.intersection(imported_names(node)))


def reads_the_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}
    return isinstance(node, ast.ImportFrom) and bool(
        node.module == "os" and {"environ", "getenv"}.intersection(imported_names(node))
    )


def places(ask: Callable[[ast.AST], bool], *folders: str) -> set[str]:
    return {
        f"{file}:{getattr(node, 'lineno', 0)}"
        for file, text in sources(*folders)
        for node in ast.walk(ast.parse(text))
        if ask(node)
    }


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(alias.name for alias in node.names)]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {file: text.count("\n") for file, text in sources(*PACKAGES, "tests")}

    assert {file: lines for file, lines in lengths.items() if lines > 400} == {}


def test_no_two_things_share_a_lock_of_the_database() -> None:
    """One that is held for long would keep the other waiting."""
    numbers = [n for _, text in sources(*PACKAGES) for n in re.findall(r"LOCK = (0x\w+)", text)]

    assert len(numbers) == len(set(numbers))


def test_packages_say_what_they_are_for_and_do_nothing_when_imported() -> None:
    wrong = []
    for file, text in sources(*PACKAGES):
        if file.endswith("/__init__.py") and not file.startswith("api/cli/"):
            body = ast.parse(text).body
            only_a_docstring = len(body) == 1 and ast.get_docstring(ast.parse(text))
            if not only_a_docstring:
                wrong.append(file)

    assert wrong == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {(ROOT / file).parent for file, _ in sources(*PACKAGES)}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_domain_asks_nobody_for_the_time_or_for_chance() -> None:
    asked = places(asks_for_time_or_chance, "domain")

    assert {place for place in asked if not place.startswith("domain/ids.py:")} == set()


def test_only_entry_points_read_the_environment() -> None:
    read = places(reads_the_environment, *PACKAGES)

    assert {place for place in read if not place.startswith(ENTRY_POINTS)} == set()
