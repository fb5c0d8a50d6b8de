from __future__ import annotations

import click
import pytest

from api.cli.main import kezhi
from tests.integration.cli.conftest import CommandLine


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("words", commands(kezhi), ids=" ".join)
def test_every_command_explains_itself_in_a_few_lines(
    line: CommandLine, words: tuple[str, ...]
) -> None:
    answer = line(*words, "-h")

    assert answer.code == 0
    assert answer.shown.startswith(f"Usage: kezhi {' '.join(words)}")
    assert len(answer.lines) > 3
    assert max(map(len, answer.lines)) <= 80


def test_a_command_there_is_not_is_a_misuse(line: CommandLine) -> None:
    assert line("dance").code == 2
