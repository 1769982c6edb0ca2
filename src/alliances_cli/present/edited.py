"""What an edit changed → a screen, a unified diff, JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from alliances_cli import nombre
from alliances_cli.champs import FAMILLES, MISSION_CHAMPS, PAR_CODE, PROVENANCE_LIBELLES, Champ
from alliances_cli.editing import undo as undo_of
from alliances_cli.editing.draft import Action, Element, Fichier, Kind, Modification
from alliances_cli.evolution import Changement
from alliances_cli.model import OUI_NON, in_words
from alliances_cli.present import phrases
from alliances_cli.present.screen import Line, Screen, Span, Wrapped, line
from alliances_cli.typographie import capitalised, count, one_line, plain, spaced

_NAMES: dict[Kind, str] = {
    "mesures": "mesure",
    "chantiers": "chantier",
    "leviers": "levier",
    "bloqueurs": "bloqueur",
    "dimensions": "dimension",
    "mission": "mission",
}
_FEMININE = ("mesures", "dimensions", "mission")
_DONE: dict[Action, str] = {
    "add": "ajouté",
    "retire": "rangé",
    "restore": "revenu",
    "remove": "effacé",
    "rename": "renommé",
    "update": "modifié",
}
_LABELS = {"id": "Identifiant", "code": "Code", "vers": "Remplacé par", "motif": "Motif", "date": "Date"}
# What a new thing is already told by.
_TOLD = ("id", "code", "titre", "libelle")


def screen(done: Modification) -> Screen:
    """What changed, before → after."""
    if not done.files:
        return [Wrapped(line(spaced(f"{_title(element)} : rien à changer."))) for element in done.elements]
    first, *others = done.elements
    shown: Screen = []
    if done.action == "update":
        changed = [element for element in done.elements if element.changes]
        if len(done.elements) > 1:
            shown.append(line(Span(_counted(done, changed), "strong")))
        for element in changed:
            shown += [_head(_title(element)), *_changes(done, element)]
    elif done.action == "rename":
        shown += [_head(_title(first)), *_changes(done, first)]
    else:
        shown += [_head(_title(first)), *_moved(done, first)]
    for element in others if done.action != "update" else ():
        shown += [_head(_title(element)), *_changes(done, element)]
    lost = "Commentaire retiré avec le champ" if done.action == "update" else "Commentaire retiré"
    shown += [Wrapped(line(spaced(f"  {lost} : {comment}")), hang=4) for comment in done.lost_comments]
    return shown


def undo(done: Modification) -> str:
    """What is said before the commands that undo the edit; where none can, that."""
    if done.undo:
        return spaced("Pour annuler : ")
    return spaced("Aucune commande n'annule cette modification : seul un commit d'avant peut rendre ce qui était.")


def _head(text: str) -> Wrapped:
    return Wrapped(line(Span(spaced(text), "title")))


def _title(element: Element) -> str:
    if element.kind == "mission":
        return "Mission"
    return f"{capitalised(_NAMES[element.kind])} {element.id} — {one_line(element.titre)}"


def _counted(done: Modification, changed: list[Element]) -> str:
    kinds = list(dict.fromkeys(element.kind for element in changed))
    if len(kinds) == 1:
        said = count(len(changed), _NAMES[kinds[0]])
        agreed = _agreed(done.action, kinds[0], len(changed))
    else:
        said, agreed = count(len(changed), "élément"), _agreed(done.action, "chantiers", len(changed))
    of = f" sur {len(done.elements)}" if len(changed) != len(done.elements) else ""
    return f"{said}{of} {agreed}"


def _agreed(action: Action, kind: Kind, n: int = 1) -> str:
    return _DONE[action] + ("e" if kind in _FEMININE else "") + ("s" if n > 1 else "")


def _changes(done: Modification, element: Element) -> list[Wrapped]:
    shown = []
    for change in element.changes:
        code = str(change.path[-1])
        before, after = _shown(done, element.kind, code, change.before), _shown(done, element.kind, code, change.after)
        label = Span(spaced(f"  {_label(done, element.kind, code)} : "), "strong")
        shown.append(Wrapped(line(label, f"{before} → ", Span(after, "good")), hang=4))
    return shown


def _moved(done: Modification, element: Element) -> list[Wrapped | Line]:
    """What came, or went: where, and what it holds."""
    change: Changement = element.changes[0]
    said = _agreed(done.action, element.kind)
    # What is retired is told in the file of its list.
    part = element.kind if element.kind in FAMILLES else "mission"
    source = next((file.source for file in done.files if file.part == part), "")
    preposition = {"add": "à", "remove": "de", "restore": "dans", "retire": "sous « retirees », dans"}[done.action]
    where = f"  {capitalised(said)} {preposition} {source}"
    shown: list[Wrapped | Line] = [Wrapped(line(spaced(where)), hang=4)]
    group = change.after if change.after is not None else change.before
    for code, value in group.items() if isinstance(group, dict) and done.action in ("add", "retire") else ():
        if code not in _TOLD and value not in (None, "", []):
            label = Span(spaced(f"  {_label(done, element.kind, code)} : "), "strong")
            shown.append(Wrapped(line(label, _shown(done, element.kind, code, value)), hang=4))
    return shown


def _label(done: Modification, kind: Kind, code: str) -> str:
    if kind == "mission":
        return next(champ.libelle for champ in MISSION_CHAMPS if champ.code == code)
    if code in PAR_CODE:
        return PAR_CODE[code].libelle
    if code == "vers" and kind == "mesures":
        return "Remplacée par"
    champ = _declared(done, kind, code)
    return plain(one_line(champ.libelle)) if champ is not None else _LABELS.get(code) or capitalised(code)


def _declared(done: Modification, kind: Kind, code: str) -> Champ | None:
    """The field of that code that the mission declares for a family."""
    champs = done.feuille.mission.champs if done.feuille is not None else ()
    return next((c.champ() for c in champs if c.propre and (c.famille, c.code) == (kind, code)), None)


def _own(champ: Champ, value: Any) -> str:
    """A declared field's values, as the screens give them."""
    listed = [str(inner).strip() for inner in (value if isinstance(value, list) else [value])]
    if champ.type == "nombre":
        with suppress(ValueError):
            listed = [nombre.parse(text).in_words for text in listed]
    if champ.type == "oui_non":
        listed = [in_words(OUI_NON.get(text.lower(), text.lower())) for text in listed]
    return phrases.values(champ, [one_line(text) for text in listed])


