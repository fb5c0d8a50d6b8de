"""The operating-system account an embedded server runs as, and its way to its files.

PostgreSQL refuses to run as root and nothing else needs to. No account is created: the owner of
the data folder decides, so a folder first used by an ordinary person stays usable when root
starts the server once, and the other way round is refused with a clear message.
"""

from __future__ import annotations

import logging
import os
import pwd
import stat
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Who gets a new folder that root makes: the first of these accounts that the machine has.
UNPRIVILEGED = ("kezhi", "postgres", "nobody")

_log = logging.getLogger(__name__)


class EngineError(Exception):
    """An embedded server cannot be used: what happened, what was kept, and what to do.

    The message is in English, then in Chinese.
    """

    def __init__(self, english: str, chinese: str) -> None:
        """Join both texts."""
        super().__init__(f"{english}\n{chinese}")


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns the server's folder and runs it; another than ourselves only if we are root."""

    uid: int
    gid: int

    @classmethod
    def owning(cls, folder: Path) -> Account:
        """Make `folder` if it is missing and return whom it belongs to.

        Raises EngineError when it cannot be made or belongs to somebody else than the caller.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = folder.stat()
        except OSError as error:
            raise EngineError(
                f"The data folder {folder} cannot be used: {error.strerror}. Nothing was changed."
                " Choose another folder or let the folder above it be writable.",
                f"数据文件夹 {folder} 无法使用：{error.strerror}。没有任何改动。"
                "请换一个文件夹，或使其上级文件夹可写。",
            ) from error
        if owner.st_uid == os.geteuid() == 0:
            return cls._unprivileged(folder)
        if os.geteuid() not in (0, owner.st_uid):
            raise _foreign(folder, owner.st_uid)
        return cls(owner.st_uid, owner.st_gid)

    @classmethod
    def _unprivileged(cls, folder: Path) -> Account:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        names = [name for name in UNPRIVILEGED if name in known]
        if not names:
            raise EngineError(
                "PostgreSQL refuses to run as root and this machine has none of the accounts"
                f" {', '.join(UNPRIVILEGED)}. Nothing was changed. Create one, or start Kezhi as"
                " an ordinary user.",
                f"PostgreSQL 不能以 root 运行，而本机没有 {'、'.join(UNPRIVILEGED)} 中的任何账户。"
                "没有任何改动。请创建其中之一，或以普通用户启动客志。",
            )
        account = cls(known[names[0]].pw_uid, known[names[0]].pw_gid)
        # A folder that root restored from a backup holds files of root's: all change hands.
        for path in (*folder.rglob("*"), folder):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
        return account

    @property
    def differs(self) -> bool:
        """Whether the server runs as another account than we do."""
        return self.uid != os.geteuid()

    def make_folder(self, folder: Path) -> None:
        """Make `folder` this account's own and closed to all others (0700).

        Raises EngineError when somebody else made it first, as may happen under /tmp.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
            raise _foreign(folder, found.st_uid)
        folder.chmod(0o700)
        if found.st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)

    def open_file(self, path: Path, flags: int) -> int:
        """Open `path` for reading and writing, made 0600 and given to this account if missing."""
        descriptor = os.open(path, flags | os.O_RDWR | os.O_CREAT, 0o600)
        if self.differs:
            os.fchown(descriptor, self.uid, self.gid)
        return descriptor

    def admit(self, path: Path) -> None:
        """Let this account reach `path`; only when we are root, and never more than needed.

        Closed folders above are opened for passing through (o+x), not for listing; each is logged.
        A `path` installed under a private umask is opened for reading, with all that is in it.
        """
        if not self.differs:
            return
        for folder in path.parents:
            if not self._may(stat.S_IXUSR, folder):
                folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXGRP | stat.S_IXOTH)
                _log.warning("opened %s for passing through, account %d needs it", folder, self.uid)
        if not self._may(stat.S_IRUSR, path):
            for each in _tree(path):
                mode = stat.S_IMODE(each.stat().st_mode)
                # Whatever the owner may read or run, others may now too: it is installed software.
                each.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)

    def run(
        self, command: Sequence[str], alive: int, *, cwd: Path, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a helper program to its end as this account; its errors are told in its output.

        It inherits the lock `alive`, so that nobody takes its folder even if we are killed.
        """
        return subprocess.run(  # noqa: S603  (our own programs, no shell, nothing a person typed)
            command,
            check=False,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            **self._apart(alive),
        )

    def spawn(self, command: Sequence[str], alive: int, *, cwd: Path, log: Path) -> int:
        """Start a server as this account and return its process id; it may well outlive us."""
        output = self.open_file(log, os.O_APPEND)
        try:
            server = subprocess.Popen(  # noqa: S603  (as above)
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                **self._apart(alive),
            )
        finally:
            os.close(output)
        # Popen warns about a process that outlives it, unless it believes that it has ended.
        server.returncode = 0
        return server.pid

    def _apart(self, alive: int) -> dict[str, Any]:
        """Return how to start what is not part of us: lock, environment, terminal, account."""
        apart: dict[str, Any] = {
            "pass_fds": (alive,),
            # Nothing of ours, such as keys in the environment, is handed over.
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
            # A session of its own keeps the terminal's Ctrl-C away.
            "start_new_session": True,
            "umask": 0o077,
        }
        if self.differs:
            apart.update(user=self.uid, group=self.gid, extra_groups=[])
        return apart

    def _may(self, permission: int, path: Path) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & permission)
        if found.st_gid == self.gid:
            return bool(found.st_mode & permission >> 3)
        return bool(found.st_mode & permission >> 6)


def _tree(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        yield from (each for each in path.rglob("*") if not each.is_symlink())


def _foreign(folder: Path, uid: int) -> EngineError:
    try:
        owner = pwd.getpwuid(uid).pw_name
    except KeyError:
        owner = str(uid)
    return EngineError(
        f"The folder {folder} belongs to {owner}. Nothing was changed. Start Kezhi as {owner} or as"
        " root, or choose another data folder.",
        f"文件夹 {folder} 属于 {owner}。没有任何改动。请以 {owner} 或 root 的身份启动客志，"
        "或换一个数据文件夹。",
    )
