"""What the bytes of an HTML page may hold, whatever the roadmap: no browser is needed to tell."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from urllib.parse import unquote

import pytest

import pages
from alliances_cli.location import shipped_templates
from test_report import Page

LOCAL = ("#", "data:")
FETCHING = {"script", "iframe", "frame", "object", "embed", "video", "audio", "source", "track", "base", "form"}
LIGHT = 150_000


class Sheets(Page):
    """A page that also keeps the heads and captions of its tables."""

    def __init__(self, html: str) -> None:
        self.captions = 0
        self.headless: list[str] = []
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "caption" and self.open[-1:] == ["table"]:
            self.captions += 1
        if tag == "th" and dict(attrs).get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            self.headless.append(str(self.getpos()))
        super().handle_starttag(tag, attrs)


@pytest.fixture(params=pages.PAGES)
def made(request: pytest.FixtureRequest) -> tuple[str, Sheets]:
    """A page as text, and read."""
    html = pages.document(request.param)
    return html, Sheets(html)


def test_nothing_in_it_acts_or_fetches(made: tuple[str, Sheets]) -> None:
    html, page = made
    assert FETCHING & set(page.names) == set()
    for tag, attrs in page.tags:
        logo = tag == "img" and re.match(r"data:image/(png|svg\+xml);base64,", attrs["src"]) and attrs.get("alt")
        assert tag != "img" or logo, attrs
        forbidden = ["style", "srcset", "ping", *(() if logo else ("src",))]
        forbidden = [name for name in attrs if name.startswith("on") or name in forbidden]
        assert forbidden == [], (tag, attrs)
        for name in ("href", "xlink:href"):
            if tag != "a" and name in attrs:
                assert attrs[name].startswith(LOCAL), (tag, attrs)
    for link in page.all("a"):
        href = link.get("href", "")
        assert re.match(r"(https?|mailto|tel):|#|data:text/csv[;,]", href), link
        assert href.startswith("data:") <= ("download" in link), link
    css = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert not re.search(r"@import|@keyframes|transition|animation|scroll-behavior", css), "it fetches, or it moves"
    assert re.findall(r"url\((?![\"']?data:)", css) == []


def test_its_policy_allows_its_own_style_and_no_more(made: tuple[str, Sheets]) -> None:
    html, page = made
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    said = dict(part.strip().split(" ", 1) for part in policies[0].split(";") if part.strip())
    sheets = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'" for css in sheets]
    assert said["default-src"] == "'none'" and said["style-src"].split() == hashes
    assert said["base-uri"] == said["form-action"] == "'none'"
    assert {source for name, value in said.items() if name != "style-src" for source in value.split()} <= {
        "'none'",
        "data:",
    }
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_its_anchors_and_tables_are_sound(made: tuple[str, Sheets]) -> None:
    _, page = made
    assert page.open == []
    ids = Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs)
    assert [anchor for anchor, n in ids.items() if n > 1] == []
    named = [
        attrs[name]
        for _, attrs in page.tags
        for name in ("aria-labelledby", "aria-describedby", "for")
        if name in attrs
    ]
    assert {one for several in named for one in several.split()} <= set(ids)
    assert {unquote(a["href"][1:]) for a in page.all("a") if a.get("href", "").startswith("#")} <= set(ids)
    assert page.captions == page.names.count("table") and page.headless == []
    for tag in ("h1", "main", "head"):
        assert page.names.count(tag) == 1, tag
    assert page.all("html") == [{"lang": "fr"}]
    levels = [int(tag[1]) for tag in page.names if re.fullmatch("h[1-6]", tag)]
    assert [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] > pair[0] + 1] == []


def test_the_real_one_is_light() -> None:
    assert len(pages.document("real").encode()) <= LIGHT


def test_nor_is_the_one_with_a_theme() -> None:
    """What a roadmap adds is what its files weigh, in base64."""
    added = sum(len(pages.document(name).encode()) * sign for name, sign in (("theme", 1), ("real", -1)))
    files = len(pages.LOGO) + (shipped_templates() / "polices" / "figtree-400.woff2").stat().st_size
    assert added < files * 4 / 3 + 2_000
