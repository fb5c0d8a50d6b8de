"""docs/settings.md and docs/cli.md, written from the code: `python -m tests.support.references`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from api.all_settings import LAYERS, explained
from api.cli.main import kezhi

DOCS = Path(__file__).parents[2] / "docs"

SETTINGS = """\
# Settings

Every variable that Kezhi reads. Written from the code by `python -m tests.support.references`; a
test compares the two.

Variables that are empty count as unset. One that begins with `KEZHI_` and does not stand here is
refused by every command, because it is misspelt. `kezhi config` prints what is in force, without
secrets; `kezhi config --check` only judges it and ends with exit code 2 if something is wrong.
"""

CLI = """\
# Command line

Every command with its options. Written from the code by `python -m tests.support.references`; a
test compares the two. `kezhi COMMAND -h` shows the same.

| Exit code | Means |
|---|---|
| 0 | done |
| 1 | refused, for the reason on standard error; of an import: a row failed |
| 2 | misused: an option, a setting or a file that cannot be used |
| 3 | a server is away or did not answer in time |
| 130 | interrupted by Ctrl-C |

With `--json` the answer, or the refusal, is one JSON document on standard output. Sentences, logs
and progress bars are on standard error; a progress bar is shown to a terminal only.
"""

TITLES = {
    "store": "Event store",
    "http": "HTTP",
    "queue": "Queue",
    "work": "Background work",
    "channels": "Channels",
    "holders": "Who holds checkpoints",
}


def settings_page() -> str:
    """Return the page about settings."""
    return SETTINGS + "\n" + "\n".join(_layers())


def cli_page() -> str:
    """Return the page about the command line."""
    return CLI + "\n" + "\n".join(_commands(kezhi, "kezhi"))


def _layers() -> Iterator[str]:
    for name, layer in LAYERS.items():
        summary = (inspect.getdoc(layer) or "").splitlines()[0]
        yield f"## {TITLES[name]}\n\n{summary}\n"
        yield "| Variable | Meaning |\n|---|---|"
        for variable, words in explained(layer).items():
            yield f"| `{variable}` | {words[0].upper()}{words[1:].replace('|', chr(92) + '|')} |"
        yield ""


def _commands(command: click.Command, path: str) -> Iterator[str]:
    with click.Context(command, info_name=path, **LAYOUT) as context:
        yield f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from _commands(inner, f"{path} {name}")


LAYOUT: dict[str, Any] = {
    **kezhi.context_settings,
    "terminal_width": 80,
    "max_content_width": 80,
}

PAGES = {"settings.md": settings_page, "cli.md": cli_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
