"""Makes the verifier one file that runs wherever Python and `cryptography` are.

The file is a zip archive that Python runs (PEP 441): whoever wants to read it unpacks it. Made from
the same source it is the same to the byte, so its SHA-256 can be published.
"""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files

NAME = "kezhi-audit.pyz"
_FIRST_LINE = b"#!/usr/bin/env python3\n"
_START = "from domain.audit.__main__ import main\n\nmain()\n"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def one_file() -> bytes:
    """Return the verifier as one file."""
    sources = {"__main__.py": _START, "domain/__init__.py": ""}
    for source in sorted(files("domain.audit").iterdir(), key=lambda each: each.name):
        if source.name.endswith(".py"):
            sources[f"domain/audit/{source.name}"] = source.read_text("utf-8")
    made = io.BytesIO(_FIRST_LINE)
    made.seek(0, io.SEEK_END)
    with zipfile.ZipFile(made, "a") as archive:
        for name, text in sources.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), text)
    return made.getvalue()
