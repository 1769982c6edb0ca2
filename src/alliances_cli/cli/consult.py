"""Commands that look: `status`, `list`, `show`, `summarise`, `check`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from alliances_cli.champs import DIFFUSIONS, FAMILLES, Famille
from alliances_cli.cli import complete, emit
from alliances_cli.cli.options import Au, Data, Public, Rev, choose, format_option, reading_date
from alliances_cli.errors import UsageFault

if TYPE_CHECKING:
    from alliances_cli.api import Controle, Vue
    from alliances_cli.present.screen import Screen, Terminal
    from alliances_cli.timeline import Parcours, Recul


def presenter(name: str) -> ModuleType:
    """A module of `present`, loaded when its format is asked for."""
    return import_module(f"alliances_cli.present.{name}")


def drawn(make: Callable[[Terminal], Screen]) -> str:
    """A screen, drawn for what stdout can show."""
    return emit.drawn(make, sys.stdout)


# What each command answers, by format; `--format` lists the keys.
Formats = Mapping[str, Callable[..., str]]
STATUS: Formats = {
    "text": lambda vue: drawn(lambda on: presenter("as_text").status(vue, on)),
    "json": lambda vue: presenter("as_json").status(vue),
}
LIST: Formats = {
    "text": lambda *content: drawn(lambda on: presenter("as_text").listing(*content, on)),
    "json": lambda *content: presenter("as_json").listing(*content[:3], content[-1]),
    "csv": lambda *content: presenter("as_table").as_csv(presenter("as_table").listing(*content[:3], content[-1])),
    "csv-excel": lambda *content: presenter("as_table").as_csv_excel(
        presenter("as_table").listing(*content[:3], content[-1])
    ),
    "md": lambda *content: presenter("as_table").list_as_md(*content[:3], content[-1]),
}
RETIREES: Formats = {
    "text": lambda *content: drawn(lambda on: presenter("as_text").retired(*content, on)),
    "json": lambda *content: presenter("as_json").retired(*content[:3]),
    "csv": lambda *content: presenter("as_table").as_csv(presenter("as_table").retired(*content[:3])),
    "csv-excel": lambda *content: presenter("as_table").as_csv_excel(presenter("as_table").retired(*content[:3])),
    "md": lambda *content: presenter("as_table").retired_as_md(*content[:3]),
}
SHOW: Formats = {
    "text": lambda *content: drawn(lambda on: presenter("as_text").show(*content, on)),
    "json": lambda *content: presenter("as_json").show(*content),
}
SHOW_RETIRED: Formats = {
    "text": lambda *content: drawn(lambda on: presenter("as_text").show_retired(*content, on)),
    "json": lambda *content: presenter("as_json").show_retired(*content),
}
SHOW_HISTORY: Formats = {
    "text": lambda parcours: drawn(lambda on: presenter("parcours").screen(parcours, on)),
    "json": lambda parcours: presenter("parcours").json(parcours),
}
SUMMARISE: Formats = {
    "text": lambda *content: drawn(lambda on: presenter("as_text").summary(*content, on)),
    "json": lambda *content: presenter("as_json").summary(*content),
    "csv": lambda *content: presenter("as_table").as_csv(presenter("as_table").summary(*content)),
    "csv-excel": lambda *content: presenter("as_table").as_csv_excel(presenter("as_table").summary(*content)),
    "md": lambda *content: presenter("as_table").summary_as_md(*content),
}
CHECK: Formats = {
    "text": lambda controle: drawn(lambda on: presenter("as_text").check(controle, on)),
    "json": lambda controle: presenter("as_json").check(controle),
    "github": lambda controle: presenter("as_github").check(controle),
}


def answer(formats: Formats, format: str, *content: object) -> None:
    """Text in what the terminal can hold, everything else in UTF-8."""
    write = emit.emit_text if format == "text" else emit.emit
    write(formats[format](*content))


Famille_ = Annotated[
    str,
    typer.Argument(metavar="[mesures|chantiers|leviers]", help="La liste à lire.", autocompletion=complete.familles),
]


def _view(data: str | None, au: str | None, rev: str | None, format: str, public: bool) -> Vue:
    """The roadmap, of the work tree unless a revision is asked for: git isn't started otherwise."""
    day = reading_date(au)
    if rev is None:
        from alliances_cli import api

        vue = api.view(api.locate(data), day)
        vue = api.public(vue) if public else vue
        _tell_reserve(vue, format)
        return vue
    from alliances_cli import timeline

    with timeline.opened(data, public) as past:
        vue = timeline.view(past, rev, day)
    _tell_revision(vue, format)
    return vue


