"""Everything that anybody may open without a token, in the order of the document."""

from __future__ import annotations

from api.blueprints import Blueprint
from api.public import intake_mail, intake_page, subject_page

PUBLIC: tuple[Blueprint, ...] = (
    intake_page.blueprint,
    intake_mail.blueprint,
    subject_page.blueprint,
)
