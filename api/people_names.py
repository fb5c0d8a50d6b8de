"""The names of those who acted, looked up once per answer."""

from __future__ import annotations

from uuid import UUID

from api.messages import Language
from projections.journal.history import HistoryEntry
from projections.people.queries import PeopleQueries


class People:
    """Names representatives, those who left too."""

    def __init__(self, people: PeopleQueries, language: Language) -> None:
        """Ask `people` for whoever is not known yet."""
        self._people = people
        self._language = language
        self._names: dict[UUID, str] = {}

    def name(self, rep_id: UUID | None) -> str:
        """Return the name of a representative, his id when he has none, a dash for nobody."""
        if rep_id is None:
            return "–"
        if rep_id not in self._names:
            person = self._people.get(rep_id)
            self._names[rep_id] = (person.name if person else "") or str(rep_id)
        return self._names[rep_id]

    def named(self, actor: str) -> str:
        """Return who an actor is that the log names: a person, ourselves, a dash for nobody."""
        try:
            return self.name(UUID(actor) if actor else None)
        except ValueError:
            return self._ourselves

    def actor(self, entry: HistoryEntry) -> str:
        """Return who did what an entry tells."""
        if entry.is_system or not entry.actor:
            return self._ourselves
        return self.name(UUID(entry.actor))

    @property
    def _ourselves(self) -> str:
        return "客志" if self._language is Language.CHINESE else "Kezhi"
