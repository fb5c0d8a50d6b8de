"""Settings (设置): policies, their past, what others would change, and channels (R43, D9)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

from api.pages.frame import page_blueprint, show, the_wording
from api.service import the_service
from api.texts.pages import PAGE_TEXTS
from api.v1.policies import KIND
from domain.plain import to_plain
from domain.policies.book import PolicyKind
from projections.what_if import REPLAYED
from workers.ways_out import WaysOutTable

blueprint = page_blueprint("settings")


@blueprint.get("/settings")
def list_policies() -> Response:
    """Show every policy in force, since when and by whom."""
    policies = the_service().read.policies
    newest = [versions[0] for kind in PolicyKind if (versions := policies.versions(kind))]
    return show("policies.html", policies=newest)


@blueprint.get("/settings/channels")
def list_channels() -> Response:
    """Show by which channels messages get out, and of which kinds."""
    return show("channels.html", rows=WaysOutTable(the_service().read.database).read().rows())


@blueprint.get(f"/settings/policies/{KIND}")
def show_policy(kind: str) -> Response:
    """Show a policy, its versions and, to administrators, how to put another one in force."""
    read = the_service().read
    versions = read.policies.versions(PolicyKind(kind))
    return show(
        "policy.html",
        kind=kind,
        version=versions[0].version,
        fields=[
            {
                "name": name,
                "value": value,
                "shape": shape_of(value),
                "json": json.dumps(value, ensure_ascii=False, indent=1),
            }
            for name, value in to_plain(getattr(read.care.book(), kind)).items()
        ],
        versions=versions,
        can_be_tried=PolicyKind(kind) in REPLAYED,
        label=_label,
    )


def shape_of(value: Any) -> str:
    """Return how a value is edited: as a number, as some of them, as text, or as JSON."""
    if isinstance(value, Mapping) and all(_is_number(each) for each in value.values()):
        return "numbers"
    if _is_number(value):
        return "number"
    return "text" if isinstance(value, str) else "json"


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _label(name: str) -> str:
    """Return the name of a field of a policy, or of a part of one, as it is if nobody named it."""
    code = f"field-{name}"
    return the_wording().text(code) if code in PAGE_TEXTS else name
