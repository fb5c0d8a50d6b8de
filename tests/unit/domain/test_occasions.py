from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.calendars.birthdays import BirthdayRules, YearlyDay
from domain.care_choices import TextLanguage
from domain.errors import InvalidError
from domain.occasion import Occasion, OccasionKind, YearlyDays, greeting_key, next_occasion
from domain.policies.book import PolicyKind
from domain.policies.greetings import GreetingPolicy, GreetingTemplate
from domain.policy import Policy
from tests.support.moments import an_id, signed

SHANGHAI = "Asia/Shanghai"
POLICY = GreetingPolicy()


def following(kind: OccasionKind, days: YearlyDays, after: date) -> Occasion | None:
    return next_occasion(
        kind, days, after, festivals=("spring_festival", "mid_autumn"), rules=BirthdayRules()
    )


def test_a_lunar_birthday_is_counted_in_lunar_years() -> None:
    born = YearlyDays(birthday=YearlyDay.from_plain("lunar:1978-12-25"))
    found = following(OccasionKind.BIRTHDAY, born, date(2026, 1, 1))

    assert found == Occasion(OccasionKind.BIRTHDAY, "birthday", "2025", date(2026, 2, 12))


def test_of_the_festivals_it_is_the_nearest() -> None:
    found = following(OccasionKind.FESTIVAL, YearlyDays(), date(2026, 2, 17))

    assert found is not None
    assert (found.name, found.festival) == ("festival:mid_autumn", "mid_autumn")
    assert (found.year, found.on) == ("2026", date(2026, 9, 25))


def test_the_first_purchase_is_remembered_a_year_later_for_the_first_time() -> None:
    bought = YearlyDays(first_purchase_on=date(2026, 3, 2))
    found = following(OccasionKind.FIRST_PURCHASE, bought, date(2026, 3, 2))

    assert found is not None
    assert found.on == date(2027, 3, 2)


def test_what_is_not_known_is_no_occasion() -> None:
    assert following(OccasionKind.BIRTHDAY, YearlyDays(), date(2026, 1, 1)) is None


def test_one_occasion_of_one_year_has_one_key() -> None:
    customer = an_id("customer")

    assert greeting_key(customer, "birthday", "2026") == greeting_key(customer, "birthday", "2026")
    assert greeting_key(customer, "birthday", "2026") != greeting_key(customer, "birthday", "2027")


def test_everybody_is_greeted_in_his_own_morning_and_spread_over_an_hour() -> None:
    customers = [an_id(str(number)) for number in range(200)]
    due = [POLICY.due_at(customer, date(2026, 2, 17), SHANGHAI) for customer in customers]
    nine = datetime(2026, 2, 17, 1, tzinfo=UTC)

    assert nine <= min(due) < nine + timedelta(minutes=5)
    assert nine + timedelta(minutes=55) < max(due) < nine + timedelta(minutes=60)
    assert due == [POLICY.due_at(customer, date(2026, 2, 17), SHANGHAI) for customer in customers]
    kiritimati = POLICY.due_at(customers[0], date(2026, 2, 17), "Pacific/Kiritimati")
    honolulu = POLICY.due_at(customers[0], date(2026, 2, 17), "Pacific/Honolulu")
    assert honolulu - kiritimati == timedelta(hours=24)


def test_the_words_for_the_very_festival_go_first() -> None:
    special = GreetingTemplate(
        occasion="festival:mid_autumn",
        language=TextLanguage.CHINESE,
        subject="月圆",
        body="{{name}}，中秋快乐",
    )
    policy = GreetingPolicy(templates=(*POLICY.templates, special))

    assert policy.template("festival:mid_autumn", TextLanguage.CHINESE) is special
    assert (
        policy.template("festival:spring_festival", TextLanguage.CHINESE).fill(
            {"festival": "春节"}
        )[0]
        == "春节快乐"
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"festivals": ("qingming",)}, "unknown-festival"),
        ({"festivals": ("easter",)}, "unknown-festival"),
        ({"opens": "9"}, "not-a-time"),
        ({"opens": "19:30"}, "out-of-range"),
        ({"quiet_days": -1}, "out-of-range"),
        ({"templates": ()}, "no-words-for"),
    ],
)
def test_a_policy_that_nobody_could_follow_is_refused(
    change: dict[str, object], problem: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        GreetingPolicy(**change)  # type: ignore[arg-type]

    assert refused.value.fields["problem"] == problem


def test_a_template_names_only_what_can_be_filled() -> None:
    with pytest.raises(InvalidError, match="unknown-variable"):
        GreetingTemplate(
            occasion="birthday", language=TextLanguage.ENGLISH, subject="x", body="{{phone}}"
        )


@pytest.mark.parametrize("body", ["{name}，您好", "{{festival}}快乐"])
def test_a_template_is_not_amended_with_a_slip_that_customers_would_read(body: str) -> None:
    with signed():
        policy = Policy.adopt(PolicyKind.GREETINGS, POLICY)
    words = policy.content["templates"]
    with signed(), pytest.raises(InvalidError, match="templates"):
        policy.amend({"templates": [{**words[0], "body": body}, *words[1:]]})
