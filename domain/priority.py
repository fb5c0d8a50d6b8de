"""How grave a complaint is, and how urgent that makes it (R69)."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad it is for the customer (严重程度)."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    TRIVIAL = "trivial"


class Pressure(StrEnum):
    """How much it presses (紧急程度); not the customer's `Urgency`, which is about demand."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Priority(StrEnum):
    """Severity and pressure taken together; P1 is the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Clock(StrEnum):
    """The two deadlines of a complaint: to acknowledge it (响应) and to resolve it (解决)."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


class ComplaintChannel(StrEnum):
    """How a complaint came in (R68)."""

    PHONE = "phone"
    EMAIL = "email"
    ONLINE = "online"
    WECHAT = "wechat"
    VISIT = "visit"
    OTHER = "other"
