from __future__ import annotations

import pytest

from domain.care_choices import CareChoices
from domain.caring import choices_of, choose
from domain.channel import Channel
from domain.errors import InvalidError, NothingChangedError
from tests.support.examples import a_customer
from tests.support.moments import signed


def test_nobody_has_said_yes_before_he_was_asked() -> None:
    customer = a_customer()

    assert choices_of(customer) == CareChoices()
    assert not choices_of(customer).allows(Channel.SMS)


def test_a_consent_and_its_withdrawal_are_both_on_record() -> None:
    customer = a_customer()
    customer.collect_events()
    with signed(why="on the phone"):
        choose(customer, CareChoices(consents={Channel.SMS: True}))
        choose(customer, CareChoices(consents={Channel.SMS: False}))

    given, taken = customer.collect_events()
    assert (given.after, given.why) == ({"consents": {"sms": True}}, "on the phone")
    assert (taken.before, taken.after) == (given.after, {"consents": {"sms": False}})
    assert not choices_of(customer).allows(Channel.SMS)


def test_opting_out_outweighs_every_consent() -> None:
    choices = CareChoices(consents={Channel.EMAIL: True}, wants_greetings=False)

    assert not choices.allows(Channel.EMAIL)


def test_the_same_choice_again_is_nothing() -> None:
    customer = a_customer()
    with signed(), pytest.raises(NothingChangedError):
        choose(customer, CareChoices())


def test_a_zone_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidError, match="unknown-zone"):
        CareChoices(zone="Asia/Atlantis")
