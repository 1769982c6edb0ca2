"""What `init` shows: what a spreadsheet's columns become, then what was written and what to do next."""

from __future__ import annotations

import shlex
from typing import Any

from alliances_cli.beginning import Debut, Projet
from alliances_cli.champs import SINGULIER
from alliances_cli.periode import parse
from alliances_cli.present import as_json
from alliances_cli.present.screen import Column, Screen, Span, Table, Wrapped, line
from alliances_cli.spreadsheet import MAX_FAULTS, SEPARATORS, Colonne, Nommes
from alliances_cli.spreadsheet import said as place
from alliances_cli.typographie import NBSP, count, enumeration, one_line, spaced

_LEFT_OUT = {
    "vide": "laissée de côté (vide)",
    "ecartee": "laissée de côté (--map)",
    "export": "laissée de côté (date de lecture)",
}
_ETATS = {"ecrit": "écrit", "present": "déjà là", "a_ecrire": "à écrire"}
MAX_NAMED = 12
# What is read at the root of a repository alone.
AT_ROOT = (".pre-commit-config.yaml", ".github/workflows/feuille-de-route.yml", ".gitlab-ci.yml")


def mapping(projet: Projet) -> Screen:
    """What was read of the spreadsheet, what each column becomes, and what will be created."""
    tableau, contenu = projet.tableau, projet.contenu
    assert tableau is not None and contenu is not None
    sheet = tableau.sheet
    how = f"lu en {sheet.encoding}, séparateur {SEPARATORS[sheet.separator]}"
    screen: Screen = [
        Wrapped(line(Span(spaced(f"{sheet.name} : {count(len(sheet.rows), 'ligne')}, {how}"), "title"))),
        line(),
        Table(
            (Column("Colonne", wraps=True), Column("Devient", wraps=True)),
            tuple(
                (line(one_line(c.titre)), line(Span(spaced(_becomes(c)), "" if c.champ else "soft")))
                for c in tableau.mapping
            ),
        ),
        line(),
    ]
    notes = [f"Liste : {tableau.famille}.yaml ({count(len(contenu.elements), SINGULIER[tableau.famille])})"]
    if contenu.numbered:
        last = len(contenu.elements)
        ids = f"de 1 à {last}, dans son ordre" if last > 1 else "1"
        notes.append(f"Identifiants : le fichier n'en donne pas ; {ids}")
    new = [(code, label) for code, label in contenu.niveaux if code in contenu.nouveaux]
    if new:
        scale = enumeration([f"« {niveau['libelle']} »" for niveau in projet.charpente.echelle])
        notes.append(_created("Niveaux créés", new))
        notes.append(
            f"Échelle : {scale} ; le fichier ne dit ni l'ordre ni les alertes : relisez « echelle » dans mission.yaml"
        )
    for what, names in (
        ("Dimensions créées", contenu.dimensions),
        ("Chantiers créés", contenu.chantiers),
        ("Leviers créés", contenu.leviers),
        ("Bloqueurs créés", contenu.bloqueurs),
    ):
        if names:
            notes.append(_created(what, names))
    if contenu.converted:
        rewritten = "réécrite" if contenu.converted == 1 else "réécrites"
        was, becomes = contenu.example
        notes.append(f"Dates : {contenu.converted} en forme française, {rewritten} ({was} : {becomes})")
    screen += [Wrapped(line(spaced(note)), hang=2) for note in notes]
    found = projet.avertissements
    if found:
        refuses = "« check --strict », que lancent le crochet et les workflows, échouera tant qu'il en reste"
        more = len(found) - MAX_FAULTS
        said = [f"{_warnings(projet)} ; {refuses} :", *(place(sheet.name, fault) for fault in found[:MAX_FAULTS])]
        said += [f"… et {count(more, 'autre avertissement', 'autres avertissements')}"] if more > 0 else []
        screen += [line(), *(Wrapped(line(spaced(text)), hang=2) for text in said)]
    return screen


def _warnings(projet: Projet) -> str:
    return count(len(projet.avertissements), "avertissement")


def _created(what: str, names: Nommes | list[tuple[str, str]]) -> str:
    said = ", ".join(f"{label} ({code})" if label != code else code for code, label in names[:MAX_NAMED])
    more = f" et {len(names) - MAX_NAMED} autres" if len(names) > MAX_NAMED else ""
    return f"{what} : {said}{more}"


def _becomes(colonne: Colonne) -> str:
    if colonne.champ is None:
        return _LEFT_OUT[colonne.devient]
    by_hand = " (--map)" if colonne.said else ""
    if colonne.devient == "propre":
        return f"{colonne.champ}, champ déclaré (texte){by_hand}"
    if colonne.devient == "libelle":
        return f"les libellés de « {colonne.champ} »"
    return colonne.champ + by_hand


