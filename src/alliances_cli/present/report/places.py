"""Where things are: the anchors of a document, and the addresses that its links may lead to."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

from markupsafe import Markup

from alliances_cli.model import SCHEMES
from alliances_cli.present import markdown

Kind = Literal["mesure", "chantier", "levier", "dimension", "partie", "bloqueur"]


def anchor(kind: Kind, identifier: str) -> Markup:
    """The name of a place in the document: `mesure-9`. What isn't a letter, a digit, `.`, `_` or `-` is `~` and its
    bytes, so that it needs no encoding in an attribute, in an address or in Markdown."""
    safe = "".join(c if c.isalnum() or c in "._-" else "".join(f"~{b:02x}" for b in c.encode()) for c in identifier)
    return Markup(f"{kind}-{safe}")


def address(text: str, kind: Literal["url", "courriel", "telephone"] = "url") -> str | None:
    """The address that a link can safely lead to, None where there is none: only http, https, mailto and tel, only
    characters that mean nothing to HTML or Markdown. A site without scheme gets `https://`."""
    if kind == "courriel":
        text = f"mailto:{text}"
    elif kind == "telephone":
        if not re.fullmatch(r"\+?[\d\s.()/-]{3,30}", text):
            return None
        text = "tel:" + re.sub(r"[^\d+]", "", re.sub(r"\(0\)", "", text))
    if re.search(r"[\x00-\x20\x7f-\xa0\\]", text) or markdown.clean(text) != text:
        return None
    # « localhost:8000 » has a port, no scheme; « tel:0153669970 » looks the same.
    scheme = re.match(r"(?i:(mailto|tel):)|([A-Za-z][A-Za-z0-9+.-]*):(?!\d+(?:[/?#]|$))", text)
    if scheme is None:
        text = f"https://{text.removeprefix('//')}"
    elif (scheme[1] or scheme[2]).lower() not in SCHEMES:
        return None
    name, _, rest = text.partition(":")
    if name.lower() in ("mailto", "tel"):
        pattern = r"[^\s@<>\"]+@[^\s@<>\"?]+(?:\?.*)?" if name.lower() == "mailto" else r"\+?\d[\d.()-]*"
        return f"{name.lower()}:{_quoted(rest)}" if re.fullmatch(pattern, rest) else None
    web = re.fullmatch(r"//((?:[^\s/?#\[\]<>\"'`{}|^]+|[^/?#@\[\]]*\[[0-9a-fA-F:.]+\](?::\d+)?))([/?#].*)?", rest)
    if web is None or (scheme is None and "." not in web[1] and not web[1].startswith("localhost")):
        return None
    host = quote(web[1], safe="%:@[]!$&+,;=-._~")
    return f"{name.lower()}://{host}{_quoted(web[2] or '')}"


def _quoted(text: str) -> str:
    before, mark, fragment = text.partition("#")
    encoded = [quote(part, safe="/?%:@!$&'+,;=-._~") for part in (before, fragment)]
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", mark.join(encoded))
