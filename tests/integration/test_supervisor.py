from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import redis

from api.cli.child_process import Child
from api.cli.supervisor import Supervisor
from api.messages import Language
from tests.support.programs import Program, a_program
from tests.support.waiting import eventually
from workers.valkey import EmbeddedValkey

# What every supervised program begins with; `say` tells its name and id as one line.
CHILD = """
import os, signal, sys, threading, time
from api.cli.parent_watch import exit_with_parent
exit_with_parent(os.environ)
def say(*words):
    print(*words, flush=True)
"""
STAY = "say('here', os.getpid())\nthreading.Event().wait()\n"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STAY
SAY_GOODBYE = """
def goodbye(*_):
    say("goodbye")
    sys.exit()
signal.signal(signal.SIGTERM, goodbye)
"""
WORKER = """
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
"""
PARENT = """
import json, os, signal, sys
from api.cli.child_process import Child
from api.cli.supervisor import Supervisor
wanted = json.loads(sys.argv[1])
signal.signal(signal.SIGHUP, signal.Handlers(int(sys.argv[2])))
children = [
    Child(name, command, dict(os.environ), stop_within=seconds)
    for name, command, seconds in wanted
]
code = Supervisor(children).run()
print("code", code, flush=True)
"""
ASK_PARENT_TO_STOP = "os.kill(os.getppid(), signal.SIGTERM)\n" + STAY


@contextmanager
def supervised(*, nohup: bool = False, **children: str | list[str]) -> Iterator[Program]:
    """Run each child's text, or its command, under a supervisor in a program of its own."""
    # Not as we found it: whoever runs these tests may have started them by nohup himself.
    hang_up = signal.SIG_IGN if nohup else signal.SIG_DFL
    wanted = [
        [name, [sys.executable, "-c", CHILD + text] if isinstance(text, str) else text, 0.5]
        for name, text in children.items()
    ]
    with a_program(PARENT, json.dumps(wanted), int(hang_up)) as supervisor:
        yield supervisor


def says(supervisor: Program, word: str) -> str:
    """Wait for the line that contains `word`."""
    while line := supervisor.says():
        if word in line:
            return line
    message = f"ended without saying {word}"
    raise AssertionError(message)


def process_of(line: str) -> psutil.Process:
    return psutil.Process(int(line.rsplit(maxsplit=1)[-1]))


def test_every_line_stands_behind_the_name_of_its_child() -> None:
    with supervised(api="say('你好')\n" + STAY, projector="say('two\\nlines')\n" + STAY) as kezhi:
        lines = {kezhi.says() for _ in range(5)}

    assert {"api       | 你好", "projector | two", "projector | lines"} <= lines


def test_the_last_started_is_stopped_first() -> None:
    children = dict.fromkeys(("one", "two", "three"), SAY_GOODBYE + STAY)
    with supervised(**children) as kezhi:
        for _ in children:
            says(kezhi, "here")
        os.kill(kezhi.pid, signal.SIGTERM)
        order = [says(kezhi, "goodbye").split()[0] for _ in children]

        assert order == ["three", "two", "one"]
        assert kezhi.says() == "code 0"


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_way_to_ask_stops_everything(request_to_stop: signal.Signals) -> None:
    with supervised(api=STAY) as kezhi:
        child = process_of(says(kezhi, "here"))
        os.kill(kezhi.pid, request_to_stop)

        assert says(kezhi, "code") == "code 0"
        assert not child.is_running()


def test_what_nohup_has_started_goes_on_without_a_terminal() -> None:
    with supervised(nohup=True, api=STAY) as kezhi:
        child = process_of(says(kezhi, "here"))
        os.kill(kezhi.pid, signal.SIGHUP)
        child.kill()

        assert "starts again" in kezhi.says()
        says(kezhi, "here")


def test_a_dead_child_is_started_again_and_said_so_once() -> None:
    with supervised(api=STAY) as kezhi:
        first = process_of(says(kezhi, "here"))
        first.kill()
        told = kezhi.says()
        second = process_of(kezhi.says())

        assert "api was killed by SIGKILL and starts again in" in told
        assert second.pid != first.pid


def test_a_child_that_keeps_dying_is_started_less_and_less_often() -> None:
    with supervised(api="sys.exit(3)") as kezhi:
        pauses = [float(says(kezhi, "exit code 3").rsplit(maxsplit=2)[-2]) for _ in range(3)]

    assert pauses == sorted(pauses)
    assert pauses[2] > 1


