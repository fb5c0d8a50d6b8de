"""The greetings policy: who is greeted on which days, when, by what means and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from hashlib import blake2b
from uuid import UUID

from domain.calendars.festivals import FESTIVALS
from domain.calendars.wall_time import LocalTime, zone_named
from domain.care_choices import TO_CUSTOMERS, TextLanguage
from domain.channel import Channel
from domain.errors import InvalidError
from domain.occasion import OccasionKind
from domain.policies.courtesies import CourtesyKind, CourtesyRule
from domain.template import fill, require_tidy, require_words

VARIABLES = frozenset({"name", "company", "festival", "owner", "year"})
"""What a template may name, in double braces: the customer, his company, the festival in the
language of the text, who looks after him, and the number of the year."""

LONGEST_QUIET = 90

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingTemplate:
    """The words of a greeting on an occasion, in one language.

    `occasion` is a kind of occasion, or one festival as `festival:mid_autumn`, which goes before
    the words for all festivals. `subject` is for mail only; short messages fill the
    template that their provider has approved.
    """

    occasion: str
    language: TextLanguage
    subject: str
    body: str

    def __post_init__(self) -> None:
        """Refuse words for no occasion, and variables that nobody could fill."""
        kind, _, festival = self.occasion.partition(":")
        if kind not in set(OccasionKind) or (festival and festival not in FESTIVALS):
            raise InvalidError(field="templates", problem="unknown-occasion", value=self.occasion)
        require_words("templates", self.subject, self.body, VARIABLES)

    def fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and body with the variables filled; what is not known is left out."""
        return fill(self.subject, values), fill(self.body, values)


def _defaults() -> tuple[GreetingTemplate, ...]:
    words = (
        (
            "birthday", "zh", "{{name}}，生日快乐",
            "{{name}}，您好！祝您生日快乐，万事顺意。{{owner}}",
        ),
        (
            "birthday", "en", "Happy birthday, {{name}}",
            "Dear {{name}}, we wish you a very happy birthday. {{owner}}",
        ),
        (
            "company_day", "zh", "祝贺{{company}}",
            "{{name}}，您好！值此{{company}}成立纪念日，谨致祝贺。{{owner}}",
        ),
        (
            "company_day", "en", "Congratulations to {{company}}",
            "Dear {{name}}, congratulations on the anniversary of {{company}}. {{owner}}",
        ),
        (
            "festival", "zh", "{{festival}}快乐",
            "{{name}}，您好！{{festival}}将至，谨致问候，祝您阖家安康。{{owner}}",
        ),
        (
            "festival", "en", "Best wishes for the {{festival}}",
            "Dear {{name}}, our best wishes to you and your family for the {{festival}}. {{owner}}",
        ),
        (
            "first_purchase", "zh", "感谢您的信任",
            "{{name}}，您好！感谢您一直以来的信任与支持。{{owner}}",
        ),
        (
            "first_purchase", "en", "Thank you",
            "Dear {{name}}, thank you for having been our customer all this time. {{owner}}",
        ),
        (
            "first_contact", "zh", "感谢相识",
            "{{name}}，您好！感谢与您相识的这些日子。{{owner}}",
        ),
        (
            "first_contact", "en", "Good to know you",
            "Dear {{name}}, it is good to have known you all this time. {{owner}}",
        ),
    )  # fmt: skip
    return tuple(
        GreetingTemplate(
            occasion=occasion, language=TextLanguage(language), subject=subject, body=body
        )
        for occasion, language, subject, body in words
    )


