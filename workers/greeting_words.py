"""What a customer reads when he is greeted (问候语), in his language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.calendars.festivals import FESTIVALS
from domain.care_choices import TextLanguage
from domain.customer import Customer
from domain.policies.greetings import GreetingPolicy
from projections.people.queries import PersonRow


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to a customer; `parameters` fill the template of a short message."""

    subject: str
    body: str
    language: TextLanguage
    parameters: Mapping[str, str]


def words_for(
    customer: Customer,
    occasion: str,
    year: str,
    *,
    language: TextLanguage,
    policy: GreetingPolicy,
    owner: PersonRow | None,
) -> Words:
    """Return the words for the `occasion` of a `year`; they hold personal data."""
    festival = FESTIVALS.get(occasion.partition(":")[2])
    is_chinese = language is TextLanguage.CHINESE
    values = {
        "name": customer.card.get("contact") or customer.card.get("name", ""),
        "company": customer.card.get("company", ""),
        "festival": (festival.zh if is_chinese else festival.en) if festival else "",
        "owner": owner.name if owner else "",
        "year": year,
    }
    subject, body = policy.template(occasion, language).fill(values)
    return Words(subject, body, language, values)
