from __future__ import annotations

import hmac

import pytest

from domain.keyed_hash import KeyedHash, keyed_hash


@pytest.mark.parametrize("key_bytes", [0, 1, 32, 63, 64, 65, 200])
@pytest.mark.parametrize("message_bytes", [0, 1, 63, 64, 65, 5_000])
def test_the_code_is_the_one_of_the_standard_library(key_bytes: int, message_bytes: int) -> None:
    key, message = bytes(range(200))[:key_bytes], b"x" * message_bytes

    assert KeyedHash(key).digest(message) == hmac.digest(key, message, "sha256")


def test_one_key_serves_many_messages() -> None:
    shared = keyed_hash(b"secret")

    codes = [shared.digest(message) for message in (b"a", b"b", b"a")]

    assert codes == [hmac.digest(b"secret", m, "sha256") for m in (b"a", b"b", b"a")]
    assert keyed_hash(b"secret") is shared
