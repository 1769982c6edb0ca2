"""Roadmaps in real git repositories, with dated commits: a story whose commits follow its bilans, and one like this
repository's, whose commits are years later than its bilan."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
PARIS = "+0200"


@dataclass(frozen=True)
class Repository:
    """A repository in a folder. Every commit is made by Ada, unless told."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def git(self, *argv: str, day: str = "2021-05-07", time: str = "12:00:00", zone: str = PARIS, who: str = "") -> str:
        """What git says; nothing of the machine's configuration is read."""
        name = who or "Ada Lovelace"
        people = {
            f"GIT_{role}_{what}": said
            for role in ("AUTHOR", "COMMITTER")
            for what, said in (("NAME", name), ("EMAIL", "ada@exemple.fr"), ("DATE", f"{day}T{time}{zone}"))
        }
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *argv],
            env={**os.environ, **settings, **people},
            check=True,
            capture_output=True,
        )
        return done.stdout.decode("utf-8", "replace").rstrip("\n")

    def commit(self, message: str, day: str, time: str = "12:00:00", zone: str = PARIS, who: str = "") -> str:
        """Commits all that there is; returns the hash."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, day=day, time=time, zone=zone, who=who)
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str, day: str = "2021-05-07") -> None:
        self.git("tag", "-a", "-m", name, name, day=day)

    def change(self, part: str, *pairs: tuple[str, str]) -> None:
        """Exchanges pieces of text of one of the files, each of which it has once."""
        path = self.data / f"{part}.yaml"
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            text = text.replace(old, new)
        path.write_text(text, "utf-8")

    def item(self, part: str, identifier: str, *pairs: tuple[str, str]) -> None:
        """Exchanges pieces of text of one item."""
        path = self.data / f"{part}.yaml"
        text = path.read_text("utf-8")
        match = re.search(rf'(?ms)^  - id: "?{identifier}"?\n.*?(?=^  - |^[a-z]|\Z)', text)
        assert match is not None, identifier
        item = match[0]
        for old, new in pairs:
            assert item.count(old) == 1, f"{old!r} stands {item.count(old)} times in {identifier}"
            item = item.replace(old, new)
        path.write_text(text[: match.start()] + item + text[match.end() :], "utf-8")


def begin(folder: Path, data: Path | None = DATA) -> Repository:
    """A repository without commit, with a copy of a roadmap."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = Repository(folder)
    repository.git("init", "-q", "-b", "main")
    if data is not None:
        shutil.copytree(data, folder / "data")
    return repository


MISSION = """\
titre: Alliances de territoire
etat_au: 2020-10-17

dimensions:
  - code: politique
    libelle: Dimension politique
  - code: terrain
    libelle: Dimension de terrain

bloqueurs:
  - id: loi
    libelle: En attente de la loi

bilans:
  - date: 2020-10-17
    titre: Premier bilan
    totaux:
      tres_satisfaisant: 1
      satisfaisant: 3
      en_retard: 1
"""
MESURES = """\
mesures:
  # La première promesse.
  - id: 1
    titre: Ouvrir un guichet
    dimension: terrain
    pilotes:
      - la DJEPVA
    avancement: satisfaisant
    realise: Étude remise
    prochaine_etape: Ouvrir le **premier** guichet
    echeance: 2021-03

  - id: 2
    titre: Former les élus
    dimension: politique
    avancement: tres_satisfaisant
    realise: 120 élus formés
    prochaine_etape: Publier le guide

  - id: 3
    titre: Légaliser l'expérimentation
    dimension: politique
    avancement: en_retard
    provenance: infere
    realise: Proposition déposée
    prochaine_etape: Inscrire la loi à l'ordre du jour
    echeance: 2021-06-30
    bloqueurs: [loi]

  - id: 4
    titre: Mobiliser les entreprises
    dimension: terrain
    avancement: satisfaisant
    realise: Charte signée
    prochaine_etape: Réunir les signataires
    renvois: [2]

  - id: 5
    titre: Tenir un observatoire
    dimension: terrain
    avancement: satisfaisant
    prochaine_etape: Publier les premiers chiffres
    echeance: 2021-01
"""
CHANTIERS = """\
chantiers:
  - id: legaliser
    titre: Légaliser
    avancement: satisfaisant
    prochaine_etape: Vote en séance
    echeance: 2021-12
"""


