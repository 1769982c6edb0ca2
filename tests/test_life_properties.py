"""Any sequence of edits on small roadmaps in varied styles: valid, equal to a model of it, every other byte kept."""

from __future__ import annotations

import contextlib
import copy
import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances_cli import store
from alliances_cli.cli.app import main
from alliances_cli.editing.add import IdentifierNeeded, add
from alliances_cli.editing.draft import Modification
from alliances_cli.editing.remove import remove
from alliances_cli.editing.rename import rename
from alliances_cli.editing.restore import restore
from alliances_cli.editing.retire import retire
from alliances_cli.editing.update import update
from alliances_cli.errors import AlliancesError
from alliances_cli.location import Root
from alliances_cli.periode import parse as period
from alliances_cli.yamltext.read import read
from conftest import examples

FAMILLES = ("mesures", "chantiers", "leviers")
SINGULIER = {"mesures": "mesure", "chantiers": "chantier", "leviers": "levier"}
LISTS = ("chantiers", "leviers", "bloqueurs", "renvois")
TEXTS = (
    "simple",
    "L'accord : « a » # b",
    "- tiret",
    "oui",
    "2021",
    "**gras**, virgule",
    'dit "x"',
    "x" * 100,
    "deux\nlignes",
    "-v",
    "{a: b}",
    "mesure 1",
)
POOLS = {
    "mesures": ("1", "2", "3", "7", "10", "M1C1-1", "a"),
    "chantiers": ("1", "c-2", "leg", "a"),
    "leviers": ("x", "2", "y"),
}
Pair = tuple[str, str]


@dataclass
class Feuille:
    """What a roadmap holds, references by what they lead to: (family, id), or ("", id) for a blocker."""

    items: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {f: [] for f in FAMILLES})
    retirees: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {f: [] for f in FAMILLES})

    def ids(self, famille: str) -> list[str]:
        return [item["id"] for item in self.items[famille]]

    def gone(self, famille: str) -> list[str]:
        return [entry["id"] for entry in self.retirees[famille]]

    def every(self) -> list[Pair]:
        return [(famille, own) for famille in FAMILLES for own in self.ids(famille)]

    def item(self, pair: Pair) -> dict[str, Any]:
        return next(item for item in self.items[pair[0]] if item["id"] == pair[1])

    def citing(self, pair: Pair) -> list[tuple[Pair, str]]:
        return [
            ((f, item["id"]), name)
            for f in FAMILLES
            for item in self.items[f]
            for name in LISTS
            if pair in item.get(name, ()) and (f, item["id"]) != pair
        ]


def resolved(text: str, famille: str, name: str, ids: dict[str, list[str]], gone: dict[str, list[str]]) -> Pair | None:
    """What a reference leads to, by the format's own words: the same list first, then any, then `mesure-8`."""
    if name == "bloqueurs" and text in ("b1", "b2"):
        return "", text
    for known in (ids, gone) if name == "vers" else (ids,):
        first = name if name in FAMILLES else famille
        if text in known[first]:
            return first, text
        found = [(f, text) for f in FAMILLES if text in known[f] and (name not in FAMILLES or f == name)]
        if len(found) == 1:
            return found[0]
        if found:
            return None
        for other in FAMILLES:
            head = SINGULIER[other] + "-"
            if text.startswith(head) and text[len(head) :] in known[other]:
                return (other, text[len(head) :]) if name not in FAMILLES or other == name else None
    return None


def loaded(folder: Path) -> Feuille:
    """The model that the files tell."""
    feuille = Feuille()
    values: dict[str, Any] = {f: read((folder / f"{f}.yaml").read_bytes().decode()).value for f in FAMILLES}
    ids = {f: [str(item["id"]) for item in values[f].get(f) or []] for f in FAMILLES}
    gone = {f: [str(entry["id"]) for entry in values[f].get("retirees") or []] for f in FAMILLES}
    for f in FAMILLES:
        for key, kept in ((f, feuille.items), ("retirees", feuille.retirees)):
            for raw in values[f].get(key) or []:
                item: dict[str, Any] = {}
                for name, value in raw.items():
                    if isinstance(value, list) and name in (*LISTS, "vers"):
                        item[name] = [resolved(text, f, name, ids, gone) for text in value]
                        assert None not in item[name], (raw, name)
                    elif value not in (None, "", []):
                        item[name] = value.strip() if isinstance(value, str) else value
                kept[f].append(item)
    return feuille


