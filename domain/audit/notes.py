"""Signed checkpoints (检查点): C2SP signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

A checkpoint says how many leaves the log had and what their root was. It carries two signatures by
one Ed25519 key: a plain one, which every implementation reads, and one with the time
(c2sp.org/tlog-cosignature), which says when the log looked like that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.audit.merkle import HASH_BYTES

PLAIN, TIMED = b"\x01", b"\x04"
"""The types of signature: Ed25519 over the text, Ed25519 over a time and the text."""

LONGEST_NOTE = 100_000
_DASH = "— "


class NoteError(Exception):
    """A text is no signed note, or no checkpoint, or no key of one."""


class ForgedNoteError(NoteError):
    """A note names the key, but its signature is not by it, or of another text."""


class UnknownKeyError(NoteError):
    """A note is signed by none of the keys that are trusted."""


class Checkpoint(NamedTuple):
    """The log `origin` at one moment: its size, its root, and when it was signed.

    `signed_at` is None where nothing but the plain signature is there. `note` is the whole text.
    """

    origin: str
    size: int
    root: bytes
    note: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public key by which a log's checkpoints are known, written as `name+id+key`."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key as every implementation writes it; NoteError when it is none."""
        parts = text.strip().split("+", 2)
        material = _decoded(parts[-1])
        if len(parts) != 3 or len(material) != 33 or not material.startswith(PLAIN):  # noqa: PLR2004 - name, id, key; type and key
            raise NoteError("a verifier key is name+id+key, of type Ed25519")
        key = cls(_a_name(parts[0]), material[1:])
        if str(key) != text.strip():
            raise NoteError("the id of the verifier key is not that of its key")
        return key

    def __str__(self) -> str:
        material = base64.b64encode(PLAIN + self.public).decode()
        return f"{self.name}+{self.id_of(PLAIN).hex()}+{material}"

    def id_of(self, kind: bytes) -> bytes:
        """Return the four bytes by which a signature of `kind` names this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + kind + self.public).digest()[:4]


@dataclass(frozen=True, slots=True)
class SignerKey:
    """The private key of a log; `name` is also the origin of its checkpoints."""

    name: str
    _private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, name: str, seed: bytes) -> Self:
        """Return the key that `seed`, 32 random bytes, makes; NoteError for a bad name."""
        return cls(_a_name(name), Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> VerifierKey:
        """The public key."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the plain signature line of a text that ends its last line."""
        return self._line(PLAIN, self._private.sign(text.encode()))

    def sign_at(self, text: str, at: datetime) -> str:
        """Return the signature line that also vouches for the time, to the second."""
        seconds = int(at.timestamp())
        signature = self._private.sign(_timed(text, seconds))
        return self._line(TIMED, seconds.to_bytes(8, "big") + signature)

    def checkpoint(self, size: int, root: bytes, at: datetime) -> Checkpoint:
        """Return the signed checkpoint of a log of `size` leaves under `root`."""
        text = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        note = f"{text}\n{self.sign(text)}{self.sign_at(text, at)}"
        return Checkpoint(self.name, size, root, note, at.replace(microsecond=0))

    def _line(self, kind: bytes, signature: bytes) -> str:
        signed = base64.b64encode(self.verifier.id_of(kind) + signature).decode()
        return f"{_DASH}{self.name} {signed}\n"


def open_note(note: str, keys: Iterable[VerifierKey]) -> tuple[str, datetime | None]:
    """Return the text of a note that one of `keys` has signed, and when if that is signed too.

    Raises ForgedNoteError when a signature by one of them does not fit, UnknownKeyError when none
    of them has signed, NoteError when it is no note.
    """
    if len(note) > LONGEST_NOTE or any(c < " " and c != "\n" for c in note):
        raise NoteError("this is no signed note")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteError("this is no signed note: it ends in no signature")
    text += "\n"
    known = {(key.name, key.id_of(kind)): (key, kind) for key in keys for kind in (PLAIN, TIMED)}
    is_signed, signed_at = False, None
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not encoded:
            raise NoteError("this is no signed note: a line is no signature")
        signed = _decoded(encoded)
        key, kind = known.get((name, signed[:4]), (None, PLAIN))
        if key is None:
            continue
        seconds = _verified(key, kind, text, signed[4:])
        if seconds is None:
            is_signed = True
        else:
            signed_at = datetime.fromtimestamp(seconds, UTC)
    if not is_signed and signed_at is None:
        raise UnknownKeyError("none of the trusted keys has signed this note")
    return text, signed_at


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return the checkpoint in a note, whose origin is the name of its key; raises as above."""
    keys = list(keys)
    text, signed_at = open_note(note, keys)
    origin, *lines = text.split("\n")
    if len(lines) < 3 or not lines[0].isascii() or not lines[0].isdecimal():  # noqa: PLR2004 - size, root, end
        raise NoteError("this is no checkpoint: its second line is no size")
    size, root = int(lines[0]), _decoded(lines[1])
    if str(size) != lines[0] or len(root) != HASH_BYTES:
        raise NoteError("this is no checkpoint: size or root is written wrongly")
    if origin not in {key.name for key in keys}:
        raise UnknownKeyError(f"a checkpoint of another log: {origin}")
    return Checkpoint(origin, size, root, note, signed_at)


def split_notes(text: str) -> list[str]:
    """Return the notes of a file that holds them one after another, with empty lines between."""
    notes, current = [], ""
    for line in text.splitlines(keepends=True):
        is_signature = line.startswith(_DASH)
        if current.endswith("\n") and _DASH in current and not is_signature:
            notes.append(current)
            current = ""
        if current or line.strip():
            current += line
    return [*notes, current] if current.strip() else notes


def _verified(key: VerifierKey, kind: bytes, text: str, signature: bytes) -> int | None:
    """Return the time in a timed signature, None for a plain one; ForgedNoteError if it is bad."""
    seconds, message = None, text.encode()
    if kind == TIMED:
        seconds, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = _timed(text, seconds)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise ForgedNoteError(f"the signature by {key.name} does not fit the text") from error
    return seconds


def _timed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _a_name(name: str) -> str:
    if not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name):
        raise NoteError("a key has a name without spaces and without +")
    return name


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("this is no base64") from error
