"""Which moment an X names, and what a roadmap was then, in repositories of every kind."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha1
from pathlib import Path

import pytest

from alliances_cli import timeline
from alliances_cli.api import Vue
from alliances_cli.errors import AlliancesError, InvalidRoadmap, NotFound, UsageFault
from alliances_cli.past.passe import Passe
from alliances_cli.past.revision import SHALLOW, Revision
from alliances_cli.timeline import Sommeil
from conftest import some
from story import Repository, begin, story


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The story, with names of every kind."""
    repository = story(tmp_path_factory.mktemp("told") / "depot")
    git = repository.git
    git("tag", "leger", "HEAD~1")
    git("tag", "-a", "-m", "x", "annote", "leger")
    git("tag", "-a", "-m", "x", "de-tag", "annote")
    git("tag", "dossier", "HEAD^{tree}")
    git("tag", "fichier", "HEAD:data/mesures.yaml")
    git("tag", "deux", "HEAD~2")
    git("branch", "deux", "HEAD~3")
    git("branch", "precedent", "HEAD~2")
    git("branch", "2021-06-15", "HEAD~1")
    git("tag", "2021-T2", "HEAD~4")
    git("tag", "2021-05-07", "HEAD")
    return repository


@pytest.fixture(scope="session")
def hashes(told: Repository) -> list[str]:
    """The first-parent line, newest first."""
    return told.git("rev-list", "--first-parent", "HEAD").split()


@pytest.fixture
def past(told: Repository) -> Iterator[Passe]:
    with timeline.opened(str(told.folder)) as found:
        yield found


@pytest.fixture
def copy(told: Repository, tmp_path: Path) -> Repository:
    """A copy of the story, all of it committed."""
    repository = Repository(Path(shutil.copytree(told.folder, tmp_path / "copie", symlinks=True)))
    repository.commit("Le reste", "2021-10-01")
    return repository


def at(past: Passe, x: str) -> Revision:
    found = timeline.view(past, x).revision
    assert found is not None
    return found


def refusal(run: Callable[[], object]) -> AlliancesError:
    with pytest.raises(AlliancesError) as caught:
        run()
    assert "\n" not in caught.value.message
    return caught.value


def dormant(past: Passe, vue: Vue) -> Mapping[str, Sommeil]:
    """The mesures that haven't moved for a day."""
    found = timeline.hindsight(past, vue, "mesures", 1, review=False).dormantes
    assert found is not None
    return found


def messages(folder: Path) -> list[str]:
    """The messages of the moments, each with what is wrong."""
    with timeline.opened(str(folder)) as past:
        releves = timeline.history(past).releves
    return [f"{r.commit.message} ! {r.probleme}" if r.probleme else r.commit.message for r in releves if r.commit]


# --- what an X names ------------------------------------------------------------------------------------------------

MALFORMED = {
    "": "vide",
    "  \u2028": "vide",
    "-x": "commence par un tiret",
    "--": "commence par un tiret",
    "--output=x": "commence par un tiret",
    "--upload-pack=touch x": "commence par un tiret",
    "a\x01b": "caractère de contrôle",
    "a\0b": "caractère de contrôle",
    "main\n": "caractère de contrôle",
    "a\x9bb": "caractère de contrôle",
    "\ud800": "caractère de contrôle",
    "x" * 300_000: "300000 caractères",
    "HEAD..HEAD~1": "désigne plusieurs commits",
    "HEAD...main": "désigne plusieurs commits",
    "^HEAD": "désigne plusieurs commits",
    "HEAD^@": "désigne plusieurs commits",
    "HEAD^!": "désigne plusieurs commits",
    "HEAD^-": "désigne plusieurs commits",
    "HEAD@{yesterday}": "dépend du journal",
    "main@{2021-05-07}": "dépend du journal",
    "2021-02-30": "n'a pas de jour 30",
    "2021-13": "le mois 13 n'existe pas",
    "2021-T5": "n'est pas une date",
    "2021-S3": "n'est pas une date",
    "0000": "l'année 0 n'existe pas",
    "2021-5-7": "n'est pas une date",
    "2021/05/07": "n'est pas une date",
    "21-05-07": "l'année s'écrit en premier et en entier",
    "07/05/2021": "l'année s'écrit en premier et en entier",
    "7/5/21": "l'année s'écrit en premier et en entier",
}


