"""A document → the page that is served: the same, with a script that reloads it, and a policy that runs no other."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("reload.js").read_text("utf-8").strip()
_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}'"
# What a document that has no policy of its own may load.
_NO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
# Ours, and what a policy may say in a header but not in a document.
_SET_ASIDE = {"connect-src", "frame-ancestors", "report-to", "report-uri", "sandbox"}


class Page(NamedTuple):
    """What is sent. `policy`: the header Content-Security-Policy; `version` changes with the document; `good`: whether
    it is the document that was asked for, not what stands for it."""

    body: bytes
    policy: str
    version: str
    good: bool


def page(document: str, good: bool) -> Page:
    """The page of a document. Its own policies hold, but for what the script needs; no other script runs."""
    # `surrogatepass`: no document may keep the page from being sent.
    version = hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    script = f'<script data-version="{version}" data-page="{"bilan" if good else "faute"}">{SCRIPT}</script>'
    head = _Head(document)
    pieces: list[str] = []
    end = 0
    for start, stop, written in sorted([*head.policies, (head.start, head.start, script)]):
        pieces += [document[end:start], written]
        end = stop
    body = "".join([*pieces, document[end:]]).encode("utf-8", "replace")
    return Page(
        body, ", ".join(f"{p}; frame-ancestors 'none'" for p in head.found or [_policy(_NO_POLICY)]), version, good
    )


def _policy(own: str) -> str:
    """A document's policy, with our script as the only one."""
    # In a header, a comma would begin another policy.
    if not re.fullmatch(r"[\x20-\x2b\x2d-\x7e\s]*", own):
        own = _NO_POLICY
    kept: dict[str, str] = {}
    for directive in own.split(";"):
        name, *sources = directive.split() or [""]
        name = name.lower()
        if name and name not in _SET_ASIDE and not name.startswith("script-src"):
            kept.setdefault(name, " ".join([name, *sources]))
    return "; ".join([*kept.values(), f"script-src {_HASH}", "connect-src 'self'"])


class _Head(HTMLParser):
    """What counts in a document's head. `start`: where the script goes, before anything that a half-written template
    leaves open; `policies`: (start, end, what to write there) of each policy; `found`: the policies, as adapted."""

    def __init__(self, document: str) -> None:
        super().__init__()
        body = re.search(r"<body[\s>]", document, re.IGNORECASE)
        head = document[: body.start()] if body else document
        self.start = 0
        self.policies: list[tuple[int, int, str]] = []
        self.found: list[str] = []
        self._lines = [0, *(m.end() for m in re.finditer("\n", head))]
        self.feed(head)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_decl(self, decl: str) -> None:
        """After the doctype, where there is no `<head>`."""
        if not self.start:
            self.start = self._place() + len(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The head itself, or a policy in it."""
        text = self.get_starttag_text() or ""
        end = self._place() + len(text)
        values = dict(reversed(attrs))
        if tag == "head":
            self.start = end
        elif tag == "meta" and (values.get("http-equiv") or "").strip().lower() == "content-security-policy":
            policy = _policy(values.get("content") or "")
            self.found.append(policy)
            quoted = html.escape(policy, quote=False).replace('"', "&quot;")
            written = f'<meta http-equiv="Content-Security-Policy" content="{quoted}">'
            self.policies.append((self._place(), end, written))
