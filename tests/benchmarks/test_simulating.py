"""A festival on which everybody is greeted at once: `kezhi simulate` in a store of its own (D7)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.benchmarks.results import Book
from tests.support.programs import ROOT

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200000"))
SECTION = "A festival"


def test_a_festival(book: Book) -> None:
    program = [sys.executable, "-c", "from api.cli.main import main; main()", "--json"]
    words = ["simulate", "--customers", str(CUSTOMERS), "--day", "2026-02-17"]
    answer = subprocess.run(
        [*program, *words], cwd=ROOT, env={"PATH": os.defpath}, stdout=subprocess.PIPE, check=True
    )
    told = json.loads(answer.stdout)

    rate, late = told["decided_per_second"], told["rungs_late_seconds_p99"]
    slower = told["write_p95_ms_during"] / told["write_p95_ms_before"]
    method = f"{CUSTOMERS:,} customers in six zones, each zone's whole hour due at once"
    book.budget(SECTION, "greetings decided, per second", rate, target="≥ 3,000",
                reached=rate >= 3_000, method=method)  # fmt: skip
    book.note(SECTION, "until the last stood in the outbox, per second",
              told["in_the_outbox_per_second"])  # fmt: skip
    depth = told["deepest_queue_of_hints"]
    book.budget(SECTION, "deepest queue of hints", depth, target="≤ 25",
                reached=depth <= 25, method="of 200 keys each")  # fmt: skip
    book.budget(SECTION, "p95 of a contact during it over before", f"{slower:.1f} ×",
                target="≤ 2 ×", reached=slower <= 2, method="one every 20 ms")  # fmt: skip
    book.budget(SECTION, "p99 of how late rungs of complaints were climbed", f"{late} s",
                target="≤ 60 s", reached=late <= 60, method="due in the same hour")  # fmt: skip
    book.note(SECTION, "processor seconds", told["processor_seconds"])
    book.note(SECTION, "memory, MB", told["megabytes"])
