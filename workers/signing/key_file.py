"""The signer's key: a file of its own, apart from the master key, which it alone may read."""

from __future__ import annotations

import base64
import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from domain.audit.notes import NoteError, SignerKey
from domain.eventstore.keys import KEY_BYTES, KeyFileError


def create_signing_key(path: Path) -> SignerKey:
    """Write a fresh key to `path` (mode 0600), unless a file is there; return what it holds.

    The log gets a name of its own with it, by which auditors know it for ever.
    """
    content = {
        "name": f"kezhi/log-{os.urandom(4).hex()}",
        "seed": base64.b64encode(os.urandom(KEY_BYTES)).decode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces the key of a process that was quicker.
        with suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        Path(scratch).unlink()
    return read_signing_key(path)


def read_signing_key(path: Path) -> SignerKey:
    """Read the key; KeyFileError when the file is missing or damaged."""
    try:
        content = json.loads(path.read_text("utf-8"))
        seed = base64.b64decode(content["seed"], validate=True)
        return SignerKey.of(str(content["name"]), seed)
    except OSError as error:
        raise KeyFileError(
            f"The signing key file {path} cannot be read: {error.strerror}. Nothing was signed."
            " Restore it from its backup; auditors know the log by this key.",
            f"签署密钥文件 {path} 无法读取：{error.strerror}。没有签署任何内容。"
            "请从备份中恢复；审计人员凭此密钥识别日志。",
        ) from error
    except (ValueError, KeyError, TypeError, NoteError) as error:
        raise KeyFileError(
            f"The signing key file {path} is damaged ({type(error).__name__}). Nothing was signed."
            " Restore it from its backup.",
            f"签署密钥文件 {path} 已损坏（{type(error).__name__}）。没有签署任何内容。"
            "请从备份中恢复。",
        ) from error
