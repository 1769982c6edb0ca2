"""What keeps the bilan from being shown, as an HTML page. By no template: one of the roadmap's may be what is wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from alliances_cli.errors import Problem
from alliances_cli.present.as_text import KINDS
from alliances_cli.typographie import count, harmless, spaced

_STYLE = (
    ":root{color-scheme:light dark;--fond:#fff;--encre:#17222f;--doux:#424f5d;--alerte:#a3161f;--marque:#ffd9dc;"
    "--filet:#7d8b9b;--lien:#0b4a94}"
    "@media (prefers-color-scheme:dark){:root{--fond:#10171f;--encre:#e6edf4;--doux:#b7c3cf;--alerte:#ff9ea4;"
    "--marque:#6b1a20;--filet:#8494a4;--lien:#9cc7ff}}"
    "body{margin:0;background:var(--fond);color:var(--encre);font:100%/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}"
    "main{max-width:60rem;margin:0 auto;padding:2rem 1rem}"
    "h1{margin:0 0 .5rem;line-height:1.2;color:var(--alerte)}"
    "p{margin:0 0 1rem}"
    "ol{list-style:none;margin:1.5rem 0;padding:0}"
    "li{margin:0 0 1rem;padding:.25rem 0 .25rem 1rem;border-left:.3rem solid var(--alerte)}"
    "li p{margin:0}"
    "code{font:.95em ui-monospace,monospace}"
    ".lieu{font-weight:700}"
    ".ligne{display:block;margin-top:.3rem;padding:.3rem .5rem;border:1px solid var(--filet);white-space:pre-wrap}"
    "mark{background:var(--marque);color:inherit;outline:2px solid var(--alerte)}"
    "a{color:var(--lien)}"
    ":focus-visible{outline:3px solid var(--lien);outline-offset:2px}"
    ".discret{color:var(--doux)}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_ICON = (
    "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20viewBox=%220%200%2016%2016%22%3E"
    "%3Cpath%20d=%22M8%201l7%2014H1z%22%20fill=%22%23a3161f%22/%3E%3C/svg%3E"
)
# Of a line that is longer, what is around the place.
_SHOWN = 200


def fault(problems: Sequence[Problem], sentence: str, last_good: str | None) -> str:
    """The page: the problems with their places where there are some, else the sentence; a link to the last good bilan,
    whose path is given where there is one."""
    if problems:
        files = len({problem.source for problem in problems})
        said = count(len(problems), "problème") + f" dans {count(files, 'fichier')}"
        what = [f"<p>{_text(said)}</p>", "<ol>", *map(_problem, problems), "</ol>"]
    else:
        what = ["<ol>", *(f"<li><p>{_text(line)}</p></li>" for line in sentence.split("\n")), "</ol>"]
    link = f'<p><a href="{escape(last_good)}">Voir le dernier bilan sans erreur</a></p>' if last_good else ""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="fr">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src 'sha256-{_HASH}'; img-src data:; base-uri 'none'; form-action 'none'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Bilan impossible : les fichiers sont à corriger</title>".replace(" :", "\u00a0:"),
            f'<link rel="icon" href="{_ICON}">',
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            "<h1>Le bilan ne peut pas être fait</h1>",
            *what,
            *([link] if link else []),
            '<p class="discret">Cette page se recharge dès qu’un fichier est enregistré.</p>',
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _problem(problem: Problem) -> str:
    message = _text(KINDS.get(problem.kind, "") + problem.message)
    return f'<li><p><code class="lieu">{_text(problem.where)}</code> {message}</p>{_excerpt(problem)}</li>'


def _excerpt(problem: Problem) -> str:
    """The line of the file, with its place marked."""
    if not problem.line or not problem.excerpt.strip():
        return ""
    text = "".join(c if c.isprintable() else " " for c in problem.excerpt)
    at = min(max(problem.column - 1, 0), len(text))
    start = max(0, at - _SHOWN // 2) if len(text) > _SHOWN else 0
    end = min(len(text), start + _SHOWN)
    before, after = ("…" if start else "") + text[start:at], text[at + 1 : end] + ("…" if end < len(text) else "")
    # Past the end of the line, there is still a place to show.
    mark = f"<mark>{escape(text[at : at + 1]) or '&nbsp;'}</mark>"
    return f'<code class="ligne">{escape(before)}{mark}{escape(after)}</code>'


def _text(text: str) -> str:
    return escape(spaced(harmless(text)))
