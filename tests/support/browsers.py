"""Chromium as people have it, and what a page must never do while they use it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESK, PHONE = (1360, 860), (390, 844)
TALL = 1_400

HAN = re.compile(r"[㐀-鿿　-〿＀-￯]")

_SHOW_ONLY = """(within) => {
    const shown = document.querySelector(within);
    for (const each of document.body.children) {
        each.style.visibility = within === 'body' || each === shown ? '' : 'hidden';
    }
}"""

_SAID_WITHOUT_DATA = """() => {
    const copy = document.body.cloneNode(true);
    const data = 'bdi, [lang="zh-CN"], template, svg text, svg title';
    for (const each of copy.querySelectorAll(data)) each.remove();
    const attributes = [...copy.querySelectorAll('[aria-label], [placeholder], [title]')]
        .flatMap((each) => [each.ariaLabel, each.placeholder, each.title]);
    const options = [...copy.querySelectorAll('select:not([name$=_id]) option')];
    for (const select of copy.querySelectorAll('select, textarea')) select.remove();
    return [copy.textContent, ...attributes, ...options.map((each) => each.text)].join('\\n');
}"""


def executable() -> str:
    """Return the browser of this machine; the tests of the pages need a real one."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"install a browser, for example `apt install chromium`; looked for {NAMES}"
    return found


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Lend a browser without a window."""
    with sync_playwright() as playwright:
        # Root may not use the sandbox, and small containers have little shared memory.
        browser = playwright.chromium.launch(
            executable_path=executable(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody with a browser of his own in front of the service at `address`.

    Everything that a page should never do is noted in `complaints`: a script error, a message on
    the console, a request that leaves the origin.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        language: str = "zh-CN",
        scheme: str = "light",
        size: tuple[int, int] = DESK,
    ) -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]  # one of the words it knows
            viewport={"width": size[0], "height": size[1]},
            base_url=address,
        )
        self.context.set_default_timeout(60_000)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        self.page.on("request", lambda request: self._judge(request.url))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _judge(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.complaints.append(f"a request left the origin: {url}")

    def signs_in(self, token: str) -> Page:
        """Sign in and return the page of the day."""
        self.page.goto("/sign-in")
        self.page.fill("#token", token)
        self.page.press("#token", "Enter")
        self.page.wait_for_url("**/today")
        return self.page

    def opens(self, path: str) -> Page:
        """Open a page that is there."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def loses_the_connection(self) -> None:
        """Let every request fail from now on, as on a train."""
        self.context.set_offline(True)

    def leaves(self) -> None:
        """Close the browser, having left the page: one that is just being loaded never closes."""
        self.context.set_offline(False)
        self.context.on("dialog", lambda dialog: dialog.accept())
        for page in self.context.pages:
            page.goto("about:blank")
        self.context.close()

    def faults(self, within: str = "body") -> list[Any]:
        """Return what axe finds wrong within a part of the page, and what it cannot decide.

        Looked at on a screen as high as the page, so that no bar covers what one would scroll to;
        what stands over the page is looked at alone.
        Left out: the contrast of texts in charts, which stand in a picture, and of what a narrow
        screen cuts off in a table that scrolls.
        """
        size = self.page.viewport_size or {"width": 0, "height": 0}
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({**size, "height": max(height, TALL)})
        self.page.evaluate(_SHOW_ONLY, within)
        options = {"resultTypes": ["violations", "incomplete"]}
        context = {"include": [[within]], "exclude": [["svg"]]}
        found = Axe().run(self.page, context=context, options=options).response
        self.page.evaluate(_SHOW_ONLY, "body")
        self.page.set_viewport_size(size)  # type: ignore[arg-type]  # as it gave it to us
        return [
            (each["id"], node["html"][:120], node["failureSummary"][:200])
            for kind in ("violations", "incomplete")
            for each in found[kind]
            for node in each["nodes"]
            if kind == "violations" or not self._is_cut_off(node["target"][0])
        ]

    def _is_cut_off(self, selector: str) -> bool:
        return bool(self.page.locator(selector).first.evaluate("each => !!each.closest('.scroll')"))

    def says(self) -> str:
        """Return all that the page says itself, without what people have typed."""
        said: str = self.page.evaluate(_SAID_WITHOUT_DATA)
        return said