def story(folder: Path) -> Repository:
    """Commits that follow the bilans of 17 October 2020 (no tag) and 7 May 2021 (a tag), then changes, the last of them
    not committed."""
    repository = begin(folder, None)
    repository.data.mkdir()
    for name, text in (("mission", MISSION), ("mesures", MESURES), ("chantiers", CHANTIERS)):
        (repository.data / f"{name}.yaml").write_text(text, "utf-8")
    repository.commit("Premier bilan", "2020-10-17", "18:00:00")
    # Nothing of the roadmap: the bilan's revision is this commit all the same.
    (folder / "LISEZMOI").write_text("Une feuille de route.\n", "utf-8")
    repository.commit("Présente la feuille de route", "2020-11-02")

    repository.change("mission", ("etat_au: 2020-10-17", "etat_au: 2021-02-10"))
    repository.item("mesures", "1", ("echeance: 2021-03", "echeance: 2021-05"))
    repository.item("mesures", "3", ("echeance: 2021-06-30", "echeance: 2021-09-30"))
    repository.commit("Reporte deux échéances", "2021-02-10", who="Émile Zola")

    repository.item(
        "mesures",
        "1",
        ("realise: Étude remise", "realise: Étude remise, ouvrir le premier  GUICHET (Lille)"),
        ("prochaine_etape: Ouvrir le **premier** guichet", "prochaine_etape: Ouvrir dix guichets"),
        ("avancement: satisfaisant", "avancement: tres_satisfaisant"),
    )
    repository.item("mesures", "5", ("avancement: satisfaisant", "avancement: en_retard"))
    repository.change("mission", ("etat_au: 2021-02-10", "etat_au: 2021-05-07"))
    repository.change(
        "mission",
        (
            "      en_retard: 1\n",
            "      en_retard: 1\n\n  - date: 2021-05-07\n    titre: Bilan anniversaire\n    totaux:\n"
            "      tres_satisfaisant: 2\n      satisfaisant: 1\n      en_retard: 2\n",
        ),
    )
    repository.commit("Bilan anniversaire", "2021-05-07", "23:30:00")
    repository.tag("bilan/2021-05-07")

    repository.change("mission", ("etat_au: 2021-05-07", "etat_au: 2021-06-15"))
    repository.item("mesures", "2", ("  realise: 120 élus formés", "  realise: 120 élus formés, puis 80 autres"))
    repository.item("mesures", "3", ("    provenance: infere\n", ""), ("    bloqueurs: [loi]\n", ""))
    repository.item("mesures", "3", ("echeance: 2021-09-30", "echeance: 2021-12-31"))
    repository.commit("Lève un bloqueur", "2021-06-15")

    repository.git("checkout", "-q", "-b", "branche")
    repository.item("mesures", "4", ("avancement: satisfaisant", "avancement: tres_satisfaisant"))
    repository.item(
        "mesures", "4", ("prochaine_etape: Réunir les signataires", "prochaine_etape: Réunir cent signataires")
    )
    repository.commit("Réunit les signataires", "2021-07-05", who="Émile Zola")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "Intègre la branche", "branche", day="2021-07-12")

    path = repository.data / "mesures.yaml"
    text = path.read_text("utf-8")
    text = text[: text.index("  - id: 5")] + (
        "  - id: 6\n    titre: Évaluer l'impact\n    dimension: politique\n    avancement: satisfaisant\n"
        "    pilotes:\n      - l'Observatoire\n\n"
        "retirees:\n  - id: 5\n    titre: Tenir un observatoire\n    date: 2021-09-01\n"
        "    motif: Confié à la mesure 6\n    vers: [6]\n    avancement: en_retard\n"
    )
    path.write_text(text, "utf-8")
    repository.item("mesures", "1", ("      - la DJEPVA", "      - la DJEPVA\n      - Régions de France"))
    repository.item("chantiers", "legaliser", ("echeance: 2021-12", "echeance: 2021-11"))
    repository.change("mission", ("etat_au: 2021-06-15", "etat_au: 2021-09-01"))
    repository.commit("Retire l'observatoire", "2021-09-01")

    # Not committed.
    repository.item("mesures", "3", ("echeance: 2021-12-31", "echeance: 2022-03-31"))
    repository.item("mesures", "2", ("titre: Former les élus", "titre: Former les élus locaux"))
    return repository


def late_story(folder: Path) -> Repository:
    """The real roadmap, committed five years after its last bilan: that of 17 October 2020 has no revision."""
    repository = begin(folder)
    repository.commit("Transcrit le bilan", "2026-11-24")
    repository.item("mesures", "9", ("provenance: infere", "provenance: saisi"))
    repository.commit("Confirme un niveau", "2026-11-25")
    return repository
