"""Whoever follows the page for auditors sees what it promises, in either language."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import follow, steps_of
from tests.support.programs import ROOT
from tests.support.services import COMMAND, a_free_port, a_service, a_shell
from tests.support.waiting import eventually

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


@pytest.mark.parametrize("page", ["audit.md", "audit.zh-CN.md"])
def test_every_command_of_the_page_for_auditors_does_what_it_says(
    page: str, server_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "customers.csv").write_text(
        "客户名称,公司名称,手机\n林小红,杭州西湖茶业有限公司,13905712024\n", encoding="utf-8"
    )
    subprocess.run(
        [*COMMAND, "import", "customers", str(tmp_path / "customers.csv")],
        cwd=ROOT,
        env={"PATH": os.defpath, "KEZHI_DATA": str(server_folder)},
        check=True,
        capture_output=True,
    )
    with (
        a_service(server_folder, a_free_port(), "--no-demo") as service,
        a_shell(service, tmp_path) as shell,
    ):
        notes = server_folder / "checkpoints.txt"
        eventually(notes.exists)
        for whose in ("one", "the-other"):
            (tmp_path / f"checkpoints-of-{whose}.txt").write_text(notes.read_text())
        shell.run(f"export HOME={shlex.quote(str(tmp_path))}")
        given = {"python3": shlex.quote(sys.executable)}
        answers = follow(shell, steps_of(ROOT / "docs" / page), given)

    assert "Traceback" not in "".join(answers)


def test_both_pages_show_the_same_commands() -> None:
    english, chinese = (
        [step.commands for step in steps_of(ROOT / "docs" / name)]
        for name in ("audit.md", "audit.zh-CN.md")
    )

    assert [plain(commands) for commands in english] == [plain(commands) for commands in chinese]


def plain(commands: str) -> str:
    """Return commands without what a person would say in his own language."""
    return commands.replace("季度审计", "quarterly audit").replace("language zh", "language en")
