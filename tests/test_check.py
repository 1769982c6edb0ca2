"""`alliances check`: folders that are right, folders that are wrong beside their exact complaints, hostile files, fuzz.

`tests/invalid/<case>/attendu.txt` holds what is said of each case; ALLIANCES_GOLDEN=1 rewrites it, to be read by hand.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances_cli import store
from alliances_cli.champs import CHAMPS
from alliances_cli.location import FILES
from alliances_cli.model import (
    BilanPublie,
    Bloqueur,
    Chantier,
    Dimension,
    Document,
    Emetteur,
    Levier,
    LigneFiche,
    Mesure,
    Mission,
    Niveau,
    Partie,
    Point,
    Preuve,
    Record,
    Section,
    Sections,
)
from alliances_cli.store import Reading, Source
from alliances_cli.yamltext.read import MAX_BYTES, MAX_DEPTH, read
from conftest import DATA, REPOSITORY, Invoke, examples, some

VALID = sorted(path for path in (REPOSITORY / "tests" / "valid").iterdir() if path.is_dir())
INVALID = sorted(path for path in (REPOSITORY / "tests" / "invalid").iterdir() if path.is_dir())
KIND = {"avertissement : ": "avertissement", "totaux : compté ": "total"}
COUNT = re.compile(
    r"([\d ]+ erreurs?)?(, )?(\d+ (total|totaux) à réconcilier)?(, )?(\d+ avertissements?)? dans \d+ fichiers?"
    r"( \(totaux et avertissements non vérifiés\))?"
)
# Words that only libyaml, pydantic or Python would say.
ENGLISH = re.compile(
    r"\b(the|not|found|expected|while|should|value|input|error|field|required|string|mapping|could|did|is|are|of)\b",
    re.IGNORECASE,
)


def spoken(text: str) -> str:
    """The text with French spaces made ordinary."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def complaints(out: str) -> list[str]:
    """The lines of `check` before the count."""
    lines = out.splitlines()
    assert lines[-2:-1] == [""], out
    assert COUNT.fullmatch(spoken(lines[-1])), lines[-1]
    return lines[:-2]


def kind_of(complaint: str) -> str:
    """`erreur`, `total` or `avertissement`."""
    message = spoken(complaint).split(": ", 1)[1]
    return next((kind for prefix, kind in KIND.items() if message.startswith(prefix)), "erreur")


