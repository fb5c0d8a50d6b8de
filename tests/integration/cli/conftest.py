"""The command line over a database of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.main import kezhi
from domain.eventstore.keys import MasterKeys
from tests.support.servers import Databases

FOREIGN = ("KEZHI_TEST_DATABASE_URL", "KEZHI_TEST_QUEUE_URL")


@dataclass(frozen=True)
class Answer:
    """What somebody sees of a command."""

    code: int
    shown: str
    told: str

    @property
    def json(self) -> Any:
        return json.loads(self.shown)

    @property
    def lines(self) -> list[str]:
        return self.shown.splitlines()


class CommandLine:
    """Types commands, in English unless `language` says otherwise."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.settings = settings

    def __call__(
        self, *words: object, by: str = "", language: str = "en", **settings: str | None
    ) -> Answer:
        options = ["--language", language, *(["--as", by] if by else [])]
        environment = {**dict.fromkeys(FOREIGN), **self.settings, **settings}
        result = CliRunner().invoke(
            kezhi, [*options, *map(str, words)], env=environment, catch_exceptions=False
        )
        return Answer(result.exit_code, result.stdout, result.stderr)

    def json(self, *words: object, by: str = "") -> Any:
        """Type a command that must succeed and return its document."""
        answer = self("--json", *words, by=by)
        assert answer.code == 0, answer.told
        return answer.json


@pytest.fixture(scope="module")
def line(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A company with two reps and their manager, and no customers."""
    folder = tmp_path_factory.mktemp("kezhi")
    keys = folder / "master.json"
    MasterKeys.create(keys)
    with databases.a_copy() as address:
        settings = {
            "KEZHI_DATABASE_URL": address,
            "KEZHI_MASTER_KEY_FILE": str(keys),
            "KEZHI_DATA": str(folder),
        }
        line = CommandLine(folder, settings)
        line.json("rep", "add", "zhao", "赵静", "--role", "manager", "--scope", "all")
        line.json("rep", "add", "wang", "王芳", "--manager", "zhao")
        line.json("rep", "add", "li", "李强", "--manager", "zhao")
        yield line


@pytest.fixture(scope="module")
def customers(line: CommandLine) -> CommandLine:
    """The same company with three customers: two of Wang's, one of Li's."""
    sheet = line.folder / "customers.csv"
    sheet.write_text(
        "客户名称,公司名称,手机,等级,跟单人\n"
        "张三,上海麒麟商贸有限公司,13800138000,A,wang\n"
        "李四,,13900139000,B,wang\n"
        "王五,上海华信机械有限公司,13700137000,B,li\n",
        encoding="utf-8",
    )
    line.json("import", "customers", sheet)
    return line
