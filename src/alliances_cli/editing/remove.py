"""`remove`: takes a mistaken entry out, as long as nothing refers to it and no published bilan holds it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from alliances_cli import bilan, git, store
from alliances_cli.champs import FAMILLES, RETIREES, SINGULIER, Famille
from alliances_cli.editing import given, targets, undo
from alliances_cli.editing.draft import Draft, Element, Modification, opened, require_readable
from alliances_cli.editing.references import links, references
from alliances_cli.editing.targets import DECLARED, Target
from alliances_cli.errors import EditRefused
from alliances_cli.evolution import Changement
from alliances_cli.location import Root
from alliances_cli.periode import Periode
from alliances_cli.store import Source
from alliances_cli.typographie import enumeration
from alliances_cli.yamltext.read import Value

TAG = "bilan/"


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
    bilans = {publie.date.text: publie.date for publie in mission.bilans} if mission else {}
    depot = git.find(draft.root.data)
    known: dict[str, str] = {}
    if depot is not None:
        tagged = {tag.removeprefix(TAG): f"refs/tags/{tag}" for tag in git.tags(depot, TAG)}
        untagged = {text: date for text, date in bilans.items() if text not in tagged}
        known = {**tagged, **_last_standing_at(draft, depot, untagged)}
        path = draft.root.path(famille)
        texts = git.show_all(depot, [(revision, path) for revision in known.values()])
        for text, data in zip(known, texts, strict=True):
            if data is not None and identifier in _ids_in(famille, path, data):
                return f"au {bilans[text].in_words}" if text in bilans else f"« {text} »"
    feuille = draft.reading.feuille
    controle = bilan.control(feuille) if feuille is not None and famille == "mesures" else None
    if feuille is not None and controle is not None and controle.agrees and controle.publie.date.text not in known:
        item = feuille.by_id[famille][identifier]
        if getattr(item, "avancement", None) in controle.publie.totaux:
            return f"au {controle.publie.date.in_words}, dont les totaux le comptent"
    return ""


def _last_standing_at(draft: Draft, depot: git.Depot, bilans: Mapping[str, Periode]) -> dict[str, str]:
    """The last commit of the first-parent line at which the roadmap stands at each date."""
    if not bilans:
        return {}
    wanted = {(date.first, date.last): text for text, date in bilans.items()}
    path = draft.root.path("mission")
    revisions = git.revisions(depot, draft.root.data, first_parent=True)
    found: dict[str, str] = {}
    for revision, data in zip(revisions, git.show_all(depot, [(r.hash, path) for r in revisions]), strict=False):
        if data is not None:
            mission = store.parse({"mission": Source(path.name, data)}).lecture.mission
            etat_au = mission.etat_au if mission else None
            text = wanted.pop((etat_au.first, etat_au.last), None) if etat_au else None
            if text is not None:
                found[text] = revision.hash
        if not wanted:
            break
    return found


def _ids_in(famille: Famille, path: Path, data: bytes) -> frozenset[str]:
    return frozenset(store.parse({famille: Source(path.name, data)}).lecture.vocabulaire.ids[famille])


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