@dataclass(frozen=True, kw_only=True)
class GreetingPolicy:
    """Who is greeted, on which days, when and how (R73, R75); only whoever has said yes to it.

    Greetings go out from `opens` to `closes`, clock times where the customer lives, spread over
    `spread_minutes`; what could not go out that day is skipped, never sent the day after. A
    customer who was contacted within `quiet_days` is not greeted besides. Dead customers are left
    out unless they have opted in (X3). `courtesies` say who gets a gift or a visit besides.
    """

    occasions: tuple[OccasionKind, ...] = (OccasionKind.BIRTHDAY, OccasionKind.FESTIVAL)
    festivals: tuple[str, ...] = ("spring_festival", "dragon_boat", "mid_autumn")
    channels: tuple[Channel, ...] = TO_CUSTOMERS
    opens: str = "09:00"
    closes: str = "20:00"
    spread_minutes: int = 60
    quiet_days: int = 3
    courtesies: tuple[CourtesyRule, ...] = ()
    templates: tuple[GreetingTemplate, ...] = field(default_factory=_defaults)

    def __post_init__(self) -> None:
        """Refuse a festival nobody knows, hours that end before they begin, days without words."""
        for key in self.festivals:
            if key not in FESTIVALS or FESTIVALS[key].is_solemn:
                raise InvalidError(field="festivals", problem="unknown-festival", value=key)
        if not set(self.channels) <= set(TO_CUSTOMERS):
            raise InvalidError(field="channels", problem="not-for-customers")
        for name in ("opens", "closes"):
            if not _CLOCK.fullmatch(getattr(self, name)):
                raise InvalidError(field=name, problem="not-a-time", value=getattr(self, name))
        last = self._minutes(self.closes)
        if not 0 <= self.spread_minutes < last - self._minutes(self.opens):
            raise InvalidError(field="spread_minutes", problem="out-of-range")
        if not 0 <= self.quiet_days <= LONGEST_QUIET:
            raise InvalidError(field="quiet_days", problem="out-of-range")
        self._require_words()

    def _require_words(self) -> None:
        """Refuse occasions nobody has words for, and two rules for the same courtesy."""
        if len({rule.name for rule in self.courtesies}) < len(self.courtesies):
            raise InvalidError(field="courtesies", problem="twice")
        worded = {(t.occasion.partition(":")[0], t.language) for t in self.templates}
        for kind in self.occasions:
            if not worded >= {(kind.value, language) for language in TextLanguage}:
                raise InvalidError(field="templates", problem="no-words-for", value=kind.value)

    def require_tidy(self) -> None:
        """Raise InvalidError where a template has a slip in it that customers would read."""
        for each in self.templates:
            is_festive = each.occasion.partition(":")[0] == OccasionKind.FESTIVAL
            known = VARIABLES if is_festive else VARIABLES - {"festival"}
            require_tidy("templates", (each.subject, each.body), known)

    def template(self, occasion: str, language: TextLanguage) -> GreetingTemplate:
        """Return the words for the name of an occasion: those for the very festival first."""
        named = self._templates.get((occasion, language))
        return named or self._templates[occasion.partition(":")[0], language]

    def courtesy(self, kind: CourtesyKind, occasion: str) -> CourtesyRule | None:
        """Return what the company does on an occasion, None when it does nothing of the kind."""
        rules = (r for r in self.courtesies if r.kind is kind and r.occasion == occasion)
        return next(rules, None)

    def due_at(self, customer_id: UUID, on: date, zone: str) -> datetime:
        """Return the instant at which a customer is greeted on a day: the same every time."""
        seconds = 60 * self._minutes(self.opens)
        if self.spread_minutes:
            digest = blake2b(customer_id.bytes, digest_size=8).digest()
            seconds += int.from_bytes(digest, "big") % (60 * self.spread_minutes)
        minutes, second = divmod(seconds, 60)
        return LocalTime(on, time(*divmod(minutes, 60), second), zone).instant

    def closes_at(self, on: date, zone: str) -> datetime:
        """Return the instant from which it is too late to greet somebody on a day."""
        return LocalTime(on, time.fromisoformat(self.closes), zone).instant

    def next_window(
        self, customer_id: UUID, zone: str, now: datetime, first: date
    ) -> tuple[date, datetime, datetime]:
        """Return the next day, not before `first`, on which a message may go to a customer.

        With it the instants from which and until which it may: quiet hours are not among them.
        """
        day = max(now.astimezone(zone_named(zone)).date(), first)
        if now >= self.closes_at(day, zone):
            day += timedelta(days=1)
        return day, max(now, self.due_at(customer_id, day, zone)), self.closes_at(day, zone)

    @cached_property
    def _templates(self) -> Mapping[tuple[str, TextLanguage], GreetingTemplate]:
        return {(t.occasion, t.language): t for t in self.templates}

    @staticmethod
    def _minutes(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])
