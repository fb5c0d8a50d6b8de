from __future__ import annotations

import ast
import copy
import inspect
import re
from datetime import date
from pathlib import Path

import pytest
from marshmallow import ValidationError, fields

import domain.errors
from api.messages import CATALOGUE, Language, Phrase, detail, say, title
from api.texts.words import WORDS
from domain.channel import Channel
from workers.manners import MANNERS


def test_every_text_names_the_same_values_in_both_languages() -> None:
    for code, (chinese, english) in CATALOGUE.items():
        named = [set(re.findall(r"\{(\w+)\}", text)) for text in (chinese, english)]

        assert named[0] == named[1], code


def test_titles_name_no_values_so_that_they_never_change() -> None:
    for code in CATALOGUE:
        if not code.startswith(("field-", "parameter-", "problem-", "row-", "cell-")):
            assert "{" not in title(code, Language.CHINESE) + title(code, Language.ENGLISH), code


def test_no_chinese_text_is_left_untranslated() -> None:
    for code, (chinese, english) in CATALOGUE.items():
        assert re.search(r"[一-鿿]", chinese), code
        assert not re.search(r"[一-鿿]", english), code


def test_every_refusal_of_the_domain_has_a_text() -> None:
    codes = {
        error.code
        for _, error in inspect.getmembers(domain.errors, inspect.isclass)
        if issubclass(error, domain.errors.CareError)
    }

    assert codes - set(CATALOGUE) == set()


def test_every_problem_that_the_domain_names_has_a_text() -> None:
    folder = Path(domain.errors.__file__).parent
    named = {
        f"problem-{keyword.value.value}"
        for source in folder.rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "problem" and isinstance(keyword.value, ast.Constant)
    }

    assert named - set(CATALOGUE) == set()


def test_values_are_said_in_the_language_of_the_sentence() -> None:
    values = {"field": "phone"}

    assert "相同的电话" in detail("duplicate-customer", Language.CHINESE, values)
    assert "the same phone" in detail("duplicate-customer", Language.ENGLISH, values)


def test_several_values_dates_and_missing_ones_are_readable() -> None:
    assert say("field-not-choice", Language.CHINESE, {"choices": ["A", "B"]}) == "只能是：A、B。"
    assert (
        say("field-out-of-range", Language.ENGLISH, {"minimum": date(2026, 1, 1)})
        == "This must lie between 2026-01-01 and …."
    )


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_a_name_in_both_languages(channel: Channel) -> None:
    chinese, english = WORDS.get(f"channel.{channel}") or WORDS[channel]

    assert not chinese.isascii()
    assert "_" not in english


@pytest.mark.parametrize("kind", MANNERS)
def test_every_kind_of_message_has_a_name_in_both_languages(kind: str) -> None:
    chinese, english = WORDS[f"message.{kind}"]

    assert not chinese.isascii()
    assert "_" not in english


def test_braces_in_a_value_are_only_text() -> None:
    assert "{0.__class__}" in say("body-duplicate-key", Language.ENGLISH, {"key": "{0.__class__}"})


def test_an_unknown_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        say("no-such-code", Language.ENGLISH)


def test_a_phrase_survives_marshmallow_with_the_values_added_there() -> None:
    field = fields.Field(error_messages={"long": Phrase("field-too-long")})

    [message] = field.make_error("long", maximum=40).messages

    assert message == "At most 40 characters are kept."
    assert isinstance(message, Phrase)
    assert message.translated(Language.CHINESE) == "最多 40 个字符。"


def test_a_phrase_can_be_copied() -> None:
    phrase = Phrase("field-too-long", maximum=40)

    assert (
        copy.deepcopy(ValidationError([phrase]).messages)[0].translated(Language.CHINESE)
        == "最多 40 个字符。"
    )
