"""Every page, in the order of the navigation."""

from __future__ import annotations

from flask import Blueprint, Flask

from api.pages import (
    activities,
    audit,
    campaigns,
    complaints,
    customer,
    files,
    greetings,
    inbox,
    outbox,
    people,
    pool,
    preferences,
    roster,
    search,
    second_factor,
    settings,
    sign_in,
    today,
    transfer,
    workload,
)
from api.pages.frame import as_page, frame

PAGES: tuple[Blueprint, ...] = (
    frame,
    files.blueprint,
    sign_in.blueprint,
    today.blueprint,
    roster.blueprint,
    transfer.blueprint,
    search.blueprint,
    customer.blueprint,
    pool.blueprint,
    complaints.blueprint,
    greetings.blueprint,
    campaigns.blueprint,
    activities.blueprint,
    outbox.blueprint,
    workload.blueprint,
    inbox.blueprint,
    audit.blueprint,
    settings.blueprint,
    people.blueprint,
    preferences.blueprint,
    second_factor.blueprint,
)


def install_pages(app: Flask) -> None:
    """Add every page to `app`, and show refusals as pages to people."""
    app.after_request(as_page)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
