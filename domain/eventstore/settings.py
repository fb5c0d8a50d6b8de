"""Settings of the event store: where it is, and where its keys are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from domain.eventstore.keys import MasterKeys
from domain.eventstore.roles import Addresses
from domain.settings import read


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where events and keys are kept.

    KEZHI_DATA: the folder for everything that the embedded servers store, by default
    ~/.local/share/kezhi.
    KEZHI_DATABASE_URL: a PostgreSQL database (15 to 18) as postgresql://user:password@host/name;
    without it PostgreSQL runs embedded in the data folder.
    KEZHI_OWNER_DATABASE_URL: the same database as the role that owns the event log, given to
    `kezhi migrate` alone; it lets the role of KEZHI_DATABASE_URL read and append, and no more.
    Without it that role owns the log and could change it.
    KEZHI_SIGNER_DATABASE_URL: the same database as the role that signs checkpoints, given to
    `kezhi migrate` and `kezhi sign`; by default KEZHI_DATABASE_URL.
    KEZHI_MASTER_KEY_FILE: the file with the deployment's secrets, by default keys/master.json in
    the data folder; whoever loses it loses all personal data, so keep a copy elsewhere.
    KEZHI_MASTER_KEYS: the content of that file itself, from a secret manager; it is used instead of
    the file, which need not be there. It is read at the start of a process.
    KEZHI_ERASURE_REGISTER: the file that lists who was erased, by default keys/erasures.txt in the
    data folder; it is kept with the copy of the master key, so that no backup brings anybody back.
    KEZHI_SIGNING_KEY_FILE: the file with the key of `kezhi sign`, by default keys/signing.json in
    the data folder; nobody else needs to read it, and auditors know the log by it.
    KEZHI_CHECKPOINT_FILE: the file to which every signed checkpoint is added, by default
    checkpoints.txt in the data folder.
    """

    data_folder: Path
    master_key_file: Path
    erasure_register: Path
    signing_key_file: Path
    checkpoint_file: Path
    master_keys: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    owner_url: str = field(default="", repr=False)
    signer_url: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; SettingsError says which one cannot be used."""
        data = read(environment, "KEZHI_DATA", _path, _path("~/.local/share/kezhi"))
        return cls(
            data_folder=data,
            master_key_file=read(
                environment, "KEZHI_MASTER_KEY_FILE", _path, data / "keys" / "master.json"
            ),
            erasure_register=read(
                environment, "KEZHI_ERASURE_REGISTER", _path, data / "keys" / "erasures.txt"
            ),
            signing_key_file=read(
                environment, "KEZHI_SIGNING_KEY_FILE", _path, data / "keys" / "signing.json"
            ),
            checkpoint_file=read(
                environment, "KEZHI_CHECKPOINT_FILE", _path, data / "checkpoints.txt"
            ),
            master_keys=read(environment, "KEZHI_MASTER_KEYS", str, ""),
            database_url=read(environment, "KEZHI_DATABASE_URL", _database_url, ""),
            owner_url=read(environment, "KEZHI_OWNER_DATABASE_URL", _database_url, ""),
            signer_url=read(environment, "KEZHI_SIGNER_DATABASE_URL", _database_url, ""),
        )

    @property
    def is_embedded(self) -> bool:
        """Whether PostgreSQL runs in the data folder instead of somewhere else."""
        return not self.database_url

    def read_master_keys(self) -> MasterKeys:
        """Return the deployment's secrets; KeyFileError when they cannot be read."""
        if self.master_keys:
            return MasterKeys.parse(self.master_keys, "KEZHI_MASTER_KEYS")
        return MasterKeys.read(self.master_key_file)

    @property
    def addresses(self) -> Addresses:
        """The database as each role connects to it; not to be asked of an embedded one."""
        service = self.database_url
        return Addresses(
            owner=self.owner_url or service, service=service, signer=self.signer_url or service
        )


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _database_url(text: str) -> str:
    try:
        conninfo_to_dict(text)
    except ProgrammingError:
        # libpq repeats the text, password included.
        msg = "write postgresql://user:password@host:port/name"
        raise ValueError(msg) from None
    return text
