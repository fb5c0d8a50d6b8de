"""Keys: one master key file outside the database, one wrapped data key per person inside it (D12).

Destroying a person's data key makes everything personal about him unreadable, in every event, for
ever, while the stored bytes and every proof over them stay as they were.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.sql import Identifier

from domain.eventstore.binary_arrays import uuids
from domain.eventstore.database import Database
from domain.eventstore.statement import Statement

KEY_BYTES = 32
NONCE_BYTES = 12
CACHED_KEYS = 10_000
"""How many data keys a process keeps at hand; each is ready to use and takes 2.7 KB."""

LOOK_SECONDS = 1.0
"""How often at most a process looks whether the master key file was changed."""

KEPT_SECONDS = 30.0
"""How long a process may keep a key: so long after an erasure the last copy of it is gone."""


class KeyFileError(Exception):
    """The master key file cannot be used; the message says why and what to do, in two languages."""

    def __init__(self, english: str, chinese: str) -> None:
        """Join both texts."""
        super().__init__(f"{english}\n{chinese}")


class MissingKeyError(Exception):
    """A person's data key cannot be had: an alarm, never shown as an erasure."""


class WrappedKey(NamedTuple):
    """A data key as the key table holds it; `wrapped` is None where it was destroyed."""

    subject_id: UUID
    master_key_version: int
    wrapped: bytes | None


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The secrets of a deployment, read from one file that only the service may read.

    `wrapping` holds the master keys by version, `current` is the one that wraps new data keys.
    `signing` makes the signature of every event, `blinding` the ids of identity claims (D4).
    """

    wrapping: dict[int, bytes] = field(repr=False)
    current: int
    signing: bytes = field(repr=False)
    blinding: bytes = field(repr=False)
    source: Path | None = field(default=None, repr=False, compare=False)
    """The file they were read from, which may get another master key."""

    @classmethod
    def create(cls, path: Path) -> MasterKeys:
        """Write fresh keys to `path` (mode 0600), unless a file is there; return what it holds.

        Any number of processes may do so at once: all return the same keys.
        """
        wrapping, signing, blinding = (os.urandom(KEY_BYTES) for _ in range(3))
        fresh = cls({1: wrapping}, 1, signing, blinding)
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh._written_beside(path) as scratch, suppress(FileExistsError):
            # A link, unlike a rename, never replaces the keys of a process that was quicker.
            os.link(scratch, path)
        return cls.read(path)

    def write(self, path: Path) -> None:
        """Put these keys in the place of those in `path`; a reader finds the old or the new."""
        with self._written_beside(path) as scratch:
            owner = path.stat()
            os.chown(scratch, owner.st_uid, owner.st_gid)
            scratch.replace(path)

    @contextmanager
    def _written_beside(self, path: Path) -> Iterator[Path]:
        """Lend a file (mode 0600) that holds the keys; what becomes of it survives a power cut."""
        content = {
            "wrapping": {str(v): _text(key) for v, key in self.wrapping.items()},
            "current": self.current,
            "signing": _text(self.signing),
            "blinding": _text(self.blinding),
        }
        descriptor, scratch = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(content, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            yield Path(scratch)
        finally:
            Path(scratch).unlink(missing_ok=True)
        _flush_folder(path.parent)

    @classmethod
    def read(cls, path: Path) -> MasterKeys:
        """Read the keys; KeyFileError when the file is missing, damaged or too short."""
        try:
            text = path.read_text("utf-8")
        except OSError as error:
            raise KeyFileError(
                f"The master key file {path} cannot be read: {error.strerror}. Nothing was"
                " changed. Without it personal data stays unreadable: restore it from its backup.",
                f"主密钥文件 {path} 无法读取：{error.strerror}。没有任何改动。"
                "没有它，个人数据将无法解读：请从备份中恢复。",
            ) from error
        except ValueError as error:
            raise _damaged(path, f"{type(error).__name__}: {error}") from error
        return replace(cls.parse(text, path), source=path)

    @classmethod
    def parse(cls, text: str, origin: object) -> MasterKeys:
        """Return the keys in `text`; KeyFileError, which names `origin`, when it is damaged."""
        try:
            content = json.loads(text)
            keys = cls(
                wrapping={int(v): _key(text) for v, text in content["wrapping"].items()},
                current=int(content["current"]),
                signing=_key(content["signing"]),
                blinding=_key(content["blinding"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(origin, f"{type(error).__name__}: {error}") from error
        if keys.current not in keys.wrapping:
            raise _damaged(origin, f"lacks key {keys.current}")
        return keys


def _damaged(path: object, problem: str) -> KeyFileError:
    return KeyFileError(
        f"The master key file {path} is damaged ({problem}). Nothing was changed. Restore it from"
        " its backup; a new one would not open what is stored.",
        f"主密钥文件 {path} 已损坏（{problem}）。没有任何改动。"
        "请从备份中恢复；新的密钥文件无法打开已存的数据。",
    )


def _flush_folder(folder: Path) -> None:
    """Let the name of a new file survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {len(key)} bytes instead of {KEY_BYTES}")
    return key


