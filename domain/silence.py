"""Why a customer is left in peace (不打扰): no message of ours goes to him by itself (R73, X3)."""

from __future__ import annotations

from enum import StrEnum


class Silence(StrEnum):
    """Why a customer is not greeted, or not told of a campaign."""

    ERASED = "erased"
    """He was forgotten, as he asked."""
    OPEN_COMPLAINT = "open-complaint"
    OPTED_OUT = "opted-out"
    NO_CONSENT = "no-consent"
    NO_ADDRESS = "no-address"
    NO_CHANNEL = "no-channel"
    """He could be reached, but not by a channel that is set up here."""
    DEAD = "dead"
    CONTACTED_LATELY = "contacted-lately"
    MISSED_WINDOW = "missed-window"
    NOT_GREETED = "not-greeted"
    """The company greets on this occasion no more."""
    BY_HAND = "by-hand"
    """Somebody decided against it, for the reason in `why`."""
    CANCELLED = "cancelled"
    """The campaign was called off."""
