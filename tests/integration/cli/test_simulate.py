"""A festival lived through by the real processes, in a store of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.programs import ROOT

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def test_everybody_is_decided_on_once_and_the_figures_are_told() -> None:
    words = ("simulate", "--customers", "1000", "--day", "2026-02-17")
    told = simulated(*words)

    assert told["decided"] == told["customers"] == 1_000
    assert sum(told["decisions"].values()) == 1_000
    assert set(told["decisions"]) == {"greeting.issued", "greeting.skipped"}
    assert told["lists_decided"] == 51
    assert told["rungs_climbed"] == 100
    assert told["writes_during"] > 0
    assert told["deepest_queue_of_hints"] <= 50
    assert set(told["megabytes"]) == {"projector", "ticker", "worker 1", "writer"}


def simulated(*words: str) -> Any:
    program = [sys.executable, "-c", "from api.cli.main import main; main()", "--json", *words]
    answer = subprocess.run(
        program, cwd=ROOT, env={"PATH": os.defpath}, capture_output=True, check=True, timeout=180
    )
    return json.loads(answer.stdout)