class DataKey:
    """A person's data key, ready to seal and open, with its commitment.

    The commitment, a hash of the key stored beside each ciphertext, makes a swapped key visible:
    AES-GCM alone would let another key open old bytes to something else.
    """

    __slots__ = ("_cipher", "commitment")

    def __init__(self, key: bytes) -> None:
        """Prepare `key`, 32 random bytes."""
        self._cipher = AESGCM(key)
        self.commitment = hashlib.sha256(b"kezhi-key-commitment-v1\0" + key).digest()

    def seal(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """Encrypt under a fresh nonce; only opens again with the same `bound_to`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt; cryptography's InvalidTag when bytes, key or binding are not the original."""
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


class KeyRing:
    """The data keys of one event log, the lately used ones in memory."""

    def __init__(
        self,
        database: Database,
        master_keys: MasterKeys,
        schema: str,
        *,
        cached: int = CACHED_KEYS,
    ) -> None:
        """Use the key table in `schema` of `database`; keep at most `cached` keys in memory."""
        self._database = database
        self._file = master_keys.source
        self._changed_at = _changed_at(self._file)
        self._looked_at = time.monotonic()
        self._take(master_keys)
        self._cached: OrderedDict[UUID, tuple[float, DataKey]] = OrderedDict()
        self._most = cached
        self._lock = Lock()
        self.generation = 0
        """How often everything was forgotten; what was read before is not kept after."""
        self._select = Statement.of(
            "SELECT subject_id, master_key_version, wrapped_key FROM {schema}.subject_key"
            " WHERE subject_id = ANY(%s)",
            schema=Identifier(schema),
        )

    def afresh(self) -> KeyRing:
        """Return the same ring with nothing in memory: it asks the key table for every key."""
        fresh = copy(self)
        fresh._cached, fresh._lock = OrderedDict(), Lock()  # noqa: SLF001 - one of our own
        return fresh

    def make(self, subject_id: UUID) -> tuple[WrappedKey, DataKey]:
        """Return a person's new data key, to be stored and to be used.

        It counts once it is stored with an event; until then nobody keeps it.
        """
        if time.monotonic() > self._looked_at + LOOK_SECONDS:
            self._look_at_file()
        key = os.urandom(KEY_BYTES)
        return self.wrap(subject_id, key, self._current), DataKey(key)

    def wrap(self, subject_id: UUID, key: bytes, version: int) -> WrappedKey:
        """Return a data key wrapped under the master key `version`."""
        if version not in self._master:
            self._look_at_file()
        nonce = os.urandom(NONCE_BYTES)
        bound_to = _key_binding(subject_id, version)
        wrapped = nonce + self._master[version].encrypt(nonce, key, bound_to)
        return WrappedKey(subject_id, version, wrapped)

    def get_many(self, subject_ids: Iterable[UUID]) -> dict[UUID, DataKey | None]:
        """Return the keys of many people in at most one query.

        None stands for somebody who was erased; whose key is missing is left out.
        """
        oldest = time.monotonic() - KEPT_SECONDS
        generation = self.generation
        keys: dict[UUID, DataKey | None] = {}
        wanted = []
        with self._lock:
            for subject_id in subject_ids:
                kept_at, key = self._cached.get(subject_id, _NOTHING)
                if kept_at > oldest:
                    keys[subject_id] = key
                else:
                    wanted.append(subject_id)
        if wanted:
            rows = [
                WrappedKey(*row) for row in self._database.fetch(self._select, (uuids(wanted),))
            ]
            found = {key.subject_id: self.unwrap(key) for key in rows if key.wrapped is not None}
            self.keep(found, generation)
            keys |= found
            for row in rows:
                if row.wrapped is None:
                    self.forget(row.subject_id)
                    keys[row.subject_id] = None
        return keys

    def is_erased(self, subject_id: UUID) -> bool:
        """Tell whether somebody's key was destroyed on purpose."""
        rows = self._database.fetch(self._select, ([subject_id],))
        return bool(rows) and rows[0][2] is None

    def keep(self, keys: Mapping[UUID, DataKey], generation: int) -> None:
        """Keep keys in memory that were in the key table in `generation`, unless that is over.

        Whoever reads slowly does not bring back what was forgotten meanwhile.
        """
        now = time.monotonic()
        with self._lock:
            if generation != self.generation:
                return
            self._cached.update({subject_id: (now, key) for subject_id, key in keys.items()})
            while len(self._cached) > self._most:
                self._cached.popitem(last=False)

    def forget(self, subject_id: UUID) -> None:
        """Drop a key from memory."""
        with self._lock:
            self._cached.pop(subject_id, None)

    def forget_all(self) -> None:
        """Drop all keys from memory, and what is being read; they are asked for again."""
        with self._lock:
            self.generation += 1
            self._cached.clear()

    def reveal(self, subject_id: UUID) -> bytes | None:
        """Return the data key of a person itself, to be handed out; None when he has none left.

        Whoever holds it can read everything personal that he has the stored bytes of.
        """
        rows = self._database.fetch(self._select, ([subject_id],))
        return self.open(WrappedKey(*rows[0])) if rows and rows[0][2] is not None else None

    def unwrap(self, key: WrappedKey) -> DataKey:
        """Return the data key in `key`; MissingKeyError when it is not that person's."""
        return DataKey(self.open(key))

    def open(self, key: WrappedKey) -> bytes:
        """Return the bytes of the data key in `key`; raises as `unwrap`."""
        master = self._master.get(key.master_key_version)
        if master is None:
            self._look_at_file()
            master = self._master.get(key.master_key_version)
        if master is None:
            raise MissingKeyError(f"the master key file lacks version {key.master_key_version}")
        stored = key.wrapped or b""
        nonce, wrapped = stored[:NONCE_BYTES], stored[NONCE_BYTES:]
        bound_to = _key_binding(key.subject_id, key.master_key_version)
        try:
            return master.decrypt(nonce, wrapped, bound_to)
        except (InvalidTag, ValueError) as error:
            raise MissingKeyError(
                f"the data key of {key.subject_id} is damaged or of another key file; restore the"
                " key table, or the key file, before going on"
            ) from error

    @property
    def versions(self) -> list[int]:
        """The versions of the master key that are at hand."""
        return list(self._master)

    def _look_at_file(self) -> None:
        """Take another master key over that was put into the file."""
        self._looked_at = time.monotonic()
        changed_at = _changed_at(self._file)
        if self._file is not None and changed_at not in {0, self._changed_at}:
            self._take(MasterKeys.read(self._file))
            self._changed_at = changed_at

    def _take(self, keys: MasterKeys) -> None:
        self._master = {v: AESGCM(key) for v, key in keys.wrapping.items()}
        self._current = keys.current


def _changed_at(file: Path | None) -> int:
    """Return when a file was changed, 0 when it is away for the moment."""
    try:
        return file.stat().st_mtime_ns if file is not None else 0
    except OSError:
        return 0


_NOTHING: tuple[float, Any] = (-math.inf, None)


def _key_binding(subject_id: UUID, master_key_version: int) -> bytes:
    return subject_id.bytes + master_key_version.to_bytes(4, "big")
