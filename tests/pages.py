"""The pages that real tools look at: the real roadmap's bilan, and those of roadmaps unlike it.

`python tests/pages.py FOLDER` writes there those that checkers which aren't in Python must find faultless.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from alliances_cli import store
from alliances_cli.location import Root, shipped_templates
from alliances_cli.model import FeuilleDeRoute
from story import DATA, story
from test_report import PAYLOADS, full, render
from test_shapes import SHAPES, Shape, items, levels, roadmap, words

DAY = "2024-03-15"
OF_SHAPES = ("one", "no-level", "grid", "own-fields", "long", "retired", "ids", "closed", "two-levels", "no-dimension")
FORMATS = ("html", "md")
# Texts that would act, ask for something or stick out if a page took them for more than texts.
ATTACKS = [
    "<script>window.__pwn=1</script>",
    "</style></title></textarea></template><script>window.__pwn=1</script>",
    "<img src=x onerror=window.__pwn=1>",
    '"><svg onload=window.__pwn=1>',
    "' onmouseover='window.__pwn=1' style='color:red",
    '" autofocus onfocus="window.__pwn=1',
    "<details open ontoggle=window.__pwn=1>",
    "<iframe srcdoc='<script>parent.__pwn=1</script>'></iframe>",
    "<a href='javascript:window.__pwn=1'>x</a> javascript:window.__pwn=1",
    "<meta http-equiv=refresh content='0;url=//pwn.example'> <base href=//pwn.example>",
    "<link rel=stylesheet href=//pwn.example/x.css> <object data=//pwn.example></object>",
    "}*{background:url(//pwn.example/x.png)} @import '//pwn.example/x.css';",
    "<form action=//pwn.example><input autofocus onfocus=window.__pwn=1></form>",
    "<math><mtext></table><mglyph><style><img src=x onerror=window.__pwn=1>",
    "\u202egnol\u202c \u2066isolé\u2069 \u200f",
    "m" * 5000,
    *PAYLOADS,
]


def attacked() -> FeuilleDeRoute:
    """A roadmap whose every text is an attack, each of ATTACKS somewhere."""
    places: dict[str, int] = {}
    return full(lambda name: f"{ATTACKS[places.setdefault(name, len(places)) % len(ATTACKS)]} {name}".strip())


def attacked_by_ids() -> FeuilleDeRoute:
    """A roadmap whose every id is an attack."""
    return full(i=lambda name: '"><script>window.__pwn=1</script>' + name)


def composed() -> Shape:
    """Texts in several scripts, their accents on their letters: the Nu checker warns of those that stand apart."""
    made: Shape = json.loads(unicodedata.normalize("NFC", json.dumps(SHAPES["scripts"](), ensure_ascii=False)))
    return made


def three_hundred() -> Shape:
    """300 mesures with all that a mesure may say."""
    made = items(
        300,
        titre=lambda i: words(130, i),
        dimension=lambda i: f"d{i % 6}",
        pilotes=lambda i: [f"Direction {i % 40}"],
        avancement=lambda i: f"n{i % 4}" if i % 9 else None,
        realise=lambda i: words(200, i),
        prochaine_etape=lambda i: words(160, i + 3),
        echeance=lambda i: (f"{2023 + i % 3}-{i % 12 + 1:02}", None)[i % 2],
        preuves=lambda i: [{"url": f"https://exemple.fr/p{i}"}] if i % 3 == 0 else None,
    )
    dimensions = [{"code": f"d{i}", "libelle": f"Volet {i} {words(30, i)}"} for i in range(6)]
    return roadmap(made, echelle=levels(4), dimensions=dimensions)


def write_shape(made: Shape, folder: Path) -> Path:
    """Writes the files of a roadmap; returns their folder, one deeper: what is beside it is the roadmap's too."""
    folder = folder / "data"
    folder.mkdir()
    for part, content in made.items():
        (folder / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def rendered(format: str, *argv: str) -> str:
    """What `alliances render` writes."""
    from alliances_cli.cli.app import main

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "bilan"
        code = main(["render", "--format", format, "-o", str(output), *argv])
        assert code == 0, argv
        return output.read_text("utf-8")


def _of_shape(make: Callable[[], Shape]) -> Callable[[str], str]:
    def page(format: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            return rendered(format, "--data", str(write_shape(make(), Path(folder))), "--au", DAY)

    return page


# A ministry's own: each colour is one that `check` lets through, and none is the tool's.
THEME: dict[str, Any] = {
    "couleurs": {
        "fond": "#fffdf7",
        "texte": "#2b1d33",
        "accent": "#7a1f5c",
        "fond_sombre": "#1a1420",
        "texte_sombre": "#efe6f2",
        "accent_sombre": "#f0a6d6",
    },
    "police": "police.woff2",
    "logo": "logo.svg",
}
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="120" height="40" fill="#7a1f5c"/>'
    '<circle cx="20" cy="20" r="12" fill="#fff"/></svg>'
)


def _themed(format: str) -> str:
    """The real roadmap with colours, a logo and a font of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(DATA, data)
        with open(data / "mission.yaml", "a", encoding="utf-8") as mission:
            mission.write(f"\ntheme: {json.dumps(THEME)}\n")
        data.with_name("logo.svg").write_text(LOGO)
        shutil.copyfile(shipped_templates() / "polices" / "figtree-400.woff2", data.with_name("police.woff2"))
        return rendered(format, "--data", str(data))


def _since(format: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        data = story(Path(folder) / "depot").data
        return rendered(format, "--data", str(data), "--since", "2020-10-17")


# name → its document in a format.
PAGES: dict[str, Callable[[str], str]] = {
    "real": lambda format: rendered(format, "--data", str(DATA)),
    "since": _since,
    **{name: _of_shape(SHAPES[name]) for name in OF_SHAPES},
    "scripts": _of_shape(composed),
    "three-hundred": _of_shape(three_hundred),
    "theme": _themed,
    "hostile": lambda format: render(attacked(), format),
    "hostile-ids": lambda format: render(attacked_by_ids(), format),
}


@cache
def document(name: str, format: str = "html") -> str:
    """One of PAGES, made once."""
    return PAGES[name](format)


@cache
def feuille(name: str) -> FeuilleDeRoute:
    """The roadmap of a page that has files."""
    if name in ("real", "theme"):
        return store.parse(store.read_sources(Root(DATA))).require()
    with tempfile.TemporaryDirectory() as folder:
        root = Root(write_shape(SHAPES[name](), Path(folder)))
        return store.parse(store.read_sources(root)).require()


if __name__ == "__main__":
    for name in PAGES:
        for format in FORMATS:
            Path(sys.argv[1], f"{name}.{format}").write_text(document(name, format), "utf-8")
