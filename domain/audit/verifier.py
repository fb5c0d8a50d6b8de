"""Puts a check together: keys, what the auditor holds already, the file, and the verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from domain.audit import bundle
from domain.audit.archive import BUNDLE, CHECKPOINTS, LOG, Archive, ArchiveError, an_archive
from domain.audit.log import check_log
from domain.audit.notes import (
    Checkpoint,
    ForgedNoteError,
    NoteError,
    UnknownKeyError,
    VerifierKey,
    open_checkpoint,
    split_notes,
)
from domain.audit.report import Report, Verdict


@dataclass(frozen=True, slots=True)
class Memory:
    """The last checkpoint of each log that an auditor has seen, one file a log in `folder`."""

    folder: Path

    def held(self, key: VerifierKey) -> str | None:
        """Return the checkpoint held of the log of `key`."""
        try:
            return self._file(key.name).read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, checkpoint: Checkpoint) -> None:
        """Hold `checkpoint` from now on."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._file(checkpoint.origin)
        scratch = file.with_suffix(".new")
        scratch.write_text(checkpoint.note, "utf-8")
        scratch.replace(file)

    def _file(self, origin: str) -> Path:
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:16]}.checkpoint"


@dataclass(slots=True)
class Verifier:
    """Checks files for an auditor who trusts `keys`; `memory` None holds nothing from run to run.

    Files that cannot be read lead to a report that says so, never to an error.
    """

    keys: Sequence[VerifierKey]
    memory: Memory | None = None
    report: Report = field(default_factory=Report)

    def verify(self, file: Path, notes: Iterable[Path] = (), proofs: Iterable[Path] = ()) -> Report:
        """Check a log or a bundle, also against the checkpoints and proofs in other files."""
        try:
            with an_archive(file, LOG, BUNDLE) as archive:
                self._verify(archive, notes, proofs)
        except ArchiveError as error:
            self.report.find("unreadable", name=file.name, problem=error)
        return self.report

    def compare(self, files: Sequence[Path], proofs: Iterable[Path] = ()) -> Report:
        """Check whether the checkpoints in `files` belong to one history."""
        found = sorted({c.note: c for f in files for c in self._notes_in(f)}.values(), key=_size)
        given = self._proofs_in(proofs)
        self._find_forks(found)
        for old, new in pairwise(found):
            follows = old.size == new.size or bundle.continues(old, new, given)
            if follows is None:
                self.report.find("no-consistency", old=old.size, new=new.size)
            elif not follows:
                self.report.find("inconsistent", old=old.size, new=new.size)
            else:
                self.report.remark("same-log", old=old.size, new=new.size)
        return self.report

    def _verify(self, archive: Archive, notes: Iterable[Path], proofs: Iterable[Path]) -> None:
        enclosed = self._open(split_notes(archive.text(CHECKPOINTS)), archive.name)
        given = [c for file in notes for c in self._notes_in(file)]
        held = self._held()
        known = sorted([*enclosed, *given, *held], key=_size)
        self._find_forks(known)
        if not enclosed:
            self.report.find("no-checkpoint")
        if archive.kind == BUNDLE:
            if not enclosed:
                return
            enclosed.sort(key=_size)
            bundle.check_bundle(archive, enclosed, self.report)
            self._lead_to(enclosed[-1], [*given, *held], archive, proofs)
            newest = enclosed[-1]
        else:
            events = check_log(archive, known, self.report)
            self.report.remark(
                "checked-log", origin=archive.manifest.get("origin"), events=events,
                checkpoints=len(known),
            )  # fmt: skip
            if not known:
                return
            newest = known[-1]
            if events > newest.size:
                self.report.remark("unsigned", count=events - newest.size)
        self.report.remark("newest", size=newest.size, signed_at=newest.signed_at)
        self._remember(newest, held)

    def _lead_to(
        self, newest: Checkpoint, others: Iterable[Checkpoint], archive: Archive,
        files: Iterable[Path],
    ) -> None:  # fmt: skip
        """Demand that the bundle's checkpoint continues what the auditor has from elsewhere."""
        enclosed = archive.document(bundle.CONSISTENCY) if archive.has(bundle.CONSISTENCY) else []
        proofs = {**bundle.proofs_in(enclosed), **self._proofs_in(files)}
        for old in others:
            if old.size > newest.size:
                self.report.find("older-than-held", old=old.size, new=newest.size)
                continue
            follows = bundle.continues(old, newest, proofs)
            if follows is None:
                self.report.find("no-consistency", old=old.size, new=newest.size)
            elif not follows and old.size < newest.size:
                self.report.find("inconsistent", old=old.size, new=newest.size)

    def _remember(self, newest: Checkpoint, held: Sequence[Checkpoint]) -> None:
        if self.memory is None or self.report.verdict is not Verdict.CLEAN:
            return
        if held:
            self.report.remark("follows-held", size=held[0].size, signed_at=held[0].signed_at)
        else:
            self.report.remark("first-held")
        self.memory.keep(newest)

    def _find_forks(self, checkpoints: Sequence[Checkpoint]) -> None:
        roots: dict[tuple[str, int], set[bytes]] = {}
        for each in checkpoints:
            roots.setdefault((each.origin, each.size), set()).add(each.root)
        for (_, size), different in roots.items():
            if len(different) > 1:
                self.report.find("fork", size=size)

    def _held(self) -> list[Checkpoint]:
        if self.memory is None:
            return []
        notes = [note for key in self.keys if (note := self.memory.held(key))]
        return self._open(notes, str(self.memory.folder))

    def _notes_in(self, file: Path) -> list[Checkpoint]:
        try:
            notes = split_notes(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            self.report.find("no-note", name=file.name, problem=error)
            return []
        return self._open(notes, file.name)

    def _open(self, notes: Sequence[str], name: str) -> list[Checkpoint]:
        """Return the checkpoints that a trusted key has signed."""
        found, unknown = [], 0
        for note in notes:
            try:
                found.append(open_checkpoint(note, self.keys))
            except ForgedNoteError:
                self.report.find("forged-note")
            except UnknownKeyError:
                unknown += 1
            except NoteError as error:
                self.report.find("no-note", name=name, problem=error)
        if unknown and not found:
            self.report.find("unknown-key")
        return found

    def _proofs_in(self, files: Iterable[Path]) -> dict[tuple[int, int], Sequence[bytes]]:
        proofs: dict[tuple[int, int], Sequence[bytes]] = {}
        for file in files:
            try:
                proofs.update(bundle.proofs_in(json.loads(file.read_text("utf-8"))))
            except (OSError, ValueError, ArchiveError) as error:
                self.report.find("unreadable", name=file.name, problem=error)
        return proofs


def keys_from(text: str) -> list[VerifierKey]:
    """Return the key that is written in `text`, or those in the file of that name, one a line."""
    with suppress(OSError, ValueError):
        text = Path(text).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip()]
    return [VerifierKey.parse(line) for line in lines or [text]]


def _size(checkpoint: Any) -> int:
    return int(checkpoint.size)
