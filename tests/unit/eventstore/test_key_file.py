"""The master key file: made once, read by the service only, never replaced in silence."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from domain.eventstore.keys import KeyFileError, MasterKeys
from tests.support.programs import a_program

CREATOR = """
import sys
from pathlib import Path
from domain.eventstore.keys import MasterKeys

print("ready", flush=True)
sys.stdin.read()
print(MasterKeys.create(Path(sys.argv[1])).signing.hex(), flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "master.json"


def test_a_fresh_file_is_for_the_service_only_and_leaves_nothing_beside_it(path: Path) -> None:
    keys = MasterKeys.create(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert MasterKeys.read(path) == keys
    assert len({keys.wrapping[keys.current], keys.signing, keys.blinding}) == 3


def test_a_file_that_is_there_is_kept(path: Path) -> None:
    keys = MasterKeys.create(path)

    assert MasterKeys.create(path) == keys


def test_processes_that_start_at_once_agree_on_the_keys(path: Path) -> None:
    with ExitStack() as stack:
        creators = [stack.enter_context(a_program(CREATOR, path)) for _ in range(6)]
        assert [creator.says() for creator in creators] == ["ready"] * 6
        for creator in creators:
            creator.hear()
        told = {creator.says() for creator in creators}

    assert told == {MasterKeys.read(path).signing.hex()}
    assert list(path.parent.iterdir()) == [path]


def test_threads_that_start_at_once_agree_on_the_keys(path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = list(threads.map(MasterKeys.create, [path] * 64))

    assert all(k == keys[0] for k in keys)
    assert list(path.parent.iterdir()) == [path]


def test_no_secret_is_shown_when_the_keys_are_printed(path: Path) -> None:
    keys = MasterKeys.create(path)

    for secret in (keys.wrapping[1], keys.signing, keys.blinding):
        assert str(secret) not in repr(keys)
        assert base64.b64encode(secret).decode() not in repr(keys)


def test_a_missing_file_says_what_to_do_in_two_languages(path: Path) -> None:
    with pytest.raises(KeyFileError) as caught:
        MasterKeys.read(path)

    assert str(path) in str(caught.value)
    assert "restore it from its backup" in str(caught.value)
    assert "请从备份中恢复" in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(KeyFileError, match="cannot be read"):
        MasterKeys.read(path)


def _without(name: str) -> Any:
    return lambda content: {k: v for k, v in content.items() if k != name}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: [], id="a list"),
        pytest.param(lambda _: None, id="null"),
        pytest.param(lambda _: "keys", id="a text"),
        *[pytest.param(_without(n), id=f"no {n}") for n in ("wrapping", "current", "signing")],
        pytest.param(lambda c: {**c, "signing": c["signing"][:-8]}, id="a short key"),
        pytest.param(lambda c: {**c, "signing": c["signing"] + "QUFB"}, id="a long key"),
        pytest.param(lambda c: {**c, "blinding": "not base64!"}, id="no base64"),
        pytest.param(lambda c: {**c, "blinding": 7}, id="a number for a key"),
        pytest.param(lambda c: {**c, "wrapping": {}}, id="no master key"),
        pytest.param(lambda c: {**c, "wrapping": [c["signing"]]}, id="a list of keys"),
        pytest.param(lambda c: {**c, "wrapping": {"one": c["signing"]}}, id="a version by name"),
        pytest.param(lambda c: {**c, "current": 2}, id="a current key that is not there"),
        pytest.param(lambda c: {**c, "current": None}, id="no current version"),
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(path: Path, damage: Any) -> None:
    MasterKeys.create(path)
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    content = path.read_bytes()
    for use in (MasterKeys.read, MasterKeys.create):
        with pytest.raises(KeyFileError, match="is damaged"):
            use(path)

    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b'{"wrapping"'])
def test_a_file_that_is_not_even_json_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="is damaged"):
        MasterKeys.create(path)

    assert path.read_bytes() == content
