"""The parts of a workbook (ECMA-376): which sheets it has, its texts and its date formats.

Read with expat in pieces. A document type is refused, because only an attack would have one.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from api.transfer.faults import SheetError

CHUNK = 64 * 1024
MAX_UNPACKED_BYTES = 1 << 29
MAX_SHARED_TEXT_BYTES = 1 << 27
LONGEST_TEXT = 32_768
"""Where a text is cut: one character more than a cell may hold, so that it is refused as such."""

LONGEST_FORMAT = 255

DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    LookupError,
    ValueError,
    RuntimeError,  # a compression or an encryption that zipfile does not know
    EOFError,
    OSError,
)
"""What a damaged archive can raise from zipfile, zlib, expat or our own reading of its parts."""
_DATE_FORMAT_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_IN_DATE_FORMATS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of a workbook: its name as people see it and its path in the archive."""

    name: str
    path: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """What has to be known before a worksheet can be read.

    `texts` are the shared strings, `date_styles` tells which cell styles show a date, and
    `is_1904` whether days are counted from 1904, as on old Macintoshes.
    """

    sheets: tuple[SheetPart, ...]
    texts: tuple[str, ...]
    date_styles: frozenset[int]
    is_1904: bool


def open_archive(archive: zipfile.ZipFile) -> Workbook:
    """Return the workbook in `archive`; SheetError when it is none, damaged or a zip bomb."""
    names = set(archive.namelist())
    if any(name.endswith("workbook.bin") for name in names):
        raise SheetError("sheet-xlsb")
    if "[Content_Types].xml" not in names or "_rels/.rels" not in names:
        raise SheetError("sheet-not-a-workbook")
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise SheetError("sheet-unpacks-too-large", limit=MAX_UNPACKED_BYTES)
    try:
        return _workbook(archive, names)
    except DAMAGES as error:
        raise SheetError("sheet-damaged") from error


def parsed(archive: zipfile.ZipFile, path: str, parser: expat.XMLParserType) -> Iterator[None]:
    """Feed `path` to `parser`, pausing after every piece; SheetError when it is damaged."""

    def refuse(*_: object) -> None:
        raise SheetError("sheet-damaged")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        with archive.open(path) as part:
            while piece := part.read(CHUNK):
                parser.Parse(piece)
                yield
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position only
    except DAMAGES as error:
        raise SheetError("sheet-damaged") from error
    yield


def local(name: str) -> str:
    """Return the name of an element without its namespace prefix."""
    return name.rpartition(":")[2]


def unescaped(text: str) -> str:
    """Return `text` with `_x000D_` and the like replaced by the characters they stand for."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    # Some programs write the halves of an emoji so; half of one alone is no character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _workbook(archive: zipfile.ZipFile, names: set[str]) -> Workbook:
    root = _relations(archive, "", names)
    path = dict(root.values())["officeDocument"]
    relations = _relations(archive, path, names)
    sheets: list[SheetPart] = []
    flags: list[bool] = []

    def start(name: str, attributes: Attributes) -> None:
        if local(name) == "sheet":
            [reference] = (v for k, v in attributes.items() if k.endswith(":id"))
            kind, target = relations.get(reference, ("", ""))
            if kind == "worksheet" and target in names:
                is_hidden = attributes.get("state", "visible") != "visible"
                sheets.append(SheetPart(attributes["name"], target, is_hidden))
        elif local(name) == "workbookPr":
            flags.append(attributes.get("date1904", "0") in {"1", "true", "on"})

    _read_all(archive, path, start)
    parts = dict(relations.values())
    texts = _shared_texts(archive, parts["sharedStrings"]) if "sharedStrings" in parts else ()
    styles = _date_styles(archive, parts["styles"]) if "styles" in parts else frozenset()
    return Workbook(tuple(sheets), texts, styles, is_1904=any(flags))


def _relations(archive: zipfile.ZipFile, path: str, names: set[str]) -> dict[str, tuple[str, str]]:
    """Return id to (kind, path) of what the part at `path` refers to."""
    folder, name = posixpath.split(path)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = (kind, target.lstrip("/"))

    if source in names:
        _read_all(archive, source, start)
    return found


def _shared_texts(archive: zipfile.ZipFile, path: str) -> tuple[str, ...]:
    if archive.getinfo(path).file_size > MAX_SHARED_TEXT_BYTES:
        raise SheetError("sheet-unpacks-too-large", limit=MAX_SHARED_TEXT_BYTES)
    texts: list[str] = []
    pieces: list[str] = []
    parser = expat.ParserCreate()

    phonetic: list[str] = []

    def start(name: str, _: Attributes) -> None:
        if local(name) == "rPh":
            phonetic.append(name)
        elif local(name) == "t" and not phonetic:
            parser.CharacterDataHandler = pieces.append

    def end(name: str) -> None:
        if local(name) == "t":
            parser.CharacterDataHandler = None
        elif local(name) == "rPh":
            phonetic.clear()
        elif local(name) == "si":
            texts.append(unescaped("".join(pieces)[:LONGEST_TEXT]))
            pieces.clear()

    _read_all(archive, path, start, end, parser)
    return tuple(texts)


def _date_styles(archive: zipfile.ZipFile, path: str) -> frozenset[int]:
    formats: dict[int, str] = {}
    styles: list[int] = []
    within: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        name = local(name)
        within.append(name)
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = attributes["formatCode"][:LONGEST_FORMAT]
        elif within[-2:] == ["cellXfs", "xf"]:
            styles.append(int(attributes.get("numFmtId", "0")))

    _read_all(archive, path, start, lambda _: within.pop())
    return frozenset(
        index
        for index, number_format in enumerate(styles)
        if number_format in _DATE_FORMAT_IDS or _shows_date(formats.get(number_format, ""))
    )


def _shows_date(number_format: str) -> bool:
    positive = _NOT_IN_DATE_FORMATS.sub("", number_format).split(";", 1)[0]
    return "general" not in positive.lower() and bool(
        re.search(r"[ymdhs]", positive, re.IGNORECASE)
    )


def _read_all(
    archive: zipfile.ZipFile,
    path: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], object] | None = None,
    parser: expat.XMLParserType | None = None,
) -> None:
    parser = parser or expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for _ in parsed(archive, path, parser):
        pass
