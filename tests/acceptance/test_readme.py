"""Whoever follows the README sees what it promises, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from tests.support.pages import Step, follow, steps_of
from tests.support.programs import ROOT
from tests.support.services import a_free_port, a_service, a_shell

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

ENGLISH = ("README.md", "Five minutes of curl", "On the command line")
CHINESE = ("README.zh-CN.md", "五分钟上手", "命令行")


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=lambda page: page[0])
def test_every_command_of_the_readme_does_what_it_says(
    page: tuple[str, ...], server_folder: Path, tmp_path: Path
) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "客户.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["客户名称", "手机"])
        sheet.write_row(1, 0, ["周明", "13600136000"])
    with (
        a_service(server_folder, a_free_port()) as service,
        a_shell(service, tmp_path) as shell,
    ):
        given = {
            "kezhi_...": service.logins()["rep"],
            "http://127.0.0.1:8000": service.address,
            "export KEZHI_DATA=.kezhi": "",
            ".venv/bin/kezhi": "kezhi",
        }
        answers = follow(shell, steps_of(ROOT / page[0], *page[1:]), given)

    assert '"topic":"customer.created"' in "".join(answers)
    assert "Traceback" not in "".join(answers)


def test_both_languages_show_the_same_requests() -> None:
    english, chinese = (
        requests(steps_of(ROOT / name, first)) for name, first, _ in (ENGLISH, CHINESE)
    )

    assert chinese == english


def requests(steps: list[Step]) -> list[str]:
    """Return the requests of a page without their language and remarks."""
    lines = "\n".join(step.commands for step in steps).replace('-H "Accept-Language: zh-CN" ', "")
    return [line.partition("  #")[0].rstrip() for line in lines.splitlines() if line.strip()]
