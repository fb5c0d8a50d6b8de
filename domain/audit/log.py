"""Checks the whole log: every event against its leaf, every chain, every checkpoint.

`events.tsv` and `leaves.tsv` are the two tables as they are, by position, with tabs between the
columns: position, stream, version, topic, SHA-256 of the stored state; leaves end in their hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.audit.archive import EVENTS, LEAVES, Archive, ArchiveError
from domain.audit.leaves import BEGINNING, hash_of
from domain.audit.merkle import Frontier
from domain.audit.notes import Checkpoint
from domain.audit.report import Report


class Row(NamedTuple):
    """An event or a leaf of the file; `rest` is what both must agree on."""

    position: int
    rest: str
    hash: str = ""

    @property
    def place(self) -> dict[str, str]:
        """Where it says that it stands, for people."""
        stream, version, topic, _ = self.rest.split("\t")
        return {"stream": stream, "version": version, "topic": topic}


def check_log(archive: Archive, checkpoints: Sequence[Checkpoint], report: Report) -> int:
    """Check an exported log against itself and `checkpoints`; return its last position.

    ArchiveError when the file is damaged.
    """
    walk = _Walk(checkpoints, report)
    try:
        for event, leaf in _side_by_side(_events(archive), rows_of_leaves(archive)):
            walk.step(event, leaf)
    except ValueError as error:
        raise ArchiveError(f"a line cannot be read: {error}") from error
    walk.end()
    return walk.last


class Chains:
    """The streams of the log so far, each a chain of leaves."""

    def __init__(self, report: Report) -> None:
        """Begin before the first leaf; what does not fit is told to `report`."""
        self._report = report
        self._ends: dict[str, tuple[int, bytes]] = {}

    def link(self, leaf: Row) -> bytes:
        """Check a leaf against its fields and the one before it in its stream; return its hash."""
        stream, number, topic, state_hash = leaf.rest.split("\t")
        version, stated = int(number), bytes.fromhex(leaf.hash)
        found, prior = self._ends.get(stream, (0, BEGINNING))
        self._ends[stream] = version, stated
        if version != found + 1:
            self._report.find(
                "chain-broken", position=leaf.position, found=found, wanted=version - 1,
                **leaf.place,
            )  # fmt: skip
        elif stated != hash_of(
            bytes.fromhex(stream.replace("-", "")), version, topic, bytes.fromhex(state_hash), prior
        ):
            self._report.find("leaf-changed", position=leaf.position, **leaf.place)
        return stated


class _Walk:
    """Goes through the log once, in order of positions."""

    def __init__(self, checkpoints: Iterable[Checkpoint], report: Report) -> None:
        self._report = report
        self._tree = Frontier()
        self._chains = Chains(report)
        self._due = sorted(checkpoints, key=lambda checkpoint: -checkpoint.size)
        self.last = 0

    def step(self, event: Row | None, leaf: Row | None) -> None:
        """Look at a position where there is an event, a leaf, or both."""
        row = leaf or event
        assert row is not None  # noqa: S101 - one of the two is there
        position = row.position
        if position <= self.last:
            self._report.find("order-broken", position=position, after=self.last)
            return
        if position > self.last + 1:
            self._report.find("gap", first=self.last + 1, last=position - 1)
        self.last = position
        if leaf is None:
            self._report.find("leaf-missing", position=position, **row.place)
            return
        if event is None:
            self._report.find("event-missing", position=position, **row.place)
        elif event.rest != leaf.rest:
            self._tell_apart(event, leaf)
        self._tree.extend((self._chains.link(leaf),))
        while self._due and self._due[-1].size <= position:
            checkpoint = self._due.pop()
            if checkpoint.root != self._tree.root:
                self._report.find("root-differs", **_told(checkpoint))

    def end(self) -> None:
        """Look at the checkpoints that the log never reached."""
        for checkpoint in reversed(self._due):
            self._report.find("truncated", found=self.last, **_told(checkpoint))

    def _tell_apart(self, event: Row, leaf: Row) -> None:
        if event.place == leaf.place:
            self._report.find("event-changed", position=event.position, **event.place)
        else:
            said = {f"leaf_{name}": value for name, value in leaf.place.items()}
            self._report.find("event-moved", position=event.position, **event.place, **said)


def rows_of_leaves(archive: Archive) -> Iterator[Row]:
    """Yield the leaves of an archive."""
    for line in archive.lines(LEAVES):
        position, _, rest = line.partition("\t")
        rest, _, hashed = rest.rpartition("\t")
        yield Row(int(position), rest, hashed)


def _told(checkpoint: Checkpoint) -> dict[str, object]:
    return {"size": checkpoint.size, "signed_at": checkpoint.signed_at}


def _events(archive: Archive) -> Iterator[Row]:
    for line in archive.lines(EVENTS):
        position, _, rest = line.partition("\t")
        yield Row(int(position), rest)


def _side_by_side(
    events: Iterator[Row], leaves: Iterator[Row]
) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield what stands at each position, in the order of both files."""
    event, leaf = next(events, None), next(leaves, None)
    while event is not None or leaf is not None:
        if leaf is None or (event is not None and event.position < leaf.position):
            yield event, None
            event = next(events, None)
        elif event is None or leaf.position < event.position:
            yield None, leaf
            leaf = next(leaves, None)
        else:
            yield event, leaf
            event, leaf = next(events, None), next(leaves, None)
