"""What follows from a contact in the same save (后续处理): a task, a complaint (R71)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.contact import Contact, ContactMethod
from domain.priority import ComplaintChannel, Pressure, Severity

_CHANNELS = {
    ContactMethod.PHONE: ComplaintChannel.PHONE,
    ContactMethod.EMAIL: ComplaintChannel.EMAIL,
    ContactMethod.WECHAT: ComplaintChannel.WECHAT,
    ContactMethod.VISIT: ComplaintChannel.VISIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """What a customer complained about while he was contacted (投诉内容)."""

    summary: str
    details: str = ""
    severity: Severity | None = None
    pressure: Pressure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowThrough:
    """What a contact leads to.

    It does the customer's open task `task_id`. A `complaint` is taken in. An opinion or a
    suggestion becomes a task of the owner, unless it is taken in as a complaint or the rep says
    with `needs_action` False that nothing is to be done; True makes a task of what was said.
    """

    task_id: UUID | None = None
    needs_action: bool | None = None
    complaint: Grievance | None = None

    def opens_task(self, contact: Contact) -> bool:
        """Tell whether what the customer said in `contact` becomes a task (R71)."""
        if self.needs_action is not None:
            return self.needs_action
        return self.complaint is None and bool(contact.feedback or contact.suggestions)


def complaint_channel(method: ContactMethod) -> ComplaintChannel:
    """Return the channel that a complaint came in by when it was made in a contact."""
    return _CHANNELS.get(method, ComplaintChannel.OTHER)
