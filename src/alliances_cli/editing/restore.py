"""`retire --undo`: brings back what was retired, with what git still has of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import Any, NamedTuple

from alliances_cli import git, store
from alliances_cli.champs import FAMILLES, RETIREES, Famille
from alliances_cli.checks import Vocabulaire
from alliances_cli.editing import given, targets
from alliances_cli.editing.draft import Draft, Element, Modification, opened, require_readable
from alliances_cli.editing.leaving import (
    Pair,
    elements_of,
    followed,
    gone_of,
    held,
    leave,
    long_name,
    names,
    texts_of,
)
from alliances_cli.editing.references import FIELDS, Links, Reference, lead, links, references
from alliances_cli.errors import EditRefused, NotFound, UsageFault
from alliances_cli.evolution import Changement
from alliances_cli.location import Root
from alliances_cli.model import resolve
from alliances_cli.store import Reading, Source
from alliances_cli.typographie import enumeration
from alliances_cli.yamltext import items
from alliances_cli.yamltext.faults import YamlFault
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value, ended


class Passe(NamedTuple):
    """A retired item as it last stood in its list: the revision, what all the files said, its value and its lines;
    `headed`: it was the first under what heads a part of the list."""

    revision: git.Commit
    reading: Reading
    rank: int
    item: dict[str, Value]
    lines: list[str]
    headed: bool


class Retour(NamedTuple):
    """What bringing an item back does to a draft: the elements that change, what else to know, where the references
    must lead, and the command that retires the item again (None where none can)."""

    elements: list[Element]
    notes: list[str]
    led: Links | None
    again: list[str] | None


def restore(root: Root, reference: str, dry_run: bool = False) -> Modification:
    """Brings a retired item back to its list, with what git still has of it, and the references that had followed its
    replacement.

    Raises: NotFound where nothing of that id is retired; EditRefused; InvalidRoadmap; SystemFault.
    """
    with opened(root, dry_run) as draft:
        require_readable(draft.reading)
        famille, identifier = _retired(draft.reading, reference)
        back = bring_back(draft, (famille, identifier))
        undone = [back.again] if back.again is not None else []
        return draft.close("restore", back.elements, undone, back.notes, back.led, last=famille, warn=True)


def bring_back(draft: Draft, pair: Pair) -> Retour:
    """Brings a retired item back in a draft.

    Raises: EditRefused.
    """
    reading = draft.reading
    famille, identifier = pair
    gone = gone_of(draft, famille)
    rank = next(r for r, entry in enumerate(gone) if isinstance(entry, dict) and entry.get("id") == identifier)
    entry = gone[rank]
    assert isinstance(entry, dict)
    past = _past(draft, famille, identifier)
    vers = entry.get("vers")
    named = vers if isinstance(vers, list) else []
    again = _again(reading, pair, entry, named)
    exactly = _taken_back(draft, past, pair, entry, named) if past is not None else None
    if past is not None and exactly is not None:
        back = Changement((famille, past.rank), None, past.item)
        elements = [Element(famille, identifier, targets.titre_of(past.item), (back,))]
        return Retour([*elements, *elements_of(past.reading, exactly)], [_from(past)], None, again)
    if past is None:
        item = {key: entry[key] for key in ("id", "titre", "avancement", "diffusion") if entry.get(key)}
        if item.get("avancement") not in (reading.lecture.vocabulaire.niveaux or ()):
            item.pop("avancement", None)
        note = f"git n'a rien gardé de cet élément : seuls reviennent {enumeration([*item])}"
        lines: list[str] = []
        place = len(targets.listed(draft.value(famille), famille))
    else:
        item, lines = past.item, past.lines
        note = _from(past)
        place = _place(draft, past, famille)
    later = names(reading, pair, gone=False)
    changed = _redirected_back(draft, past, pair, named, later) if past else []
    kept_lists = held(reading, later, {(f, *c.path) for f, c in changed}, pair)
    for part in FAMILLES:
        draft.change(part, [(c.path, texts_of(c.after)) for f, c in kept_lists if f == part], FIELDS)
    comments = _comments(draft, famille, rank, lines)
    order = list(given.fields(reading, famille))
    kept = {key: ended(value) for key, value in item.items() if value not in (None, "", [], {})}
    headed = past is not None and past.headed
    draft.insert(famille, famille, place, kept, order, comments, lines, item, headed)  # type: ignore[arg-type]
    newer = {key: entry[key] for key in ("titre", "avancement", "diffusion") if _differs(entry.get(key), item.get(key))}
    if past is not None and newer:
        path: YamlPath = (famille, place)
        draft.change(famille, [((*path, key), str(value).strip()) for key, value in newer.items()], order)
    for part in FAMILLES:
        shift = place if part == famille else None
        changes = [(_shifted(c.path, shift), texts_of(c.after)) for f, c in changed if f == part]
        draft.change(part, changes, FIELDS)
    back = Changement((famille, place), None, item)
    elements = [Element(famille, identifier, targets.titre_of(item), (back,))]
    elements += elements_of(reading, [*changed, *kept_lists])
    redirected = {(f, c.path[1], c.path[2]) for f, c in changed}
    led = {place: found for place, found in links(reading).items() if not _is_in(reading, place, redirected)}
    return Retour(elements, [note], led, again)


def _taken_back(
    draft: Draft, past: Passe, gone: Pair, entry: Mapping[str, Value], vers: Sequence[Value]
) -> list[tuple[Famille, Changement]] | None:
    """Where the files are what retiring the item made of those that git has, and nothing else: takes these, in bytes;
    returns the lists that change. None where the files changed since."""
    then = Draft(draft.root, {}, past.reading, dry_run=True)
    pairs = [lead(str(text), "vers", gone[0], draft.reading.lecture.vocabulaire) for text in vers]
    known = [(pair[0], pair[1]) for pair in pairs if pair is not None and pair[0] is not None]
    written = {key: ended(value) for key, value in entry.items()}
    try:
        target = targets.Target(gone[0], gone[1], gone[0], (gone[0], past.rank))
        changed = leave(then, target, known, written)  # type: ignore[arg-type]
    except EditRefused:
        return None
    if any(then.texts[part] != draft.text(part) for part in then.texts):
        return None
    for part in then.texts:
        draft.texts[part] = past.reading.documents[part].text
        draft.values[part] = past.reading.documents[part].value
    return [(famille, Changement(c.path, c.after, c.before)) for famille, c in changed]


def _from(past: Passe) -> str:
    return f"état repris du commit {past.revision.hash[:10]} du {past.revision.day}"


def _comments(draft: Draft, famille: Famille, rank: int, lines: Sequence[str]) -> list[str]:
    """Takes the entry out of its list, with the list's key where it is the last; returns the comments that the item is
    to have. Those that neither it nor its `lines` have are lost."""
    text = draft.text(famille)
    removed = draft.remove(famille, RETIREES, rank, with_key=True)
    own = list(removed)
    if not gone_of(draft, famille):
        # What goes with the key isn't the item's.
        own = list(items.remove_item(text, RETIREES, 0).lost_comments)
    back = "\n".join(lines)
    kept = [comment for comment in own if not lines or comment in back]
    draft.lost += list((Counter(removed) - Counter(kept)).elements())
    return [] if lines else kept


def _again(reading: Reading, gone: Pair, entry: Mapping[str, Value], vers: Sequence[Value]) -> list[str] | None:
    """The command that retires again what was brought back; None where what replaced it is retired too."""
    vocabulaire = reading.lecture.vocabulaire
    name = targets.named(vocabulaire.ids, *gone, short=False)
    if name is None:
        return None
    said = str(entry.get("motif") or "").strip()
    again = ["retire", name, f"--motif={said}"] if said.startswith("-") else ["retire", name, "--motif", said]
    own = {*vocabulaire.ids[gone[0]], gone[1]}
    for replacement in vers:
        pair = lead(str(replacement), "vers", gone[0], vocabulaire)
        if pair is None or pair[0] is None or pair[1] not in vocabulaire.ids[pair[0]]:
            return None
        # A bare id means the same list first.
        form = pair[1] if pair[0] == gone[0] else long_name(pair[0], pair[1])
        if pair[0] != gone[0] and (form in own or targets.named(vocabulaire.ids, pair[0], pair[1]) is None):
            return None
        again += ["--vers", form]
    day = entry.get("date")
    return again + ["--au", day.strip()] if isinstance(day, str) and day.strip() else again


def _is_in(reading: Reading, place: tuple[Famille, str, str], redirected: Container[tuple[Famille, Any, Any]]) -> bool:
    famille, owner, field = place
    return (famille, reading.lecture.vocabulaire.ids[famille].get(owner), field) in redirected


def _shifted(path: YamlPath, place: int | None) -> YamlPath:
    """A path in a list in which an item was put back at a rank."""
    rank = path[1]
    assert isinstance(rank, int)
    return (path[0], rank + 1, *path[2:]) if place is not None and rank >= place else path


def _differs(entry: Value, item: Value) -> bool:
    return isinstance(entry, str) and entry.strip() != (item.strip() if isinstance(item, str) else item)


def _retired(reading: Reading, reference: str) -> Pair:
    """Raises: NotFound; UsageFault."""
    found = resolve(reference.strip(), None, reading.lecture.vocabulaire.retirees)
    if len(found) > 1:
        names = enumeration([f"« {long_name(*pair)} »" for pair in found], "ou")
        raise UsageFault(f"« {reference} » désigne plusieurs éléments retirés ; précisez {names}")
    if not found:
        known = [long_name(f, i) for f in FAMILLES for i in reading.lecture.vocabulaire.retirees[f]]
        hint = f" ; retirés : {', '.join(known)}" if known else " ; rien n'est retiré"
        raise NotFound(f"« {reference} » ne désigne aucun élément retiré{hint}")
    return found[0]


def _past(draft: Draft, famille: Famille, identifier: str) -> Passe | None:
    path = draft.root.path(famille)
    depot = git.find(draft.root.data)
    if depot is None:
        return None
    if git.head(depot) is None:
        return None
    # The commits of the whole folder: what referred to the item may have changed after its own file.
    revisions = [commit for commit, _ in git.log(depot, "HEAD", [depot.path(draft.root.data) or "."], whole=True)]
    with git.Objects(depot) as objects:
        texts = objects.read([f"{revision.hash}:{depot.path(path)}" for revision in revisions])
        without: bytes | None = None
        for revision, data in zip(revisions, texts, strict=False):
            if data is None or data == without:
                continue
            reading = store.parse({famille: Source(path.name, data)})
            rank = reading.lecture.vocabulaire.ids[famille].get(identifier)
            if rank is None:
                without = data
                continue
            document = reading.documents[famille]
            item = targets.value_at(document.value, (famille, rank))
            try:
                lines = items.item_lines(document.text, famille, rank)
                headed = items.is_headed(document.text, famille, rank)
            except YamlFault:
                lines, headed = [], False
            return Passe(revision, _whole(draft, depot, objects, revision), rank, item, lines, headed)
    return None


def _whole(draft: Draft, depot: git.Depot, objects: git.Objects, revision: git.Commit) -> Reading:
    """All the files at a revision."""
    paths = {part: draft.root.path(part) for part in ("mission", *FAMILLES)}
    found = objects.read([f"{revision.hash}:{depot.path(path)}" for path in paths.values()])
    sources = {
        part: Source(path.name, data)
        for (part, path), data in zip(paths.items(), found, strict=True)
        if data is not None
    }
    return store.parse(sources)


def _place(draft: Draft, past: Passe, famille: Famille) -> int:
    """The rank after the nearest item before it, then, that still is in the list."""
    before = [
        item.get("id")
        for item in targets.listed(past.reading.documents[famille].value, famille)
        if isinstance(item, dict)
    ][: past.rank]
    now = [item.get("id") if isinstance(item, dict) else None for item in targets.listed(draft.value(famille), famille)]
    for identifier in reversed(before):
        if identifier in now:
            return now.index(identifier) + 1
    return 0


def _redirected_back(
    draft: Draft, past: Passe, gone: Pair, vers: Sequence[Value], later: Vocabulaire
) -> list[tuple[Famille, Changement]]:
    """The lists that followed the replacement, as they were: those that are today what following made of them."""
    vocabulaire = draft.reading.lecture.vocabulaire
    pairs = [lead(str(text), "vers", gone[0], vocabulaire) for text in vers]
    known = [(pair[0], pair[1]) for pair in pairs if pair is not None and pair[0] is not None]
    then: dict[tuple[Famille, str, str], list[Reference]] = {}
    for reference in references(past.reading):
        then.setdefault((reference.famille, reference.owner, reference.field), []).append(reference)
    changed: list[tuple[Famille, Changement]] = []
    for (famille, owner, field), inside in then.items():
        rank = vocabulaire.ids[famille].get(owner)
        if field == "vers" or rank is None or not any(reference.target == gone for reference in inside):
            continue
        before = [reference.text for reference in inside]
        after = (
            followed([(r.text, r.target) for r in inside], inside[0], gone, known, vocabulaire.ids) if known else None
        )
        now = targets.value_at(draft.reading.documents[famille].value, (famille, rank)).get(field) or []
        led = all(lead(r.text, r.field, r.famille, later) == r.target for r in inside)
        if after is not None and now == after and led:
            changed.append((famille, Changement((famille, rank, field), list(after), list(before))))
    return changed
