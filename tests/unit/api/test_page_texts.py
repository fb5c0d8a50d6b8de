from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.messages import Language
from api.pages.files import files
from api.pages.wording import Wording
from api.texts.page_audit import PAGE_AUDIT_TEXTS
from api.texts.page_care import PAGE_CARE_TEXTS
from api.texts.page_forms import PAGE_FORM_TEXTS
from api.texts.page_inbox import PAGE_INBOX_TEXTS
from api.texts.page_lists import PAGE_LIST_TEXTS
from api.texts.page_settings import PAGE_SETTINGS_TEXTS
from api.texts.page_transfer import PAGE_TRANSFER_TEXTS
from api.texts.pages import PAGE_TEXTS

API = Path(__file__).parents[3] / "api"
TEMPLATES = sorted((API / "templates" / "pages").glob("*.html"))
SCRIPTS = sorted((API / "static" / "pages").glob("*.js"))

MADE_UP = {
    "activity-", "burnt-", "campaign-", "care-", "clock-", "decided-", "delimiter-", "field-",
    "figure-", "format-", "go-", "grade-", "grant-", "guest-", "import-", "kind-", "ladder-",
    "mark-", "message-", "nav-", "order-", "segment-", "sheet-", "span-", "step-", "tab-", "theme-",
    "through-", "told-", "trial-", "verdict-", "words-", "work-",
}  # fmt: skip
"""How the codes begin that are put together with a value."""


WITHOUT_WORDS = {"go-today", "go-roster", "go-pool", "go-complaints", "go-care", "go-workload",
    "go-audit", "go-inbox", "regraded", "comma"}  # fmt: skip
"""Keys, and what consists of values alone."""


def codes_in(text: str) -> set[str]:
    return set(re.findall(r"""(?<![\w-])['"]([a-z]+(?:-[a-zA-Z_]+)*)['"]""", text))


def test_no_two_texts_have_one_code() -> None:
    codes = [
        *PAGE_AUDIT_TEXTS,
        *PAGE_CARE_TEXTS,
        *PAGE_FORM_TEXTS,
        *PAGE_INBOX_TEXTS,
        *PAGE_LIST_TEXTS,
        *PAGE_SETTINGS_TEXTS,
        *PAGE_TRANSFER_TEXTS,
    ]

    assert sorted(codes) == sorted(set(codes))


def test_every_text_is_there_in_both_languages_with_the_same_values() -> None:
    for code, (chinese, english) in PAGE_TEXTS.items():
        assert set(re.findall(r"\{(\w+)\}", chinese)) == set(re.findall(r"\{(\w+)\}", english)), (
            code
        )
        assert not re.search(r"[一-鿿，。：、]", english), code
        assert re.search(r"[一-鿿]", chinese) or code in WITHOUT_WORDS, code


def test_every_text_that_a_page_says_is_worded() -> None:
    said = {
        code
        for template in TEMPLATES
        for code in re.findall(r"\b[tn]\('([\w-]+)'[,)]", template.read_text("utf-8"))
    }

    assert said - set(PAGE_TEXTS) == set()


def test_no_text_is_left_over() -> None:
    sources = [*TEMPLATES, *SCRIPTS, *sorted((API / "pages").glob("*.py"))]
    used = set().union(*(codes_in(source.read_text("utf-8")) for source in sources))
    left = {
        code
        for code in PAGE_TEXTS
        if code.removesuffix("-one") not in used and not code.startswith(tuple(MADE_UP))
    }

    assert left == set()


def test_a_key_that_somebody_may_choose_is_never_written_down_as_the_usual_one() -> None:
    fixed = {"Ctrl K", "Enter", "Esc", "Shift A", "E", "{{ key.key }}"}
    shown = {
        key for each in TEMPLATES for key in re.findall("<kbd>(.*?)</kbd>", each.read_text("utf-8"))
    }

    assert {key for key in shown - fixed if not re.match(r"\{\{ (k\(|t\('go-)", key)} == set()


@pytest.mark.parametrize("template", [each for each in TEMPLATES if each.name[0] != "_"], ids=str)
def test_pages_stay_small(template: Path) -> None:
    frame = TEMPLATES[0].parent / "base.html"
    named = set(re.findall(r"asset\('([\w.]+)'\)", template.read_text("utf-8")))
    named |= set(re.findall(r"asset\('([\w.]+)'\)", frame.read_text("utf-8")))
    sent = set()
    while named - sent:
        name = (named - sent).pop()
        sent.add(name)
        named |= set(re.findall(r'^import .*"\./(\w+\.js)"', files()[name].decode(), re.MULTILINE))

    def size(ending: str) -> int:
        return sum(len(files()[name]) for name in sent if name.endswith(ending))

    assert size("js") <= 25_000
    assert size("css") <= 15_000


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 3, 2), "今天", "today"),
        (date(2026, 3, 1), "昨天", "yesterday"),
        (date(2026, 2, 20), "10 天前", "10 days ago"),
        (date(2026, 3, 5), "3 天后", "in 3 days"),
        (None, "从未", "never"),
    ],
)
def test_days_are_said_as_people_count_them(day: date | None, chinese: str, english: str) -> None:
    monday, zone = date(2026, 3, 2), ZoneInfo("Asia/Shanghai")

    assert Wording(Language.CHINESE, zone, monday).since(day) == chinese
    assert Wording(Language.ENGLISH, zone, monday).since(day) == english


def test_instants_are_said_in_the_zone_of_the_reader_and_phones_as_they_are_read_aloud() -> None:
    wording = Wording(Language.ENGLISH, ZoneInfo("Asia/Shanghai"), date(2026, 3, 2))

    assert wording.moment(datetime(2025, 12, 31, 17, 5, tzinfo=UTC)) == "Thu 1 Jan 01:05"
    assert wording.day(date(2025, 12, 31)) == "Wed 31 Dec 2025"
    assert wording.duration(3 * 3600 + 125) == "3 h 2 min"
    assert wording.phone("+8613800138000") == "138 0013 8000"
    assert wording.phone("+442079460958") == "+44 20 7946 0958"
