"""Background work stands back, in its own session too, and draws nobody else into it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from ctypes import CDLL, create_string_buffer
from pathlib import Path
from struct import Struct

import pytest

from domain.eventstore.database import Database
from domain.eventstore.niceness import CLAIMS, DECISIONS, TURN, Background

STAND_BACK = """
import os
from pathlib import Path
from domain.eventstore.niceness import Background, stand_back

group = Path("/proc/self/autogroup")
before = group.read_text() if group.exists() else ""
stand_back(Background(10))
print(os.nice(0), (group.read_text() if before else "") != before)
"""

LONG_TURNS = """
from threading import Event, Thread
from domain.eventstore.niceness import Background, stand_back

enough = Event()
thread = Thread(target=enough.wait)
thread.start()
stand_back(Background(10))
print(thread.native_id, flush=True)
input()
enough.set()
"""

CALL = {"x86_64": 315, "aarch64": 275}.get(platform.machine(), 0)
ATTRIBUTES = Struct("=IIQiIQQQ")


def turn_of(task: int) -> int:
    """Return the nanoseconds of a turn, 0 where the kernel knows none or does not tell."""
    told = create_string_buffer(ATTRIBUTES.size)
    if sys.platform == "linux" and CALL:
        CDLL(None).syscall(CALL, task, told, ATTRIBUTES.size, 0)
    return int(ATTRIBUTES.unpack(told.raw)[5])


knows_turns = pytest.mark.skipif(not turn_of(os.getpid()), reason="this kernel knows no turns")


@pytest.mark.parametrize("has_session", [True, False])
def test_the_session_stands_back_only_where_it_is_its_own(*, has_session: bool) -> None:
    before = subprocess.check_output([sys.executable, "-c", "import os; print(os.nice(0))"])
    told = subprocess.check_output(
        [sys.executable, "-c", STAND_BACK], start_new_session=has_session, text=True
    )
    is_shared_out_by_sessions = has_session and Path("/proc/self/autogroup").exists()

    assert told.split() == [str(min(int(before) + 10, 19)), str(is_shared_out_by_sessions)]


@knows_turns
def test_every_thread_of_a_process_that_stands_back_takes_long_turns() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", LONG_TURNS], stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        thread = int(process.stdout.readline())
        turns = {turn_of(process.pid), turn_of(thread)}
        process.communicate("\n")

    assert turns == {TURN} != {turn_of(os.getpid())}


@knows_turns
@pytest.mark.skipif("KEZHI_TEST_DATABASE_URL" in os.environ, reason="somebody else's server")
@pytest.mark.parametrize("background", [None, DECISIONS, CLAIMS])
def test_the_server_behind_background_work_stands_back_with_it(
    database: str, background: Background | None
) -> None:
    pool = Database(database, background=background)
    with pool.connection() as connection:
        turn = turn_of(connection.info.backend_pid)
        processors = os.sched_getaffinity(connection.info.backend_pid)
    pool.close()

    everywhere = sorted(os.sched_getaffinity(0))
    assert (turn == TURN) is bool(background)
    assert sorted(processors) == (
        everywhere[1:] or everywhere if background is CLAIMS else everywhere
    )
