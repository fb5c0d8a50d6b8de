"""Pages that people follow word by word: their commands are run and what they promise is compared.

A block fenced as `console` holds commands. A block fenced as `json` or `text` right behind it is
what they print, where `…` stands for anything and every day, instant, id and token for any other.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.support.waiting import eventually

_FENCE = re.compile(r"^```(console|json|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SECTION = re.compile(r"^## ", re.MULTILINE)
_ANY = "…"
_CHANGING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d(?: ?\d\d:\d\d)?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|kezhi_[\w-]{43}"
)
_ANYTHING_LIKE_IT = (
    r"(?:\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d(?:\d\d:\d\d)?"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|kezhi_[\w-]{43})"
)
PATIENCE = 15.0
"""Seconds until a list shows what was written, however busy the machine is."""

END = "--the-end-of-this-block--"


@dataclass
class Step:
    """A block of commands and what the page says that they print, if it says so."""

    commands: str
    printed: list[str] = field(default_factory=list)


def steps_of(page: Path, *sections: str) -> list[Step]:
    """Return the steps of a page, or those of the sections whose titles are given."""
    text = page.read_text("utf-8")
    if sections:
        parts = _SECTION.split(text)
        text = "\n".join(part for part in parts if part.splitlines()[0] in sections)
    steps: list[Step] = []
    for kind, content in _FENCE.findall(text):
        if kind == "console":
            steps.append(Step(content))
        else:
            steps[-1].printed.append(content)
    return steps


def assert_printed(promised: str, printed: str) -> None:
    """Fail unless `printed` contains what a page has promised, blanks and changing values aside."""
    wanted = "".join(promised.split())
    pattern = ".*".join(
        _ANYTHING_LIKE_IT.join(re.escape(piece) for piece in _CHANGING.split(part))
        for part in wanted.split(_ANY)
    )
    found = re.search(pattern, "".join(printed.split()), re.DOTALL)
    assert found, f"promised:\n{promised}\nprinted:\n{printed}"


class Shell:
    """One bash for a whole page, as somebody has it open who follows it."""

    def __init__(self, folder: Path, environment: dict[str, str], prelude: str) -> None:
        self._bash = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.run(prelude)

    def run(self, commands: str) -> str:
        """Run commands and return all that they print."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{commands}\necho {END}\n")
        self._bash.stdin.flush()
        printed: list[str] = []
        for line in self._bash.stdout:
            if line.endswith(f"{END}\n"):
                return "".join([*printed, line.removesuffix(f"{END}\n")])
            printed.append(line)
        raise AssertionError("".join(["the shell has ended:\n", *printed]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bash.kill()
        with self._bash:
            pass


def follow(shell: Shell, steps: list[Step], given: dict[str, str]) -> list[str]:
    """Run the steps one after the other, compare, and return what each has printed.

    `given` says what stands for a placeholder of the page, such as a token that ends in `...`;
    `01a2037c-...` is the id that was printed last.
    """
    answers: list[str] = []
    for step in steps:
        commands = step.commands
        for placeholder, value in given.items():
            commands = commands.replace(placeholder, value)
        if "01a2037c-..." in commands:
            commands = commands.replace("01a2037c-...", _last_id(answers))
        answers.append(_at_a_persons_pace(shell, commands, step.printed))
    return answers


def _at_a_persons_pace(shell: Shell, commands: str, promises: list[str]) -> str:
    """Run a block until it prints what is promised: a list may follow a write by a moment.

    Repeating is harmless, for every request of a page that writes has an Idempotency-Key.
    """

    def answer() -> list[str]:
        printed = shell.run(commands)
        for promised in promises:
            assert_printed(promised, printed)
        return [printed]

    return eventually(answer, within=PATIENCE)[0]


def _last_id(answers: list[str]) -> str:
    for answer in reversed(answers):
        if match := re.search(r'"id":"([0-9a-f-]{36})"', answer):
            return match[1]
    raise AssertionError("no id was printed yet")
