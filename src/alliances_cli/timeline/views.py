"""One moment of the past: the roadmap at a revision, checked, to be looked at or published."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from alliances_cli import api, bilan, location, regles, store
from alliances_cli.api import Controle, Vue
from alliances_cli.checks import Finding
from alliances_cli.errors import NotFound, Problem
from alliances_cli.location import Root
from alliances_cli.model import FeuilleDeRoute
from alliances_cli.past import passe, revision
from alliances_cli.past.passe import Gabarits, Passe
from alliances_cli.past.revision import Revision
from alliances_cli.periode import Periode
from alliances_cli.store import Reading


def opened(data: str | None = None, public: bool = False) -> Passe:
    """The past of the roadmap that `data` (`--data`), ALLIANCES_DATA or the current folder names. `public`: all that is
    asked of it is answered without what is internal.

    Raises: NotFound; SystemFault.
    """
    return replace(passe.opened(data, os.environ.get("ALLIANCES_DATA"), Path.cwd()), public=public)


def told(past: Passe, feuille: FeuilleDeRoute, *tips: FeuilleDeRoute) -> FeuilleDeRoute:
    """A roadmap of the past as it may be told: where only what is public is, without what is internal there, nor what
    is today, or in `tips`, whole roadmaps that end its line.

    Raises: InvalidRoadmap where today's can't be read: what is internal isn't known.
    """
    if not past.public:
        return feuille
    from alliances_cli import diffusion

    return diffusion.public(feuille, *later(past, *tips))


def later(past: Passe, *tips: FeuilleDeRoute) -> tuple[FeuilleDeRoute, ...]:
    """The whole roadmaps that also say what is internal: `tips`, and today's."""
    return (*tips, *([past.today] if past.today is not None else []))


def fault(past: Passe, said: str) -> str:
    """What keeps a roadmap from being read, where it may be told: it can quote what is internal."""
    return "ne se lit pas (sans --public, la raison est dite)" if past.public else said


def view(past: Passe, rev: str | None, au: Periode | None = None, today: date | None = None) -> Vue:
    """The checked roadmap at a revision, else in the work tree, read at `au`, else at its own date of then, else
    `today`.

    Raises: UsageFault; NotFound; InvalidRoadmap; SystemFault.
    """
    if rev is None:
        found = api.view(work_tree(past), au, today)
        return api.public(found) if past.public else found
    at, remarques = required(past, rev)
    reading = reading_at(past, at)
    feuille = reading.require()
    moment = bilan.moment(feuille, au, today or date.today())
    assert moment is not None
    found = Vue(past.root, feuille, moment, reading.totals(), reading, at, remarques)
    return api.public(found, *later(past)) if past.public else found


def publishable(past: Passe, rev: str, au: Periode | None) -> Vue:
    """As `api.publishable`, at a revision.

    Raises: UsageFault; NotFound; InvalidRoadmap; SystemFault.
    """
    at, remarques = required(past, rev)
    found = api.document(past.root, reading_at(past, at), au, _beside(past, at))
    found = found._replace(revision=at, remarques=remarques)
    return api.public(found, *later(past)) if past.public else found


def templates(past: Passe, at: Revision) -> Gabarits:
    """The roadmap's own templates at a revision, none where it had none.

    Raises: NotFound; SystemFault.
    """
    return past.templates(at.commit, at.folder, f"{at.demandee}:")


def _beside(past: Passe, at: Revision) -> api.Lire:
    """What reads the files that the roadmap named at a revision, as they were then."""
    return partial(past.beside, at.commit, at.folder, f"{at.demandee}:")


def check(past: Passe, rev: str | None = None, since: str | None = None, today: date | None = None) -> Controle:
    """All that is wrong or doubtful at a revision, else in the work tree; with `since`, what the rules that the mission
    has on find in the change from there too. Where there are errors, the rules aren't checked.

    Raises: UsageFault; NotFound; InvalidRoadmap where `since` can't be read; SystemFault.
    """
    at: Revision | None = None
    remarques: tuple[str, ...] = ()
    if rev is None:
        root = work_tree(past)
        reading = api.load(root)
        controle = api.controlled(root, reading, partial(store.read_beside, root), api.interrupted(root), today)
    else:
        at, remarques = required(past, rev)
        reading = reading_at(past, at)
        controle = api.controlled(past.root, reading, _beside(past, at), (), today)
    controle = controle._replace(revision=at, remarques=remarques)
    return controle if since is None else _ruled(past, controle, reading, since)


def _ruled(past: Passe, controle: Controle, reading: Reading, since: str) -> Controle:
    """With what the rules find in the change from a revision."""
    remarques = list(controle.remarques)
    feuille = controle.feuille
    depuis, said = required(past, since, feuille.mission.etat_au if feuille is not None else None)
    remarques += [remarque for remarque in said if remarque not in remarques]
    avant = reading_at(past, depuis).require()
    found: list[Problem] = []
    if feuille is not None:
        found = [
            _located(past, reading, controle.revision, f)
            for f in regles.findings(avant, feuille, feuille.mission.regles)
        ]
        if not feuille.mission.regles:
            known = ", ".join(regles.REGLES)
            remarques.append(f"aucune règle n'est en vigueur : mission.yaml n'a pas de « regles: [{known}] »")
    return controle._replace(
        problems=tuple(sorted((*controle.problems, *found), key=lambda p: p.sort_key)),
        remarques=tuple(remarques),
        depuis=depuis,
        regles=feuille.mission.regles if feuille is not None else (),
    )


def _located(past: Passe, reading: Reading, at: Revision | None, finding: Finding) -> Problem:
    """A finding as a problem with its place; of a file that is no longer there, its name."""
    if finding.part in reading.documents:
        return reading.locate(finding)
    name = past.root.name(finding.part)
    if at is not None:
        name = location.printable(f"{at.demandee}:{past.paths(at.folder)[finding.part]}")
    return Problem(name, 0, 0, finding.message, finding.kind)


def work_tree(past: Passe) -> Root:
    """The work tree's roadmap.

    Raises: NotFound where only git has it.
    """
    if not past.present:
        name = past.root.name("mesures")
        raise NotFound(
            f"la feuille de route n'est pas dans le dossier de travail (« {name} ») ; « --rev X » la lit dans git"
        )
    return past.root


def required(past: Passe, rev: str, present: Periode | None = None) -> tuple[Revision, tuple[str, ...]]:
    """The revision that an X names, and what is to be said of it; `present`: the date at which the roadmap stands,
    where it isn't the mission's.

    Raises: NotFound for a bilan that has none.
    """
    if present is None:
        present = past.mission.etat_au if past.mission is not None else None
    trouvee = revision.resolve(past, rev, present)
    if trouvee.revision is None:
        raise NotFound(trouvee.remarques[0])
    return trouvee.revision, trouvee.remarques


def reading_at(past: Passe, at: Revision) -> Reading:
    """Everything the files held at a revision, problems included, each placed by the revision as it was typed."""
    return past.reading(at.commit, at.folder, f"{at.demandee}:")
