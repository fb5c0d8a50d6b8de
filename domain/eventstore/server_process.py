"""What the embedded servers share: started once, adopted after a crash, stopped by the last user.

Two locks in the data folder tell the truth, because the kernel releases them with their holders:
`alive.lock` is inherited by the server and all its processes, so whoever gets it knows that none
of them is left; `users.lock` is shared by all who use the server, so the last one stops it.
A process id found in a file is believed only if that process carries the server's tag.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum, auto
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import psutil

from domain.eventstore.server_account import Account, EngineError

# A server that holds its lock but has not even accepted a connection for so long is broken.
SILENCE_SECONDS = 15.0
# Unix socket paths end at 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET_PATH = 103

_PAUSE_SECONDS = 0.02

_log = logging.getLogger(__name__)


class Pulse(Enum):
    """How a server answers when asked."""

    READY = auto()
    STARTING = auto()
    SILENT = auto()


class EmbeddedServer(ABC):
    """A server of our own in `folder`, which is made if missing and belongs to nobody else.

    Several processes may use one server: the first starts it, the others adopt it, and the last to
    call `stop` (or to die) decides: a server that nobody stopped stays and is adopted next time.
    `patience` is how many seconds a start may take, recovery after a crash included.
    """

    name: ClassVar[str]
    program: ClassVar[str]
    socket_name: ClassVar[str]
    pid_file_name: ClassVar[str]
    # How to ask for an end: first kindly, each with the seconds it may take; then SIGKILL.
    stop_signals: ClassVar[Sequence[tuple[signal.Signals, float]]]

    def __init__(self, folder: Path, *, patience: float = 300.0) -> None:
        """Describe the server; nothing is touched before `start`."""
        self.folder = folder.expanduser().resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()
        # Shown in the command line of each of its processes, so that none is ever mistaken.
        self.tag = f"kezhi-{digest[:12]}"
        self._patience = patience
        self._users: int | None = None
        self._child: int | None = None

    @property
    @abstractmethod
    def address(self) -> str:
        """The URL that clients connect to; the same after every start."""

    @abstractmethod
    def _prepare(self, account: Account, alive: int) -> None:
        """Make or check `data`; nothing of a former server runs. `alive` must outlive helpers."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the server's command line, which must show `tag`."""

    @abstractmethod
    def _pulse(self) -> Pulse:
        """Ask the server at `socket` whether it serves."""

    @property
    def socket(self) -> Path:
        """The Unix socket, in a folder of its owner's; under /tmp where the path gets too long."""
        inside = self.folder / "run" / self.socket_name
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        # Not $TMPDIR: every process must find the same one.
        return Path("/tmp") / self.tag / self.socket_name  # noqa: S108  (0700, owner checked)

    @property
    def is_running(self) -> bool:
        """Whether the server's main process lives; it may still be starting or stopping."""
        return self._main_process() is not None

    def start(self) -> str:
        """Make the server answer and return its address; adopts one that already runs.

        May be called again at any time and brings back a server that has died. Raises EngineError
        with what to do when the folder cannot be used or the server does not come up.
        """
        account = Account.owning(self.folder)
        if self._users is None:
            self._users = self._join(account)
        try:
            self._bring_up(account)
        except EngineError:
            self._leave()  # what still recovers goes on and is adopted next time
            raise
        except BaseException:
            self.stop()  # Ctrl-C stops what it has just started
            raise
        return self.address

    def stop(self) -> None:
        """Stop the server unless somebody else uses it; what it stores stays. May be repeated."""
        if self._users is None:
            return
        try:
            if _locked(self._users, fcntl.LOCK_EX):
                self._shut_down()
        finally:
            self._leave()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _join(self, account: Account) -> int:
        users = account.open_file(self.folder / "users.lock", 0)
        # Waits while the last user of before is still stopping the server.
        if not _within(self._patience, lambda: _locked(users, fcntl.LOCK_SH)):
            os.close(users)
            raise self._never("is still being stopped by another process", "仍在被另一进程停止")
        return users

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def _bring_up(self, account: Account) -> None:
        started = False
        deadline = time.monotonic() + self._patience
        silent_since = time.monotonic()
        while time.monotonic() < deadline:
            with self._alone(account) as alive:
                if alive is not None:
                    if started:
                        raise self._never("ended while it was starting", "在启动过程中退出")
                    self._launch(account, alive)
                    started = True
                    silent_since = time.monotonic()
            pulse = self._pulse()
            if pulse is Pulse.READY:
                _log.info("%s %s at %s", self.name, "started" if started else "adopted", self.data)
                return
            if pulse is Pulse.STARTING:
                silent_since = time.monotonic()
            elif time.monotonic() > silent_since + SILENCE_SECONDS:
                _log.warning("%s at %s does not answer and is ended", self.name, self.data)
                self._shut_down()
                silent_since = time.monotonic()
            time.sleep(_PAUSE_SECONDS)
        raise self._never(
            f"has not answered for {self._patience:g} seconds", f"{self._patience:g} 秒内没有应答"
        )

    @contextmanager
    def _alone(self, account: Account | None = None) -> Iterator[int | None]:
        """Lend the lock that says no process of the server is left, or None if one is."""
        path = self.folder / "alive.lock"
        alive = account.open_file(path, 0) if account else os.open(path, os.O_RDWR)
        try:
            yield alive if _locked(alive, fcntl.LOCK_EX) else None
        finally:
            os.close(alive)

    def _launch(self, account: Account, alive: int) -> None:
        self._reap()
        account.admit(self.folder)
        account.make_folder(self.socket.parent)
        self._prepare(account, alive)
        # Whoever holds these names is not ours: we are alone, they are left from a crash.
        (self.data / self.pid_file_name).unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.log.replace(self.log.with_suffix(".log.1"))
        self._child = account.spawn(self._command(), alive, cwd=self.data, log=self.log)

    def _shut_down(self) -> None:
        for request, seconds in self.stop_signals:
            main = self._main_process()
            if main is None:
                break
            with suppress(psutil.NoSuchProcess):
                main.send_signal(request)
            if _within(seconds, self._is_gone):
                return
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if not _within(SILENCE_SECONDS, self._is_gone):
            raise self._never("cannot be ended", "无法结束")

    def _is_gone(self) -> bool:
        self._reap()
        with self._alone() as alive:
            return alive is not None

    def _reap(self) -> None:
        """Take note of our own server's death, lest it stays listed as defunct."""
        if self._child is not None:
            with suppress(ChildProcessError):
                if os.waitpid(self._child, os.WNOHANG) == (0, 0):
                    return
            self._child = None

    def _main_process(self) -> psutil.Process | None:
        try:
            pid = int((self.data / self.pid_file_name).read_text().split()[0])
            process = psutil.Process(pid)
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return process if self._is_ours(process) else None

    def _processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        # The command line, not the working folder: root in a container may not look at that.
        try:
            return process.name() == self.program and self.tag in " ".join(process.cmdline())
        except psutil.Error:
            return False

    def _never(self, english: str, chinese: str) -> EngineError:
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        tail = "\n".join(said.splitlines()[-8:])
        return EngineError(
            f"{self.name} in {self.data} {english}. What it stores was kept as it is. Its log is"
            f" {self.log}; mend what it names and start again.",
            f"{self.data} 中的 {self.name} {chinese}。已存数据保持原样。日志见 {self.log}；"
            f"请排除其中所述的问题后重新启动。\n{tail}",
        )


def installed(package: str) -> Path:
    """Return the folder of the wheel `package`.

    Found without importing: one of the two makes folders when it is imported.
    """
    found = find_spec(package)
    if found is None or found.origin is None:
        raise EngineError(
            f"The package {package} is not installed. Nothing was changed. Install it, or give the"
            " address of a running server in the settings.",
            f"没有安装 {package} 软件包。没有任何改动。请安装它，或在设置中填写已有服务器的地址。",
        )
    return Path(found.origin).parent


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _within(seconds: float, check: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
