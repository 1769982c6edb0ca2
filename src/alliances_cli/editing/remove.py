"""`remove`: takes a mistaken entry out, as long as nothing refers to it and no published bilan holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from alliances_cli import bilan, git, store
from alliances_cli.champs import FAMILLES, RETIREES, SINGULIER, Famille
from alliances_cli.editing import given, targets, undo
from alliances_cli.editing.draft import Draft, Element, Modification, opened, require_readable
from alliances_cli.editing.references import links, references
from alliances_cli.editing.targets import DECLARED, Target
from alliances_cli.errors import EditRefused, NotFound
from alliances_cli.evolution import Changement
from alliances_cli.location import Root
from alliances_cli.model import BilanPublie
from alliances_cli.past import passe, revision
from alliances_cli.store import Source
from alliances_cli.typographie import enumeration
from alliances_cli.yamltext.read import Value


def remove(root: Root, reference: str, dry_run: bool = False) -> Modification:
    """Takes an item, a blocker or a dimension out of its file, with its comments.

    Raises: NotFound; EditRefused where something refers to it, or a published bilan holds it; InvalidRoadmap where a
    file can't be read; SystemFault.
    """
    with opened(root, dry_run) as draft:
        require_readable(draft.reading)
        target = targets.any_of(draft.reading, reference)
        citing = _citing(draft, target)
        if citing:
            raise EditRefused(
                f"« {targets.name_of(draft, target)} » est cité par {enumeration(citing)} : "
                "retirez ces références d'abord ; rien n'a été écrit"
            )
        if target.famille is not None and (when := _published(draft, target.famille, target.id)):
            name = targets.name_of(draft, target)
            raise EditRefused(
                f"« {name} » est dans le bilan publié {when}, et ne s'efface plus ; pour qu'il reste en vue avec sa "
                f"raison : alliances retire {name} --motif … ; rien n'a été écrit"
            )
        item = targets.value_at(draft.value(target.part), target.path)
        key = str(target.path[0])
        back = _add(draft, target, item)
        left = targets.entries(draft.reading, target.kind) if target.famille is None else ()
        draft.lost.extend(draft.remove(target.part, key, target.rank, with_key=len(left) == 1))
        gone = Changement(target.path, item, None)
        element = Element(target.kind, target.id, targets.titre_of(item), (gone,))
        led = {
            place: found for place, found in links(draft.reading).items() if place[:2] != (target.famille, target.id)
        }
        return draft.close("remove", [element], [back] if back else [], led=led, warn=True)


def _citing(draft: Draft, target: Target) -> list[str]:
    """What refers to it: « mesure 7 (renvois) »."""
    if target.kind == "dimensions":
        return [
            f"{SINGULIER[famille]} {item.id}"
            for famille in FAMILLES
            for _, item in draft.reading.lecture.items.get(famille, ())
            if getattr(item, "dimension", None) == target.id
        ]
    own = (target.famille, target.id)
    return list(
        dict.fromkeys(
            f"{SINGULIER[r.famille]} {r.owner} ({r.field if r.field != 'vers' else RETIREES})"
            for r in references(draft.reading)
            if r.target == own and (r.famille, r.owner) != own
        )
    )


def _published(draft: Draft, famille: Famille, identifier: str) -> str:
    """The published bilan that holds the item, as the end of a sentence: « au 7 mai 2021 »; empty where none does.

    A bilan's revision is its tag `bilan/DATE`, else the last commit of the first-parent line that stands at its date.
    Where git has none, the totals that are published at the roadmap's date hold what they count.
    """
    mission = draft.reading.lecture.mission
    bilans = {publie.date.text: publie for publie in mission.bilans} if mission else {}
    known: set[str] = set()
    past = passe.of(draft.root)
    if past is not None:
        with past:
            for text, at in _revisions(past, bilans):
                known.add(text)
                file = past.files(at.commit, at.folder).get(famille)
                if file is not None and identifier in _ids_in(famille, next(past.objects.read([file.blob]))):
                    return f"au {bilans[text].date.in_words}" if text in bilans else f"« {text} »"
    feuille = draft.reading.feuille
    controle = bilan.control(feuille) if feuille is not None and famille == "mesures" else None
    if feuille is not None and controle is not None and controle.agrees and controle.publie.date.text not in known:
        item = feuille.by_id[famille][identifier]
        if getattr(item, "avancement", None) in controle.publie.totaux:
            return f"au {controle.publie.date.in_words}, dont les totaux le comptent"
    return ""


def _revisions(past: passe.Passe, bilans: Mapping[str, BilanPublie]) -> Iterator[tuple[str, revision.Revision]]:
    """Those of the tags, and of the bilans that have none."""
    for tag in git.refs(past.depot, f"refs/tags/{revision.TAG}"):
        with suppress(NotFound):
            if (at := revision.tagged(past, tag.removeprefix(revision.TAG))) is not None:
                yield tag.removeprefix(revision.TAG), at
    for text, publie in bilans.items():
        at = revision.of_bilan(past, publie, text).revision
        if at is not None and at.tag is None:
            yield text, at


def _ids_in(famille: Famille, data: bytes | None) -> frozenset[str]:
    if data is None:
        return frozenset()
    return frozenset(store.parse({famille: Source(famille, data)}).lecture.vocabulaire.ids[famille])


def _add(draft: Draft, target: Target, item: Mapping[str, Value]) -> tuple[str, ...] | None:
    """The command that adds again what is removed, where it stood; None where a value can't be given."""
    if target.famille is None:
        return _add_declared(target, item)
    options = ["--id", target.id]
    for code, champ in given.fields(draft.reading, target.famille).items():
        if code != "id" and item.get(code) not in (None, "", []):
            found = undo.options_for(champ, item[code])
            if found is None:
                return None
            options += found
    known = list(draft.reading.lecture.vocabulaire.ids[target.famille])
    rank = known.index(target.id)
    if rank:
        options += ["--after", known[rank - 1]]
    elif len(known) > 1:
        options += ["--before", known[1]]
    return ("add", SINGULIER[target.famille], *options)


def _add_declared(target: Target, item: Mapping[str, Value]) -> tuple[str, ...] | None:
    key, name = DECLARED[target.kind]
    options = ["--id", target.id, "--libelle", targets.titre_of(item)]
    horizon, texte = item.get("horizon"), item.get("texte")
    if isinstance(horizon, list):
        options += ["--horizon", "-".join(map(str, horizon))]
    if isinstance(texte, str):
        options += ["--texte", texte.strip()]
    return ("add", name, *options) if key in item else None
