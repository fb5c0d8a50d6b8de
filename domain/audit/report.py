"""What a check has found, in words, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from domain.audit.texts import PROOFS_OF_TAMPERING, TEXTS

SHOWN = 20
"""How many findings of one kind are told one by one; the others are counted."""


class Verdict(IntEnum):
    """What it comes to; also the exit code."""

    CLEAN = 0
    TAMPERED = 1
    UNTOLD = 2


@dataclass(slots=True)
class Report:
    """Collects what is found wrong (`findings`) and what is worth knowing (`remarks`)."""

    findings: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def find(self, code: str, **values: Any) -> None:
        """Note something that is wrong, or that cannot be told."""
        self._counts[code] += 1
        if self._counts[code] <= SHOWN:
            self.findings.append((code, values))

    def remark(self, code: str, **values: Any) -> None:
        """Note something that is as it should be."""
        self.remarks.append((code, values))

    @property
    def verdict(self) -> Verdict:
        """Tampered with if anything shows that; else not to be told if anything is missing."""
        if PROOFS_OF_TAMPERING.intersection(self._counts):
            return Verdict.TAMPERED
        return Verdict.UNTOLD if self._counts else Verdict.CLEAN

    def lines(self, languages: tuple[int, ...]) -> Iterator[str]:
        """Yield the report in sentences, each in the `languages` asked for (0 中文, 1 English)."""
        for code, values in (*self.remarks, *self.findings):
            yield from _sentences(code, values, languages)
        for code, count in self._counts.items():
            if count > SHOWN:
                yield from _sentences("more", {"count": count - SHOWN, "code": code}, languages)
        yield from _sentences(self.verdict.name.lower(), {}, languages)


def _sentences(code: str, values: dict[str, Any], languages: tuple[int, ...]) -> Iterator[str]:
    for language in languages:
        yield TEXTS[code][language].format(**values)
