"""Quick notes (快捷键信息): one key records a contact, its text, its grade and the next date."""

from __future__ import annotations

from dataclasses import dataclass

from domain.contact import ContactMethod
from domain.grade import Grade
from domain.policies.cadence import MAX_DAYS

MAX_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickNote:
    """What one key stands for (R44).

    `interval_days` takes the place of the grade's cadence, None leaves it. `grade` None keeps the
    customer's grade: the source asks for a regrade after every contact and the key asks nothing,
    so the note carries the decision (X20).
    """

    key: str
    label_zh: str
    label_en: str
    text: str
    method: ContactMethod = ContactMethod.PHONE
    interval_days: int | None = None
    grade: Grade | None = None

    def __post_init__(self) -> None:
        """Refuse what no keyboard or journal could use."""
        if len(self.key) != 1 or not self.key.isalnum():
            msg = f"a quick note needs one letter or digit as its key, got {self.key!r}"
            raise ValueError(msg)
        if not 0 < len(self.text) <= MAX_TEXT:
            msg = f"the text of quick note {self.key!r} needs 1 to {MAX_TEXT} characters"
            raise ValueError(msg)
        if self.interval_days is not None and not 1 <= self.interval_days <= MAX_DAYS:
            msg = f"quick note {self.key!r} needs an interval of 1 to {MAX_DAYS} days"
            raise ValueError(msg)


def _defaults() -> tuple[QuickNote, ...]:
    return (
        QuickNote(key="1", label_zh="不需要", label_en="No need", text="不需要", grade=Grade.E),
        QuickNote(
            key="2", label_zh="无人接听", label_en="No answer", text="无人接听", interval_days=1
        ),
        QuickNote(
            key="3", label_zh="改日再联系", label_en="Call later", text="请改日再联系",
            interval_days=3,
        ),
        QuickNote(
            key="4", label_zh="有意向", label_en="Interested", text="有意向,继续跟进",
            grade=Grade.B,
        ),
        QuickNote(
            key="5", label_zh="已发资料", label_en="Material sent", text="已发送资料",
            method=ContactMethod.WECHAT, interval_days=7,
        ),
        QuickNote(
            key="6", label_zh="已拜访", label_en="Visited", text="已上门拜访",
            method=ContactMethod.VISIT,
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickNotes:
    """The quick notes of the company, each under its own key."""

    notes: tuple[QuickNote, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two notes under one key."""
        keys = [note.key for note in self.notes]
        if len(set(keys)) != len(keys):
            msg = f"two quick notes share a key: {' '.join(keys)}"
            raise ValueError(msg)

    @classmethod
    def default(cls) -> QuickNotes:
        """Return the notes a new company starts with."""
        return cls(notes=_defaults())

    def find(self, key: str) -> QuickNote | None:
        """Return the note under `key`, None when there is none."""
        return next((note for note in self.notes if note.key == key), None)
