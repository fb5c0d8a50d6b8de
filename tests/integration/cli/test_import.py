from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from projections.projector import LEADER_LOCK
from tests.integration.cli.conftest import CommandLine
from tests.support.programs import ROOT
from tests.support.waiting import eventually

MANY = 6_000


def a_sheet(line: CommandLine, name: str, *rows: str, header: str = "客户名称,手机,等级") -> Path:
    path = line.folder / name
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def events(line: CommandLine) -> int:
    with psycopg.connect(line.settings["KEZHI_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM eventlog.event").fetchone()
    return int(row[0]) if row else 0


def test_a_dry_run_tells_what_would_become_of_each_row(line: CommandLine) -> None:
    sheet = a_sheet(line, "dry.csv", "甲,13500000001,A", "乙,13500000001,B", "丙,12,C")
    before = events(line)

    answer = line("--json", "import", "customers", sheet, "--dry-run")

    assert answer.code == 1
    told = answer.json
    assert (told["rows"], told["new"], told["duplicate"], told["invalid"]) == (3, 1, 1, 1)
    assert events(line) == before


def test_the_error_file_is_mended_and_fed_again(line: CommandLine) -> None:
    sheet = a_sheet(line, "faulty.csv", "丁,13500000002,A", "戊,13500000003,Z", "己,123,B")

    first = line("--json", "import", "customers", sheet, language="zh")
    errors = Path(first.json["error_file"])
    text = errors.read_text("utf-8-sig")
    assert "等级" in text
    assert "不是电话号码" in text
    errors.write_text(text.replace('"Z"', '"C"').replace('"123"', '"13500000004"'), "utf-8")
    second = line("--json", "import", "customers", errors)

    assert (first.code, first.json["new"], first.json["invalid"]) == (1, 1, 2)
    assert (second.code, second.json["new"]) == (0, 2)


def test_an_error_file_somebody_may_be_mending_is_never_written_over(line: CommandLine) -> None:
    sheet = a_sheet(line, "twice.csv", "庚,123,A")

    files = [line("--json", "import", "customers", sheet).json["error_file"] for _ in range(2)]

    assert [Path(file).name for file in files] == ["twice.errors.csv", "twice.errors-2.csv"]


def test_rows_that_fail_stand_in_the_error_file_in_their_order(line: CommandLine) -> None:
    rows = [f"路人{n},{'12' if n % 400 == 0 else f'1340000{n:04d}'},A" for n in range(1, 1_101)]
    rows[450] = "撞单,13400000001,A"

    answer = line("--json", "import", "customers", a_sheet(line, "long.csv", *rows))

    failed = Path(answer.json["error_file"]).read_text("utf-8-sig").splitlines()[1:]
    assert [row.split(",")[0].strip('"') for row in failed] == ["路人400", "撞单", "路人800"]


def test_a_column_may_be_named_and_a_field_set_for_all_rows(line: CommandLine) -> None:
    a_sheet(line, "named.csv")
    sheet = a_sheet(line, "named.csv", "辛,13500000005", header="谁,怎么找")

    told = line.json("import", "customers", sheet, "--map", "谁=name", "--map", "怎么找=phones",
                     "--set", "owner=wang", "--set", "tags=展会")  # fmt: skip

    assert told["new"] == 1
    assert line.json("history", "13500000005", by="wang")


def test_a_column_nobody_understands_is_never_lost_in_silence(line: CommandLine) -> None:
    sheet = a_sheet(line, "odd.csv", "子,13500000006,白羊", header="客户名称,找他的号码,星座")
    before = events(line)

    tried = line("--json", "import", "customers", sheet, "--dry-run")
    refused = line("import", "customers", sheet, language="zh")
    told = line.json("import", "customers", sheet, "--map", "找他的号码=phones", "--skip-unknown")

    assert tried.json["columns_not_understood"] == ["找他的号码", "星座"]
    assert refused.code == 2
    assert "找他的号码、星座" in refused.told
    assert (told["new"], told["columns_not_understood"]) == (1, ["星座"])
    assert events(line) == before + 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 nothing to read", "not a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        (b"colour,taste\nred,sweet\n", "header"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_as_a_whole(
    line: CommandLine, content: bytes, said: str
) -> None:
    path = line.folder / "strange.bin"
    path.write_bytes(content)

    answer = line("import", "customers", path)

    assert answer.code == 2
    assert said in answer.told.casefold()


def test_a_field_there_is_not_is_refused_before_anything_is_read(line: CommandLine) -> None:
    answer = line("import", "customers", a_sheet(line, "x.csv", "壬,,"), "--set", "colour=red")

    assert answer.code == 2
    assert "colour" in answer.told


def test_an_import_waits_for_no_list_but_that_of_the_people(line: CommandLine) -> None:
    customers = a_sheet(line, "k.csv", "K7,癸", header="编号,客户名称")
    purchases = a_sheet(line, "p.csv", "K7,2026-02-01,10", header="客户编号,日期,金额")
    line("due")  # brings every list up to date
    with psycopg.connect(line.settings["KEZHI_DATABASE_URL"], autocommit=True) as busy:
        # Whoever holds this lock is the projector; this one projects nothing.
        busy.execute("SELECT pg_advisory_lock(%s)", (LEADER_LOCK,))
        answers = [
            line("--json", "import", "customers", customers),
            line("--json", "import", "purchases", purchases, "--set", "product=CD"),
        ]

    assert [answer.json["new"] for answer in answers] == [1, 1]
    assert [answer.told for answer in answers] == ["", ""]


@pytest.mark.slow
def test_an_import_broken_off_says_how_to_go_on_and_leaves_no_half_error_file(
    line: CommandLine,
) -> None:
    rows = [f"顾客{n},1550000{n:04d},B" for n in range(MANY)]
    sheet = a_sheet(line, "many.csv", "坏,12,B", *rows)
    before = events(line)
    command = [sys.executable, "-c", "from api.cli.main import main; main()"]
    with subprocess.Popen(
        [*command, "--language", "en", "import", "customers", str(sheet)],
        cwd=ROOT,
        env={"PATH": os.defpath, **line.settings},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        eventually(lambda: events(line) > before + 1_000 or process.poll() is not None, within=60)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    stored = events(line) - before

    again = line("--json", "import", "customers", sheet).json

    assert process.returncode == 130
    assert "it goes on from there and doubles nothing" in told
    assert "Traceback" not in told
    assert (again["known"], again["new"]) == (stored // 2, MANY - stored // 2)
    assert Path(again["error_file"]).name == "many.errors.csv"
    assert {path.name for path in line.folder.glob("many*")} == {"many.csv", "many.errors.csv"}


def test_where_no_error_file_can_be_written_nothing_is_imported(line: CommandLine) -> None:
    sheet = a_sheet(line, "shut.csv", "丑,13500000007,A")
    before = events(line)

    answer = line("import", "customers", sheet, "--errors", line.folder / "nowhere" / "x.csv")

    assert answer.code == 1
    assert "Nothing was imported" in answer.told
    assert events(line) == before
