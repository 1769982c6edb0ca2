"""A bilan that is published: its entry written in mission.yaml, its tag → screens, JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alliances_cli.champs import SINGULIER
from alliances_cli.editing.publish import Ecriture, Tag
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.present import as_json, phrases
from alliances_cli.present.screen import Screen, Span, Wrapped, line
from alliances_cli.typographie import capitalised, count, one_line, spaced


def written(done: Ecriture) -> Screen:
    """The entry, and what was written of it."""
    modification = done.modification
    source = modification.root.name("mission")
    changes = modification.changes
    entry = any(change.path[0] == "bilans" for change in changes)
    verb = "écrit dans" if modification.written else "à écrire dans"
    said = f"{verb} {source}" if entry else f"déjà dans {source}{'' if changes else ', rien à faire'}"
    screen: Screen = [Wrapped(line(Span(spaced(f"Bilan {done.date.du} : {said}"), "title")))]
    for code, value in done.entree.items():
        if code != "date":
            text = _totals(modification.feuille, value) if isinstance(value, Mapping) else one_line(str(value))
            label = Span(spaced(f"  {capitalised(code)} : "), "strong")
            screen.append(Wrapped(line(label, spaced(text)), hang=4))
    for change in changes:
        if change.path == ("etat_au",):
            before = change.before or "(vide)"
            label = Span(spaced("  etat_au : "), "strong")
            screen.append(Wrapped(line(label, f"{before} → ", Span(str(change.after), "good")), hang=4))
    return screen


def _totals(feuille: FeuilleDeRoute | None, totaux: Mapping[str, str]) -> str:
    """« 9 très satisfaisant, 3 en retard (12 mesures) »."""
    niveaux = feuille.niveaux if feuille is not None else {}
    pieces = [f"{n} {niveaux[code].libelle if code in niveaux else code}" for code, n in totaux.items()]
    return f"{', '.join(pieces)} ({count(sum(map(int, totaux.values())), SINGULIER['mesures'])})"


def written_as_json(done: Ecriture, commands: Sequence[str]) -> str:
    """The entry, and the commands that come next."""
    modification = done.modification
    standing = next((change for change in modification.changes if change.path == ("etat_au",)), None)
    entry: dict[str, Any] = dict(done.entree)
    if isinstance(entry.get("totaux"), Mapping):
        entry["totaux"] = {code: int(n) for code, n in entry["totaux"].items()}
    return as_json.dump(
        {
            "action": "publish",
            "fichier": modification.root.name("mission"),
            "date": done.date.text,
            "entree": entry,
            "etat_au": {"avant": standing.before if standing else done.date.text, "apres": done.date.text},
            "sans_avancement": done.compte.sans_avancement,
            "change": bool(modification.files),
            "ecrit": modification.written,
            "remarques": list(modification.notes),
            "commandes": list(commands),
        }
    )


def tagged(done: Tag) -> Screen:
    """The tag, and the commit that it is on."""
    commit = done.commit
    if done.existing:
        said = "est déjà sur le commit"
        end = " : rien à faire"
    else:
        said = "posé sur le commit" if done.pose else "serait posé sur le commit"
        end = ""
    text = f"Tag {done.name} {said} {commit.short} ({phrases.day(commit.day)}, « {commit.message} »){end}"
    return [Wrapped(line(Span(spaced(text), "title")))]


def tagged_as_json(done: Tag, commands: Sequence[str]) -> str:
    """The tag, and the commands that come next."""
    return as_json.dump(
        {
            "action": "tag",
            "date": done.date.text,
            "tag": done.name,
            "commit": done.commit.hash,
            "pose": done.pose,
            "existant": done.existing,
            "commandes": list(commands),
        }
    )
