"""Settings of the signer: who else is to hold what it signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from domain.settings import SettingsError, read


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderSettings:
    """Who outside holds what the signer signs.

    KEZHI_CHECKPOINT_MAIL_TO: an address outside, such as an auditor's, that gets a checkpoint a
    day.
    KEZHI_CHECKPOINT_WEBHOOK_URL: an address that is told of a new one, at most every five minutes.
    KEZHI_CHECKPOINT_WEBHOOK_SECRET_FILE: a file whose first line signs those calls (whsec_...).
    """

    mail_to: str = ""
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; SettingsError says which one cannot be used."""
        settings = cls(
            mail_to=read(environment, "KEZHI_CHECKPOINT_MAIL_TO", str, ""),
            webhook_url=read(environment, "KEZHI_CHECKPOINT_WEBHOOK_URL", str, ""),
            webhook_secret=read(
                environment, "KEZHI_CHECKPOINT_WEBHOOK_SECRET_FILE", _first_line, ""
            ),
        )
        if bool(settings.webhook_url) != bool(settings.webhook_secret):
            raise SettingsError(
                "KEZHI_CHECKPOINT_WEBHOOK_URL and KEZHI_CHECKPOINT_WEBHOOK_SECRET_FILE belong"
                " together: set both, or none"
            )
        return settings


def _first_line(text: str) -> str:
    try:
        return Path(text).expanduser().read_text("utf-8").splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise ValueError(f"its first line cannot be read: {error}") from error
