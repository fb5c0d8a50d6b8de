"""The files of the pages: style sheets, scripts and pictures of ours, kept in memory.

They stand under an address that names their version, so that browsers keep them for ever and never
mix two versions: a script finds the others beside it.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, url_for

FOLDER = Path(__file__).parents[1] / "static" / "pages"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
YEAR = 31_536_000

_REMARK = re.compile(r"^ *(?://.*|/\*\*.*\*/)\n", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};,>]) ?")

FRAME = ("base", "rail", "controls", "lists", "overlays", "narrow", "wishes")
"""What every page looks like, sheet by sheet, sent as one; later ones overrule earlier ones."""

blueprint = Blueprint("files", __name__)


@cache
def address_of(name: str) -> str:
    """Return the address of a file, under which its content never changes."""
    return url_for("files.send", version=_version(), name=name)


@blueprint.get("/assets/<version>/<name>")
def send(version: str, name: str) -> Response:
    """Return a file; whoever asks for an older version gets this one, and asks again next time."""
    content = files().get(name)
    if content is None:
        abort(404)
    response = Response(content, content_type=f"{TYPES[Path(name).suffix]}; charset=utf-8")
    response.cache_control.public = True
    if version == _version():
        response.cache_control.immutable = True
        response.cache_control.max_age = YEAR
    return response


@cache
def files() -> dict[str, bytes]:
    """Return every file by its name."""
    texts = {
        file.name: file.read_text("utf-8") for file in FOLDER.iterdir() if file.suffix in TYPES
    }
    frame = (FOLDER / "frame" / f"{name}.css" for name in FRAME)
    texts["frame.css"] = "".join(sheet.read_text("utf-8") for sheet in frame)
    return {
        name: _SHORTENED.get(Path(name).suffix, str)(text).encode()
        for name, text in sorted(texts.items())
    }


def squeezed(style: str) -> str:
    """Return a style sheet without comments and without the blanks that mean nothing."""
    style = _BLANKS.sub(" ", _COMMENT.sub("", style))
    return _AROUND.sub(r"\1", style).replace(": ", ":").replace(";}", "}").strip()


def without_remarks(script: str) -> str:
    """Return a script without the comments that have lines of their own."""
    return _REMARK.sub("", script)


_SHORTENED = {".css": squeezed, ".js": without_remarks}


@cache
def _version() -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, content in files().items():
        digest.update(name.encode() + content)
    return digest.hexdigest()