def _tell_reserve(vue: Vue, format: str) -> None:
    """What a public version leaves out, where the format has no place for it."""
    if vue.feuille.reserve is not None and format not in ("text", "json", "md"):
        from alliances_cli.present import phrases

        tell_left_out(phrases.reserve_of(vue.feuille))


def tell_left_out(said: str) -> None:
    """That something was left out, on stderr."""
    from alliances_cli.typographie import spaced

    if said:
        emit.tell(spaced(said))


def _tell_revision(vue: Vue, format: str) -> None:
    """What is to be said of a revision; the revision itself, where the format has no place for it."""
    emit.remark(vue.remarques)
    if vue.revision is not None and format not in ("text", "json"):
        from alliances_cli.present import phrases
        from alliances_cli.typographie import spaced

        emit.tell(spaced(f"{phrases.revision(vue.revision)} ; lu au {phrases.day(vue.moment.iso)}"))
    _tell_reserve(vue, format)


def _tell_totals(vue: Vue) -> None:
    """Totals that don't reconcile, on one line of stderr."""
    from alliances_cli.typographie import spaced

    for problem in vue.totals:
        emit.tell(spaced(f"{problem.where}: {problem.message}"))


def status(
    data: Data = None,
    au: Au = None,
    rev: Rev = None,
    public: Public = False,
    format: Annotated[str, format_option(STATUS)] = "text",
) -> None:
    """Montre l'état de la feuille de route en un écran."""
    choose(format, STATUS, "--format")
    vue = _view(data, au, rev, format, public)
    if format != "text":
        _tell_totals(vue)
    answer(STATUS, format, vue)