def _shown(done: Modification, kind: Kind, code: str, value: Any) -> str:
    if value is None or value == "":
        return "(vide)"
    if (champ := _declared(done, kind, code)) is not None and not isinstance(value, dict):
        return _own(champ, value)
    if isinstance(value, dict):
        return spaced(undo_of.preuve(value) or "") if code == "preuves" else "(un groupe de clés)"
    if isinstance(value, list):
        inside = code if code == "preuves" else ""
        return ", ".join(_shown(done, kind, inside, inner) for inner in value) or "(vide)"
    text = str(value).strip()
    # A renaming changes codes, not what they stand for.
    feuille = done.feuille if done.action != "rename" else None
    if code == "provenance":
        return PROVENANCE_LIBELLES.get(text, text)
    if feuille is not None and code == "avancement" and text in feuille.niveaux:
        return spaced(feuille.niveaux[text].libelle)
    if feuille is not None and code == "dimension" and text in feuille.dimensions:
        return spaced(feuille.dimensions[text].libelle)
    return spaced(text.replace("\n", " / "))


def unified_diff(done: Modification) -> str:
    """The changes as a unified diff, to be shown or applied beside the data folder; empty where nothing changes."""
    return "".join(_file_diff(done, file) for file in done.files)


def _file_diff(done: Modification, file: Fichier) -> str:
    from difflib import unified_diff as diff

    name = f"{done.root.data.resolve().name}/{done.root.path(file.part).name}"
    # As GNU's diff does, so that a name with a space is read to its end.
    end = "\t" if " " in name else ""
    before = "/dev/null" if file.new else f"a/{name}{end}"
    lines = diff(_lines(file.before), _lines(file.after), before, f"b/{name}{end}")
    return "".join(text if text.endswith("\n") else text + "\n\\ No newline at end of file\n" for text in lines)


def _lines(text: str) -> list[str]:
    """Lines as git sees them: only `\\n` ends one."""
    pieces = text.split("\n")
    return [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def json(done: Modification, commands: list[str]) -> str:
    """What changed; `commands` undo it. The keys of one element alone are those that a single `update` always had."""
    from alliances_cli.present import as_json

    elements = [
        {
            "famille": element.kind,
            "id": element.id or None,
            "titre": element.titre or None,
            "changements": [_change(change) for change in element.changes],
        }
        for element in done.elements
    ]
    first = done.elements[0]
    part = first.kind if first.kind in FAMILLES else "mission"
    return as_json.dump(
        {
            "action": done.action,
            "fichier": done.root.name(part),
            "famille": first.kind,
            "id": first.id or None,
            "ecrit": done.written,
            "changements": elements[0]["changements"],
            "elements": elements,
            "fichiers": [file.source for file in done.files],
            "commentaires_retires": list(done.lost_comments),
            "totaux": [problem.message for problem in done.totals],
            "remarques": list(done.notes),
            "annulation": commands,
        }
    )


def _change(change: Changement) -> dict[str, Any]:
    before, after = _bare(change.before), _bare(change.after)
    if isinstance(change.path[-1], int):
        return {"champ": None, "avant": before, "apres": after}
    return {"champ": change.path[-1], "avant": before, "apres": after}


def _bare(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
