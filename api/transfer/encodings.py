"""Finds the encoding of a text file: byte order mark, else strict UTF-8, else GB18030 (国标).

The whole file is decoded once to be sure, so that no import breaks off in the middle. Chinese
Excel writes GB18030 without saying so; valid UTF-8 that is not meant as UTF-8 does not occur in
practice, and the caller can name another encoding.
"""

from __future__ import annotations

import codecs
from enum import Enum
from typing import BinaryIO

from api.transfer.faults import SheetError

CHUNK = 1 << 20


class Encoding(Enum):
    """An encoding with its byte order mark; the value is what people call it."""

    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8-bom"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    GB18030 = "gb18030"
    BIG5 = "big5"

    @property
    def codec(self) -> str:
        """Python's name of the encoding, without the mark."""
        return {Encoding.UTF_8_BOM: "utf-8", Encoding.BIG5: "cp950"}.get(self, self.value)

    @property
    def bom(self) -> bytes:
        """The bytes a file of this encoding starts with."""
        return {
            Encoding.UTF_8_BOM: codecs.BOM_UTF8,
            Encoding.UTF_16_LE: codecs.BOM_UTF16_LE,
            Encoding.UTF_16_BE: codecs.BOM_UTF16_BE,
        }.get(self, b"")


_BY_NAME = {
    **{encoding.value: encoding for encoding in Encoding},
    "utf8": Encoding.UTF_8,
    "utf-8-sig": Encoding.UTF_8_BOM,
    "utf-16": Encoding.UTF_16_LE,
    "gbk": Encoding.GB18030,
    "gb2312": Encoding.GB18030,
    "cp936": Encoding.GB18030,
    "cp950": Encoding.BIG5,
}


def encoding_named(name: str) -> Encoding:
    """Return the encoding that people call `name`; SheetError when we do not read it."""
    found = _BY_NAME.get(name.strip().lower().replace("_", "-"))
    if found is None:
        known = [encoding.value for encoding in Encoding]
        raise SheetError("sheet-unknown-encoding", given=name[:40], known=known)
    return found


def find_encoding(stream: BinaryIO) -> Encoding:
    """Return the encoding in which all of `stream` can be read; SheetError when there is none."""
    stream.seek(0)
    start = stream.read(4)
    for marked in (Encoding.UTF_8_BOM, Encoding.UTF_16_LE, Encoding.UTF_16_BE):
        if start.startswith(marked.bom):
            check_encoding(stream, marked)
            return marked
    try:
        check_encoding(stream, Encoding.UTF_8)
    except SheetError as error:
        if error.code == "sheet-nul-bytes":
            raise
    else:
        return Encoding.UTF_8
    check_encoding(stream, Encoding.GB18030)
    return Encoding.GB18030


def check_encoding(stream: BinaryIO, encoding: Encoding) -> None:
    """Raise SheetError, with the place, unless all of `stream` can be read as `encoding`."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    offset = 0
    while True:
        chunk = stream.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            place = max(offset - pending + error.start, 0)
            raise SheetError("sheet-undecodable", encoding=encoding.value, offset=place) from None
        if "\0" in text:
            raise SheetError("sheet-nul-bytes", offset=offset)
        if not chunk:
            return
        offset += len(chunk)
