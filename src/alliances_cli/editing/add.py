"""`add`: one more item, or one more blocker or dimension in mission.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from alliances_cli.champs import SINGULIER, UN, Famille
from alliances_cli.editing import given, targets
from alliances_cli.editing.draft import Draft, Element, Kind, Modification, opened, require_readable
from alliances_cli.editing.given import Given
from alliances_cli.editing.references import links
from alliances_cli.errors import InvalidRoadmap, NotFound, UsageFault
from alliances_cli.evolution import Changement
from alliances_cli.location import Root
from alliances_cli.model import Bloqueur, Dimension
from alliances_cli.yamltext.compose import Written


class IdentifierNeeded(UsageFault):
    """No id was given, and none can be made: it has to be asked for."""


def add(
    root: Root,
    famille: Famille,
    titre: str,
    values: Given,
    identifier: str | None = None,
    after: str | None = None,
    before: str | None = None,
    dry_run: bool = False,
) -> Modification:
    """Adds an item to a family: after or before the one that is named, else at the end of its dimension, else at the
    end. Its id is the next number, or a slug of its title, where none is given. A missing file is begun.

    Raises: IdentifierNeeded; UsageFault; NotFound; EditRefused; InvalidRoadmap where the file can't be read;
    SystemFault.
    """
    with opened(root, dry_run) as draft:
        _require_list(draft, famille)
        require_readable(draft.reading, *({"mission"} & set(draft.reading.names)))
        own = _identifier(draft, famille, titre, identifier)
        wanted = given.values(draft.reading, famille, {"id": own}, {"titre": titre, **values})
        _require_all(draft, famille, wanted)
        rank = _rank(draft, famille, wanted, after, before)
        item: dict[str, Written] = {"id": own, **{code: value for code, value in wanted.items() if value is not None}}
        draft.insert(famille, famille, rank, item, list(given.fields(draft.reading, famille)))
        led = links(draft.reading)
        name = targets.named(draft.reading.lecture.vocabulaire.ids, famille, own)
        element = _added(draft, famille, famille, rank, own)
        return draft.close("add", [element], [("remove", name)] if name is not None else [], led=led)


def add_declared(
    root: Root, kind: Kind, identifier: str, libelle: str, values: Mapping[str, Written], dry_run: bool = False
) -> Modification:
    """Adds a blocker (`bloqueurs`) or a dimension (`dimensions`) to mission.yaml.

    Raises: UsageFault; NotFound without mission.yaml; EditRefused; InvalidRoadmap; SystemFault.
    """
    with opened(root, dry_run) as draft:
        targets.mission(draft.reading)
        key, name = targets.DECLARED[kind]
        known = [entry.get(key) for entry in targets.entries(draft.reading, kind) if isinstance(entry, dict)]
        own = given.identifier("--id", identifier)
        if own in known:
            raise UsageFault(f"--id : « {own} » est déjà dans « {kind} » ; choisissez-en un autre")
        item: dict[str, Written] = {key: own, "libelle": given.checked("--libelle", libelle, "")}
        if isinstance(diffusion := values.get("diffusion"), str):
            values = {**values, "diffusion": given.diffusion(diffusion)}
        # Only what is typed as it is can hold what a file can't.
        item |= {c: given.checked(f"--{c}", v, "") if isinstance(v, str) else v for c, v in values.items()}
        order = list((Bloqueur if kind == "bloqueurs" else Dimension).model_fields)
        rank = len(targets.entries(draft.reading, kind))
        draft.insert("mission", kind, rank, item, order)
        element = _added(draft, "mission", kind, rank, own)
        return draft.close("add", [element], [("remove", f"{name}-{own}")], led=links(draft.reading))


def _added(draft: Draft, part: str, kind: Kind, rank: int, identifier: str) -> Element:
    item = targets.value_at(draft.value(part), (kind, rank))
    return Element(kind, identifier, targets.titre_of(item), (Changement((kind, rank), None, item),))


def _require_list(draft: Draft, famille: Famille) -> None:
    """Raises: InvalidRoadmap where the family's file holds something that can't be read; one that holds nothing can be
    begun."""
    reading = draft.reading
    if famille not in reading.lecture.vocabulaire.unreadable:
        return
    document = reading.documents.get(famille)
    whole = document.value if document is not None else None
    begun = document is not None and _only_comments(document.text)
    if not begun and not (isinstance(whole, dict) and famille not in whole):
        raise InvalidRoadmap(reading.problems)


def _only_comments(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.lstrip("\ufeff").splitlines())


def _identifier(draft: Draft, famille: Famille, titre: str, identifier: str | None) -> str:
    if identifier is not None:
        return given.free_identifier(draft.reading, famille, "--id", identifier)
    found = given.next_identifier(draft.reading, famille, titre)
    if found is None:
        known = list(draft.reading.lecture.vocabulaire.ids[famille])[-3:]
        such = f" (comme {', '.join(known)})" if known else ""
        raise IdentifierNeeded(f"donnez l'identifiant avec --id{such}")
    return given.free_identifier(draft.reading, famille, "--id (tiré du titre)", found)


def _require_all(draft: Draft, famille: Famille, wanted: Mapping[str, Written | None]) -> None:
    """Raises: UsageFault where a field that the mission requires isn't given."""
    for champ in draft.reading.lecture.champs[famille]:
        if champ.obligatoire and not wanted.get(champ.code):
            choices = f" ({', '.join(champ.choix)})" if champ.choix else ""
            raise UsageFault(f"le champ « {champ.code} » est obligatoire : {champ.option}=…{choices}")


def _rank(
    draft: Draft, famille: Famille, wanted: Mapping[str, Written | None], after: str | None, before: str | None
) -> int:
    if after is not None and before is not None:
        raise UsageFault("--after et --before se contredisent")
    listed = targets.listed(draft.value(famille), famille)
    for option, reference, shift in (("--after", after, 1), ("--before", before, 0)):
        if reference is not None:
            return _place(draft, famille, option, reference) + shift
    dimension = wanted.get("dimension")
    same = [rank for rank, item in enumerate(listed) if isinstance(item, dict) and item.get("dimension") == dimension]
    return same[-1] + 1 if dimension and same else len(listed)


def _place(draft: Draft, famille: Famille, option: str, reference: str) -> int:
    try:
        # The family's own items first: an id that another one bears too isn't ambiguous here.
        ids = draft.reading.lecture.vocabulaire.ids[famille]
        name = f"{SINGULIER[famille]}-{reference}" if reference in ids else reference
        found = targets.item(draft.reading, name)
    except NotFound as error:
        raise NotFound(f"{option} : {error.message}") from None
    if found.famille != famille:
        raise UsageFault(
            f"{option} : « {reference} » est dans {found.part}.yaml, pas dans {famille}.yaml ; "
            f"donnez l'identifiant d'{UN[famille]}"
        )
    return found.rank


def horizon(text: str) -> tuple[str, str]:
    """The two months of a dimension's horizon, given as « 3-9 ».

    Raises: UsageFault.
    """
    first, _, last = text.replace(" ", "").partition("-")
    if not (first.isdecimal() and last.isdecimal() and first.isascii() and last.isascii()):
        raise UsageFault(f"--horizon : deux nombres de mois sont attendus, comme 3-9, pas « {text} »")
    if int(first) > int(last):
        raise UsageFault("--horizon : le premier mois suit le dernier")
    return first, last
