"""How customers are contacted: method, purpose, and the note one key records (R44, R46, R47)."""

from __future__ import annotations

from enum import StrEnum


class ContactMethod(StrEnum):
    """By what means a contact took place; visits and calls are counted apart (R61)."""

    PHONE = "phone"
    VISIT = "visit"
    EMAIL = "email"
    SMS = "sms"
    WECHAT = "wechat"
    MEETING = "meeting"
    OTHER = "other"


class ContactPurpose(StrEnum):
    """What a contact was for: following up (跟进), a return visit (回访), a cold call (陌拜)."""

    FOLLOW_UP = "follow_up"
    RETURN_VISIT = "return_visit"
    COLD = "cold"
    SERVICE = "service"