@pytest.mark.parametrize("x", MALFORMED)
def test_what_can_name_nothing(past: Passe, x: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = refusal(lambda: timeline.view(past, x))
    assert (type(error), error.exit_code) == (UsageFault, 2)
    assert MALFORMED[x] in error.message
    assert len(error.message) < 300
    assert list(tmp_path.iterdir()) == []


UNKNOWN = {
    "maim": "vouliez-vous dire « main » ?",
    "bilan/2021-05": "vouliez-vous dire « bilan/2021-05-07 » ?",
    "zzz": "tags et branches : « ",
    "HEAD~300": "révision inconnue",
    "HEAD^2": "révision inconnue",
    "HEAD~99999999999999999999": "révision inconnue",
    "$(touch x)": "révision inconnue « $(touch x) »",
    "'\"": "révision inconnue",
    "*": "révision inconnue",
    "[": "révision inconnue",
    ":/Reporte": "révision inconnue",
    "@{u}": "révision inconnue",
    "HEAD@{99}": "révision inconnue",
    "a\u202eb": "révision inconnue « a\\u202eb »",
    "\udce9": "révision inconnue « \\udce9 »",
    "0" * 40: "révision inconnue",
    "٢٠٢١": "révision inconnue",
    "dossier": "« dossier » désigne un dossier, pas un commit",
    "fichier": "« fichier » désigne un fichier, pas un commit",
    "HEAD^{tree}": "désigne un dossier, pas un commit",
    "HEAD:data": "désigne un dossier, pas un commit",
    ":0:data/mesures.yaml": "désigne un fichier, pas un commit",
    "1999": "aucun commit n'est aussi ancien que « 1999 » : le premier est du 17 octobre 2020",
    "2020-10-16": "aucun commit n'est aussi ancien",
}


@pytest.mark.parametrize("x", UNKNOWN)
def test_what_names_nothing_here(past: Passe, x: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = refusal(lambda: timeline.view(past, x))
    assert (type(error), error.exit_code) == (NotFound, 3)
    assert UNKNOWN[x] in error.message
    # A tag and a branch, named once.
    assert error.message.count("« deux »") == ("tags et branches" in error.message)
    assert list(tmp_path.iterdir()) == []


NAMED = {
    "HEAD": 0,
    "@": 0,
    "HEAD~3": 3,
    "HEAD^{/Reporte}": 4,
    "HEAD^{/..}": 0,
    "leger": 1,
    "annote": 1,
    "de-tag": 1,
    "annote~1": 2,
    "heads/deux": 3,
    "tags/deux": 2,
    "refs/heads/main": 0,
    "bilan/2021-05-07^{}": 3,
    # A bilan first, whatever else bears its name.
    "2021-05-07": 3,
    "bilan/2021-05-07": 3,
    "precedent": 3,
    # Without a tag: the last commit at its date, which touches nothing of the roadmap.
    "2020-10-17": 5,
    "bilan/2020-10-17": 5,
    # A date: the last day of its period.
    "2020": 5,
    "2020-12": 5,
    "2021-T1": 4,
    "2021-S1": 2,
    "2021-06-14": 3,
    "2021-07-11": 2,
    "2021-07-12": 1,
    "2021": 0,
    "9999": 0,
}


@pytest.mark.parametrize("x", NAMED)
def test_what_is_named(past: Passe, hashes: list[str], x: str) -> None:
    found = at(past, x)
    assert hashes.index(found.commit) == NAMED[x]
    assert found.demandee == x


def test_hashes_in_both_cases(past: Passe, hashes: list[str]) -> None:
    for x in (hashes[2], hashes[2].upper(), hashes[2][:7], hashes[2][:7].upper(), f"{hashes[1][:12]}~1"):
        assert at(past, x).commit == hashes[2]


def test_names_of_several_things_are_told(past: Passe, hashes: list[str]) -> None:
    vue = timeline.view(past, "deux")
    assert vue.revision is not None
    assert vue.revision.commit == hashes[2]
    assert vue.remarques == ("« deux » est un tag et une branche : le tag est lu (la branche est « heads/deux »)",)
    assert at(past, "deux~1").commit == hashes[3]
    for x, said in (("2021-06-15", "une branche, qui est lue"), ("2021-T2", "un tag, qui est lu")):
        assert timeline.view(past, x).remarques == (f"« {x} » est {said} plutôt que la date",)


def test_a_short_hash_of_several_commits(copy: Repository) -> None:
    tree, parent = copy.git("rev-parse", "HEAD^{tree}", "HEAD").split()
    seen: dict[str, bytes] = {}
    for n in range(100_000):
        body = f"tree {tree}\nparent {parent}\nauthor A <a@b> {n} +0000\ncommitter A <a@b> {n} +0000\n\n{n}\n".encode()
        data = b"commit %d\0%s" % (len(body), body)
        name = sha1(data).hexdigest()
        if name[:4] in seen and seen[name[:4]] is not data:
            break
        seen[name[:4]] = data
    twins = [name, sha1(seen[name[:4]]).hexdigest()]
    for twin, content in zip(twins, (data, seen[name[:4]]), strict=True):
        path = copy.folder / ".git" / "objects" / twin[:2] / twin[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(content))
    with timeline.opened(str(copy.folder)) as past:
        for x in (name[:4], name[:4].upper(), f"{name[:4]}~1"):
            error = refusal(lambda x=x: timeline.view(past, x))  # type: ignore[misc]
            assert (type(error), error.exit_code) == (NotFound, 3)
            assert "commence le nom de plusieurs commits" in error.message
            assert all(twin[:12] in error.message for twin in twins)
        assert at(past, name).commit == name


# --- dates ----------------------------------------------------------------------------------------------------------


def test_the_days_are_the_committers_own(told: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = begin(tmp_path / "depot", told.data)
    repository.commit("Est", "2021-01-10", "23:30:00", "+1400")
    repository.commit("Ouest", "2021-01-11", "00:30:00", "-1200")
    # Written on the 12th, committed on the 20th.
    repository.git("commit", "-q", "--allow-empty", "--date=2021-01-12T12:00:00", "-m", "Tard", day="2021-01-20")
    repository.commit("Recule", "2021-01-05")
    est, ouest, tard, recule = reversed(repository.git("rev-list", "HEAD").split())
    for zone in ("Pacific/Kiritimati", "XXX+23:59", "UTC"):
        monkeypatch.setenv("TZ", zone)
        with timeline.opened(str(repository.folder)) as past:
            # Of those that aren't after it, the nearest to the tip.
            for x, commit in (("2021-01-10", recule), ("2021-01-05", recule), ("2021-01-20", recule)):
                assert at(past, x).commit == commit
            assert refusal(lambda: timeline.view(past, "2021-01-04")).message.endswith("du 5 janvier 2021")
            assert [at(past, c).date for c in (est, ouest, tard)] == ["2021-01-10", "2021-01-11", "2021-01-20"]
    repository.git("reset", "-q", "--hard", "HEAD~1")
    with timeline.opened(str(repository.folder)) as past:
        for x, commit in (("2021-01-10", est), ("2021-01-11", ouest), ("2021-01-12", ouest), ("2021-01-20", tard)):
            assert at(past, x).commit == commit


@pytest.mark.parametrize(("when", "day"), [("x", "1970-01-01"), ("999999999999 +0000", "9999-12-31")])
def test_a_commit_of_no_date_or_of_a_far_one(copy: Repository, when: str, day: str) -> None:
    tree, parent = copy.git("rev-parse", "HEAD^{tree}", "HEAD").split()
    path = copy.folder / "commit"
    path.write_text(f"tree {tree}\nparent {parent}\nauthor A <a@b> {when}\ncommitter A <a@b> {when}\n\nSans date\n")
    name = copy.git("hash-object", "-t", "commit", "-w", "--literally", str(path))
    path.unlink()
    copy.git("update-ref", "refs/heads/main", name)
    with timeline.opened(str(copy.folder)) as past:
        assert at(past, "HEAD")[1:3] == (name, day)
        assert at(past, "2021-10-01").commit == (name if day < "2021" else parent)


# --- bilans ---------------------------------------------------------------------------------------------------------


def test_a_bilan_whose_date_comes_back(copy: Repository) -> None:
    copy.change("mission", ("etat_au: 2021-09-01", "etat_au: 2020-10-17"))
    copy.commit("Revient", "2021-11-01")
    (copy.folder / "x").write_text("x")
    last = copy.commit("Autre chose", "2021-11-02")
    with timeline.opened(str(copy.folder)) as past:
        assert at(past, "2020-10-17").commit == last


def test_a_bilan_without_revision_or_without_roadmap_there(copy: Repository) -> None:
    empty = copy.git("hash-object", "-t", "tree", "-w", "/dev/null")
    copy.git("tag", "bilan/2020-10-17", copy.git("commit-tree", "-m", "Vide", empty))
    copy.change("mission", ("bilans:\n", "bilans:\n  - date: 2019-12-31\n    totaux:\n      en_retard: 5\n"))
    with timeline.opened(str(copy.folder)) as past:
        assert "n'a pas de révision" in refusal(lambda: timeline.view(past, "2019-12-31")).message
        error = refusal(lambda: timeline.view(past, "2020-10-17"))
        assert (error.exit_code, "bilan/2020-10-17 : pas de feuille de route" in error.message) == (3, True)
        compared = timeline.compare(past, "2019-12-31")
        assert compared.de.feuille is None
        assert compared.remarques[-1].endswith("seuls les totaux publiés sont comparés")


def test_the_bilans_are_heads_where_the_work_trees_are_broken_or_missing(copy: Repository, hashes: list[str]) -> None:
    (copy.data / "mission.yaml").write_text("titre: [\n")
    with timeline.opened(str(copy.folder)) as past:
        assert at(past, "precedent").commit == hashes[3]
    shutil.rmtree(copy.data)
    with timeline.opened(str(copy.folder)) as past:
        assert at(past, "bilan/2021-05-07").commit == hashes[3]
        assert len(timeline.history(past).releves) == 7
    copy.commit("Retire tout", "2021-11-01")
    with timeline.opened(str(copy.folder)) as past:
        assert at(past, "HEAD~1").commit == copy.git("rev-parse", "HEAD~1")
        assert refusal(lambda: timeline.history(past)).exit_code == 3
    assert refusal(lambda: timeline.opened(str(copy.folder / "rien"))).exit_code == 3


# --- clones without their oldest commits ----------------------------------------------------------------------------


def test_a_shallow_clone_says_so(copy: Repository, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    copy.git("clone", "-q", "--depth", "2", "--branch", "main", f"file://{copy.folder}", str(clone))
    with timeline.opened(str(clone)) as past:
        assert at(past, "HEAD~1").date == "2021-09-01"
        for x in ("HEAD~2", "1999", "2021-06-30", "2021-05-07", "2020-10-17"):
            error = refusal(lambda x=x: timeline.view(past, x))  # type: ignore[misc]
            assert (type(error), error.exit_code) == (NotFound, 3)
            assert SHALLOW in error.message
        assert timeline.history(past).remarques == (SHALLOW,)
        assert SHALLOW in timeline.compare(past).remarques
        view = timeline.view(past, "HEAD")
        asleep = dormant(past, view)
        assert asleep
        assert all(sommeil.au_moins for sommeil in asleep.values())
        parcours = timeline.item(past, view, "4")
        assert parcours.passages == () and [SHALLOW in remarque for remarque in parcours.remarques] == [True]
        assert all(SHALLOW in publication.probleme for publication in timeline.bilans(past))


# --- where the roadmap lies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", some(["a b", "été", "-x", "a:b", "x*?[y]", "a\nb", '"q"', ":(top)x", "\udce9", "@", "x\\y"], 3)
)
def test_a_folder_of_any_name_moved_twice(copy: Repository, hashes: list[str], name: str) -> None:
    copy.data.rename(copy.folder / name)
    copy.commit("Nomme", "2021-11-01")
    (copy.folder / name).rename(copy.folder / "fin")
    copy.commit("Renomme", "2021-11-02")
    with timeline.opened(str(copy.folder / "fin")) as past:
        assert len(timeline.history(past).releves) == 9
        assert at(past, "HEAD~1").folder == name
        assert at(past, "2021-05-07")[1:4] == (hashes[3], "2021-05-07", "data")
        assert timeline.compare(past, "HEAD~1").evolution.mouvements == ()
        asleep = dormant(past, timeline.view(past, "HEAD"))
        assert asleep["3"].depuis.message == "Premier bilan"


def test_a_folder_moved_there_and_back_with_edits_and_by_a_merge(copy: Repository) -> None:
    plan = copy.folder / "plan"
    copy.data.rename(plan)
    text = (plan / "mesures.yaml").read_text()
    (plan / "mesures.yaml").write_text(text.replace("cent signataires", "mille signataires"))
    copy.commit("Déplace et modifie", "2021-11-01")
    plan.rename(copy.data)
    copy.commit("Remet", "2021-11-02")
    copy.git("checkout", "-q", "-b", "autre")
    copy.data.rename(plan)
    copy.commit("Déplace", "2021-11-03")
    copy.git("checkout", "-q", "main")
    (copy.folder / "x").write_text("x")
    copy.commit("X", "2021-11-04")
    copy.git("merge", "-q", "--no-ff", "-m", "Fusionne", "autre", day="2021-11-05")
    assert messages(plan)[:4] == ["Fusionne", "Remet", "Déplace et modifie", "Le reste"]
    with timeline.opened(str(plan)) as past:
        assert [at(past, f"HEAD~{n}").folder for n in range(5)] == ["plan", "data", "data", "plan", "data"]
        assert at(past, "autre").folder == "plan"
        moved = timeline.compare(past, "2021-10-01").evolution.mouvements
        assert [(m.type, m.id) for m in moved] == [("etape_remplacee", "4")]


def test_files_at_the_top_moved_into_a_folder(copy: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in list(copy.data.iterdir()):
        path.rename(copy.folder / path.name)
    copy.data.rmdir()
    copy.commit("Au bord", "2021-11-01")
    monkeypatch.chdir(copy.folder)
    assert messages(Path())[:2] == ["Au bord", "Le reste"]
    (copy.folder / "loin" / "data").mkdir(parents=True)
    for path in list(copy.folder.glob("*.yaml")):
        path.rename(copy.folder / "loin" / "data" / path.name)
    copy.commit("Au fond", "2021-11-02")
    assert messages(Path("loin"))[:3] == ["Au fond", "Au bord", "Le reste"]


def test_a_move_that_git_cant_tell_is_told(copy: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy.folder)
    shutil.copytree(copy.data, copy.folder / "plan")
    commit = copy.commit("Copie", "2021-11-01")
    shutil.rmtree(copy.data)
    copy.commit("Retire l'original", "2021-11-02")
    with timeline.opened("plan") as past:
        assert timeline.history(past).remarques == (
            f"le passé s'arrête au commit {commit[:12]} du 2021-11-01, où la feuille de route arrive dans « plan » ; "
            "« data/mesures.yaml » y était avant, et git n'y voit pas de déplacement : « --data data »",
        )
        error = refusal(lambda: timeline.view(past, "2021-05-07"))
        assert error.exit_code == 3
        assert "mais « data/mesures.yaml » y est ; « --data data »" in error.message
    # What is proposed works.
    with timeline.opened("data") as past:
        assert at(past, "2021-05-07").folder == "data"


def test_a_folder_deleted_and_made_again(copy: Repository, tmp_path: Path) -> None:
    shutil.copytree(copy.data, tmp_path / "gardé")
    shutil.rmtree(copy.data)
    copy.commit("Supprime", "2021-11-01")
    shutil.copytree(tmp_path / "gardé", copy.data)
    copy.commit("Refait", "2021-11-03")
    said = "Supprime ! pas de feuille de route : « data/mesures.yaml » n'y est pas"
    assert messages(copy.data)[:3] == ["Refait", said, "Le reste"]
    with timeline.opened(str(copy.folder)) as past:
        assert refusal(lambda: timeline.view(past, "HEAD~1")).exit_code == 3


def test_worktrees_submodules_links_and_a_detached_head(copy: Repository, tmp_path: Path) -> None:
    plain = messages(copy.data)
    copy.git("worktree", "add", "-q", str(tmp_path / "arbre"), "HEAD~2")
    assert messages(tmp_path / "arbre") == plain[2:]
    around = begin(tmp_path / "autour", None)
    around.git("-c", "protocol.file.allow=always", "submodule", "-q", "add", str(copy.folder), "sous")
    around.commit("Sous-module", "2021-11-01")
    assert messages(around.folder / "sous") == plain
    (tmp_path / "lien").symlink_to(copy.data)
    assert messages(tmp_path / "lien") == plain
    copy.git("checkout", "-q", "HEAD~3")
    assert messages(copy.data) == plain[3:]


def test_merges_of_every_kind(copy: Repository) -> None:
    before = messages(copy.data)
    for name in "abc":
        copy.git("checkout", "-q", "-b", name, "main")
        (copy.folder / name).write_text(name)
        if name == "c":
            copy.item("mesures", "4", ("cent signataires", "mille signataires"))
        copy.commit(name, "2021-11-01")
    copy.git("checkout", "-q", "main")
    copy.git("merge", "-q", "--no-ff", "-m", "Pieuvre", "a", "b", day="2021-11-02")
    assert messages(copy.data) == before
    copy.git("merge", "-q", "--no-ff", "--no-commit", "c")
    copy.item("mesures", "4", ("mille signataires", "dix mille signataires"))
    copy.commit("Fusion qui change", "2021-11-03")
    assert messages(copy.data) == ["Fusion qui change", *before]


def test_a_repository_of_longer_hashes(told: Repository, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "depot")
    shutil.copytree(told.data, repository.data)
    repository.git("init", "-q", "-b", "main", "--object-format=sha256")
    name = repository.commit("Un", "2021-05-07")
    assert len(name) == 64
    with timeline.opened(str(repository.folder)) as past:
        assert {at(past, x).commit for x in ("HEAD", name, name[:6], name[:6].upper())} == {name}
        assert len(timeline.history(past).releves) == 1


# --- what the files and the commits hold ----------------------------------------------------------------------------

BAD: dict[str, bytes] = {
    "avancement: très satisfaisant": b"mesures:\n  - id: 1\n    titre: Une\n    avancement: extraordinaire\n",
    "une clé d'avant": b"mesures:\n  - id: 1\n    titre: Une\n    responsable: Ada\n",
    "latin-1": "mesures:\n  - id: 1\n    titre: Année\n".encode("latin-1"),
    "binaire": bytes(range(256)),
    "conflit": b"mesures:\n<<<<<<< HEAD\n  - id: 1\n    titre: Une\n=======\n>>>>>>> x\n",
    "vide": b"",
    "alias": b"a: &a [x,x]\nb: &b [*a,*a]\nc: *c\n",
}


def test_what_cant_be_read_is_marked_and_skipped(copy: Repository) -> None:
    good = (copy.data / "mesures.yaml").read_bytes()
    for name, data in BAD.items():
        (copy.data / "mesures.yaml").write_bytes(data)
        copy.commit(name, "2021-11-01")
    (copy.data / "mesures.yaml").unlink()
    (copy.data / "mesures.yaml").symlink_to("mission.yaml")
    copy.commit("lien", "2021-11-01")
    (copy.data / "mesures.yaml").unlink()
    (copy.data / "mesures.yaml").mkdir()
    (copy.data / "mesures.yaml" / "x").write_text("x")
    copy.commit("dossier", "2021-11-01")
    shutil.rmtree(copy.data / "mesures.yaml")
    (copy.data / "mesures.yaml").write_bytes(good)
    copy.commit("Bon", "2021-11-02")
    found = messages(copy.data)
    assert found[0] == "Bon"
    marked = found[1 : 3 + len(BAD)]
    assert [text.split(" ! ")[0] for text in marked] == ["dossier", "lien", *reversed(BAD)]
    assert all(" ! " in text for text in marked)
    assert found[3 + len(BAD)] == "Le reste"
    with timeline.opened(str(copy.folder)) as past:
        for n in range(2, 3 + len(BAD)):
            error = refusal(lambda n=n: timeline.view(past, f"HEAD~{n}"))  # type: ignore[misc]
            assert isinstance(error, InvalidRoadmap)
            assert error.exit_code == 1
            assert error.problems[0].where.startswith(f"HEAD~{n}:data/")
        assert refusal(lambda: timeline.view(past, "HEAD~1")).exit_code == 3
        # What can't be read is no change of an item.
        assert dormant(past, timeline.view(past, "HEAD"))["3"].depuis.message == "Premier bilan"


def test_a_huge_file_is_marked(copy: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    size = (copy.data / "mesures.yaml").stat().st_size
    (copy.data / "mesures.yaml").write_text("# " + "x" * 2 * size + "\n" + (copy.data / "mesures.yaml").read_text())
    copy.commit("Énorme", "2021-11-01")
    monkeypatch.setattr("alliances_cli.past.passe.MAX_BYTES", 2 * size)
    monkeypatch.setattr("alliances_cli.past.reader.MAX_BYTES", 2 * size)
    # What is cut short is still followed by the others.
    monkeypatch.setattr("alliances_cli.git._LONGEST", 2 * size + 1)
    assert messages(copy.data)[:2] == ["Énorme ! data/mesures.yaml: fichier trop gros : 0 Mo au plus", "Le reste"]


def test_messages_and_names_in_any_encoding(copy: Repository) -> None:
    text = copy.data / "mesures.yaml"

    def made(message: bytes, author: bytes, encoding: bytes = b"") -> str:
        text.write_text(text.read_text() + "#\n")
        copy.git("add", "-A")
        tree = copy.git("write-tree")
        parent = copy.git("rev-parse", "HEAD")
        who = author + b" <a@exemple.fr> 1640995200 +0000"
        body = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n%s\n%s" % (
            tree.encode(),
            parent.encode(),
            who,
            who,
            b"encoding %s\n" % encoding if encoding else b"",
            message,
        )
        path = copy.folder / ".git" / "fait"
        path.write_bytes(body)
        copy.git("update-ref", "HEAD", copy.git("hash-object", "-t", "commit", "-w", "--literally", str(path)))
        with timeline.opened(str(copy.folder)) as past:
            commit = timeline.history(past).releves[0].commit
        assert commit is not None
        return f"{commit.author}: {commit.message}"

    assert made("Année\n".encode("latin-1"), "Zoé".encode("latin-1"), b"ISO-8859-1") == "Zoé: Année"
    assert made("Année\n".encode("latin-1"), "Zoé".encode("latin-1")) == "Zo\ufffd: Ann\ufffde"
    assert made(b"Rouge \x1b[31m\x07\n", b"A\x1b]0;x") == "A\ufffd]0;x: Rouge \ufffd[31m\ufffd"
    assert made("a\u202eb\u2066c\n".encode(), b"A") == "A: a\ufffdb\ufffdc"
    assert made(b"\x01abc\n", b"A") == "A: \ufffdabc"
    assert made(b"", b"") == ": "
    assert made(b"x" * 10_000 + b"\n", b"A") == "A: " + "x" * 10_000
    (copy.folder / "ann\udce9e").write_text("x")
    assert made(b"un\nsujet\n\ncorps\n", b"A") == "A: un sujet"
    assert len(messages(copy.data)) == 15


def test_git_that_stops_midway_is_started_again(copy: Repository) -> None:
    with timeline.opened(str(copy.folder)) as past:
        timeline.view(past, "HEAD")
        process = past.objects._process
        assert process is not None
        process.kill()
        process.wait()
        assert [r.probleme for r in timeline.history(past).releves] == [""] * 7
