"""Many versions of a roadmap in any shape: read together, each is what it is when it is read alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any, cast

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alliances_cli import store
from alliances_cli.champs import FAMILLES
from alliances_cli.git import Commit, Depot, File, Objects
from alliances_cli.location import FILES, Root
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.past import ligne
from alliances_cli.past.passe import Passe, Point
from alliances_cli.store import Source
from conftest import examples

EXAMPLES = int(os.environ.get("ALLIANCES_EXAMPLES", examples(60)))

Version = dict[str, bytes]


class Contents:
    """Contents by id, without git."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def keep(self, data: bytes) -> File:
        name = sha1(data).hexdigest()
        self.kept[name] = data
        return File(name)

    def read(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return iter([self.kept[name] for name in names])


def described(feuille: FeuilleDeRoute) -> dict[str, Any]:
    """All that a roadmap says, whatever the classes of its records."""
    said: dict[str, Any] = {"mission": feuille.mission.model_dump()}
    for famille in FAMILLES:
        said[famille] = [item.model_dump() for item in feuille.items(famille)]
        said[f"{famille} retirés"] = [gone.model_dump() for gone in feuille.retirees.get(famille, ())]
    return said


def compare(versions: Sequence[Version]) -> int:
    """Reads the versions together, then each alone; returns how many are readable."""
    contents = Contents()
    past = Passe(Depot(Path("/")), Root(Path("/data")), "data", cast(Objects, contents), False)
    points = [
        Point(Commit(str(rank), None, "2021-05-07", "Ada", ""), "data", {p: contents.keep(d) for p, d in files.items()})
        for rank, files in enumerate(versions)
    ]
    readable = 0
    for etat, files in zip(ligne.states(past, points), versions, strict=True):
        alone = store.parse({p: Source(f"data/{name}", files[p]) for p, name in FILES.items() if p in files})
        if "mesures" not in files:
            assert etat.feuille is None
            continue
        assert (etat.feuille is None) == (alone.feuille is None), (files, alone.problems, etat.probleme)
        if alone.feuille is None:
            assert etat.probleme.startswith(f"{alone.problems[0].where}: {alone.problems[0].message}")
            continue
        assert etat.feuille is not None
        assert described(etat.feuille) == described(alone.feuille), files
        readable += 1
    return readable


# --- versions -------------------------------------------------------------------------------------------------------

IDS = ("1", "2", "3", "a", '"4"', "1.2", "2 # note")
# What an item may hold below its id, `{}` being its indent.
FIELDS = (
    "titre: Simple\n",
    "titre: Autre\n{}avancement: satisfaisant\n",
    "titre: Sans plus\n{}realise: |\n{}  deux\n{}  lignes\n",
    "titre: >-\n{}  - id: 2\n{}  plié\n",
    'titre: "deux\n{}- id: 2\n{}lignes"\n',
    'titre: "deux\n  - id: 2\n  lignes"\n',
    "titre: 'retirees:\n\nretirees:\n  - id: 9'\n",
    "titre: plat\n{}  - id: 5\n{}  suite\n",
    "titre: Liste\n{}pilotes:\n{}- un\n{}- deux\n",
    "titre: Liste\n{}pilotes:\n{}  - un\n",
    "titre: Liste\n{}pilotes: [un,\n{}  deux]\n",
    "titre: Liste\n{}pilotes: [un,\n  - id]\n",
    "titre: Renvoi\n{}renvois: [1]\n",
    "titre: Renvoi\n{}renvois: [a]\n",
    "titre: Bloqué\n{}bloqueurs: [loi]\n",
    "titre: Classé\n{}dimension: terrain\n",
    "titre: Niveau\n{}avancement: haut\n",
    "titre: Champ\n{}cout: 12\n",
    "titre: Champ\n{}cout: beaucoup\n",
    "titre: Champ\n{}lieu: Lille\n",
    "titre: Doublon\n{}titre: Encore\n",
    "titre: Inconnue\n{}clef: x\n",
    "titre: &x Ancre\n",
    "titre: *x\n",
    "titre: &x Ancre\n{}texte: *x\n",
    "titre:\n",
    "titre: ~\n",
    "titre: !!str 12\n",
    "titre: Date\n{}echeance: 2021-02-30\n",
    "titre: Date\n{}echeance: 2021-T2\n",
    "titre: Tabulation\n\ttexte: x\n",
    "titre: Vieux\rMac\n",
    "titre: Nul\x00\n",
    "titre: |+\n{}  garde\n\n\n",
    "titre: |2\n{}  indenté\n",
    "titre: fin # commentaire\n{}# autre\n# au bord\n",
    "titre: a\u2028{}b\n",
    "titre: a\u2028- id: 7\n",
    "titre: a\u0085--- x\n",
    "titre: Proof\n{}preuves:\n{}  - url: https://exemple.fr\n",
    "titre: '{x}'\n{}texte: {{a: b}}\n",
    "titre: R&D & Fonds\n",
    "titre: é\ufeffè\n",
    "? titre\n{}: x\n",
    "<<: {{titre: x}}\n",
    "titre: x\n<<<<<<< HEAD\n",
    "titre: x\n=======\n",
    "titre: x\n...\n",
    "titre: x\n--- \n",
    "titre: x\n%YAML 1.1\n",
)
FLOW = (
    "{{id: 5, titre: x}}\n",
    "{{id: 5,\n  titre: x}}\n",
    "[id, 5]\n",
    "texte seul\n",
    "\n    id: 5\n    titre: x\n",
    "- id: 5\n",
    "&i {{id: 5, titre: x}}\n",
    "*i\n",
    "{{id: 5, titre: x,\n  - id: 6}}\n",
)
HEADINGS = (
    "{}:\n",
    "{}: # liste\n",
    '"{}":\n',
    "{} :\n",
    "{}: ~\n",
    "{}: null\n",
    "{}: &l\n",
    "{}: !!str\n",
    "{}: !!seq\n",
    "{}: |\n",
    "{}: []\n",
    "\ufeff{}:\n",
    "# avant\n\n{}:\n\n  # après\n",
    " {}:\n",
    "{}:\n\t\n",
    "{}: {{}}\n",
    "? {}\n:\n",
    "--- # un\n{}:\n",
    "{}: *l\n",
    "{}:\r",
)
MISSIONS = (
    None,
    "titre: Une\n",
    "titre: Une\netat_au: 2021-05-07\n",
    "titre: Deux\nbloqueurs:\n  - id: loi\n    libelle: La loi\ndimensions:\n  - code: terrain\n    libelle: Terrain\n",
    "titre: Trois\nechelle:\n  - code: haut\n    libelle: Haut\n  - code: satisfaisant\n    libelle: Bien\n",
    "titre: Quatre\nchamps:\n  - code: cout\n    libelle: Coût\n    type: nombre\n",
    "titre: Quatre\nchamps:\n  - code: cout\n    libelle: Coût\n",
    "titre: Quatre\nchamps:\n  - code: cout\n    libelle: Coût\n    type: choix\n    choix: [12, beaucoup]\n",
    "titre: Quatre\nchamps:\n  - code: lieu\n    libelle: Lieu\n    obligatoire: oui\n",
    "titre: Quatre\nchamps:\n  - code: lieu\n    libelle: Lieu\n    famille: chantiers\n",
    "titre: Quatre\nbilans:\n  - date: 2020-10-17\n    totaux:\n      satisfaisant: 3\n",
    "titre: Cinq\ninconnue: x\n",
    "titre: [\n",
    "titre: Six\ntitre: Sept\n",
    "\ufefftitre: Huit\n",
    "",
)
TAILS = ("", "", "", "\n", "# fin\n", "  # fin", "...\n", "autre: x\n", "\ufeff", "\r")


@st.composite
def items(draw: st.DrawFn, indent: str) -> str:
    """One item of a list, most often a plain one."""
    dash = f"{indent}- "
    if draw(st.integers(0, 9)) == 0:
        return dash + draw(st.sampled_from(FLOW)).format()
    inner = " " * len(dash)
    odd = draw(st.integers(0, 2)) == 0
    fields = draw(st.sampled_from(FIELDS if odd else FIELDS[:4])).replace("{}", inner).replace("{{", "{")
    return f"{dash}id: {draw(st.sampled_from(IDS))}\n{inner}{fields.replace('}}', '}')}"


@st.composite
def retired(draw: st.DrawFn, indent: str) -> str:
    inner = " " * (len(indent) + 2)
    extra = draw(st.sampled_from(("", f"{inner}vers: [1]\n", f"{inner}vers: [9]\n", f"{inner}cout: 1\n")))
    identifier = draw(st.sampled_from(("1", "8", "9")))
    return f"{indent}- id: {identifier}\n{inner}titre: Retirée\n{inner}motif: Faite\n{extra}"


@st.composite
def sections(draw: st.DrawFn, key: str) -> list[str]:
    heading = draw(st.sampled_from(HEADINGS if draw(st.integers(0, 4)) == 0 else HEADINGS[:1])).replace("{}", key)
    indent = draw(st.sampled_from(("  ", "  ", "", "    ")))
    inside = draw(st.lists(retired(indent) if key == "retirees" else items(indent), min_size=0, max_size=4))
    return [heading.replace("{{", "{").replace("}}", "}"), *inside]


@st.composite
def files(draw: st.DrawFn, famille: str) -> list[str]:
    """A family's file, in the pieces that a later version may exchange."""
    found = draw(sections(famille))
    if draw(st.integers(0, 2)) == 0:
        gone = draw(sections("retirees"))
        found = found + gone if draw(st.booleans()) else gone + found
    return [*found, draw(st.sampled_from(TAILS))]


def encoded(pieces: Sequence[str], crlf: bool, latin: bool) -> bytes:
    text = "".join(pieces)
    text = text.replace("\n", "\r\n") if crlf else text
    return text.encode("latin-1", "replace") if latin else text.encode()


@st.composite
def stories(draw: st.DrawFn) -> list[Version]:
    """Versions that follow one another, each with a few pieces unlike the one before."""
    pieces: dict[str, list[str]] = {famille: draw(files(famille)) for famille in ("mesures", "chantiers")}
    mission = draw(st.sampled_from(MISSIONS[:-4]))
    versions: list[Version] = []
    for _ in range(draw(st.integers(2, 6))):
        here = {f: p for f, p in pieces.items() if f == "mesures" or draw(st.integers(0, 4))}
        rare = draw(st.integers(0, 19))
        version = {f: encoded(inside, rare == 0, rare == 1) for f, inside in here.items()}
        if rare == 2:
            del version["mesures"]
        versions.append({**version, **({"mission": mission.encode()} if mission is not None else {})})
        famille = draw(st.sampled_from(("mesures", "mesures", "chantiers")))
        inside = pieces[famille] = list(pieces[famille])
        where = draw(st.integers(0, len(inside) - 1))
        match draw(st.sampled_from(("item", "item", "item", "drop", "swap", "section", "mission"))):
            case "item":
                inside.insert(where, draw(items("  ")))
            case "drop":
                del inside[where:]
                inside.append("")
            case "swap":
                inside[where], inside[-1] = inside[-1], inside[where]
            case "section":
                inside += draw(sections(draw(st.sampled_from((famille, "retirees")))))
            case _:
                mission = draw(st.sampled_from(MISSIONS))
    return versions


ITEM = b"  - id: 1\n    titre: Une\n"


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories())
# Cut at its items, each of these could seem right.
@example([{"mesures": b"mesures: ~\n" + ITEM}])
@example([{"mesures": b"mesures:\n" + ITEM + b"\xef\xbb\xbfretirees:\n  - id: 2\n    titre: Deux\n    motif: x\n"}])
def test_versions_read_together_are_what_they_are_alone(versions: list[Version]) -> None:
    compare(versions)


def test_most_of_the_versions_that_are_tried_can_be_read() -> None:
    """The property above would say little of files that can't be read."""
    plain: Version = {"mesures": b"mesures:\n" + ITEM, "mission": b"titre: Une\n"}
    assert compare([plain, {**plain, "chantiers": b"chantiers:\n" + ITEM}, plain]) == 3