def begun(debut: Debut) -> Screen:
    """The files, and what to do next."""
    projet = debut.projet
    charpente = projet.charpente
    standing = [f for f in debut.fichiers if f.etat == "present"]
    screen: Screen = []
    if len(standing) == len(debut.fichiers):
        screen.append(line(spaced("Rien à écrire : tous les fichiers sont déjà là")))
    else:
        verb = "Feuille de route commencée" if debut.written else "Feuille de route à commencer (rien n'est écrit)"
        if projet.terrain.is_roadmap:
            verb = "Feuille de route complétée" if debut.written else "Feuille de route à compléter (rien n'est écrit)"
        screen.append(Wrapped(line(Span(spaced(f"{verb} : {one_line(charpente.titre)}"), "title"))))
        if projet.terrain.needs_title:
            screen.append(line(spaced(f"État au {parse(charpente.etat_au).in_words}, date du jour")))
            levels = enumeration([niveau["libelle"] for niveau in charpente.echelle])
            alerts = [niveau["libelle"] for niveau in charpente.echelle if niveau.get("alerte") == "true"]
            late = f" (compte comme un retard : {alerts[0]})" if alerts else ""
            screen.append(Wrapped(line(spaced(f"Niveaux : {levels}{late}")), hang=2))
            if charpente.dimensions:
                dimensions = enumeration([dimension["libelle"] for dimension in charpente.dimensions])
                screen.append(Wrapped(line(spaced(f"Dimensions : {dimensions}")), hang=2))
    screen.append(line())
    screen.append(
        Table(
            (Column(""), Column("", wraps=True)),
            tuple(
                (line(Span(_ETATS[f.etat].replace(" ", NBSP), "soft" if f.etat == "present" else "")), line(f.name))
                for f in debut.fichiers
            ),
            headed=False,
        )
    )
    if standing:
        screen.append(line(spaced(f"Ce qui est déjà là n'est pas touché ({count(len(standing), 'fichier')}).")))
    useless = [f.place for f in debut.fichiers if f.place in AT_ROOT and f.etat != "present"]
    if debut.below and useless:
        said = (
            f"Ce dossier est « {debut.below} » dans un dépôt git plus grand : {enumeration(useless)} n'y "
            f"{'a' if len(useless) == 1 else 'ont'} aucun effet, car GitHub, GitLab et pre-commit "
            "ne les lisent qu'à la racine du dépôt. Déplacez à la racine ceux qui "
            f"servent ; ajoutez-y --data {shlex.quote(debut.below)} à chaque commande alliances, et devant "
            f"requirements.txt le chemin {shlex.quote(debut.below)}/"
        )
        screen += [line(), Wrapped(line(spaced(said)))]
    if projet.avertissements:
        screen.append(line(spaced(f"{_warnings(projet)} : alliances check")))
    if debut.written:
        screen += [line(), line(spaced("Ensuite :")), *(line("  " + step) for step in next_steps(debut))]
        if charpente.outil == "ADRESSE@VERSION" and any(
            f.place == "requirements.txt" and f.etat == "ecrit" for f in debut.fichiers
        ):
            said = "Dans requirements.txt, remplacez ADRESSE@VERSION par l'adresse du dépôt de l'outil et une version."
            screen += [line(), Wrapped(line(spaced(said)))]
    return screen


def next_steps(debut: Debut) -> list[str]:
    """The commands that come next."""
    folder = str(debut.projet.terrain.folder)
    steps = [] if folder in (".", "") else ["cd " + shlex.quote(folder)]
    steps.append("alliances status")
    if not debut.in_git:
        steps.append("git init")
    return [*steps, "git add .", 'git commit -m "Commencer la feuille de route"']


def as_dump(debut: Debut) -> str:
    """The answer for programs."""
    projet = debut.projet
    charpente, tableau, contenu = projet.charpente, projet.tableau, projet.contenu
    source: dict[str, Any] | None = None
    if tableau is not None and contenu is not None:
        source = {
            "fichier": tableau.sheet.name,
            "encodage": tableau.sheet.encoding,
            "separateur": tableau.sheet.separator,
            "famille": tableau.famille,
            "lignes": len(tableau.sheet.rows),
            "colonnes": [{"titre": c.titre, "champ": c.champ, "devient": c.devient} for c in tableau.mapping],
            "identifiants": "numeros" if contenu.numbered else "colonne",
            "niveaux_nouveaux": [code for code, _ in contenu.niveaux if code in contenu.nouveaux],
            "chantiers": [code for code, _ in contenu.chantiers],
            "leviers": [code for code, _ in contenu.leviers],
            "bloqueurs": [code for code, _ in contenu.bloqueurs],
            "champs": [code for code, _ in contenu.champs],
            "avertissements": [
                {"ligne": fault.line, "colonne": fault.column, "message": fault.message}
                for fault in projet.avertissements
            ],
        }
    return as_json.dump(
        {
            "dossier": str(projet.terrain.folder),
            "ecrit": debut.written,
            "titre": charpente.titre,
            "etat_au": charpente.etat_au,
            "echelle": [{"code": n["code"], "libelle": n["libelle"]} for n in charpente.echelle],
            "dimensions": [dict(dimension) for dimension in charpente.dimensions],
            "fichiers": [{"fichier": f.name, "etat": f.etat} for f in debut.fichiers],
            "source": source,
            "ensuite": next_steps(debut) if debut.written else [],
        }
    )
