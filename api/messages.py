"""What people read: one wording in Chinese and English for every code.

The texts stand in `api.texts`. A text may hold several sentences: the first is the title and names
no values, so that it stays the same for every occurrence (RFC 9457 §3.1.3); the rest is the detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum, StrEnum
from typing import Self

from api.texts.commands import COMMAND_TEXTS
from api.texts.domain import DOMAIN_TEXTS
from api.texts.due import DUE_TEXTS
from api.texts.fields import FIELD_TEXTS
from api.texts.http import HTTP_TEXTS
from api.texts.names import NAMES
from api.texts.pool import POOL_TEXTS
from api.texts.processes import PROCESS_TEXTS
from api.texts.sheets import SHEET_TEXTS
from api.texts.why import WHY_TEXTS
from api.texts.words import WORDS


class Language(StrEnum):
    """The languages Kezhi speaks, by their tag (RFC 5646)."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


CATALOGUE: Mapping[str, tuple[str, str]] = {
    **HTTP_TEXTS,
    **DOMAIN_TEXTS,
    **DUE_TEXTS,
    **POOL_TEXTS,
    **WHY_TEXTS,
    **FIELD_TEXTS,
    **SHEET_TEXTS,
    **PROCESS_TEXTS,
    **COMMAND_TEXTS,
}
"""Code to (Chinese, English). A code says the same wherever it is used."""


def say(code: str, language: Language, values: Mapping[str, object] | None = None) -> str:
    """Return the whole text of `code`; a value that is missing shows as an ellipsis.

    Raises KeyError for a code that nobody has worded: a test compares codes and catalogue.
    """
    chinese, english = CATALOGUE[code]
    template = chinese if language is Language.CHINESE else english
    return template.format_map(_Words(values or {}, language))


def title(code: str, language: Language) -> str:
    """Return the first sentence of `code`, without its full stop."""
    return _split(code, language)[0]


def detail(code: str, language: Language, values: Mapping[str, object] | None = None) -> str:
    """Return what follows the title, or an empty string when the title says it all."""
    rest = _split(code, language)[1]
    return rest.format_map(_Words(values or {}, language))


class Phrase(str):
    """A sentence of the catalogue that passes for its English text and still knows its Chinese.

    marshmallow carries messages as strings; one of these survives the way through it, and the
    values that a field adds by `format` are kept.
    """

    __slots__ = ("code", "values")

    code: str
    values: dict[str, object]

    def __new__(cls, code: str, /, **values: object) -> Self:
        """Return the sentence of `code` about `values`."""
        phrase = super().__new__(cls, say(code, Language.ENGLISH, values))
        phrase.code = code
        phrase.values = values
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.code,), self.values

    def format(self, *_args: object, **values: object) -> Phrase:
        """Return the same sentence about more values."""
        return Phrase(self.code, **{**self.values, **values})

    def translated(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return say(self.code, language, self.values)


class _Words(dict[str, object]):
    """Values as the words of one language, for `str.format_map`."""

    def __init__(self, values: Mapping[str, object], language: Language) -> None:
        super().__init__(values)
        self._language = language

    def __getitem__(self, key: str) -> str:
        value = super().get(key, "…")
        known = WORDS.get(f"{key}.{value}") if isinstance(value, str) else None
        if known is not None:
            return known[0 if self._language is Language.CHINESE else 1]
        return self._word(value)

    def _word(self, value: object) -> str:
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, str):
            chinese, english = NAMES.get(value, (value, value))
            return chinese if self._language is Language.CHINESE else english
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Iterable):
            separator = "、" if self._language is Language.CHINESE else ", "
            return separator.join(self._word(each) for each in value)
        return str(value)


def _split(code: str, language: Language) -> tuple[str, str]:
    chinese, english = CATALOGUE[code]
    if language is Language.CHINESE:
        head, _, rest = chinese.partition("。")
        return head, rest
    head, _, rest = english.partition(".")
    return head, rest.lstrip()
