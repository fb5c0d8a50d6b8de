"""The channels of this installation (可用渠道): which are set up, as its workers have told."""

from __future__ import annotations

from typing import Any

from api.blueprints import Blueprint
from api.service import the_service
from api.v1.schemas.rows import list_of, schema_of
from domain.access import Grant
from workers.ways_out import ChannelRow, WaysOutTable

blueprint = Blueprint("channels", "channels", url_prefix="/channels", description="渠道 Channels")

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("", needs=Grant.READ)
@blueprint.shows(200, list_of(schema_of(ChannelRow)))
def list_channels() -> Answer:
    """List every channel and whether messages get out by it, as the newest worker has told."""
    return {"items": WaysOutTable(the_service().read.database).read().rows()}, {}