# --- folders ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)
def test_a_valid_folder_has_nothing_to_report(case: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    outcome = invoke("check", "--strict", "--data", ".")
    assert outcome.spoken.startswith("Rien à signaler : ")
    assert json.loads(invoke("check", "--data", ".", "--format", "json").out)["problemes"] == []
    for command in ("status", "list", "summarise"):
        assert invoke(command, "--data", ".").out


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case.name)
def test_an_invalid_folder_gets_its_exact_complaints(
    case: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(case)
    outcome = invoke("check", "--data", ".", code=None)
    assert outcome.err == ""
    found = complaints(outcome.out)
    text = "".join(line + "\n" for line in found)
    expected = case / "attendu.txt"
    if os.environ.get("ALLIANCES_GOLDEN"):
        expected.write_bytes(text.encode())
    assert text == expected.read_bytes().decode(), "ALLIANCES_GOLDEN=1 rewrites it"

    kinds = [kind_of(line) for line in found]
    assert outcome.code == (0 if set(kinds) == {"avertissement"} else 1)
    invoke("check", "--strict", "--data", ".", code=1)
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    told = {
        kind: int(match[1])
        for kind, pattern in (("erreur", r"(\d+) erreur"), ("total", r"(\d+) tota"), ("avertissement", r"(\d+) avert"))
        if (match := re.search(pattern, spoken(outcome.out.splitlines()[-1])))
    }
    assert told == counts


@pytest.mark.parametrize("case", some(INVALID, 3), ids=lambda case: case.name)
def test_every_format_and_command_says_the_same(case: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    expected = (case / "attendu.txt").read_bytes().decode()
    lines = expected.splitlines()
    kinds = [kind_of(line) for line in lines]

    answer = json.loads(invoke("check", "--data", ".", "--format", "json", code=None).out)
    assert len(answer["problemes"]) == len(lines)
    annotations = invoke("check", "--data", ".", "--format", "github", code=None).out.splitlines()
    assert [a.startswith("::warning ") for a in annotations] == [kind == "avertissement" for kind in kinds]

    terminal = invoke("check", "--data", ".", code=None, columns=80).out
    assert "^" in terminal or case.name.startswith("vide")
    assert not re.search("[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\\[[0-9;]*m)", terminal)

    status = invoke("status", "--data", ".", code=None)
    if "erreur" in kinds:
        assert (status.code, status.out) == (1, "")
        assert status.err == "".join(line + "\n" for line, kind in zip(lines, kinds, strict=True) if kind == "erreur")
    else:
        assert status.code == 0
    if "total" in kinds:
        assert invoke("render", "--data", ".", "--au", "2021", code=1).out == ""


def test_complaints_are_french_and_well_typeset() -> None:
    wrong = []
    for case in INVALID:
        for line in (case / "attendu.txt").read_bytes().decode().splitlines():
            place, message = line.split(": ", 1)
            assert re.fullmatch(r"(mission|mesures|chantiers|leviers)\.yaml:[1-9]\d*:[1-9]\d*", place), line
            # What is quoted is the file's own.
            said = re.sub(r"«[^«»]*»|`[^`]*`|\([^()]*\)", "", message)
            if ENGLISH.search(said) or re.search(r" [;!?»]|« | :(?!$)|'{3}|  |\.$|\s$", message):
                wrong.append(line)
    assert wrong == []


def test_the_real_roadmap_is_right(invoke: Invoke, at_home: None) -> None:
    assert invoke("check", "--strict").spoken.startswith("Rien à signaler : 21 mesures, 4 chantiers, 7 leviers")


# --- what YAML would guess --------------------------------------------------------------------------------------------


def read_text(mesures: str, **others: str) -> Reading:
    """The reading of files given as text, by part."""
    texts = {"mesures": mesures, **others}
    return store.parse({part: Source(FILES[part], text.encode()) for part, text in texts.items()})


@pytest.mark.parametrize("value", ["12:30", "oui", "no", "2021", "1_000", "010", "1e3", "0x1F", ".inf", "2021-06-30"])
def test_a_plain_value_stays_the_typed_text(value: str) -> None:
    feuille = read_text(f"mesures:\n  - id: {value}\n    titre: {value}\n    realise: {value}\n").require()
    (mesure,) = feuille.mesures
    assert (mesure.id, mesure.titre, mesure.realise) == (value, value, value)


def test_the_same_id_quoted_or_not() -> None:
    assert read_text("mesures: [{id: 1, titre: a}, {id: 010, titre: b}, {id: 10, titre: c}]\n").feuille is not None
    twice = read_text("mesures: [{id: 1, titre: a}, {id: '1', titre: b}]\n")
    assert [p.message for p in twice.problems] == ["l'identifiant « 1 » est déjà pris, à la ligne 1"]


def test_what_a_broken_file_declares_is_not_missed_elsewhere() -> None:
    body = "mesures: [{id: 1, titre: a, dimension: d, avancement: n, bloqueurs: [b], chantiers: [c], renvois: [c]}]\n"
    reading = read_text(body, mission="titre: [", chantiers="chantiers: 'c")
    assert sorted({p.source for p in reading.problems}) == ["chantiers.yaml", "mission.yaml"]
    assert len(reading.problems) == 2
    # A mission that can't be read hides no broken reference between items.
    reading = read_text("mesures: [{id: 1, titre: a, renvois: [9]}]\n", mission="titre: [")
    assert [p.source for p in reading.problems] == ["mesures.yaml", "mission.yaml"]


def test_messages_stay_one_short_line() -> None:
    long = "a" * 5000
    for body in (f"avancement: {long}", f"echeance: {long}", f'? "{long}"\n    : x', f'dimension: "a\\nb{long}"'):
        (problem,) = read_text(f"mesures:\n  - id: 1\n    titre: x\n    {body}\n").problems
        assert len(problem.message) <= store.MAX_MESSAGE
        assert "\n" not in problem.message


# --- places of files --------------------------------------------------------------------------------------------------


@contextmanager
def within(cpu_s: float) -> Iterator[None]:
    """Fails what takes more processor time, and stops what waits for ever."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, stop) if hasattr(signal, "SIGALRM") else None
    if before is not None:
        signal.alarm(60)
    start = time.process_time()
    try:
        yield
    finally:
        if before is not None:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
    assert time.process_time() - start < cpu_s


def _directory(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no fifo on this system")
    os.mkfifo(path)


def _broken_link(path: Path) -> None:
    path.symlink_to("nulle-part.yaml")


def _looping_link(path: Path) -> None:
    path.symlink_to(path.name)


def _endless_device(path: Path) -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no /dev/zero on this system")
    path.symlink_to("/dev/zero")


def _too_big(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(MAX_BYTES + 1)


@pytest.mark.parametrize("part", ["mesures", "mission"])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_directory, "c'est un dossier ; un fichier YAML est attendu"),
        (_fifo, "ce n'est pas un fichier ordinaire (tube, périphérique…)"),
        (_broken_link, "ce lien ne mène à aucun fichier"),
        (_looping_link, "ce lien tourne en rond et ne mène à aucun fichier"),
        (_endless_device, "ce n'est pas un fichier ordinaire (tube, périphérique…)"),
        (_too_big, "fichier trop gros : 50 Mo, 50 Mo au plus"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_something_else_in_place_of_a_file(
    part: str,
    make: Callable[[Path], None],
    message: str,
    tmp_path: Path,
    invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "mesures.yaml").write_text("mesures: [{id: 1, titre: x, avancement: fait}]\n")
    (tmp_path / "leviers.yaml").write_text("leviers: []\nautre: x\n")
    path = tmp_path / FILES[part]
    path.unlink(missing_ok=True)
    make(path)
    monkeypatch.chdir(tmp_path)
    with within(3):
        outcome = invoke("check", "--data", ".", code=1)
    found = [spoken(line) for line in complaints(outcome.out)]
    assert f"{path.name}: {message}" in found
    # The other files are checked; nothing is said of what only the unreadable one could tell.
    assert [line for line in found if not line.startswith(path.name)] == [
        "leviers.yaml:2:1: clé inconnue « autre » ; seule la clé « leviers » est attendue ici"
    ]


def test_an_unknown_key_is_told_before_it_has_a_value(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "mesures.yaml").write_text("mesures:\n  - id: 1\n    titre: x\n    echeanse:\n    realise:\n")
    (tmp_path / "mission.yaml").write_text("titre: x\ndocument:\n  titree:\n")
    told = invoke("check", "--data", str(tmp_path), code=1).spoken
    assert "« echeanse » ; vouliez-vous dire « echeance » ?" in told
    assert "« titree » ; vouliez-vous dire « titre » ?" in told
    assert "2 erreurs" in told


def test_another_ending_is_told_not_ignored(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mesures.yml").write_text("mesures: []\n")
    assert "renommez « mesures.yml » en « mesures.yaml »" in invoke("check", "--data", ".", code=3).spoken
    (tmp_path / "mesures.yaml").write_text("mesures: []\n")
    (tmp_path / "mission.yml").write_text("titre: x\n")
    told = invoke("check", "--data", ".", code=1).spoken
    assert "mission.yaml: « mission.yml » n'est pas lu : renommez-le en « mission.yaml »" in told


# Root may read anything. Another user may not even be allowed to start this Python: all is loaded first.
_AS_NOBODY = """
import os, pkgutil, sys
from importlib import import_module
import alliances_cli
for found in pkgutil.walk_packages(alliances_cli.__path__, "alliances_cli."):
    if not found.name.endswith("__main__"):
        import_module(found.name)
# A record is built, and loads what builds it, when it is first used.
import_module("alliances_cli.model").Mission(titre="x")
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(import_module("alliances_cli.cli.app").main(sys.argv[1:]))
"""


def _as_nobody(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, *argv],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.complet
@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no users of this kind on this system")
def test_a_file_that_may_not_be_read() -> None:
    folder = Path(tempfile.mkdtemp(prefix="alliances-"))
    try:
        folder.chmod(0o755)
        probe = _as_nobody(folder, "--version")
        if probe.returncode:
            pytest.skip(f"no other user to be here: {probe.stderr.strip()[-200:]}")
        (folder / "mesures.yaml").write_text("mesures: [{id: 1, titre: x, avancement: fait, echeance: demain}]\n")
        (folder / "mission.yaml").write_text("titre: x\n")
        (folder / "mission.yaml").chmod(0)
        for command in (["check"], ["status"], ["render"]):
            done = _as_nobody(folder, *command, "--data", ".")
            assert done.returncode == 5
            said = spoken(done.stdout + done.stderr)
            assert "mission.yaml: permission refusée : vérifiez les droits du fichier" in said
            assert "mesures.yaml:1:57: echeance « demain » n'est pas une date" in said
            assert "niveau inconnu" not in said
            assert "Traceback" not in said
        (folder / "mission.yaml").chmod(0o644)
        (folder / "mesures.yaml").chmod(0)
        assert _as_nobody(folder, "check", "--data", ".").returncode == 5
    finally:
        shutil.rmtree(folder)


# --- what is meant to hang or to crash --------------------------------------------------------------------------------


def _items(count: int, fields: Callable[[int], str]) -> str:
    return "mesures:\n" + "".join(f"  - {{id: {i}, titre: x, {fields(i)}}}\n" for i in range(count))


def _chained(count: int, depth: int) -> str:
    """Anchored lists, each holding the one before, `depth` brackets deeper."""
    lines = ["x0: &a0 [x]"]
    lines += [f"x{i}: &a{i} [{'[' * depth}*a{i - 1}{']' * depth}]" for i in range(1, count)]
    return "\n".join(lines) + f"\nmesures: *a{count - 1}\n"


HEAD = "mesures:\n  - id: 1\n    titre: x\n    "
HOSTILE: dict[str, tuple[Callable[[], str], str | None]] = {
    "brackets": (lambda: "mesures: " + "[" * 100_000, "niveaux imbriqués"),
    "braces": (lambda: "mesures: " + "{a: " * 100_000, "niveaux imbriqués"),
    "dashes": (lambda: "mesures:\n" + "- " * 100_000, "niveaux imbriqués"),
    "keys": (lambda: "? " * 100_000, "une clé est un texte simple"),
    "indents": (lambda: "".join(" " * i + "a:\n" for i in range(2000)), "niveaux imbriqués"),
    "aliases of aliases": (lambda: _chained(300, 0), "niveaux imbriqués, alias compris"),
    "aliases in brackets": (lambda: _chained(20, 29), "niveaux imbriqués, alias compris"),
    "long text": (lambda: HEAD + "texte: " + "a" * 20_000_000, None),
    "long step": (lambda: HEAD + "realise: " + "é " * 1_000_000 + "\n    prochaine_etape: " + "à " * 1_000_000, None),
    "long key": (lambda: HEAD + "? " + "a" * 20_000_000 + "\n    : x\n", "clé inconnue"),
    "long plain key": (lambda: "a" * 20_000_000 + ": 1\n", "« : » inattendu"),
    "long level": (lambda: HEAD + "avancement: " + "a" * 20_000_000, "niveau inconnu"),
    "long date": (lambda: HEAD + "echeance: " + "1" * 20_000_000, "n'est pas une date"),
    "long address": (lambda: HEAD + "preuves: [{url: " + "a." * 1_000_000 + "}]", "adresse douteuse"),
    "long id": (lambda: f"mesures: [{{id: {'a' * 5_000_000}, titre: x}}]", "100 au plus"),
    "long name": (lambda: HEAD + "renvois: ['" + "a" * 5_000_000 + "']", "100 au plus"),
    "spaces": (lambda: HEAD + 'texte: "a' + " " * 1_000_000 + 'b"', None),
    "stars": (lambda: HEAD + "texte: '" + "*" * 1_000_000 + "'", None),
    "unpaired bold": (lambda: HEAD + "texte: '" + "**a " * 300_000 + "'", None),
    "colons": (lambda: "a" + " :" * 200_000, "« : » inattendu"),
    "quotes": (lambda: "mesures: " + '"' * 100_001, "guillemet"),
    "commas": (lambda: "mesures: [" + "1," * 300_000, "fermeture"),
    "comments": (lambda: "#\n" * 300_000, "le fichier est vide"),
    "duplicate keys on a line": (lambda: "mesures: {" + "a: 1, " * 15_000 + "}", "en double"),
    "duplicate ids": (lambda: "mesures:\n" + "  - {id: 1, titre: x}\n" * 10_000, "est déjà pris"),
    "broken references": (lambda: _items(3000, lambda i: f"renvois: [z{i}], bloqueurs: [y{i}]"), "renvoi inconnu"),
    "unknown levels": (lambda: _items(5000, lambda i: f"avancement: satisfait{i}"), "niveau inconnu"),
    "unknown keys": (lambda: _items(3000, lambda i: f"avancemant{i}: 1"), "clé inconnue"),
    "all refer to all": (
        lambda: _items(300, lambda i: f"renvois: [{','.join(str(j) for j in range(300) if j != i)}]"),
        "tournent en rond",
    ),
    "a long ring": (lambda: _items(10_000, lambda i: f"renvois: [{(i + 1) % 10_000}]"), "(10000 éléments)"),
    "anchors": (lambda: "mesures:\n" + "".join(f"- &a{i} {{id: {i}, titre: x}}\n" for i in range(10_000)), None),
}


@pytest.mark.parametrize("name", some(HOSTILE, 3))
def test_a_hostile_text_neither_hangs_nor_crashes(name: str) -> None:
    make, message = HOSTILE[name]
    data = make().encode()
    with within(3):
        reading = store.parse({"mesures": Source("mesures.yaml", data)})
        problems = reading.problems or reading.warnings()
    if message is None:
        assert problems == () or all(p.kind == "avertissement" for p in problems)
    else:
        assert any(message in problem.message for problem in problems), problems[:3]


def test_a_hostile_file_through_the_command(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "mesures.yaml").write_text("mesures: {" + "a: 1, " * 3000 + "}")
    with within(6):
        assert len(complaints(invoke("check", "--data", str(tmp_path), code=1).out)) == 3000
    (tmp_path / "mesures.yaml").write_text("mesures: " + "[" * 100_000)
    with within(3):
        invoke("status", "--data", str(tmp_path), code=1)


def test_nesting_is_allowed_up_to_its_limit() -> None:
    def read_depth(depth: int) -> list[str]:
        inner = "'x'"
        # A group and its list of points are two levels; two more are the file's.
        for _ in range(depth):
            inner = f"{{texte: t, points: [{inner}]}}"
        mission = f"titre: x\nparties: [{{id: a, titre: a, points: [{inner}]}}]\n"
        return [p.message for p in read_text("mesures: []\n", mission=mission).problems]

    assert read_depth((MAX_DEPTH - 4) // 2) == []
    assert read_depth((MAX_DEPTH - 4) // 2 + 1) == [f"plus de {MAX_DEPTH} niveaux imbriqués"]


# --- fuzz -------------------------------------------------------------------------------------------------------------

REAL = {part: (DATA / name).read_bytes() for part, name in FILES.items()}
fuzzed = settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
PARTS = st.sampled_from(sorted(FILES))


def assert_sound(files: dict[str, bytes]) -> None:
    """Whatever the bytes are, the answer is a roadmap or problems that a person can act upon."""
    reading = store.parse({part: Source(FILES[part], data) for part, data in files.items()})
    assert (reading.feuille is None) == bool(reading.problems)
    for problem in (*reading.problems, *reading.totals(), *reading.warnings()):
        text = files[problem.source.removesuffix(".yaml")].decode("utf-8", "replace")
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message and len(problem.message) <= store.MAX_MESSAGE
        assert problem.message.replace("\u00a0", "").replace("\u202f", "").isprintable(), problem.message
        said = re.sub(r"« .* »|«\u00a0.*\u00a0»", "", problem.message)
        assert not re.search(r"\b(the|not|found|expected|while|should|value|input)\b", said), problem.message
    assert list(reading.problems) == sorted(reading.problems, key=lambda p: p.sort_key)


@fuzzed
@given(data=st.binary(max_size=200), part=PARTS)
def test_any_bytes(data: bytes, part: str) -> None:
    assert_sound({"mesures": b"mesures: []\n", part: data})


YAML_PIECES = [
    *(
        "- ",
        ": ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\n",
        "\n  ",
        "\n    ",
        "#",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "| ",
        "> ",
    ),
    *("'", '"', "\\", "\t", "%", "@", "`", "---\n", "...\n", "<<: *a", "~", "null", "\r\n", "\r", "\ufeff", "\x00"),
    *(
        "é",
        "« ",
        "**",
        "2021-06",
        "\u2028",
        "\x85",
        "\U0001f642",
        "mesures:",
        "id: 1",
        "titre: x",
        "<<<<<<< ",
        "=======\n",
    ),
    *(f"{champ.code}: " for champ in CHAMPS),
    *(f"{key}: " for key in Mission.model_fields),
]


@fuzzed
@given(pieces=st.lists(st.sampled_from(YAML_PIECES) | st.text(max_size=3), max_size=40), part=PARTS)
def test_any_text(pieces: list[str], part: str) -> None:
    assert_sound({"mesures": b"mesures: []\n", part: "".join(pieces).encode("utf-8", "replace")})


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, bytes]:
    """The real files, with a few pieces cut, doubled, swapped or put in."""
    files = dict(REAL)
    for _ in range(draw(st.integers(1, 4))):
        part = draw(PARTS)
        data = files[part]
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(start + draw(st.integers(0, 60)), len(data))
        piece = draw(
            st.sampled_from(YAML_PIECES).map(str.encode) | st.binary(max_size=2) | st.just(data[start:end] * 2)
        )
        files[part] = data[:start] + piece + data[end:]
    return files


@fuzzed
@given(files=mutated())
def test_the_real_roadmap_mutated(files: dict[str, bytes]) -> None:
    assert_sound(files)


MODELS: tuple[type[Record], ...] = (
    *(Mesure, Chantier, Levier, Mission, Document, Emetteur, LigneFiche, Partie, Point, Section, Sections),
    *(Niveau, Dimension, Bloqueur, BilanPublie, Preuve),
)
KEYS = sorted({key for model in MODELS for key in model.model_fields} | {"inconnue", ""})
LEAVES = (
    st.none()
    | st.sampled_from(
        ["1", "a", "en_retard", "2021-06", "2021-13", "oui", "https://a.fr", "javascript:x", "3", "", "-1"]
    )
    | st.text(max_size=4)
)


@fuzzed
@given(
    tree=st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
            | st.fixed_dictionaries({"id": LEAVES, "titre": LEAVES, "code": LEAVES}, optional={"points": inner})
        ),
        max_leaves=25,
    ),
    part=PARTS,
    rooted=st.booleans(),
)
def test_any_shape_under_any_key(tree: object, part: str, rooted: bool) -> None:
    value = tree
    if rooted and part != "mission":
        value = {part: tree}
    elif rooted:
        value = {"titre": "x", "parties": tree, "echelle": tree, "dimensions": tree, "bilans": tree, "document": tree}
    assert_sound({"mesures": b"mesures: []\n", part: json.dumps(value).encode()})


# --- libyaml's words --------------------------------------------------------------------------------------------------

# The shortest text for each thing that libyaml can find wrong, and where it is shown (line, column).
SYNTAX = {
    "a\n b:": (2, 3),
    "!x - ": (1, 4),
    "- \n\\": (2, 1),
    "%": (1, 1),
    "%a:": (1, 1),
    "%TRUC": (1, 1),
    "%TAG ! a%": (1, 1),
    "%TAG": (1, 1),
    "%TAG !1": (1, 1),
    "%TAG !\t": (1, 1),
    "%TAG ! a}": (1, 1),
    "%YAML 1": (1, 1),
    "%YAML ": (1, 1),
    "%YAML 1.1a": (1, 1),
    "%YAML 11111111111.1": (1, 1),
    "%YAML 3.1\n--- a": (1, 1),
    "%YAML 1.1\n%YAML 1.1\n---": (2, 1),
    "%TAG ! a\n%TAG ! b\n---": (2, 1),
    "a: !%": (1, 4),
    "a: !!": (1, 4),
    "a: !<!": (1, 4),
    "a: !<%ab>": (1, 4),
    "a: !#": (1, 4),
    "a: !b!c d": (1, 4),
    "a: [\\\nb": (1, 4),
    "a: {1": (1, 4),
    "a: {": (1, 5),
    "a: [b c: d,\ne: {f]": (2, 6),
    "- a:\n]": (2, 1),
    "''1": (1, 3),
    "a: *": (1, 4),
    "a: &": (1, 4),
    "a: |>": (1, 5),
    "a: |0": (1, 5),
    'a: "\\x': (1, 7),
    'a: "\\U00110000"': (1, 7),
    'a: "\\q"': (1, 5),
    'a: "': (1, 4),
    'a: "\n...\n': (2, 1),
    "a: b: c": (1, 5),
    "a: ,": (1, 4),
    "a: b? ?\nc: ? d": (2, 4),
    "\ta": (1, 1),
    "a: |\n\tb": (2, 1),
    "a:\n  b\n\tc": (3, 1),
}


@pytest.mark.parametrize("text", SYNTAX)
def test_each_fault_of_libyaml_has_its_french_sentence(text: str) -> None:
    document = read(text)
    (fault,) = document.faults
    assert fault.message[0].islower() or fault.message[0] == "«"
    assert "syntaxe YAML incorrecte" not in fault.message
    assert not ENGLISH.search(fault.message)
    assert document.line_column(fault.index) == SYNTAX[text], fault.message
