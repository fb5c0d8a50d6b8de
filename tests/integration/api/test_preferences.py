"""How somebody likes the pages, chosen over HTTP; his keys above all."""

from __future__ import annotations

from typing import Any

import pytest

from api.shortcuts import SHORTCUTS
from tests.support.http import Caller, Front
from tests.support.problems import problem_of

USUAL = {action: each.key for action, each in SHORTCUTS.items()}


def chosen(caller: Caller, **preferences: Any) -> dict[str, Any]:
    answer = caller.patch("/me/preferences", preferences)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def test_whoever_has_chosen_nothing_has_the_usual_keys(chen: Caller) -> None:
    assert chen.get("/me/preferences").get_json() == {
        "language": "",
        "theme": "auto",
        "zone": "",
        "has_keys": True,
        "keys": USUAL,
    }


def test_each_chooses_for_himself_and_what_is_left_out_stays(
    front: Front, chen: Caller, li: Caller
) -> None:
    before = front.head

    chosen(chen, keys={"skip": "w", "up": "i"}, theme="dark")
    chosen(chen, language="en")

    assert chen.get("/me/preferences").get_json() == {
        "language": "en",
        "theme": "dark",
        "zone": "",
        "has_keys": True,
        "keys": {**USUAL, "skip": "w", "up": "i"},
    }
    assert li.get("/me/preferences").get_json()["keys"] == USUAL
    assert front.head == before


def test_what_was_read_can_be_sent_back_and_nothing_gives_the_usual_keys_back(
    chen: Caller,
) -> None:
    mine = chosen(chen, keys={"undo": "s", "skip": "u"})

    assert chosen(chen, **mine) == mine
    assert chosen(chen, keys={})["keys"] == USUAL


@pytest.mark.parametrize(
    ("wrong", "pointer", "said"),
    [
        ({"keys": {"skip": "Shift+S"}}, "/keys/skip", "one small letter or sign"),
        ({"keys": {"skip": "3"}}, "/keys/skip", "one small letter or sign"),
        ({"keys": {"skip": "n"}}, "/keys/skip", "n is already the key of record"),
        ({"keys": {"jump": "w"}}, "/keys/jump", "no such field"),
        ({"zone": "Mars/Olympus"}, "/zone", "not valid"),
        ({"theme": "pink"}, "/theme", "one of"),
    ],
)
def test_what_nobody_can_have_is_refused_and_nothing_is_kept(
    chen: Caller, wrong: dict[str, Any], pointer: str, said: str
) -> None:
    answer = chen.patch("/me/preferences", {"has_keys": False, **wrong})
    problem = problem_of(answer, 422, "invalid")

    (error,) = problem["errors"]
    assert error["pointer"] == pointer
    assert said in error["message"]
    assert chen.get("/me/preferences").get_json()["has_keys"] is True
