"""The CDNOW purchase log: what 23,570 people bought of a music shop in 1997 and 1998.

It lies in the wheel `lifetimes`, whose code is never imported.
"""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

CUSTOMERS = 23_570
PURCHASES = 69_659


def purchase_lines() -> list[tuple[str, str, str, str]]:
    """Return customer, date, quantity and amount of every purchase, as they were written."""
    folder = distribution("lifetimes").locate_file("lifetimes/datasets")
    text = (Path(str(folder)) / "CDNOW_master.txt").read_text("ascii")
    rows = [line.split() for line in text.splitlines()[1:]]
    return [(row[0], row[1], row[2], row[3]) for row in rows if row]


def customers_csv() -> bytes:
    """Return a sheet of everybody who bought something, with Chinese headers in GB18030."""
    references = dict.fromkeys(line[0] for line in purchase_lines())
    lines = ["客户编号,客户名称", *(f"{reference},顾客{reference}" for reference in references)]
    return "\r\n".join(lines).encode("gb18030")


def purchases_csv() -> bytes:
    """Return the purchases as a sheet with English headers in UTF-8 with BOM."""
    lines = ["customer,date,quantity,amount,currency"]
    lines += [",".join((*line, "USD")) for line in purchase_lines()]
    return "\n".join(lines).encode("utf-8-sig")