def list_(
    famille: Famille_ = "mesures",
    avancement: Annotated[
        list[str] | None,
        typer.Option(
            "--avancement", metavar="NIVEAU", help="Niveau, par code ou libellé.", autocompletion=complete.levels
        ),
    ] = None,
    dimension: Annotated[
        list[str] | None,
        typer.Option("--dimension", metavar="DIMENSION", help="Dimension.", autocompletion=complete.dimensions),
    ] = None,
    chantier: Annotated[
        list[str] | None,
        typer.Option("--chantier", metavar="ID", help="Mesures de ce chantier.", autocompletion=complete.chantiers),
    ] = None,
    pilote: Annotated[
        list[str] | None,
        typer.Option(
            "--pilote",
            metavar="NOM",
            help="Piloté par (article, casse, accents indifférents).",
            autocompletion=complete.pilots,
        ),
    ] = None,
    bloquees: Annotated[bool, typer.Option("--bloquees", help="Retenus par un bloqueur.")] = False,
    en_retard: Annotated[bool, typer.Option("--en-retard", help="À un niveau d'alerte.")] = False,
    echues: Annotated[bool, typer.Option("--echues", help="Échéance passée à la date de lecture.")] = False,
    echeance: Annotated[
        list[str] | None, typer.Option("--echeance", metavar="PERIODE", help="Échéance dans cette période (2021-06).")
    ] = None,
    sans: Annotated[
        list[str] | None,
        typer.Option("--sans", metavar="CHAMP", help="Ce champ est vide.", autocompletion=complete.fields),
    ] = None,
    champ: Annotated[
        list[str] | None,
        typer.Option(
            "--champ",
            metavar="CODE=VALEUR",
            help="Ce champ que la mission déclare a cette valeur.",
            autocompletion=complete.own_values,
        ),
    ] = None,
    sans_champ: Annotated[
        list[str] | None,
        typer.Option(
            "--sans-champ",
            metavar="CODE",
            help="Ce champ que la mission déclare est vide.",
            autocompletion=complete.own_fields,
        ),
    ] = None,
    diffusion: Annotated[
        list[str] | None,
        typer.Option(
            "--diffusion",
            metavar="|".join(DIFFUSIONS),
            help="À diffusion interne, ou publique.",
            autocompletion=complete.diffusions,
        ),
    ] = None,
    dormantes: Annotated[
        int | None,
        typer.Option(
            "--dormantes",
            metavar="JOURS",
            min=0,
            help="Sans changement depuis tant de jours de commits (réalisé, étape suivante, niveau).",
        ),
    ] = None,
    a_revoir: Annotated[
        bool, typer.Option("--a-revoir", help="Dont un renvoi mène à un élément qui a changé depuis.")
    ] = False,
    search: Annotated[list[str] | None, typer.Option("--search", metavar="TEXTE", help="Contient ce texte.")] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="CHAMP",
            help="Trie par ce champ ; sinon l'ordre du fichier.",
            autocompletion=complete.fields,
        ),
    ] = None,
    retirees: Annotated[bool, typer.Option("--retirees", help="Ce qui a été retiré, et pourquoi.")] = False,
    data: Data = None,
    au: Au = None,
    rev: Rev = None,
    public: Public = False,
    format: Annotated[str, format_option(LIST)] = "text",
) -> None:
    """Liste les mesures, les chantiers ou les leviers. Les filtres se combinent ; répété, un filtre vaut « ou »."""
    choose(format, LIST, "--format")
    chosen = _famille(famille, FAMILLES)
    from alliances_cli import api
    from alliances_cli.selection import Filtres, named_by

    filtres = Filtres(
        avancement=avancement or (),
        dimension=dimension or (),
        chantier=chantier or (),
        pilote=pilote or (),
        echeance=echeance or (),
        sans=sans or (),
        champ=champ or (),
        sans_champ=sans_champ or (),
        search=search or (),
        diffusion=diffusion or (),
        bloquees=bloquees,
        en_retard=en_retard,
        echues=echues,
    )
    past_asked = dormantes is not None or a_revoir
    if retirees and past_asked:
        option = "--a-revoir" if a_revoir else "--dormantes"
        raise UsageFault(f"{option} : ne s'emploie pas avec --retirees, où seul --search choisit")
    recul = None
    if past_asked:
        vue, recul = _hindsight(data, au, rev, chosen, dormantes, a_revoir, public)
        _tell_revision(vue, format)
        emit.remark(recul.remarques)
    else:
        vue = _view(data, au, rev, format, public)
    if retirees:
        gone = api.retired(vue, chosen, filtres, sort)
        _tell_totals(vue)
        answer(RETIREES, format, vue, chosen, gone, filtres)
        return
    items = api.items(vue, chosen, filtres, sort)
    if recul is not None:
        items = tuple(item for item in items if recul.keeps(item.id))
    _tell_totals(vue)
    answer(LIST, format, vue, chosen, items, filtres, named_by(vue.feuille, chosen, filtres, sort), recul)


def _hindsight(
    data: str | None, au: str | None, rev: str | None, famille: Famille, days: int | None, review: bool, public: bool
) -> tuple[Vue, Recul]:
    day = reading_date(au)
    from alliances_cli import timeline

    with timeline.opened(data, public) as past:
        vue = timeline.view(past, rev, day)
        return vue, timeline.hindsight(past, vue, famille, days, review)


