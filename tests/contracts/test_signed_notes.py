"""Notes and checkpoints as C2SP defines them and others have published them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from domain.audit.merkle import EMPTY_ROOT
from domain.audit.notes import (
    ForgedNoteError,
    NoteError,
    SignerKey,
    UnknownKeyError,
    VerifierKey,
    open_checkpoint,
    open_note,
    split_notes,
)

# From the tests of golang.org/x/mod/sumdb/note: a key pair, a text, and the note it makes.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.
"""
SIGNED = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2p"
    "ZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NOTE = f"{TEXT}\n{SIGNED}"

OURS = SignerKey.of("kezhi.example/log", b"s" * 32)
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def peter() -> SignerKey:
    return SignerKey.of("PeterNeumann", base64.b64decode(PETERS_SECRET)[1:])


def test_a_note_of_the_go_implementation_is_read() -> None:
    assert open_note(NOTE, [VerifierKey.parse(PETER)]) == (TEXT, None)


def test_a_note_of_ours_is_the_go_implementations_to_the_byte() -> None:
    assert peter().sign(TEXT) == SIGNED
    assert str(peter().verifier) == PETER


@pytest.mark.parametrize(
    "text",
    [
        "",
        PETER[1:],
        PETER[:-1],
        PETER.replace("c74f20a3", "c74f20a4"),
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        f"Peter {PETER}",
    ],
)
def test_a_key_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    ("note", "error"),
    [
        (NOTE.replace("answer", "Answer"), ForgedNoteError),
        (NOTE.replace("nAM=", "nAQ="), ForgedNoteError),
        (NOTE.replace("— PeterNeumann x08g", "— PeterNeumann x08h"), UnknownKeyError),
        (NOTE.replace("— PeterNeumann", "— PaulNeumann"), UnknownKeyError),
        (NOTE.rstrip("\n"), NoteError),
        (NOTE.replace("\n\n", "\n"), NoteError),
        (NOTE + "a line more\n", NoteError),
        (NOTE.replace("—", "-"), NoteError),
        (NOTE.replace("x08g", "x*8g"), NoteError),
        (NOTE.replace("think", "think\r"), NoteError),
        ("", NoteError),
    ],
)
def test_what_is_not_signed_like_that_is_refused(note: str, error: type[NoteError]) -> None:
    with pytest.raises(error):
        open_note(note, [VerifierKey.parse(PETER)])


def test_signatures_by_others_beside_ours_are_left_to_others() -> None:
    checkpoint = OURS.checkpoint(7, EMPTY_ROOT, NOON)
    text = checkpoint.note.partition("\n\n")[0] + "\n"

    assert open_checkpoint(checkpoint.note + peter().sign(text), [OURS.verifier]).size == 7


def test_a_checkpoint_says_how_long_the_log_was_and_when() -> None:
    made = OURS.checkpoint(20_852_163, EMPTY_ROOT, NOON)

    assert open_checkpoint(made.note, [OURS.verifier]) == made
    assert made.note.splitlines()[:3] == [
        "kezhi.example/log",
        "20852163",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ]
    assert made.signed_at == NOON


def test_the_time_of_a_checkpoint_cannot_be_moved() -> None:
    now, later = (OURS.checkpoint(7, EMPTY_ROOT, at).note for at in (NOON, NOON.replace(year=2027)))
    start = now.rindex("— ")
    stamp = base64.b64decode(later[later.rindex(" ") :])[:12]
    moved = base64.b64encode(stamp + base64.b64decode(now[now.rindex(" ") :])[12:]).decode()

    with pytest.raises(ForgedNoteError):
        open_checkpoint(f"{now[:start]}— kezhi.example/log {moved}\n", [OURS.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "kezhi.example/log\n07\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "kezhi.example/log\n-7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "kezhi.example/log\n٧\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "kezhi.example/log\n7\n47DEQpj8HBSa\n",
        "kezhi.example/log\n7\n",
        "another.example/log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_the_log_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        open_checkpoint(f"{text}\n{OURS.sign(text)}", [OURS.verifier])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_a_log_has_a_name_without_spaces_and_plus(name: str) -> None:
    with pytest.raises(NoteError):
        SignerKey.of(name, b"s" * 32)


@pytest.mark.parametrize("between", ["", "\n", "\n\n\n"])
def test_notes_one_after_another_are_told_apart(between: str) -> None:
    notes = [OURS.checkpoint(size, EMPTY_ROOT, NOON).note for size in (1, 2, 3)]

    assert split_notes(between.join(notes)) == notes
    assert split_notes("") == []
