"""Golden events: one sample of every topic and class version, kept for ever.

`python -m tests.support.golden` writes the samples that are missing and never touches one that is
there. A changed event class needs a class version, an upcaster and a new sample beside the old.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.eventstore.mapper import FORMAT, HEAD_BYTES, SALT_BYTES, _Place
from domain.topics import EVENT_CLASSES
from tests.support.history import a_history
from tests.support.sealing import ClearKey, the_mapper

GOLDEN = Path(__file__).parents[1] / "contracts" / "golden"
MANIFEST = GOLDEN / "MANIFEST"

Sample = dict[str, Any]


def class_version(topic: str) -> int:
    """Return the version that events of `topic` are written in today."""
    version: int = getattr(EVENT_CLASSES[topic], "class_version", 1)
    return version


def sample_of(event: Any) -> Sample:
    """Return an event as it is stored, its personal fields in clear."""
    (stored,) = the_mapper().seal([event]).events
    plain = json.loads(stored.state[HEAD_BYTES:])
    _, sealed = plain.pop("~", ["", ""])
    return {
        "topic": stored.topic,
        "class_version": plain.pop("class_version", 1),
        "originator_id": str(stored.originator_id),
        "originator_version": stored.originator_version,
        "personal": json.loads(base64.b64decode(sealed) or "{}"),
        "plain": plain,
    }


def stored_event_of(sample: Sample) -> StoredEvent:
    """Return a sample as it lies in the log."""
    plain = dict(sample["plain"])
    if sample["class_version"] > 1:
        plain["class_version"] = sample["class_version"]
    if sample["personal"]:
        parts = (ClearKey.commitment, json.dumps(sample["personal"]).encode())
        plain["~"] = [base64.b64encode(part).decode() for part in parts]
    payload, salt = json.dumps(plain).encode(), bytes(SALT_BYTES)
    place = _Place(UUID(sample["originator_id"]), sample["originator_version"], sample["topic"])
    mac = place.mac(the_mapper()._signature, salt, payload)
    return StoredEvent(*place, b"".join((FORMAT, salt, mac, payload)))


def load(sample: Sample) -> Any:
    """Return the event that a sample is today, upcast by the mapper."""
    return the_mapper().to_domain_event(stored_event_of(sample))


def samples() -> dict[str, Sample]:
    """Return every sample by the name of its file."""
    files = sorted(GOLDEN.glob("*.json"))
    return {file.name: json.loads(file.read_text("utf-8")) for file in files}


def digests() -> dict[str, str]:
    """Return the digests that the samples have."""
    files = sorted(GOLDEN.glob("*.json"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def manifest() -> dict[str, str]:
    """Return the digests that the samples had when they were written."""
    lines = MANIFEST.read_text("utf-8").splitlines() if MANIFEST.exists() else []
    return {name: digest for digest, name in (line.split() for line in lines)}


def write_missing() -> None:
    """Write the samples that are missing, and their digests."""
    GOLDEN.mkdir(exist_ok=True)
    for event in a_history():
        sample = sample_of(event)
        file = GOLDEN / f"{sample['topic']}.v{sample['class_version']}.json"
        if not file.exists():
            text = json.dumps(sample, ensure_ascii=False, indent=2, sort_keys=True)
            file.write_text(f"{text}\n", "utf-8")
    kept = digests() | manifest()
    lines = [f"{digest}  {name}\n" for name, digest in sorted(kept.items())]
    MANIFEST.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    write_missing()