def show(
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="15, legaliser, ou mesure-15, chantier-legaliser, levier-…", autocompletion=complete.ids
        ),
    ],
    history: Annotated[
        bool, typer.Option("--history", help="Chacun de ses changements, avec sa date et son commit.")
    ] = False,
    data: Data = None,
    au: Au = None,
    rev: Rev = None,
    public: Public = False,
    format: Annotated[str, format_option(SHOW)] = "text",
) -> None:
    """Montre tout d'une mesure, d'un chantier ou d'un levier, renvois compris dans les deux sens."""
    choose(format, SHOW, "--format")
    if history:
        parcours = _parcours(id, data, au, rev, public)
        _tell_revision(parcours.vue, format)
        emit.remark(parcours.remarques)
        answer(SHOW_HISTORY, format, parcours)
        return
    from alliances_cli import selection

    vue = _view(data, au, rev, format, public)
    famille, item = selection.find(vue.feuille, id)
    _tell_totals(vue)
    answer(SHOW_RETIRED if item in vue.feuille.gone(famille) else SHOW, format, vue, famille, item)


def _parcours(id: str, data: str | None, au: str | None, rev: str | None, public: bool) -> Parcours:
    day = reading_date(au)
    from alliances_cli import timeline

    with timeline.opened(data, public) as past:
        return timeline.item(past, timeline.view(past, rev, day), id)


def summarise(
    famille: Annotated[
        str, typer.Argument(metavar="[mesures|chantiers]", help="La liste à compter.", autocompletion=complete.familles)
    ] = "mesures",
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="dimension|chantier|pilote|echeance|CHAMP",
            help="Compte par dimension (sauf avis contraire), chantier, pilote, échéance ou champ déclaré.",
            autocompletion=complete.groupings,
        ),
    ] = None,
    data: Data = None,
    au: Au = None,
    rev: Rev = None,
    public: Public = False,
    format: Annotated[str, format_option(SUMMARISE)] = "text",
) -> None:
    """Compte les niveaux d'avancement, avec leur provenance et les totaux publiés."""
    choose(format, SUMMARISE, "--format")
    chosen = _famille(famille, FAMILLES)
    from alliances_cli import api

    vue = _view(data, au, rev, format, public)
    whole, groupes, groupement = api.summarise(vue, chosen, by)
    if format != "text":
        _tell_totals(vue)
    answer(SUMMARISE, format, vue, whole, groupes, groupement)


def check(
    strict: Annotated[
        bool, typer.Option("--strict", help="Un avertissement suffit pour sortir avec le code 1.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="REVISION",
            help="Vérifie aussi ce qui a changé depuis (un bilan, un commit, une date), selon « regles ».",
            autocompletion=complete.moments,
        ),
    ] = None,
    data: Data = None,
    rev: Rev = None,
    format: Annotated[str, format_option(CHECK)] = "text",
) -> None:
    """Vérifie tous les fichiers et montre toutes les erreurs, ligne par ligne."""
    choose(format, CHECK, "--format")
    controle = _controle(data, rev, since)
    emit.remark(controle.remarques)
    answer(CHECK, format, controle)
    if controle.count("systeme"):
        raise typer.Exit(5)
    if controle.count("erreur", "total", "regle") or (strict and controle.count("avertissement")):
        raise typer.Exit(1)


def _controle(data: str | None, rev: str | None, since: str | None) -> Controle:
    if rev is None and since is None:
        from alliances_cli import api

        return api.check(api.locate(data))
    from alliances_cli import timeline

    with timeline.opened(data) as past:
        return timeline.check(past, rev, since)


def _famille(text: str, known: tuple[Famille, ...]) -> Famille:
    """The family that an argument names, in the singular too."""
    for famille in known:
        if text in (famille, famille.removesuffix("s")):
            return famille
    choose(text, known, "liste")
    raise AssertionError
