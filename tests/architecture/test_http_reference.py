from __future__ import annotations

from tests.support.http_reference import PAGE, page


def test_the_page_about_http_says_what_the_document_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.support.http_reference"
