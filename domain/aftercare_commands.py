"""What can be asked of Kezhi about tasks, as data: imperative names, one class each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.commands import Command
from domain.task import TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask(Command):
    """Have something done for a customer by `due_on`, by whoever owns him then (待办任务)."""

    customer_id: UUID
    summary: str
    due_on: date
    details: str = ""
    kind: TaskKind = TaskKind.TODO


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask(Command):
    """Record that a task is done, and what came of it."""

    task_id: UUID
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTask(Command):
    """Give a task up, with a reason."""

    task_id: UUID
