from __future__ import annotations

import json
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.characters import FORBIDDEN
from api.strict_json import MAX_DEPTH, MAX_VALUES, JsonRefusedError, loads

TEXT = st.text().filter(lambda text: not FORBIDDEN.search(text))
DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


def _refused(raw: bytes) -> str:
    with pytest.raises(JsonRefusedError) as refused:
        loads(raw)
    return refused.value.code


def _in_nfc(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_in_nfc(item) for item in value]
    if isinstance(value, dict):
        return {_in_nfc(key): _in_nfc(item) for key, item in value.items()}
    return value


@given(DOCUMENTS, st.sampled_from(["escaped", "raw"]), st.sampled_from([None, 1]))
def test_every_clean_document_is_read_as_written(
    document: object, escaped: str, indent: int | None
) -> None:
    expected = _in_nfc(document)
    raw = json.dumps(expected, ensure_ascii=escaped == "escaped", indent=indent).encode()

    assert loads(raw) == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_break(raw: bytes) -> None:
    with suppress(JsonRefusedError):
        loads(raw)


@given(st.text(alphabet='[]{},:"\\0123456789eE+-.uUnN aftrlsyI', max_size=60))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    with suppress(JsonRefusedError):
        loads(text.encode())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body-malformed"),
        (b"{", "body-malformed"),
        (b'{"a":1}x', "body-malformed"),
        (b"{'a':1}", "body-malformed"),
        (b'{"a":01}', "body-malformed"),
        ('{"a":７}'.encode(), "body-malformed"),
        (b'{"a":"\t"}', "body-malformed"),
        (b'{"a":"\\x"}', "body-malformed"),
        (b"\xef\xbb\xbf{}", "body-not-utf-8"),
        ('{"a":1}'.encode("utf-16"), "body-not-utf-8"),
        ('{"a":"王"}'.encode("gb18030"), "body-not-utf-8"),
        (b'{"a":"\xed\xa0\x80"}', "body-not-utf-8"),
        (b"[" * 30_000, "body-too-deep"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "body-too-deep"),
        (b"[" + b"0," * MAX_VALUES + b"0]", "body-too-many-values"),
        (b'{"a":1,"b":2,"a":3}', "body-duplicate-key"),
        (b'{"o":[{"a":1,"\\u0061":2}]}', "body-duplicate-key"),
        ('{"é":1,"e\u0301":2}'.encode(), "body-duplicate-key"),
        (b'{"n":' + b"9" * 19 + b"}", "body-number-out-of-range"),
        (b'{"n":' + b"9" * 4_000 + b"}", "body-number-out-of-range"),
        (b'{"n":1e400}', "body-number-out-of-range"),
        (b'{"n":NaN}', "body-number-out-of-range"),
        (b'{"n":-Infinity}', "body-number-out-of-range"),
        (b'{"a":"\\u0000"}', "body-forbidden-character"),
        (b'{"\\u0000":1}', "body-forbidden-character"),
        (b'{"a":["\\r\\n"]}', "body-forbidden-character"),
        (b'{"a":"\x7f"}', "body-forbidden-character"),
        (b'{"a":"\\ud800"}', "body-forbidden-character"),
        ('{"a":"\u202egnp.exe"}'.encode(), "body-forbidden-character"),
        ('{"a":"\u2066"}'.encode(), "body-forbidden-character"),
        ('{"a":"\ufdd0"}'.encode(), "body-forbidden-character"),
        ('{"a":"\U0010ffff"}'.encode(), "body-forbidden-character"),
    ],
)
def test_what_has_no_single_meaning_is_refused_by_name(raw: bytes, code: str) -> None:
    assert _refused(raw) == code


def test_the_deepest_and_the_longest_document_allowed_are_read() -> None:
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    longest = b"[" + b"0," * (MAX_VALUES - 2) + b"0]"

    assert loads(deepest)
    assert len(loads(longest)) == MAX_VALUES - 1


def test_brackets_and_commas_inside_text_are_not_counted() -> None:
    text = "[{," * 15_000

    assert loads(json.dumps({"notes": text}).encode()) == {"notes": text}


def test_a_text_that_never_ends_is_refused_in_linear_time() -> None:
    assert _refused(b'["' + b'\\"[' * 300_000) == "body-malformed"


def test_tab_line_feed_and_characters_beyond_the_first_plane_are_text_like_any_other() -> None:
    raw = '{"a":"一\\n二\\t𠮷 \\ud842\\udfb7😀"}'.encode()

    assert loads(raw) == {"a": "一\n二\t𠮷 𠮷😀"}


def test_text_comes_out_composed() -> None:
    assert loads('{"a":"Cafe\u0301"}'.encode()) == {"a": "Café"}


def test_spread_out_documents_may_use_any_line_ends_between_values() -> None:
    assert loads(b'{\r\n\t"a": 1\r\n}') == {"a": 1}


def test_the_place_of_the_mistake_is_told() -> None:
    with pytest.raises(JsonRefusedError) as refused:
        loads(b'{\n "a": ?}')

    assert refused.value.values == {"line": 2, "column": 7}
