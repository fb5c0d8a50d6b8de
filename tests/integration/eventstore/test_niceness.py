"""Background work stands back, in its own session too, and draws nobody else into it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
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

ASIDE = """
import os
from domain.eventstore.niceness import CLAIMS, stand_back

stand_back(CLAIMS)
stand_back(CLAIMS)
print(*sorted(os.sched_getaffinity(0)))
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


ours = pytest.mark.skipif("KEZHI_TEST_DATABASE_URL" in os.environ, reason="somebody else's server")
several_processors = pytest.mark.skipif(
    sys.platform != "linux" or not 1 < len(os.sched_getaffinity(0)) == os.cpu_count(),
    reason="there is no processor to leave to others",
)


@contextmanager
def opened(database: str, background: Background | None) -> Iterator[int]:
    """Open a pool and yield the number of the server's process behind its connection."""
    with (
        closing(Database(database, background=background)) as pool,
        pool.connection() as connection,
    ):
        yield connection.info.backend_pid


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
@ours
@pytest.mark.parametrize("background", [None, DECISIONS])
def test_the_server_behind_background_work_stands_back_with_it(
    database: str, background: Background | None
) -> None:
    with opened(database, background) as process:
        turn = turn_of(process)

    assert (turn == TURN) is bool(background)


@several_processors
@ours
@pytest.mark.parametrize("background", [None, DECISIONS, CLAIMS])
def test_the_server_behind_what_runs_aside_leaves_a_processor_to_others(
    database: str, background: Background | None
) -> None:
    with opened(database, background) as process:
        processors = os.sched_getaffinity(process)

    first = min(os.sched_getaffinity(0))
    left = {first} if background is CLAIMS else set()
    assert os.sched_getaffinity(0) - processors == left


@several_processors
def test_who_runs_aside_leaves_one_processor_however_often_he_says_so() -> None:
    told = subprocess.check_output([sys.executable, "-c", ASIDE], text=True)

    assert told.split() == [str(each) for each in sorted(os.sched_getaffinity(0))[1:]]
