"""Keys: one master key file outside the database, one wrapped data key per person inside it (D12).

Destroying a person's data key makes everything personal about him unreadable, in every event, for
ever, while the stored bytes and every proof over them stay as they were.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Database

KEY_BYTES = 32
NONCE_BYTES = 12
CACHED_KEYS = 50_000


class KeyFileError(Exception):
    """The master key file cannot be used; the message says why and what to do."""


class MissingKeyError(Exception):
    """A person's data key is not in the key table: an alarm, never shown as an erasure."""


class WrappedKey(NamedTuple):
    """A data key as the key table holds it."""

    subject_id: UUID
    master_key_version: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The secrets of a deployment, read from one file that only the service may read.

    `wrapping` holds the master keys by version, `current` is the one that wraps new data keys.
    `signing` makes the signature of every event, `blinding` the ids of identity claims (D4).
    """

    wrapping: dict[int, bytes]
    current: int
    signing: bytes
    blinding: bytes

    @classmethod
    def create(cls, path: Path) -> MasterKeys:
        """Write fresh keys to `path` (mode 0600), unless a file is there; return what it holds."""
        secrets = [base64.b64encode(os.urandom(KEY_BYTES)).decode() for _ in range(3)]
        content = {
            "wrapping": {"1": secrets[0]},
            "current": 1,
            "signing": secrets[1],
            "blinding": secrets[2],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(content, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, never replaces the keys of a process that was quicker.
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            scratch.unlink(missing_ok=True)
        return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> MasterKeys:
        """Read the keys; KeyFileError when the file is missing, damaged or too short."""
        try:
            content = json.loads(path.read_text("utf-8"))
            keys = cls(
                wrapping={int(v): _key(text) for v, text in content["wrapping"].items()},
                current=int(content["current"]),
                signing=_key(content["signing"]),
                blinding=_key(content["blinding"]),
            )
        except FileNotFoundError as error:
            msg = f"there is no master key file at {path}; restore it from its backup"
            raise KeyFileError(msg) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"the master key file {path} is damaged ({error}); restore it from its backup"
            raise KeyFileError(msg) from error
        if keys.current not in keys.wrapping:
            msg = f"the master key file {path} lacks its current key, version {keys.current}"
            raise KeyFileError(msg)
        return keys


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        msg = f"a key has {len(key)} bytes instead of {KEY_BYTES}"
        raise ValueError(msg)
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
    """The data keys of one event log, cached; new ones are stored with the first event."""

    def __init__(self, database: Database, master_keys: MasterKeys, schema: str) -> None:
        """Use the key table in `schema` of `database`."""
        self._database = database
        self._master = {v: AESGCM(key) for v, key in master_keys.wrapping.items()}
        self._current = master_keys.current
        self._cached: dict[UUID, DataKey] = {}
        self._unsaved: dict[UUID, WrappedKey] = {}
        self._lock = Lock()
        self._select = SQL(
            "SELECT subject_id, master_key_version, wrapped_key FROM {}.subject_key"
            " WHERE subject_id = ANY(%s)"
        ).format(Identifier(schema))

    def create(self, subject_id: UUID) -> DataKey:
        """Make the data key of a person who has none; it is stored by his first append."""
        key = os.urandom(KEY_BYTES)
        nonce = os.urandom(NONCE_BYTES)
        bound_to = subject_id.bytes + self._current.to_bytes(4, "big")
        wrapped = nonce + self._master[self._current].encrypt(nonce, key, bound_to)
        data_key = DataKey(key)
        with self._lock:
            self._unsaved[subject_id] = WrappedKey(subject_id, self._current, wrapped)
            self._remember(subject_id, data_key)
        return data_key

    def get(self, subject_id: UUID) -> DataKey:
        """Return a person's data key; MissingKeyError when the key table has none."""
        data_key = self._cached.get(subject_id)
        if data_key is None:
            self.prefetch([subject_id])
            data_key = self._cached.get(subject_id)
        if data_key is None:
            msg = f"no data key for {subject_id}; restore the key table before going on"
            raise MissingKeyError(msg)
        return data_key

    def prefetch(self, subject_ids: Iterable[UUID]) -> None:
        """Load the keys of many people in one query."""
        wanted = [s for s in subject_ids if s not in self._cached]
        if not wanted:
            return
        with self._database.connection() as connection:
            rows = connection.execute(self._select, (wanted,), prepare=True).fetchall()
        with self._lock:
            for row in rows:
                self._remember(row[0], self._unwrap(WrappedKey(*row)))

    def unsaved(self, subject_ids: Iterable[UUID]) -> Sequence[WrappedKey]:
        """Return the new keys among `subject_ids` that have to be stored with their events."""
        if not self._unsaved:
            return ()
        with self._lock:
            return [self._unsaved[s] for s in subject_ids if s in self._unsaved]

    def saved(self, keys: Iterable[WrappedKey]) -> None:
        """Note that `keys` are stored, or that their events never will be."""
        with self._lock:
            for key in keys:
                self._unsaved.pop(key.subject_id, None)

    def forget(self, subject_id: UUID) -> None:
        """Drop a cached key."""
        with self._lock:
            self._cached.pop(subject_id, None)

    def _unwrap(self, key: WrappedKey) -> DataKey:
        master = self._master.get(key.master_key_version)
        if master is None:
            msg = f"the master key file lacks version {key.master_key_version}"
            raise MissingKeyError(msg)
        bound_to = key.subject_id.bytes + key.master_key_version.to_bytes(4, "big")
        wrapped = bytes(key.wrapped)
        return DataKey(master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to))

    def _remember(self, subject_id: UUID, data_key: DataKey) -> None:
        if len(self._cached) >= CACHED_KEYS:
            self._cached.pop(next(iter(self._cached)))
        self._cached[subject_id] = data_key
