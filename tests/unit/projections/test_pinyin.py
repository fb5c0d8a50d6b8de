from __future__ import annotations

import subprocess
import sys

import pytest

from domain.card import CardSource, Verification
from domain.grade import DealStage, Demand, Importance
from projections.pinyin import MAX_READINGS, readings, sorting_key


def spelled(text: str) -> list[str]:
    return ["".join(syllables) for syllables in readings(text)]


@pytest.mark.parametrize(
    ("name", "likeliest", "others"),
    [
        ("单田芳", "shantianfang", {"dantianfang"}),
        ("曾国藩", "zengguofan", {"cengguofan"}),
        ("仇英", "qiuying", {"chouying"}),
        ("朴树", "piaoshu", {"pushu"}),
        ("解晓东", "xiexiaodong", {"jiexiaodong"}),
        ("吕布", "lvbu", set()),
        ("欧阳锋", "ouyangfeng", set()),
    ],
)
def test_a_surname_is_read_as_one_and_in_every_other_way(
    name: str, likeliest: str, others: set[str]
) -> None:
    assert spelled(name)[0] == likeliest
    assert others <= set(spelled(name))


def test_a_word_is_read_as_the_phrase_has_it_wherever_it_stands() -> None:
    assert "chongqinghuoguo" in spelled("重庆火锅")
    assert spelled("中国重庆长安") == ["zhongguochongqingchangan"]
    assert spelled("交通银行") == ["jiaotongyinhang"]


def test_letters_digits_and_unknown_characters_stand_for_themselves() -> None:
    assert spelled("ibm中国") == ["ibmzhongguo"]
    assert spelled("7天") == ["7tian"]
    assert spelled("Ω") == ["Ω"]
    assert readings("") == []
    assert sorting_key("") == ""


def test_no_name_has_more_readings_than_are_kept() -> None:
    every = map(chr, range(0x4E00, 0x9FA6))

    assert max(len(readings(character)) for character in every) <= MAX_READINGS


def test_names_sort_by_sound_and_a_shorter_syllable_first() -> None:
    names = ["安心", "单雄信", "商鞅", "王五", "魏延", "张三", "张三丰", "曾国藩"]
    book = ["安心", "单雄信", "商鞅", "王五", "魏延", "曾国藩", "张三", "张三丰"]

    assert sorted(names, key=sorting_key) == book


def test_the_dictionaries_are_not_loaded_by_who_only_asks() -> None:
    program = (
        "import sys\n"
        "import projections.bootstrap, projections.registry\n"
        "sys.exit('pypinyin' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("axis", [DealStage, Importance, Demand, CardSource, Verification])
def test_the_first_letter_tells_the_values_of_an_axis_apart(axis: type[DealStage]) -> None:
    letters = {value[0] for value in axis}

    assert len(letters) == len(axis)
