"""What the commands about messages do: what an operator decides about those that went wrong."""

from __future__ import annotations

from domain import commands
from domain.delivery import Delivery
from domain.handlers.work import Work


def settle(work: Work, command: commands.SettleDelivery) -> Delivery:
    """Say how a message ended."""
    delivery = work.delivery(command.delivery_id)
    delivery.settle(command.end)
    return delivery


def resend(work: Work, command: commands.ResendDelivery) -> Delivery:
    """Have a message sent again."""
    delivery = work.delivery(command.delivery_id)
    delivery.resend()
    return delivery
