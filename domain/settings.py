"""How settings are read (设置): from a mapping, each once, and none that nobody knows.

An entry point wraps `os.environ` in an `Environment`, lets every layer read its own settings, and
then calls `refuse_unknown()`, so a misspelt name is an error and not a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

PREFIX = "KEZHI_"

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting cannot be used; the message names it, says why and what to write instead."""


class Environment(Mapping[str, str]):
    """The variables of a process; remembers which of them anybody asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Offer `variables`."""
        self._variables = variables
        self._known: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self._known.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def refuse_unknown(self) -> None:
        """Raise SettingsError when a variable with our prefix is one that nobody asked for."""
        for name in sorted(self._variables):
            if name.startswith(PREFIX) and name not in self._known:
                ours = [known for known in self._known if known.startswith(PREFIX)]
                meant = get_close_matches(name, ours, n=1)
                hint = f"; did you mean {meant[0]}?" if meant else ""
                raise SettingsError(f"{name} is not a setting of Kezhi{hint}")


def read(mapping: Mapping[str, str], name: str, parse: Callable[[str], T], default: T) -> T:
    """Return the setting `name` as `parse` understands it, `default` when it is unset or empty.

    Raises SettingsError with what `parse` said in its ValueError. The value itself is not shown,
    for it may hold a password.
    """
    text = mapping.get(name, "").strip()
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"{name} cannot be used: {error}") from None


def first_line(name: str) -> str:
    """Return the secret in the first line of a file; ValueError when there is none to read."""
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file cannot be read: {error}") from error
    if not lines or not lines[0]:
        raise ValueError("the file is empty; its first line is used")
    return lines[0]
