"""`retire`: a promise that is dropped or merged leaves its list and stays in sight, with its reason; the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from alliances_cli import bilan, git, store
from alliances_cli.champs import FAMILLES, RETIREES, SINGULIER, Famille
from alliances_cli.editing import given, targets
from alliances_cli.editing.draft import Draft, Element, Modification, opened, require_readable
from alliances_cli.editing.references import FIELDS, Links, Reference, Target, lead, links, references, written
from alliances_cli.errors import EditRefused, NotFound, UsageFault
from alliances_cli.evolution import Changement
from alliances_cli.location import Root
from alliances_cli.model import FeuilleDeRoute, Mission, resolve
from alliances_cli.periode import Periode
from alliances_cli.store import Reading, Source
from alliances_cli.typographie import enumeration
from alliances_cli.yamltext import items
from alliances_cli.yamltext.compose import Written
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value

Pair = tuple[Famille, str]


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
        ids = {f: [i for i in inside if (f, i) != (famille, target.id)] for f, inside in _ids(reading).items()}
        changed = _redirect(draft, (famille, target.id), pairs, ids)
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
            entry["vers"] = [_form(pair, "vers", famille, ids) for pair in dict.fromkeys(pairs)]
        level = item.get("avancement")
        if isinstance(level, str) and level.strip():
            entry["avancement"] = level.strip()
        for part in FAMILLES:
            draft.change(part, [(c.path, _listed(c.after)) for f, c in changed if f == part], FIELDS)
        comments = draft.remove(famille, famille, target.rank)
        draft.insert(famille, RETIREES, len(_gone(draft, famille)), entry, (), comments=comments)
        path: YamlPath = (RETIREES, len(_gone(draft, famille)) - 1)
        moved = Changement(path, None, targets.value_at(draft.value(famille), path))
        elements = [Element(famille, target.id, titre, (moved,))]
        elements += _elements(draft, changed)
        undone = [("retire", _name(famille, target.id), "--undo")]
        led = _led(links(reading), (famille, target.id))
        return draft.close("retire", elements, undone, led=led, last=famille, warn=True)


def restore(root: Root, reference: str, dry_run: bool = False) -> Modification:
    """Brings a retired item back to its list, with what git still has of it, and the references that had followed its
    replacement.

    Raises: NotFound where nothing of that id is retired; EditRefused; InvalidRoadmap; SystemFault.
    """
    with opened(root, dry_run) as draft:
        reading = draft.reading
        require_readable(reading)
        famille, identifier = _retired(reading, reference)
        gone = _gone(draft, famille)
        rank = next(r for r, entry in enumerate(gone) if isinstance(entry, dict) and entry.get("id") == identifier)
        entry = gone[rank]
        assert isinstance(entry, dict)
        past = _past(draft, famille, identifier)
        notes: list[str] = []
        headed = False
        if past is None:
            item: dict[str, Value] = {key: entry[key] for key in ("id", "titre", "avancement") if entry.get(key)}
            if item.get("avancement") not in (reading.lecture.vocabulaire.niveaux or ()):
                item.pop("avancement", None)
            notes.append(f"git n'a rien gardé de cet élément : seuls reviennent {enumeration([*item])}")
            lines: list[str] = []
            place = len(_items(draft.value(famille), famille))
        else:
            item, lines, headed = past.item, past.lines, past.headed
            place = _place(draft, past, famille)
            notes.append(f"état repris du commit {past.revision.hash[:10]} du {past.revision.day}")
        comments = draft.remove(famille, RETIREES, rank, with_key=True)
        order = list(given.fields(reading, famille))
        kept = {key: _ended(value) for key, value in item.items() if value not in (None, "", [], {})}
        draft.insert(famille, famille, place, kept, order, () if lines else comments, lines, item, headed)  # type: ignore[arg-type]
        newer = {key: entry[key] for key in ("titre", "avancement") if _differs(entry.get(key), item.get(key))}
        if past is not None and newer:
            path: YamlPath = (famille, place)
            draft.change(famille, [((*path, key), str(value).strip()) for key, value in newer.items()], order)
        vers = entry.get("vers")
        named = vers if isinstance(vers, list) else []
        changed = _redirected_back(draft, past, (famille, identifier), named) if past else []
        for part in FAMILLES:
            shift = place if part == famille else None
            changes = [(_shifted(c.path, shift), _listed(c.after)) for f, c in changed if f == part]
            draft.change(part, changes, FIELDS)
        back = Changement((famille, place), None, item)
        elements = [Element(famille, identifier, targets.titre_of(item), (back,)), *_elements(draft, changed)]
        said = str(entry.get("motif") or "").strip()
        again = ["retire", _name(famille, identifier)]
        again += [f"--motif={said}"] if said.startswith("-") else ["--motif", said]
        for replacement in named:
            again += ["--vers", str(replacement)]
        return draft.close("restore", elements, [again], notes=notes, first=famille, warn=True)


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


def _ids(reading: Reading) -> dict[Famille, list[str]]:
    return {famille: list(inside) for famille, inside in reading.lecture.vocabulaire.ids.items()}


def _feuille(reading: Reading) -> FeuilleDeRoute:
    return FeuilleDeRoute(reading.lecture.mission or Mission(titre=store.TITRE_PAR_DEFAUT))


def _name(famille: Famille, identifier: str) -> str:
    return f"{SINGULIER[famille]}-{identifier}"


def _form(pair: Pair, field: str, famille: Famille, ids: Mapping[Famille, Sequence[str]]) -> str:
    text = written(pair, field, famille, ids)
    if text is None:
        raise EditRefused(f"« {_name(*pair)} » serait ambigu dans « {field} » ; rien n'a été écrit")
    return text


def _items(whole: Value, key: str) -> list[Value]:
    listed = whole.get(key) if isinstance(whole, dict) else None
    return listed if isinstance(listed, list) else []


def _gone(draft: Draft, famille: Famille) -> list[Value]:
    return _items(draft.value(famille), RETIREES)


def _listed(value: Value) -> tuple[str, ...] | None:
    return tuple(str(inner) for inner in value) if isinstance(value, list) and value else None


def _ended(value: Value) -> Value:
    """A value without the end of line that a block of text ends with."""
    if isinstance(value, dict):
        return {key: _ended(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_ended(inner) for inner in value]
    return value.rstrip("\n") if isinstance(value, str) else value


def _differs(entry: Value, item: Value) -> bool:
    return isinstance(entry, str) and entry.strip() != (item.strip() if isinstance(item, str) else item)


# --- references that follow -----------------------------------------------------------------------------------------


def _redirect(
    draft: Draft, gone: Pair, pairs: Sequence[Pair], ids: Mapping[Famille, Sequence[str]]
) -> list[tuple[Famille, Changement]]:
    """What becomes of the lists that refer to what is retired.

    Raises: EditRefused with the references that nothing replaces.
    """
    concerned: dict[YamlPath, list[Reference]] = {}
    for reference in references(draft.reading):
        if reference.field != "vers" and (reference.famille, reference.owner) != gone:
            concerned.setdefault((reference.famille, *reference.path[:-1]), []).append(reference)
    changed: list[tuple[Famille, Changement]] = []
    orphans: list[str] = []
    for inside in concerned.values():
        if not any(reference.target == gone for reference in inside):
            continue
        first = inside[0]
        after = _followed([(r.text, r.target) for r in inside], first, gone, pairs, ids)
        if after is None:
            orphans.append(f"{SINGULIER[first.famille]} {first.owner} ({first.field})")
            continue
        before: Value = [reference.text for reference in inside]
        changed.append((first.famille, Changement(first.path[:-1], before, list(after))))
    if orphans:
        why = "ce qui le remplace n'y a pas sa place" if pairs else "rien ne le remplace"
        raise EditRefused(
            f"« {_name(*gone)} » est cité par {enumeration(orphans)}, et {why} : "
            f"donnez --vers ID, ou retirez ces références d'abord ; rien n'a été écrit"
        )
    return changed


def _followed(
    before: Sequence[tuple[str, Target | None]],
    at: Reference,
    gone: Pair,
    pairs: Sequence[Pair],
    ids: Mapping[Famille, Sequence[str]],
) -> list[str] | None:
    """A list of references once what is gone is replaced by the pairs, each named once and none naming its owner; None
    where nothing can stand in its place."""
    fit = [pair for pair in pairs if at.field not in ("chantiers", "leviers") or pair[0] == at.field]
    if not fit:
        return None
    after: list[str] = []
    named: set[Target] = {target for _, target in before if target is not None and target != gone}
    for text, target in before:
        if target != gone:
            after.append(text)
            continue
        for pair in fit:
            if pair not in named and pair != (at.famille, at.owner):
                named.add(pair)
                form = written(pair, at.field, at.famille, ids, like=text)
                if form is None:
                    return None
                after.append(form)
    return after


def _led(before: Links, gone: Pair) -> Links:
    """Where each reference must lead: as before, but for the lists that followed, which the change itself proves."""
    return {
        place: found
        for place, found in before.items()
        if place[:2] != gone and gone not in found and place[2] != "vers"
    }


def _shifted(path: YamlPath, place: int | None) -> YamlPath:
    """A path in a list in which an item was put back at a rank."""
    rank = path[1]
    assert isinstance(rank, int)
    return (path[0], rank + 1, *path[2:]) if place is not None and rank >= place else path


def _elements(draft: Draft, changed: Sequence[tuple[Famille, Changement]]) -> list[Element]:
    found: dict[YamlPath, tuple[Famille, list[Changement]]] = {}
    for famille, change in changed:
        found.setdefault((famille, *change.path[:2]), (famille, []))[1].append(change)
    elements = []
    for place, (famille, changes) in found.items():
        group = targets.value_at(draft.reading.documents[famille].value, place[1:])
        elements.append(Element(famille, str(group.get("id")), targets.titre_of(group), tuple(changes)))
    return elements


# --- what git still has -----------------------------------------------------------------------------------------------


class Passe(NamedTuple):
    """A retired item as it last stood in its list: the revision, what all the files said, its value and its lines;
    `headed`: it was the first under what heads a part of the list."""

    revision: git.Revision
    reading: Reading
    rank: int
    item: dict[str, Value]
    lines: list[str]
    headed: bool


def _retired(reading: Reading, reference: str) -> Pair:
    """Raises: NotFound; UsageFault."""
    found = resolve(reference.strip(), None, reading.lecture.vocabulaire.retirees)
    if len(found) > 1:
        names = enumeration([f"« {_name(*pair)} »" for pair in found], "ou")
        raise UsageFault(f"« {reference} » désigne plusieurs éléments retirés ; précisez {names}")
    if not found:
        known = [_name(f, i) for f in FAMILLES for i in reading.lecture.vocabulaire.retirees[f]]
        hint = f" ; retirés : {', '.join(known)}" if known else " ; rien n'est retiré"
        raise NotFound(f"« {reference} » ne désigne aucun élément retiré{hint}")
    return found[0]


def _past(draft: Draft, famille: Famille, identifier: str) -> Passe | None:
    path = draft.root.path(famille)
    depot = git.find(draft.root.data)
    if depot is None:
        return None
    revisions = git.revisions(depot, path)
    texts = git.show_all(depot, [(revision.hash, path) for revision in revisions])
    for revision, data in zip(revisions, texts, strict=True):
        if data is None:
            continue
        reading = store.parse({famille: Source(path.name, data)})
        rank = reading.lecture.vocabulaire.ids[famille].get(identifier)
        if rank is None:
            continue
        document = reading.documents[famille]
        item = targets.value_at(document.value, (famille, rank))
        try:
            lines = items.item_lines(document.text, famille, rank)
            headed = items.is_headed(document.text, famille, rank)
        except YamlFault:
            lines, headed = [], False
        return Passe(revision, _whole(draft, depot, revision), rank, item, lines, headed)
    return None


def _whole(draft: Draft, depot: git.Depot, revision: git.Revision) -> Reading:
    """All the files at a revision."""
    paths = {part: draft.root.path(part) for part in ("mission", *FAMILLES)}
    found = git.show_all(depot, [(revision.hash, path) for path in paths.values()])
    sources = {
        part: Source(path.name, data)
        for (part, path), data in zip(paths.items(), found, strict=True)
        if data is not None
    }
    return store.parse(sources)


def _place(draft: Draft, past: Passe, famille: Famille) -> int:
    """The rank after the nearest item before it, then, that still is in the list."""
    before = [
        item.get("id") for item in _items(past.reading.documents[famille].value, famille) if isinstance(item, dict)
    ][: past.rank]
    now = [item.get("id") if isinstance(item, dict) else None for item in _items(draft.value(famille), famille)]
    for identifier in reversed(before):
        if identifier in now:
            return now.index(identifier) + 1
    return 0


def _redirected_back(draft: Draft, past: Passe, gone: Pair, vers: Sequence[Value]) -> list[tuple[Famille, Changement]]:
    """The lists that followed the replacement, as they were: those that are today what following made of them."""
    vocabulaire = draft.reading.lecture.vocabulaire
    pairs = [lead(str(text), "vers", gone[0], vocabulaire) for text in vers]
    known = [(pair[0], pair[1]) for pair in pairs if pair is not None and pair[0] is not None]
    ids = _ids(draft.reading)
    then: dict[tuple[Famille, str, str], list[Reference]] = {}
    for reference in references(past.reading):
        then.setdefault((reference.famille, reference.owner, reference.field), []).append(reference)
    changed: list[tuple[Famille, Changement]] = []
    for (famille, owner, field), inside in then.items():
        rank = vocabulaire.ids[famille].get(owner)
        if field == "vers" or rank is None or not any(reference.target == gone for reference in inside):
            continue
        before = [reference.text for reference in inside]
        after = _followed([(r.text, r.target) for r in inside], inside[0], gone, known, ids) if known else None
        now = targets.value_at(draft.reading.documents[famille].value, (famille, rank)).get(field) or []
        if after is not None and now == after:
            changed.append((famille, Changement((famille, rank, field), list(after), list(before))))
    return changed
