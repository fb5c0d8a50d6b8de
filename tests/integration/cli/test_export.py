from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_what_is_exported_is_known_by_an_import_and_in_the_history(line: CommandLine) -> None:
    sheet = line.folder / "in.csv"
    sheet.write_text("客户名称,手机,等级\n出口甲,13511112222,A\n出口乙,13511113333,B\n", "utf-8")
    assert line("import", "customers", sheet).code == 0
    out = line.folder / "out.xlsx"

    assert line("export", out, "--grade", "A", "--why", "年终拜访", language="zh").code == 0

    told = line("--json", "import", "customers", out, "--dry-run", "--skip-unknown").json
    assert (told["rows"], told["duplicate"]) == (1, 1)
    history = line("history", "出口甲", language="zh").shown
    assert "导出" in history
    assert "导出" not in line("history", "出口乙", language="zh").shown


def test_an_export_needs_a_reason_and_a_kind_of_file(line: CommandLine) -> None:
    assert line("export", line.folder / "out.csv").code == 2
    assert line("export", line.folder / "out.pdf", "--why", "x").code == 2
    assert not (line.folder / "out.csv").exists()
