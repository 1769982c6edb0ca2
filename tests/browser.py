"""A page in a real browser: Chromium without a window, driven by Playwright, with all that it asks for and says written
down. Nothing here knows the page's classes: what it looks for has a role, an anchor or a text.

The browser is ALLIANCES_CHROMIUM, else the machine's own; Playwright's is never downloaded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# WCAG 2.0 to 2.2, A and AA, and what goes without saying.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
Theme = Literal["light", "dark"]


def required() -> bool:
    """Whether a machine without browser fails its tests, as CI's must."""
    return os.environ.get("ALLIANCES_EXIGER_NAVIGATEUR") == "1"


def without(what: str) -> NoReturn:
    """Skips a test for what isn't there; fails it where nothing may be skipped."""
    if required():
        pytest.fail(f"{what}, and ALLIANCES_EXIGER_NAVIGATEUR=1 lets no browser test be skipped", pytrace=False)
    pytest.skip(what)


def executable() -> str:
    """The browser's path; without one, the test is skipped or fails."""
    named = os.environ.get("ALLIANCES_CHROMIUM")
    found = next((path for name in ([named] if named else NAMES) if (path := shutil.which(name))), None)
    if found is None and named:
        pytest.fail(f"ALLIANCES_CHROMIUM names no program: {named}", pytrace=False)
    return found or without("no Chromium (apt-get install chromium, or set ALLIANCES_CHROMIUM)")


def launched() -> Iterator[Browser]:
    """A browser, until it is no longer needed."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Witness:
    """What a page asked for beyond itself, said and did that a document has no business doing."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page, scripts: bool) -> None:
        """Writes down what happens in a page from now on."""
        note = self.found.append
        page.on("request", lambda asked: None if asked.is_navigation_request() else note(f"request: {asked.url[:200]}"))
        page.on("console", lambda said: note(f"console: {said.text}"))
        page.on("pageerror", lambda error: note(f"error: {error}"))
        page.on("popup", lambda popup: note(f"window: {popup.url}"))
        page.on("download", lambda download: note(f"download: {download.url[:200]}"))
        page.on("dialog", self._dismiss)
        if scripts:
            page.add_init_script(
                "window.__refused = []; document.addEventListener('securitypolicyviolation',"
                " e => window.__refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"
            )

    def _dismiss(self, dialog: Dialog) -> None:
        self.found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def hear(self, page: Page, scripts: bool) -> None:
        """Adds what the page itself knows."""
        if scripts:
            self.found += [f"security policy: {refused}" for refused in page.evaluate("window.__refused")]
            self.found += ["a script of the data's ran"] if page.evaluate("'__pwn' in window") else []


@contextmanager
def visited(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 900,
    scripts: bool = True,
    theme: Theme = "light",
    forced: bool = False,
    media: Literal["screen", "print"] = "screen",
) -> Iterator[Page]:
    """A page in a context of its own; at the end, that it asked for nothing beyond itself and said nothing."""
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        color_scheme=theme,
        reduced_motion="reduce",
        service_workers="block",
    )
    try:
        page = context.new_page()
        look(page, width=width, height=height, theme=theme, forced=forced, media=media)
        witness = Witness()
        witness.watch(page, scripts)
        page.goto(url)
        yield page
        witness.hear(page, scripts)
        assert not witness.found, "\n".join(said[:400] for said in witness.found)
    finally:
        context.close()


def look(
    page: Page,
    *,
    width: int = 1280,
    height: int = 900,
    theme: Theme = "light",
    forced: bool = False,
    media: Literal["screen", "print"] = "screen",
) -> None:
    """Sets how the page that is there is looked at. A zoom of 200 % is a window of half the size."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media=media, color_scheme=theme, forced_colors="active" if forced else "none")


def file_url(path: Path) -> str:
    """The address of a file."""
    return path.resolve().as_uri()


# --- axe-core ---------------------------------------------------------------------------------------------------------


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong, one line a node: under TAGS, or by the rules named."""
    if not page.evaluate("'axe' in window"):
        # The page's policy lets no script element in; what the driver evaluates isn't under it.
        page.evaluate(f"{files('axe_playwright_python').joinpath('axe.min.js').read_text('utf-8')}; undefined")
    run = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    # Nobody points at paper.
    pointed = {"target-size": {"enabled": not page.evaluate("matchMedia('print').matches")}}
    options = {"runOnly": run, "resultTypes": ["violations"], "rules": {} if rules else pointed}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'].split(chr(10), 1)[-1].strip()}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


# --- questions to the page, of browser.js -----------------------------------------------------------------------------

QUESTIONS = Path(__file__).with_name("browser.js").read_text("utf-8")


def ask(page: Page, name: str, *given: str | int) -> Any:
    """What a function of browser.js answers."""
    return page.evaluate(f"given => {{ {QUESTIONS}\nreturn {name}(...given); }}", list(given))


def misplaced(page: Page) -> list[str]:
    """What makes the page wider than its window, the texts that stick out, and those that what holds them cuts."""
    return list(ask(page, "misplaced"))


def first_screen(page: Page) -> str:
    """The words that are wholly in the window, in the page's order, spaces made one."""
    return " ".join(" ".join(ask(page, "inWindow")).split())


def text(page: Page) -> str:
    """All the words that the page shows, spaces made one."""
    return " ".join(page.inner_text("body").split())


def rows(page: Page, anchors: list[str]) -> dict[str, str]:
    """The words that are shown at the places of anchors, in small letters, spaces made one."""
    return {anchor: " ".join(words.casefold().split()) for anchor, words in ask(page, "rows", *anchors).items()}


def tiles(page: Page, anchors: list[str]) -> dict[str, list[str]]:
    """For each anchor, the words of the items of lists that lead to it from elsewhere, in small letters."""
    return {anchor: [words.casefold() for words in found] for anchor, found in ask(page, "tiles", *anchors).items()}


def unsettled(page: Page) -> list[str]:
    """The anchors that stand twice, and the links and labels that lead to none."""
    return list(ask(page, "unsettled"))


def odd(page: Page) -> list[str]:
    """The elements, attributes and addresses that could act or fetch."""
    return list(ask(page, "odd"))


def landed(page: Page, anchor: str) -> list[str]:
    """What is wrong with where a link to an anchor leads: out of the window, under something, or not set off."""
    return list(ask(page, "landed", anchor))


def walked(page: Page) -> tuple[int, list[str]]:
    """How many stops the keyboard has, and what is wrong on the way: a stop that isn't reached, in its turn, or whose
    focus isn't seen, or that is out of the window or under something."""
    count = int(ask(page, "setOut"))
    found: list[str] = []
    for place in range(count):
        page.keyboard.press("Tab")
        found += ask(page, "stopped", place)
    page.keyboard.press("Tab")
    if not ask(page, "cameRound"):
        found.append("the keyboard stops where nothing is to be done")
    return count, found
