"""Codes as RFC 6238 has them, and the address that apps read."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.second_factors import STEP_SECONDS, Enrolment, code_at

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of the vectors in RFC 6238, appendix B."""
    assert code_at(SECRET, seconds // STEP_SECONDS) == code


def test_an_app_reads_whose_secret_it_is_and_how_codes_are_made() -> None:
    enrolment = Enrolment(factor_id=uuid4(), secret=SECRET)

    assert enrolment.address("王芳@east") == (
        "otpauth://totp/Kezhi:%E7%8E%8B%E8%8A%B3%40east?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Kezhi&algorithm=SHA1&digits=6&period=30"
    )
    assert SECRET.decode() not in repr(enrolment)
