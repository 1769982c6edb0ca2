"""`retire`: a promise that is dropped or merged leaves its list and stays in sight, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from alliances_cli import bilan, git, store
from alliances_cli.champs import FAMILLES, RETIREES, SINGULIER, Famille
from alliances_cli.editing import given, restore, targets, undo
from alliances_cli.editing.draft import Draft, Element, Modification, opened, require_readable
from alliances_cli.editing.leaving import Pair, elements_of, form, gone_of, leave, long_name, names
from alliances_cli.editing.references import Links, links
from alliances_cli.errors import EditRefused, NotFound, UsageFault
from alliances_cli.evolution import Changement
from alliances_cli.location import FILES, Root
from alliances_cli.model import FeuilleDeRoute, Mission
from alliances_cli.periode import Periode
from alliances_cli.store import Reading, Source
from alliances_cli.yamltext.compose import Written
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value, ended

UNSAVED = "aucun commit n'a cet élément tel qu'il est : annuler en redonne les champs, pas la place ni les commentaires"
PREUVES = "ses preuves, qu'aucun commit n'a, ne reviendraient pas : gardez-en une copie"


def retire(
    root: Root,
    reference: str,
    motif: str,
    vers: Sequence[str] = (),
    au: Periode | None = None,
    today: date | None = None,
    dry_run: bool = False,
) -> Modification:
    """Moves an item from its list to `retirees:`, at the end of the same file, with its reason and the date of reading;
    its comments go with it, what refers to it then refers to what replaces it.

    Raises: NotFound; UsageFault; EditRefused where something refers to it and nothing replaces it; InvalidRoadmap where
    a file can't be read; SystemFault.
    """
    with opened(root, dry_run) as draft:
        reading = draft.reading
        require_readable(reading)
        target = targets.item(reading, reference)
        famille = target.famille
        assert famille is not None
        said = given.checked("--motif", motif, "dites pourquoi l'élément est retiré")
        pairs = [_replacement(draft, target, text) for text in vers]
        ids = names(reading, (famille, target.id), gone=True).ids
        moment = bilan.moment(_feuille(reading), au, today or date.today())
        assert moment is not None
        item = targets.value_at(draft.value(famille), target.path)
        titre = targets.titre_of(item)
        entry: dict[str, Written] = {
            "id": target.id,
            "titre": titre,
            "date": moment.iso,
            "motif": said,
        }
        if pairs:
            # With its family where it is another's: a bare id would read as the retired one's neighbour.
            named = {pair: long_name(*pair) if pair[0] != famille else None for pair in pairs}
            entry["vers"] = [form(pair, "vers", famille, ids, like) for pair, like in named.items()]
        level = item.get("avancement")
        if isinstance(level, str) and level.strip():
            entry["avancement"] = level.strip()
        # What was internal stays so.
        diffusion = item.get("diffusion")
        if isinstance(diffusion, str) and diffusion.strip():
            entry["diffusion"] = diffusion.strip()
        changed = leave(draft, target, pairs, entry)
        path: YamlPath = (RETIREES, len(gone_of(draft, famille)) - 1)
        moved = Changement(path, None, targets.value_at(draft.value(famille), path))
        elements = [Element(famille, target.id, titre, (moved,))]
        elements += elements_of(reading, changed)
        back = targets.named(reading.lecture.vocabulaire.retirees, famille, target.id, short=False)
        undone, notes = _undone(draft, (famille, target.id), back) if back is not None else ([], [])
        led = _led(links(reading), (famille, target.id))
        return draft.close("retire", elements, undone, notes, led, last=famille, warn=True)


def _undone(draft: Draft, pair: Pair, name: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The commands that undo it: `--undo`, and an `update` of what git hasn't as it is; none where one can't be. Then
    what won't come back."""
    depot = git.find(draft.root.data)
    if depot is not None:
        there = [(part, draft.root.path(part)) for part in FILES if part in draft.sources]
        with git.Objects(depot) as objects:
            saved = list(objects.read([f"HEAD:{depot.path(path)}" for _, path in there]))
        if all(data == draft.sources[part].data for (part, _), data in zip(there, saved, strict=True)):
            return [("retire", name, "--undo")], []
    # Rehearsed: what comes back is compared with what there was.
    sources = {**draft.sources, **{p: Source(draft.root.name(p), t.encode("utf-8")) for p, t in draft.texts.items()}}
    after = Draft(draft.root, sources, store.parse({p: sources[p] for p in FILES if p in sources}), dry_run=True)
    try:
        restore.bring_back(after, pair)
    except EditRefused:
        return [], []
    commands: list[tuple[str, tuple[str, ...]]] = []
    notes: list[str] = []
    for famille in FAMILLES:
        back = {
            item.get("id"): item for item in targets.listed(after.value(famille), famille) if isinstance(item, dict)
        }
        document = draft.reading.documents.get(famille)
        for item in targets.listed(document.value, famille) if document is not None else ():
            if isinstance(item, dict) and isinstance(item.get("id"), str) and item != back.get(item["id"]):
                found = _differences(draft.reading, famille, item, back[item["id"]])
                if found is None:
                    return [], []
                if found:
                    commands.append((targets.item_name(draft.reading, famille, str(item["id"])), found))
                if ended(item.get("preuves")) != ended(back[item["id"]].get("preuves")):
                    notes.append(PREUVES)
    return [("retire", name, "--undo"), *undo.grouped(commands)], [*([UNSAVED] if commands else []), *notes]


def _differences(
    reading: Reading, famille: Famille, item: Mapping[str, Value], back: Mapping[str, Value]
) -> tuple[str, ...] | None:
    """The options that give an item that came back what it had; None where one can't be given."""
    changes = [
        Changement((code,), ended(item.get(code)), back.get(code))
        for code in given.fields(reading, famille)
        if code != "preuves" and (ended(item.get(code)) or None) != (ended(back.get(code)) or None)
    ]
    return undo.update_options(reading, famille, item, changes)


def _replacement(draft: Draft, target: targets.Target, text: str) -> Pair:
    try:
        # As in the files, a bare id means the same list first.
        famille = target.famille
        assert famille is not None
        bare = text.strip() in draft.reading.lecture.vocabulaire.ids[famille]
        found = targets.item(draft.reading, f"{SINGULIER[famille]}-{text.strip()}" if bare else text)
    except NotFound as error:
        raise NotFound(f"--vers : {error.message}") from None
    assert found.famille is not None
    if (found.famille, found.id) == (target.famille, target.id):
        raise UsageFault("--vers : un élément ne peut pas se remplacer lui-même")
    return found.famille, found.id


def _feuille(reading: Reading) -> FeuilleDeRoute:
    return FeuilleDeRoute(reading.lecture.mission or Mission(titre=store.TITRE_PAR_DEFAUT))


def _led(before: Links, gone: Pair) -> Links:
    """Where each reference must lead: as before, but for the lists that followed, which the change itself proves."""
    return {
        place: found
        for place, found in before.items()
        if place[:2] != gone and gone not in found and place[2] != "vers"
    }
