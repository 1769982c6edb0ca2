"""What becomes of the files when an item leaves its list: what refers to it follows what replaces it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from alliances_cli.champs import FAMILLES, RETIREES, SINGULIER, Famille
from alliances_cli.checks import Vocabulaire
from alliances_cli.editing import targets
from alliances_cli.editing.draft import Draft, Element
from alliances_cli.editing.references import FIELDS, Ids, Reference, Target, references, strayed, written
from alliances_cli.errors import EditRefused
from alliances_cli.evolution import Changement
from alliances_cli.store import Reading
from alliances_cli.typographie import enumeration
from alliances_cli.yamltext.compose import Written
from alliances_cli.yamltext.read import Path as YamlPath
from alliances_cli.yamltext.read import Value

Pair = tuple[Famille, str]


def leave(
    draft: Draft, target: targets.Target, pairs: Sequence[Pair], entry: Mapping[str, Written]
) -> list[tuple[Famille, Changement]]:
    """Puts the entry in place of the item, and what replaces it in place of its references; returns the lists that
    changed.

    Raises: EditRefused.
    """
    famille, reading = target.famille, draft.reading
    assert famille is not None
    gone = (famille, target.id)
    later = names(reading, gone, gone=True)
    changed = _redirect(draft, gone, pairs, later.ids)
    changed += held(reading, later, {(f, *c.path) for f, c in changed}, gone)
    for part in FAMILLES:
        rewrite(draft, part, [change for f, change in changed if f == part])
    comments = draft.remove(famille, famille, target.rank)
    draft.insert(famille, RETIREES, len(gone_of(draft, famille)), entry, (), comments=comments)
    return changed


def rewrite(draft: Draft, part: str, changes: Sequence[Changement]) -> None:
    """Gives lists of references their new texts; where none comes or goes, each in its place, beside its comment.

    Raises: EditRefused.
    """
    exchanged: dict[YamlPath, str] = {}
    others: list[Changement] = []
    for change in changes:
        before, after = change.before, change.after
        if not (isinstance(before, list) and isinstance(after, list) and len(before) == len(after)):
            others.append(change)
            continue
        pairs = enumerate(zip(before, after, strict=True))
        exchanged |= {(*change.path, n): str(new) for n, (old, new) in pairs if old != new}
    draft.exchange(part, exchanged)
    draft.change(part, [(change.path, texts_of(change.after)) for change in others], FIELDS)


def _redirect(draft: Draft, gone: Pair, pairs: Sequence[Pair], ids: Ids) -> list[tuple[Famille, Changement]]:
    """What becomes of the lists that refer to what is retired.

    Raises: EditRefused with the references that nothing replaces.
    """
    concerned: dict[YamlPath, list[Reference]] = {}
    for reference in references(draft.reading):
        if reference.field != "vers" and (reference.famille, reference.owner) != gone:
            concerned.setdefault((reference.famille, *reference.path[:-1]), []).append(reference)
    changed: list[tuple[Famille, Changement]] = []
    orphans: dict[str, str] = {}
    for inside in concerned.values():
        if not any(reference.target == gone for reference in inside):
            continue
        first = inside[0]
        after = followed([(r.text, r.target) for r in inside], first, gone, pairs, ids)
        if after is None:
            orphans[f"{SINGULIER[first.famille]} {first.owner} ({first.field})"] = first.field
            continue
        before: Value = [reference.text for reference in inside]
        changed.append((first.famille, Changement(first.path[:-1], before, list(after))))
    if orphans:
        cited = f"« {long_name(*gone)} » est cité par {enumeration([*orphans])}"
        if not pairs:
            how = "et rien ne le remplace : donnez --vers ID, ou retirez ces références d'abord"
        else:
            field = next(iter(orphans.values()))
            kind = {"chantiers": "un chantier", "leviers": "un levier"}.get(field, "un autre élément")
            how = f"et ce qui le remplace n'y a pas sa place : donnez aussi {kind} à --vers, ou retirez ces références"
        raise EditRefused(f"{cited}, {how} ; rien n'a été écrit")
    return changed


def followed(
    before: Sequence[tuple[str, Target | None]],
    at: Reference,
    gone: Pair,
    pairs: Sequence[Pair],
    ids: Ids,
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


def held(
    reading: Reading, later: Vocabulaire, but: Container[YamlPath], moved: Pair
) -> list[tuple[Famille, Changement]]:
    """The lists whose references would lead elsewhere once the names are others, written so that they don't.

    `but`: lists that change anyway. Raises: EditRefused where a reference can't be kept.
    """
    texts: dict[YamlPath, dict[YamlPath, str]] = {}
    for reference, form in strayed(reading, later):
        place: YamlPath = (reference.famille, *reference.path[:-1])
        if place in but or (reference.famille, reference.owner) == moved:
            continue
        if form is None:
            raise EditRefused(
                f"« {reference.text} », dans « {reference.field} » de {SINGULIER[reference.famille]} "
                f"{reference.owner}, désignerait autre chose : précisez-le d'abord ; rien n'a été écrit"
            )
        texts.setdefault(place, {})[reference.path] = form
    changed: list[tuple[Famille, Changement]] = []
    for (famille, *_), inside in texts.items():
        path = next(iter(inside))[:-1]
        document = reading.documents[str(famille)]
        before = targets.value_at(document.value, path[:-1])[str(path[-1])]
        assert isinstance(before, list)
        after = [inside.get((*path, position), text) for position, text in enumerate(before)]
        changed.append((famille, Changement(path, before, after)))  # type: ignore[arg-type]
    return changed


def names(reading: Reading, pair: Pair, gone: bool) -> Vocabulaire:
    """The names once an item is retired, or, where `gone` is false, back."""
    famille, own = pair
    known = reading.lecture.vocabulaire
    ids: dict[Famille, Mapping[str, int]] = {**known.ids}
    retired: dict[Famille, Mapping[str, tuple[str, ...]]] = {**known.retirees}
    if gone:
        ids[famille] = {i: rank for i, rank in known.ids[famille].items() if i != own}
        retired[famille] = {**known.retirees[famille], own: ()}
    else:
        ids[famille] = {**known.ids[famille], own: len(known.ids[famille])}
        retired[famille] = {i: vers for i, vers in known.retirees[famille].items() if i != own}
    return known._replace(ids=ids, retirees=retired)


def form(pair: Pair, field: str, famille: Famille, ids: Ids, like: str | None = None) -> str:
    """How `field` of one of the family's items names what it leads to; `like`: a writing whose form it has if it can.

    Raises: EditRefused where nothing names it alone.
    """
    text = written(pair, field, famille, ids, like)
    if text is None:
        raise EditRefused(f"« {long_name(*pair)} » serait ambigu dans « {field} » ; rien n'a été écrit")
    return text


def elements_of(reading: Reading, changed: Sequence[tuple[Famille, Changement]]) -> list[Element]:
    """The items whose lists change, with these changes."""
    found: dict[YamlPath, tuple[Famille, list[Changement]]] = {}
    for famille, change in changed:
        found.setdefault((famille, *change.path[:2]), (famille, []))[1].append(change)
    elements = []
    for place, (famille, changes) in found.items():
        group = targets.value_at(reading.documents[famille].value, place[1:])
        elements.append(Element(famille, str(group.get("id")), targets.titre_of(group), tuple(changes)))
    return elements


def long_name(famille: Famille, identifier: str) -> str:
    """A reference with its family: `mesure-8`."""
    return f"{SINGULIER[famille]}-{identifier}"


def gone_of(draft: Draft, famille: Famille) -> list[Value]:
    """The retired items, as the draft has them."""
    return targets.listed(draft.value(famille), RETIREES)


def texts_of(value: Value) -> tuple[str, ...] | None:
    """A list of texts; None for an empty one, which goes with its key."""
    return tuple(str(inner) for inner in value) if isinstance(value, list) and value else None