# --- roadmaps as hands write them -------------------------------------------------------------------------------------


class Maker:
    """Writes a roadmap in a style of each file's own; keeps the piece of text that each item is."""

    def __init__(self, random: Random, folder: Path) -> None:
        self.random, self.folder = random, folder
        self.pieces: dict[Pair, str] = {}
        self.kept: dict[str, list[str]] = {f: [] for f in FAMILLES}

    def make(self) -> Feuille:
        rnd = self.random
        ids = {f: rnd.sample(POOLS[f], rnd.randint(1, 3)) for f in FAMILLES}
        free = {f: [own for own in POOLS[f] if own not in ids[f]] for f in FAMILLES}
        gone = {f: rnd.sample(free[f], min(len(free[f]), rnd.choice((0, 0, 1, 2)))) for f in FAMILLES}
        mission = "titre: Essai\netat_au: 2021-05-07\n"
        mission += "dimensions:\n  - {code: d1, libelle: Un}\n  - {code: d2, libelle: Deux}\n"
        mission += "bloqueurs:\n  - {id: b1, libelle: Un}\n  - {id: b2, libelle: Deux}\n"
        mission += "champs:\n  - {code: budget, libelle: Budget, type: nombre}\n"
        mission += "  - {code: lieu, libelle: Lieu, type: texte, famille: leviers}\n"
        (self.folder / "mission.yaml").write_text(mission, "utf-8")
        for f in FAMILLES:
            (self.folder / f"{f}.yaml").write_bytes(self.file(f, ids, gone).encode())
        return loaded(self.folder)

    def file(self, f: str, ids: dict[str, list[str]], gone: dict[str, list[str]]) -> str:
        rnd = self.random
        items = [(own, self.item(f, own, ids)) for own in ids[f]]
        retired = []
        for own in gone[f]:
            entry = [("id", [own]), ("titre", [rnd.choice(TEXTS)]), ("date", ["2020-01-02"]), ("motif", ["Fini"])]
            if rnd.random() < 0.6:
                entry.append(("vers", self.references(f, "vers", own, ids)))
            retired.append((own, [pair for pair in entry if pair[1]]))
        eol = "\r\n" if rnd.random() < 0.25 else "\n"
        text = (self.flow if rnd.random() < 0.2 else self.block)(f, items, retired)
        text = text.replace("\n", eol)
        self.pieces = {pair: piece.replace("\n", eol) if pair[0] == f else piece for pair, piece in self.pieces.items()}
        self.kept[f] = [piece.replace("\n", eol) for piece in self.kept[f]]
        if rnd.random() < 0.15:
            text = text.rstrip("\r\n")
        return ("\ufeff" if rnd.random() < 0.15 else "") + text

    def item(self, f: str, own: str, ids: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
        rnd = self.random
        pairs = [("id", [own]), ("titre", [rnd.choice(TEXTS)])]
        if f != "leviers":
            for name, values in (
                ("dimension", ["d1", "d2"]),
                ("avancement", ["en_retard", "satisfaisant"]),
                ("realise", list(TEXTS)),
                ("prochaine_etape", list(TEXTS)),
                ("budget", ["12", "1,5"]),
            ):
                if rnd.random() < 0.4 and not (name == "budget" and f != "mesures"):
                    pairs.append((name, [rnd.choice(values)]))
            for name in ("renvois", "bloqueurs", *(("chantiers", "leviers") if f == "mesures" else ())):
                if rnd.random() < 0.5 and (found := self.references(f, name, own, ids)):
                    pairs.append((name, found))
        elif rnd.random() < 0.4:
            pairs.append(("lieu", [rnd.choice(TEXTS)]))
        if rnd.random() < 0.2:
            pairs = [pairs[1], pairs[0], *pairs[2:]]
        return pairs

    def references(self, f: str, name: str, own: str, ids: dict[str, list[str]]) -> list[str]:
        rnd = self.random
        families = (name,) if name in FAMILLES else FAMILLES
        found: dict[Pair, str] = {}
        for _ in range(rnd.randint(1, 3)):
            if name == "bloqueurs" and rnd.random() < 0.5:
                text = rnd.choice(("b1", "b2"))
            else:
                other = rnd.choice(families)
                text = rnd.choice(ids[other])
                text = f"{SINGULIER[other]}-{text}" if rnd.random() < 0.5 else text
            pair = resolved(text, f, name, ids, {g: [] for g in FAMILLES})
            if pair is not None and pair != (f, own):
                found.setdefault(pair, text)
        return list(found.values())

    def scalar(self, text: str, flow: bool) -> str:
        rnd = self.random
        bare = text.replace("-", "").replace("_", "").isalnum() and text[0] != "-" and text != "oui"
        if bare and rnd.random() < 0.6:
            return text
        if "\n" not in text and rnd.random() < 0.5:
            return "'" + text.replace("'", "''") + "'"
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def block(self, f: str, items: list[Any], retired: list[Any]) -> str:
        rnd = self.random
        indent = " " * rnd.choice((0, 2, 2, 4))
        blank = "\n" * rnd.choice((0, 1, 1, 2))
        gap = " " * rnd.choice((1, 1, 3))
        text = rnd.choice(("", "# En tête\n\n", "# En tête collée\n"))
        lists = [(f, items)] + ([("retirees", retired)] if retired else [])
        if len(lists) == 2 and rnd.random() < 0.2:
            lists.reverse()
        for key, listed in lists:
            text += f"{key}:{rnd.choice(('', '', '  # liste'))}\n"
            for n, (own, pairs) in enumerate(listed):
                text += blank if n else ""
                if key == f and rnd.random() < 0.2:
                    text += f"{indent}# Partie {own}\n\n"
                    self.kept[f].append(f"{indent}# Partie {own}\n")
                head = f"{indent}# note {own}\n" if rnd.random() < 0.2 else ""
                body = head + self.block_item(pairs, indent, gap)
                if rnd.random() < 0.1:
                    body += f"{indent}    # dessous\n"
                text += body
                if key == f:
                    self.pieces[f, own] = body.rstrip("\n")
            text += rnd.choice(("", "\n"))
        return text + rnd.choice(("", "", "# La fin.\n"))

    def block_item(self, pairs: list[tuple[str, list[str]]], indent: str, gap: str) -> str:
        rnd = self.random
        lines: list[str] = []
        inner = indent + " " + gap
        for name, values in pairs:
            if name in (*LISTS, "vers"):
                if rnd.random() < 0.5:
                    lines.append(f"{inner}{name}: [{', '.join(self.scalar(v, True) for v in values)}]")
                else:
                    lines.append(f"{inner}{name}:")
                    shift = rnd.choice(("", "  "))
                    lines += [f"{inner}{shift}- {self.scalar(v, False)}" for v in values]
            elif "\n" in values[0] and rnd.random() < 0.6:
                lines.append(f"{inner}{name}: |")
                lines += [f"{inner}  {line}" for line in values[0].split("\n")]
                continue
            else:
                lines.append(f"{inner}{name}: {self.scalar(values[0], False)}")
            if rnd.random() < 0.1:
                lines[-1] += f"  # sur {name}"
        lines[0] = indent + "-" + gap + lines[0].lstrip(" ")
        return "\n".join(lines) + "\n"

    def flow(self, f: str, items: list[Any], retired: list[Any]) -> str:
        rnd = self.random
        quoted = rnd.random() < 0.5

        def braces(own: str, pairs: list[tuple[str, list[str]]]) -> str:
            written = []
            for name, values in pairs:
                texts = [self.json(v) if quoted else self.scalar(v, True) for v in values]
                value = f"[{', '.join(texts)}]" if name in (*LISTS, "vers") else texts[0]
                written.append(f'"{name}": {value}' if quoted else f"{name}: {value}")
            return "{" + ", ".join(written) + "}"

        pieces = [braces(*one) for one in items]
        self.pieces.update({(f, own): piece for (own, _), piece in zip(items, pieces, strict=True)})
        between = rnd.choice((", ", ",\n   "))
        lists = f'"{f}": [{between.join(pieces)}]' if quoted else f"{f}: [{between.join(pieces)}]"
        others = between.join(braces(*one) for one in retired)
        if quoted or rnd.random() < 0.5:
            name = '"retirees"' if quoted else "retirees"
            return "{" + lists + (f", {name}: [{others}]" if others else "") + "}\n"
        return lists + "\n" + (f"retirees: [{others}]\n" if others else "")

    def json(self, text: str) -> str:
        return '"' + text.replace('"', '\\"').replace("\n", "\\n") + '"'


# --- the sequence -----------------------------------------------------------------------------------------------------


class Life:
    """One roadmap, its model, and edits drawn one after another."""

    def __init__(self, random: Random, folder: Path) -> None:
        self.random, self.root = random, Root(folder)
        maker = Maker(random, folder)
        self.model = maker.make()
        self.pieces, self.kept = maker.pieces, maker.kept
        self.log: list[str] = []
        assert not self.errors(), self.shown()

    def errors(self) -> tuple[Any, ...]:
        return store.parse(store.read_sources(self.root)).problems

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.root.data.iterdir()) if path.is_file()}

    def shown(self) -> str:
        texts = [f"--- {name}\n{data.decode()}" for name, data in self.bytes().items() if name != "mission.yaml"]
        return "\n".join([*self.log, *texts])

    def step(self) -> None:
        rnd = self.random
        before, model = self.bytes(), copy.deepcopy(self.model)
        done: Modification | None = None
        try:
            done = rnd.choice(
                (
                    self.add,
                    self.update,
                    self.update,
                    self.rename,
                    self.rename,
                    self.retire,
                    self.retire,
                    self.restore,
                    self.remove,
                )
            )()
        except AlliancesError as error:
            self.log.append(f"→ {error.message}")
            assert self.expected_refusal(error), self.shown()
            assert self.bytes() == before, self.shown()
            return
        if done is None:
            return
        for f in FAMILLES:
            if not self.model.ids(f):
                # Below a list that is empty, what headed its parts belongs to what comes.
                self.kept[f] = []
        for element in done.elements:
            self.pieces.pop((element.kind, element.id), None)
        self.proven()
        if done.undo and rnd.random() < 0.4:
            self.undo(done, model)

    def expected_refusal(self, error: AlliancesError) -> bool:
        return self.allowed is not None and any(said in error.message for said in self.allowed)

    def proven(self) -> None:
        assert not self.errors(), (self.errors(), self.shown())
        found = loaded(self.root.data)
        assert found.items == self.model.items, (found.items, self.model.items, self.shown())
        assert found.retirees == self.model.retirees, (found.retirees, self.model.retirees, self.shown())
        for f in FAMILLES:
            text = (self.root.data / f"{f}.yaml").read_bytes().decode()
            at = 0
            for own in self.model.ids(f):
                piece = self.pieces.get((f, own))
                if piece is not None:
                    at = text.find(piece, at)
                    assert at >= 0, (f, own, piece, self.shown())
                    at += len(piece)
            at = 0
            for piece in self.kept[f] if self.model.ids(f) else ():
                piece = piece.rstrip()
                at = text.find(piece, at)
                assert at >= 0, (f, piece, self.shown())
                at += len(piece)
            assert ("\r\n" in text) <= ("\n" not in text.replace("\r\n", "")), self.shown()

    def undo(self, done: Modification, model: Feuille) -> None:
        touched = self.model
        for command in done.undo:
            self.log.append(f"undo {command}")
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main([*command, "--data", str(self.root.data)])
            assert code == 0, (command, out.getvalue(), err.getvalue(), self.shown())
        self.model = touched_back(touched, model) if done.action == "restore" else model
        if done.action == "retire":
            # Without git, its fields come back, not its place.
            f, own = done.elements[0].kind, done.elements[0].id
            self.model = copy.deepcopy(model)
            self.model.items[f].sort(key=lambda item: item["id"] == own)
        self.proven()

    def log_(self, *what: object) -> None:
        self.log.append(" ".join(map(str, what)))

    # --- the edits --------------------------------------------------------------------------------------------------

    allowed: tuple[str, ...] | None = None

    def pick(self) -> Pair:
        every = self.model.every()
        return self.random.choice([pair for pair in every if self.name(pair)] or every)

    def name(self, pair: Pair) -> str:
        """A reference that a command line takes for it: an id such as mesure-1 may hide another's."""
        ids = {f: self.model.ids(f) for f in FAMILLES}
        none: dict[str, list[str]] = {f: [] for f in FAMILLES}
        forms = [pair[1], f"{SINGULIER[pair[0]]}-{pair[1]}"]
        if sum(pair[1] in ids[f] for f in FAMILLES) > 1:
            forms = forms[1:]
        fit = [form for form in forms if resolved(form, "", "vers", {**ids, "": []}, {**none, "": []}) == pair]
        return self.random.choice(fit) if fit else ""

    def forms(self, f: str, name: str, own: str) -> list[tuple[str, Pair]]:
        ids = {g: self.model.ids(g) for g in FAMILLES}
        gone: dict[str, list[str]] = {g: [] for g in FAMILLES}
        found = {}
        for pair in self.model.every():
            for text in (pair[1], f"{SINGULIER[pair[0]]}-{pair[1]}"):
                if (to := resolved(text, f, name, ids, gone)) not in (None, (f, own)):
                    found[text] = to
        return [(text, to) for text, to in found.items() if to is not None]

    def values(self, f: str, own: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Values to give, and what the model then holds."""
        rnd = self.random
        asked: dict[str, Any] = {}
        for name in ("realise", "prochaine_etape", "texte"):
            if rnd.random() < 0.3 and (f != "leviers" or name == "texte"):
                asked[name] = rnd.choice(TEXTS)
        if f != "leviers" and rnd.random() < 0.3:
            asked["dimension"] = rnd.choice(("d1", "d2"))
        if f == "mesures" and rnd.random() < 0.3:
            asked["budget"] = rnd.choice(("3", "4,5"))
        if f == "leviers" and rnd.random() < 0.5:
            asked["lieu"] = rnd.choice((["a"], ["a", "b : c"]))
        held = dict(asked)
        if held.get("lieu") == ["a"]:
            held["lieu"] = "a"
        for name in ("renvois", *(("chantiers",) if f == "mesures" else ())) if f != "leviers" else ():
            forms = self.forms(f, name, own)
            if rnd.random() < 0.4 and forms:
                chosen = dict((to, text) for text, to in rnd.sample(forms, min(2, len(forms))))
                asked[name] = list(chosen.values())
                held[name] = list(chosen)
        return asked, held

    def add(self) -> Modification:
        rnd = self.random
        f = rnd.choice(FAMILLES)
        own = rnd.choice((None, "n1", "31", *POOLS[f]))
        titre = rnd.choice(TEXTS)
        asked, held = self.values(f, own or "")
        after = before = None
        place = rnd.random()
        listed = self.model.items[f]
        if listed and place < 0.3:
            after = rnd.choice(listed)["id"]
        elif listed and place < 0.5:
            before = rnd.choice(listed)["id"]
        self.log_("add", f, own, titre, asked, after, before)
        self.allowed = (
            "déjà pris",
            "jamais redonné",
            "--id",
            "désignerait autre chose",
            "plusieurs éléments",
            "obligatoire",
            "invalide",
        )
        try:
            done = add(self.root, f, titre, asked, own, after, before)  # type: ignore[arg-type]
        except IdentifierNeeded:
            numbers = [i for i in (*self.model.ids(f), *self.model.gone(f))]
            assert own is None and f == "mesures" and not all(i.isdigit() for i in numbers), self.shown()
            raise
        new = done.elements[0].id
        assert own in (None, new)
        assert new not in (*self.model.ids(f), *self.model.gone(f))
        known = [*self.model.ids(f), *self.model.gone(f)]
        if own is None and f == "mesures":
            assert new == str(max(map(int, known), default=0) + 1)
        ids = self.model.ids(f)
        rank = len(listed)
        if after is not None:
            rank = ids.index(after) + 1
        elif before is not None:
            rank = ids.index(before)
        elif asked.get("dimension"):
            same = [n for n, item in enumerate(listed) if item.get("dimension") == asked["dimension"]]
            rank = same[-1] + 1 if same else rank
        self.model.items[f].insert(rank, {"id": new, "titre": titre, **held})
        return done

    def update(self) -> Modification | None:
        rnd = self.random
        pair = self.pick()
        others = [
            other for other in self.model.every() if other[0] == pair[0] and self.name(other) and rnd.random() < 0.3
        ]
        chosen = list(dict.fromkeys([pair, *others]))
        asked, held = self.values(*pair)
        for name in ("realise", "budget", "renvois"):
            if (
                name not in asked
                and rnd.random() < 0.2
                and (name != "budget" or pair[0] == "mesures")
                and pair[0] != "leviers"
            ):
                asked[name] = held[name] = None
        if not asked:
            return None
        self.log_("update", chosen, asked)
        self.allowed = ("se désigne",)
        done = update(self.root, [self.name(one) for one in chosen], asked)
        for one in chosen:
            item = self.model.item(one)
            changed = False
            for name, value in held.items():
                changed |= item.get(name) != value
                item.pop(name, None)
                if value is not None:
                    item[name] = value
            self.pieces.pop(one, None)
        return done

    def rename(self) -> Modification | None:
        rnd = self.random
        pair = self.pick()
        new = rnd.choice(("n9", "41", "b1", "mesure-1", *POOLS[rnd.choice(FAMILLES)]))
        self.log_("rename", pair, new)
        self.allowed = ("déjà pris", "jamais redonné", "se lirait", "ambigu", "désignerait autre chose", "invalide")
        if new == pair[1]:
            return None
        taken = new in (*self.model.ids(pair[0]), *self.model.gone(pair[0]))
        quiet = not taken and new in ("n9", "41")
        if quiet and not any(new in self.model.ids(f) for f in FAMILLES):
            self.allowed = ()
        citing = self.model.citing(pair)
        done = rename(self.root, self.name(pair), new)
        assert not taken, self.shown()
        self.model.item(pair)["id"] = new
        for f in FAMILLES:
            for item in (*self.model.items[f], *self.model.retirees[f]):
                for name in (*LISTS, "vers"):
                    if pair in item.get(name, ()):
                        item[name] = [(pair[0], new) if to == pair else to for to in item[name]]
        self.pieces.pop(pair, None)
        for owner, _ in citing:
            self.pieces.pop(owner, None)
        return done

    def leads(self, text: str, f: str, to: Pair) -> bool:
        return resolved(text, f, "vers", {g: self.model.ids(g) for g in FAMILLES}, {g: [] for g in FAMILLES}) == to

    def retire(self) -> Modification | None:
        rnd = self.random
        pair = self.pick()
        others = [other for other in self.model.every() if other != pair]
        vers = rnd.sample(others, min(len(others), rnd.choice((0, 1, 1, 2))))
        # An id such as mesure-1 comes first in its own list.
        texts = [name if (name := f"{SINGULIER[f]}-{own}") not in self.model.ids(pair[0]) else own for f, own in vers]
        if any(not self.leads(text, pair[0], to) for text, to in zip(texts, vers, strict=True)):
            return None
        motif = rnd.choice(TEXTS)
        citing = self.model.citing(pair)
        self.log_("retire", pair, motif, texts)
        self.allowed = ("rien ne le remplace", "n'y a pas sa place", "désignerait autre chose", "ambigu", "invalide")
        fits = [bool(name not in FAMILLES and vers) or any(f == name for f, _ in vers) for _, name in citing]
        done = retire(self.root, self.name(pair), motif, texts, period("2021-06-01"))
        assert all(fits), self.shown()
        gone = self.model.item(pair)
        self.model.items[pair[0]].remove(gone)
        entry = {"id": pair[1], "titre": gone["titre"], "date": "2021-06-01", "motif": motif.strip()}
        if vers:
            entry["vers"] = vers
        if "avancement" in gone:
            entry["avancement"] = gone["avancement"]
        self.model.retirees[pair[0]].append(entry)
        for owner, name in citing:
            item = self.model.item(owner)
            after: list[Pair] = []
            for to in item[name]:
                for one in vers if to == pair else [to]:
                    fit = name not in FAMILLES or one[0] == name or to != pair
                    there = one in after or (to == pair and one in item[name])
                    if fit and not there and one != owner:
                        after.append(one)
            item.pop(name)
            if after:
                item[name] = after
            self.pieces.pop(owner, None)
        self.pieces.pop(pair, None)
        return done

    def restore(self) -> Modification | None:
        gone = [(f, entry["id"]) for f in FAMILLES for entry in self.model.retirees[f]]
        if not gone:
            return None
        pair = self.random.choice(gone)
        self.log_("restore", pair)
        self.allowed = ("désignerait autre chose",)
        done = restore(self.root, f"{SINGULIER[pair[0]]}-{pair[1]}")
        entry = next(entry for entry in self.model.retirees[pair[0]] if entry["id"] == pair[1])
        self.model.retirees[pair[0]].remove(entry)
        self.model.items[pair[0]].append({k: entry[k] for k in ("id", "titre", "avancement") if k in entry})
        return done

    def remove(self) -> Modification:
        pair = self.pick()
        cited = self.model.citing(pair) or any(
            pair in entry.get("vers", ()) for f in FAMILLES for entry in self.model.retirees[f]
        )
        self.log_("remove", pair)
        self.allowed = ("est cité par",) if cited else ("désignerait autre chose",)
        done = remove(self.root, self.name(pair))
        assert not cited, self.shown()
        self.model.items[pair[0]].remove(self.model.item(pair))
        self.pieces.pop(pair, None)
        return done


def touched_back(touched: Feuille, model: Feuille) -> Feuille:
    """After a restored item was retired again: its entry stands last."""
    out = copy.deepcopy(model)
    for f in FAMILLES:
        now = touched.ids(f)
        out.retirees[f].sort(key=lambda entry: entry["id"] in now)
    return out


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    try:
        (made / "data").mkdir()
        yield made / "data"
    finally:
        shutil.rmtree(made)


@settings(
    deadline=None,
    max_examples=int(os.environ.get("ALLIANCES_LIVES", examples(60))),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.integers(0, 2**48), st.integers(1, 6))
def test_any_sequence_of_edits(seed: int, steps: int) -> None:
    with folder() as data:
        life = Life(Random(seed), data)
        for _ in range(steps):
            if not life.model.every():
                return
            life.step()


def committed(top: Path) -> None:
    """Commits all that stands in a folder, a repository or not yet."""
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = {f"GIT_{role}_{what}": f"{what}@a.fr" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for argv in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        subprocess.run(["git", "-C", str(top), *argv], env={**os.environ, **quiet, **who}, check=True)


@settings(deadline=None, max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**48))
def test_what_git_has_comes_back_in_bytes(seed: int) -> None:
    with folder() as data:
        random = Random(seed)
        life = Life(random, data)
        committed(data.parent)
        before, pair = life.bytes(), life.pick()
        others = [other for other in life.model.every() if other != pair]
        vers = random.sample(others, min(len(others), random.choice((1, 2))))
        try:
            retire(life.root, life.name(pair), "Fini", [f"{SINGULIER[f]}-{own}" for f, own in vers])
        except AlliancesError:
            assert life.bytes() == before
            return
        assert life.bytes() != before
        if random.random() < 0.3:
            committed(data.parent)
        restore(life.root, f"{SINGULIER[pair[0]]}-{pair[1]}")
        assert life.bytes() == before
