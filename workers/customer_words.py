"""What a customer reads when he is greeted or told of a campaign, in his language (问候语)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from domain.activity import ActivityPlan
from domain.calendars.festivals import FESTIVALS
from domain.campaign import CampaignWords
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
        **_whom(customer, owner),
        "festival": (festival.zh if is_chinese else festival.en) if festival else "",
        "year": year,
    }
    subject, body = policy.template(occasion, language).fill(values)
    return Words(subject, body, language, values)


def campaign_words_for(
    customer: Customer,
    words: CampaignWords,
    activity: ActivityPlan | None,
    *,
    owner: PersonRow | None,
    zone: tzinfo,
) -> Words:
    """Return the words of a campaign, the activity's hour in `zone`; they hold personal data."""
    values = _whom(customer, owner)
    if activity is not None:
        on = f"{activity.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"
        values |= {"activity": activity.title, "on": on, "place": activity.place}
    subject, body = words.filled(values)
    return Words(subject, body, words.language, values)


def _whom(customer: Customer, owner: PersonRow | None) -> dict[str, str]:
    return {
        "name": customer.card.get("contact") or customer.card.get("name", ""),
        "company": customer.card.get("company", ""),
        "owner": owner.name if owner else "",
    }
