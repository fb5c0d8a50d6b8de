from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup

from api.pages.tables import labelled

TEMPLATES = Path(__file__).parents[3] / "api" / "templates" / "pages"
NO_LISTS = {"workload.html", "policy.html", "card.html"}
"""Figures beneath charts, grids of a policy, and what is made for paper."""


def test_each_cell_says_which_column_it_is_of() -> None:
    table = Markup(
        '<thead><tr><th scope="col"><a href="?sort=name">name</a></th>'
        '<th scope="col" class="number">paid &amp; due</th><td></td></tr></thead><tbody>'
        '<tr class="row"><th scope="row">Li</th><td class="number">3</td><td>&lt;td&gt;</td></tr>'
        "<tr><th>Wu</th><td>4</td></tr></tbody>"
    )

    head, _, body = labelled(table).partition("<tbody>")

    assert head == table.partition("<tbody>")[0]
    assert body == (
        '<tr class="row"><th data-label="Name" scope="row">Li</th>'
        '<td data-label="Paid &amp; due" class="number">3</td>'
        '<td data-label="">&lt;td&gt;</td></tr>'
        '<tr><th data-label="Name">Wu</th><td data-label="Paid &amp; due">4</td></tr></tbody>'
    )


def test_every_list_with_columns_becomes_cards_on_a_phone() -> None:
    by_hand = {
        template.name
        for template in TEMPLATES.glob("*.html")
        if re.search(r'<table class="list(?! folded)', template.read_text("utf-8"))
    }

    assert by_hand == NO_LISTS
