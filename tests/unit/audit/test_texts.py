from __future__ import annotations

import re
from string import Formatter

import pytest

from domain.audit.report import SHOWN, Report, Verdict
from domain.audit.texts import PROOFS_OF_TAMPERING, TEXTS


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_tell_the_same_facts(code: str) -> None:
    chinese, english = TEXTS[code]

    assert fields(chinese) == fields(english)
    assert re.search("[一-鿿]", chinese)
    assert not re.search("[一-鿿]", english)


def test_a_report_comes_to_the_worst_it_found() -> None:
    report = Report()
    verdicts = [report.verdict]
    report.find("no-checkpoint")
    verdicts.append(report.verdict)
    report.find("gap", first=1, last=2)
    verdicts.append(report.verdict)

    assert verdicts == [Verdict.CLEAN, Verdict.UNTOLD, Verdict.TAMPERED]


def test_a_thousand_findings_of_a_kind_are_counted_and_not_listed() -> None:
    report = Report()
    for position in range(1_000):
        report.find("gap", first=position, last=position)
    lines = list(report.lines((1,)))

    assert len(lines) == SHOWN + 2
    assert lines[-2:] == ["... and 980 more of that kind (gap).", "Verdict: TAMPERED WITH."]


def test_codes_of_tampering_are_among_the_texts() -> None:
    assert set(TEXTS) >= PROOFS_OF_TAMPERING
