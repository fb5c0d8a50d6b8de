"""Whoever follows the tutorial sees what it promises, from an empty store to the last command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.pages import Shell, Step, assert_printed, steps_of
from tests.support.programs import ROOT
from tests.support.services import a_free_port, a_service, a_shell

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

TUTORIAL = ROOT / "docs" / "tutorial.md"


def test_every_command_of_the_tutorial_does_what_it_says(
    server_folder: Path, tmp_path: Path
) -> None:
    steps = steps_of(TUTORIAL)
    with (
        a_service(server_folder, a_free_port(), "--no-demo") as service,
        a_shell(service, tmp_path) as shell,
    ):
        printed = ""
        for step in steps:
            printed = followed(shell, step, printed, service.address)

    assert len(steps) > 20


def followed(shell: Shell, step: Step, before: str, address: str) -> str:
    """Run a step, with what was printed before it in place of what the page leaves open."""
    commands = step.commands.replace("http://127.0.0.1:8000", address)
    for placeholder, pattern in (
        ("kezhi_...", r"kezhi_[\w-]{43}"),
        ("01a2037c-...", r'(?<="customer_id":")[0-9a-f-]{36}'),
    ):
        if placeholder in commands:
            commands = commands.replace(placeholder, re.findall(pattern, before)[0])
    printed = shell.run(commands)
    for promised in step.printed:
        assert_printed(promised, printed)
    return printed