def test_a_command_that_does_not_exist_stops_nobody_else() -> None:
    with supervised(api=STAY, worker=["no-such-command"]) as kezhi:
        lines = {kezhi.says(), kezhi.says()}

        assert any("worker cannot start" in line and "no-such-command" in line for line in lines)
        assert any(line.startswith("api    | here") for line in lines)


def test_a_child_that_will_not_end_is_killed_in_time() -> None:
    with supervised(api=STAY, worker=STUBBORN) as kezhi:
        children = [process_of(says(kezhi, "here")) for _ in range(2)]
        os.kill(kezhi.pid, signal.SIGTERM)

        assert "worker did not end in time and is killed" in says(kezhi, "did not end")
        assert says(kezhi, "code") == "code 1"
        assert not any(child.is_running() for child in children)


def test_workers_of_a_dead_child_die_before_it_is_started_again() -> None:
    with supervised(api=WORKER + STAY) as kezhi:
        pids = {process_of(says(kezhi, "here")).pid for _ in range(2)}
        (leader,) = (pid for pid in pids if os.getpgid(pid) == pid)
        (worker,) = pids - {leader}
        os.kill(leader, signal.SIGKILL)
        says(kezhi, "starts again")

        eventually(lambda: not lives(worker))


def test_a_killed_parent_leaves_no_child_alive() -> None:
    with supervised(api=STAY, worker=STUBBORN, gunicorn=WORKER + STAY) as kezhi:
        children = [process_of(says(kezhi, "here")).pid for _ in range(4)]
        kezhi.kill()

        eventually(lambda: not any(lives(pid) for pid in children))


def test_a_dead_server_is_started_again_with_what_it_held(server_folder: Path) -> None:
    with EmbeddedValkey(server_folder / "valkey") as server:
        with redis.Redis.from_url(server.address) as client:
            client.set("hint", 1)
        pid_file = server.data / "valkey.pid"
        kill_and_wait_for_another = f"""
from pathlib import Path
killed = Path({str(pid_file)!r}).read_text()
os.kill(int(killed), signal.SIGKILL)
while not Path({str(pid_file)!r}).exists() or Path({str(pid_file)!r}).read_text() in ("", killed):
    time.sleep(0.01)
"""
        output = io.StringIO()
        child = a_child("breaker", kill_and_wait_for_another + ASK_PARENT_TO_STOP)
        code = Supervisor([child], servers=[server], output=output).run()

        with redis.Redis.from_url(server.address) as client:
            assert client.get("hint") == b"1"
    assert code == 0
    assert output.getvalue().count("Valkey has ended and is started again") == 1


def test_a_server_that_cannot_start_again_says_why_and_stops_nobody(server_folder: Path) -> None:
    server = EmbeddedValkey(server_folder / "valkey")
    server.data.mkdir(parents=True)
    (server.data / "appendonlydir").touch()
    output = io.StringIO()

    Supervisor([a_child("api", ASK_PARENT_TO_STOP)], servers=[server], output=output).run()

    assert "Valkey in" in output.getvalue()
    assert "ended while it was starting" in output.getvalue()
    assert "api   | here" in output.getvalue()


def test_names_are_coloured_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    output = Terminal()
    Supervisor([a_child("api", ASK_PARENT_TO_STOP)], output=output).run()

    assert "\x1b[36mapi   |\x1b[0m here" in output.getvalue()


def test_news_are_told_in_chinese_on_request() -> None:
    output = io.StringIO()
    missing = Child("worker", ["no-such-command"], {})
    children = [missing, a_child("api", ASK_PARENT_TO_STOP)]
    Supervisor(children, output=output, language=Language.CHINESE).run()

    assert "kezhi  | worker 无法启动" in output.getvalue()


def test_a_reader_that_went_away_stops_everything() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "w") as output:
        code = Supervisor([a_child("api", STAY)], output=output).run()

    assert code == 0


def a_child(name: str, text: str) -> Child:
    return Child(name, [sys.executable, "-c", CHILD + text], dict(os.environ), stop_within=5)


def lives(pid: int) -> bool:
    """Whether a process runs; one that only waits for its parent to notice does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
