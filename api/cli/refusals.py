"""What a command says when it is not carried out, and the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from eventsourcing import persistence

from api.messages import CATALOGUE, Language, say
from api.transfer.faults import SheetError
from domain.errors import CareError
from domain.eventstore.keys import KeyFileError
from domain.eventstore.server_account import EngineError
from domain.settings import SettingsError

REFUSED = 1
MISUSED = 2
AWAY = 3

_UNUSABLE = (SettingsError, KeyFileError, EngineError)
_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    persistence.OperationalError,
    # A list that is still being built.
    psycopg.errors.UndefinedTable,
)


class RefusedError(Exception):
    """A command cannot be carried out; `code` names a text of the catalogue, `fields` fill it."""

    def __init__(self, code: str, **fields: object) -> None:
        """Keep what the sentence is made of."""
        super().__init__(code)
        self.code = code
        self.fields = fields


def exit_code(error: Exception) -> int | None:
    """Return the exit code for an error; None for a failure of ours, which is to be seen."""
    if isinstance(error, (CareError, RefusedError)):
        return REFUSED
    if isinstance(error, (*_UNUSABLE, SheetError)):
        return MISUSED
    return AWAY if isinstance(error, _AWAY) else None


def sentence(error: Exception, language: Language) -> str:
    """Return what a person is told of an error that has an exit code."""
    if isinstance(error, (CareError, RefusedError)):
        return _of_refusal(error.code, error.fields, language)
    if isinstance(error, SheetError):
        return _of_refusal(error.code, error.values, language)
    if isinstance(error, _UNUSABLE):
        return str(error)
    return say("server-away", language, {"error": " ".join(str(error).split())})


def _of_refusal(code: str, fields: Mapping[str, object], language: Language) -> str:
    text = say(code if code in CATALOGUE else "refused", language, fields)
    if "problem" not in fields:
        return text
    problem = f"problem-{fields['problem']}"
    told = say(problem, language, fields) if problem in CATALOGUE else str(fields["problem"])
    colon, gap = ("：", "") if language is Language.CHINESE else (": ", " ")
    return f"{text}{gap}{fields.get('field', '')}{colon}{told}"
