"""The verifier stands alone: it is handed to people who have nothing else of ours."""

from __future__ import annotations

import ast
import sys

from domain.audit.one_file import one_file
from tests.architecture.test_source import imported_names, sources


def test_it_imports_nothing_of_ours_and_nothing_of_others_but_cryptography() -> None:
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else name
        for _, text in sources("domain/audit")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in imported_names(node)
    }
    known = {*sys.stdlib_module_names, "cryptography"}

    assert {
        name
        for name in imported
        if name and name.split(".")[0] not in known and not name.startswith("domain.audit")
    } == set()


def test_the_one_file_is_the_same_whenever_it_is_made() -> None:
    assert one_file() == one_file()
