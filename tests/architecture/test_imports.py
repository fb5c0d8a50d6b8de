from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def contract(name: str) -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (modules,) = (c["modules"] for c in contracts if c["name"] == name)
    return set(modules)


def modules_with_an_aggregate() -> set[str]:
    found = set()
    for file in sorted((ROOT / "domain").glob("*.py")):
        classes = (
            n for n in ast.parse(file.read_text("utf-8")).body if isinstance(n, ast.ClassDef)
        )
        if any(getattr(base, "id", "") == "CareAggregate" for c in classes for base in c.bases):
            found.add(f"domain.{file.stem}")
    return found


def imported_modules(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_imports_point_down() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checked = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_aggregate_is_kept_apart_from_the_others() -> None:
    assert contract("Aggregates refer to one another by id only") == modules_with_an_aggregate()


def test_the_domain_never_uses_the_recorder_of_the_library() -> None:
    found = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "domain").rglob("*.py")
        if "eventsourcing.postgres" in file.read_text(encoding="utf-8")
    }

    assert found == set()


def test_a_read_model_never_reads_another() -> None:
    folders = [folder.parent for folder in (ROOT / "projections").glob("*/__init__.py")]
    borrowed = {
        f"{file.relative_to(ROOT)} imports {module}"
        for folder in folders
        for file in folder.rglob("*.py")
        for module in imported_modules(file)
        for other in folders
        if other != folder and f"{module}.".startswith(f"projections.{other.name}.")
    }

    assert borrowed == set()
