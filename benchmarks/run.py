"""How fast the tool is: one table of CPU ratios, each against a baseline of the same run. See README.md beside.

python benchmarks/run.py [--rounds N] [--only NAME…]
"""

from __future__ import annotations

import argparse
import gc
import os
import pty
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import history

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 5_000, 10_000)
COMMITS = (100, 1_000)
HEAVY = 3  # rows that last for seconds are measured in one round of three


class CannotRun(Exception):
    """A measured process failed."""


# --- a roadmap to measure on ----------------------------------------------------------------------------------------

_MISSION = """\
# La mission de mesure.

titre: Mission « Mesurer la lecture »
nature: mission d'essai
etat_au: 2021-05-07

# Les niveaux, du meilleur au moins bon.
echelle:
  - code: tres_satisfaisant
    libelle: très satisfaisant
    abrege: TS
    symbole: ●

  - code: satisfaisant
    libelle: satisfaisant
    abrege: S
    symbole: ◐

  - code: en_retard
    libelle: en retard
    abrege: R
    symbole: ▲
    alerte: true

dimensions:
  - code: operationnelle
    libelle: Opérationnelles
    horizon: [3, 9]

  - code: strategique
    libelle: Stratégiques
    horizon: [6, 12]

  - code: politique
    libelle: Politiques
    horizon: [12, 18]

bloqueurs:
  - id: vehicule-legislatif
    libelle: véhicule législatif
"""
_CHANTIERS = ("legaliser", "mobiliser", "soutenir", "eduquer")
_LEVIERS = ("droit", "prime", "ingenierie", "faire-alliance")
_LEVELS = ("tres_satisfaisant", "satisfaisant", "en_retard")
_DIMENSIONS = ("operationnelle", "strategique", "politique")


def _mesure(n: int, total: int) -> str:
    """About 900 bytes, shaped like a real item: bold marks, French quotes, a comment, inline and block lists."""
    done = (
        f"La rencontre n° {n} a réuni {n % 90 + 10} « catalyseurs territoriaux » et donné lieu à une **note partagée**"
        " sur les complémentarités entre associations, entreprises et collectivités, publiée sur l'espace numérique"
    )
    following = (
        f"Tenir la session suivante sur le territoire {n % 101}, puis remettre l'évaluation aux partenaires réunis "
        "en comité, avec les enseignements de la recherche-action"
    )
    lines = [
        f"  - id: {n}",
        f"    titre: Structurer une **démarche de dialogue actif** n° {n} entre les dynamiques du « jouer collectif »",
        f"    dimension: {_DIMENSIONS[n * 3 // (total + 1)]}",
        f"    chantiers: [{_CHANTIERS[n % 4]}]",
        f"    leviers: [{_LEVIERS[n % 3]}, {_LEVIERS[3]}]",
        "    pilotes:",
        "      - Le RAMEAU",
        f"      - le Réseau des {n % 40 + 10} territoires",
        f"    avancement: {_LEVELS[n % 3]}",
        "    provenance: infere",
        f"    realise: {done}",
        f"    prochaine_etape: {following}",
        f"    echeance: 2021-{n % 8 + 5:02}  # d'après « en {n % 8 + 5}/21 »",
    ]
    if n % 5 == 0:
        lines.append("    bloqueurs: [vehicule-legislatif]")
    if n % 7 == 0 and n > 7:
        lines.append(f"    renvois: [{n - 7}]")
    return "\n".join(lines) + "\n"


def generate(folder: Path, total: int) -> Path:
    """Writes a valid roadmap of `total` mesures; returns its folder."""
    data = folder / f"mesures-{total}" / "data"
    data.mkdir(parents=True)
    (data / "mission.yaml").write_text(_MISSION, "utf-8")
    for name, ids in (("chantiers", _CHANTIERS), ("leviers", _LEVIERS)):
        items = "".join(f"  - id: {i}\n    titre: {i.capitalize()}\n\n" for i in ids)
        (data / f"{name}.yaml").write_text(f"{name}:\n{items}", "utf-8")
    with (data / "mesures.yaml").open("w", encoding="utf-8") as file:
        file.write("# Les mesures, une par rencontre.\n\nmesures:\n")
        for n in range(1, total + 1):
            file.write(_mesure(n, total) + ("\n" if n < total else ""))
    return data


# --- in a process of its own: one sample on stdout ------------------------------------------------------------------


def _sample_read(data: Path) -> float:
    """CPU seconds to read and check a roadmap, warnings included; imports apart."""
    from alliances_cli import location, store

    gc.disable()  # as the tool does
    root = location.find_root(str(data), None, data)
    start = time.process_time()
    reading = store.parse(store.read_sources(root))
    warnings = reading.warnings()
    seconds = time.process_time() - start
    if reading.problems or len(reading.lecture.items["mesures"]) < 1:
        raise CannotRun(f"{data} isn't a valid roadmap: {[*reading.problems, *warnings][:1]}")
    return seconds


def _sample_bare(data: Path) -> float:
    """CPU seconds of PyYAML's fast loader on the same text without garbage collection, as the tool runs."""
    gc.disable()
    return _sample_load(data)


def _sample_load(data: Path) -> float:
    """CPU seconds of PyYAML's fast loader on the same text, as anybody calls it."""
    import yaml

    text = (data / "mesures.yaml").read_text("utf-8")
    start = time.process_time()
    yaml.load(text, Loader=yaml.CSafeLoader)
    return time.process_time() - start


def _sample_memory(data: Path) -> float:
    """Bytes at the peak of reading and checking a roadmap, less those held once all is imported."""
    from alliances_cli import location, store

    gc.disable()
    root = location.find_root(str(data), None, data)
    before = _peak()
    reading = store.parse(store.read_sources(root))
    reading.warnings()
    return _peak() - before


def _sample_blobs(data: Path) -> float:
    """CPU seconds of PyYAML's fast loader on each distinct text of a repository, as anybody calls it."""
    import yaml

    texts = [text.decode() for text in history.blobs(data)]
    start = time.process_time()
    for text in texts:
        yaml.load(text, Loader=yaml.CSafeLoader)
    return time.process_time() - start


def _sample_past(data: Path) -> float:
    """Bytes at the peak of `alliances history`."""
    from alliances_cli.cli import app

    gc.disable()
    sys.argv = ["alliances", "history", "--data", str(data)]
    answer = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        code = app.main()
        sys.stdout.flush()
    os.dup2(answer, 1)
    if code:
        raise CannotRun(f"history: exit code {code}")
    return _peak()


def _peak() -> int:
    """The peak of resident memory so far, in bytes."""
    try:
        # Linux hands `ru_maxrss` down from the parent process; this it doesn't.
        status = Path("/proc/self/status").read_text("ascii", "replace")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


SAMPLES: dict[str, Callable[[Path], float]] = {
    "read": _sample_read,
    "load": _sample_load,
    "bare": _sample_bare,
    "memory": _sample_memory,
    "blobs": _sample_blobs,
    "past": _sample_past,
}


# --- measuring ------------------------------------------------------------------------------------------------------


def _environment(**variables: str) -> dict[str, str]:
    """What the measured processes see: none of Python's switches (with `.pyc` files, then) and none of the tool's."""
    dropped = ("PYTHON", "ALLIANCES_", "_ALLIANCES_", "COMP_", "NO_COLOR", "COLUMNS", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "LANG": "C.UTF-8", **variables}


def _cpu(argv: Sequence[str], variables: dict[str, str] | None = None, terminal: bool = False) -> float:
    """CPU seconds of a whole process, user and system.

    Raises: CannotRun when it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code, said = (_run_on_terminal if terminal else _run_piped)(argv, _environment(**(variables or {})))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        raise CannotRun(f"exit code {code}: {said.strip() or 'no word said'}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _run_piped(argv: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(argv, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def _run_on_terminal(argv: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    environment = {**environment, "TERM": "xterm-256color", "COLUMNS": "100"}
    master, slave = pty.openpty()
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # Linux's way to say that nobody writes any more
        pass
    os.close(master)
    return process.wait(), shown.decode("utf-8", "replace")


def _sample(name: str, data: Path) -> float:
    """One of SAMPLES, in a new process."""
    done = subprocess.run(
        [sys.executable, __file__, "--sample", name, str(data)],
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise CannotRun(done.stderr.strip().rpartition("\n")[2])
    return float(done.stdout)


# --- the rows -------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """One line of the table: `measure` and `baseline` each give a sample; their ratio is what counts. Measured in each
    round, or in one of `every`."""

    name: str
    measured: str
    against: str
    measure: Callable[[], float]
    baseline: Callable[[], float]
    target: float | None = None
    every: int = 1
    ratios: list[float] = field(default_factory=list)
    failure: str = ""

    def sample(self) -> None:
        try:
            baseline = self.baseline()
            self.ratios.append(self.measure() / baseline)
        except CannotRun as error:
            self.failure = str(error)

    @property
    def cells(self) -> tuple[str, ...]:
        target = f"≤ {self.target:g}" if self.target else "–"
        if self.failure or not self.ratios:
            return (self.name, self.measured, self.against, "failed", "", target, "")
        median = statistics.median(self.ratios)
        met = "" if self.target is None else "yes" if median <= self.target else "NO"
        spread = f"{_ratio(min(self.ratios))}–{_ratio(max(self.ratios))}"
        return (self.name, self.measured, self.against, _ratio(median), spread, target, met)


def _ratio(value: float) -> str:
    return f"{value:.1f}" if value >= 2 else f"{value:.2f}"


def _program() -> list[str]:
    """The tool as people start it."""
    script = Path(sys.executable).with_name("alliances")
    return [str(script)] if script.exists() else [sys.executable, "-m", "alliances_cli"]


def _rows(folder: Path) -> list[Row]:
    program = _program()
    rows: list[Row] = []
    generated: dict[int, Path] = {}
    copied: list[Path] = []
    turn = count()

    def made(total: int) -> Path:
        if total not in generated:
            generated[total] = generate(folder, total)
        return generated[total]

    def copy() -> Path:
        if not copied:
            copied.append(Path(shutil.copytree(ROOT / "data", folder / "copy" / "data")))
        return copied[0]

    def start() -> float:
        return _cpu([sys.executable, "-c", "pass"])

    def command(name: str, target: float | None, *argv: str, measured: str = "", terminal: bool = False) -> None:
        words = measured or " ".join(argv)
        rows.append(
            Row(name, words, "python -c pass", lambda: _cpu([*program, *argv], terminal=terminal), start, target)
        )

    def completion(name: str, target: float, words: str) -> None:
        variables = {
            "_ALLIANCES_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
        rows.append(Row(name, f"{words}⇥", "python -c pass", lambda: _cpu(program, variables), start, target))

    def write(data: Path, item: str) -> float:
        # Another text each time: there is always something to write.
        return _cpu([*program, "update", item, f"--realise=Écrit au tour {next(turn)}", "--data", str(data)])

    def add(data: Path) -> float:
        return _cpu([*program, "add", "mesure", f"--titre=Ajoutée au tour {next(turn)}", "--data", str(data)])

    def rename(data: Path, item: str) -> float:
        # There and back: the same id is there at the next round.
        there = _cpu([*program, "rename", item, f"{item}-bis", "--data", str(data)])
        return (there + _cpu([*program, "rename", f"{item}-bis", item, "--data", str(data)])) / 2

    def per_item(total: int) -> float:
        return _sample("memory", made(total)) / total

    command("version", 2.5, "--version")
    command("help", 7.5, "--help")
    completion("tab-commands", 7.5, "alliances s")
    completion("tab-ids", 9, "alliances show 1")
    command("status", 20, "status", measured="status, piped")
    command("status-terminal", 20, "status", measured="status, on a terminal", terminal=True)
    command("list", 20, "list")
    command("show", 20, "show", "15")
    command("check", 20, "check")
    command("summarise", 20, "summarise", "--format", "json")
    rows.append(Row("update", "update of one field", "python -c pass", lambda: write(copy(), "15"), start, 20))
    command("render-html", 23, "render", "--format", "html")
    command("render-md", 23, "render", "--format", "md")
    status = partial(_cpu, [*program, "status"])
    for format in ("html", "md", "txt-mail", "docx", "pdf"):
        every = HEAVY if format == "pdf" else 1
        measure = partial(_cpu, [*program, "render", "--format", format])
        rows.append(Row(f"{format}-status", f"render --format {format}", "status, piped", measure, status, every=every))
    for total, loader, target, every in (
        (1_000, "load", None, 1),
        (10_000, "load", 0.6, HEAVY),
        (10_000, "bare", None, HEAVY),
    ):
        rows.append(
            Row(
                f"read-{total}" + ("-no-gc" if loader == "bare" else ""),
                f"reading and checking {total:,} mesures",
                "CSafeLoader, collector off" if loader == "bare" else "CSafeLoader",
                lambda total=total: _sample("read", made(total)),  # type: ignore[misc]
                lambda total=total, loader=loader: _sample(loader, made(total)),  # type: ignore[misc]
                target,
                every,
            )
        )
    rows.append(
        Row(
            "update-10000",
            "update of one field in 10,000",
            "CSafeLoader",
            lambda: write(made(10_000), "5000"),
            lambda: _sample("load", made(10_000)),
            every=HEAVY,
        )
    )
    rows.append(
        Row(
            "add-10000",
            "add of one mesure to 10,000",
            "CSafeLoader",
            lambda: add(made(10_000)),
            lambda: _sample("load", made(10_000)),
            every=HEAVY,
        )
    )
    rows.append(
        Row(
            "rename-10000",
            "rename of one of 10,000, and of what cites it",
            "CSafeLoader",
            lambda: rename(made(10_000), "5005"),
            lambda: _sample("load", made(10_000)),
            every=HEAVY,
        )
    )
    rows.append(
        Row(
            "render-1000",
            "render --format html of 1,000",
            "CSafeLoader",
            lambda: _cpu([*program, "render", "--format", "html", "--data", str(made(1_000))]),
            lambda: _sample("load", made(1_000)),
        )
    )
    first = SIZES[0]
    rows.append(
        Row(
            f"memory-{first}",
            f"peak memory of reading {first:,}",
            "the text's size",
            lambda: _sample("memory", made(first)),
            lambda: float((made(first) / "mesures.yaml").stat().st_size),
            every=HEAVY,
        )
    )
    for total in SIZES[1:]:
        rows.append(
            Row(
                f"memory-{total}",
                f"the same for {total:,}, per item",
                f"per item of {first:,}",
                lambda total=total: per_item(total),  # type: ignore[misc]
                lambda: per_item(first),
                1.2,
                HEAVY,
            )
        )
    return [*rows, *_past_rows(folder, program, start)]


def _past_rows(folder: Path, program: Sequence[str], start: Callable[[], float]) -> list[Row]:
    """What asks for the past, in repositories of 100 and of 1,000 commits of the real roadmap."""
    few, many = COMMITS
    rows: list[Row] = []
    built: dict[int, Path] = {}

    def of(commits: int) -> Path:
        if commits not in built:
            built[commits] = history.build(folder, ROOT / "data", commits)
        return built[commits]

    def past(*argv: str, commits: int = many) -> float:
        return _cpu([*program, *argv, "--data", str(of(commits))])

    def more() -> float:
        return past("history") - past("history", commits=few)

    def loads() -> float:
        return _sample("blobs", of(many)) - _sample("blobs", of(few))

    def log() -> float:
        # Of a hundredth of a second: one sample would say little.
        argv = ["git", "-C", str(of(many)), "log", "--raw", f"HEAD~{many - few}..HEAD"]
        return statistics.median(_cpu(argv) for _ in range(5))

    def command(name: str, target: float | None, *argv: str) -> None:
        measured = f"{' '.join(argv)}, {many:,} commits"
        rows.append(Row(name, measured, "python -c pass", lambda: past(*argv), start, target))

    for form in ("text", "json", "csv"):
        command(f"history-{form}", 38, "history", "--format", form)
    later = f"history, of {many - few} commits more"
    rows.append(Row("history-loader", later, "CSafeLoader, each distinct text", more, loads, 0.75, HEAVY))
    rows.append(Row("history-log", later, "git log --raw of them", more, log, 70))
    rows.append(
        Row(
            "history-memory",
            f"peak memory of {many:,} commits, less that of {few}",
            "1 MiB",
            lambda: _sample("past", of(many)) - _sample("past", of(few)),
            lambda: 1024.0 * 1024,
            16,
            HEAVY,
        )
    )
    rows.append(
        Row(
            "history-processes",
            f"git processes of history, {many:,} commits",
            f"{few} commits",
            lambda: _processes(folder, [*program, "history", "--data", str(of(many))]),
            lambda: _processes(folder, [*program, "history", "--data", str(of(few))]),
            1,
            HEAVY,
        )
    )
    command("history-month", None, "history", "--by", "month")
    command("status-rev", None, "status", "--rev", f"HEAD~{many // 2}")
    command("diff", None, "diff", f"HEAD~{many // 2}")
    command("show-history", None, "show", "15", "--history")
    command("dormant", None, "list", "--dormantes", "180")
    command("to-review", None, "list", "--a-revoir")
    command("render-since", None, "render", "--format", "md", "--since", f"HEAD~{many // 2}")
    command("bilans", None, "bilans")
    return rows


def _processes(folder: Path, argv: Sequence[str]) -> float:
    """How many git processes a command starts."""
    told, shim = folder / "git.log", folder / "bin" / "git"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f'#!/bin/sh\necho >> "{told}"\nexec "{shutil.which("git")}" "$@"\n', "utf-8")
    shim.chmod(0o755)
    told.write_text("", "utf-8")
    _cpu(argv, {"PATH": f"{shim.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"})
    return float(len(told.read_text("utf-8").splitlines()))


HEADER = ("name", "measured", "against", "ratio", "min–max", "target", "met")


def _table(rows: Sequence[Row]) -> str:
    lines = [HEADER, *(row.cells for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    numbers = (3, 4, 5)

    def drawn(line: Sequence[str]) -> Iterator[str]:
        for i, (cell, width) in enumerate(zip(line, widths, strict=True)):
            yield cell.rjust(width) if i in numbers else cell.ljust(width)

    drawn_lines = ["  ".join(drawn(line)).rstrip() for line in lines]
    return "\n".join([drawn_lines[0], "  ".join("-" * width for width in widths), *drawn_lines[1:]])


def main() -> int:
    """Measures and prints the table; 0 unless something can't run, whatever the ratios."""
    if sys.argv[1:2] == ["--sample"]:
        print(SAMPLES[sys.argv[2]](Path(sys.argv[3])))
        return 0
    parser = argparse.ArgumentParser(description="Prints one table of CPU ratios; see benchmarks/README.md.")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="how many rounds (15)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alliances-bench-") as name:
        rows = _rows(Path(name))
        unknown = set(options.only) - {row.name for row in rows}
        if unknown:
            parser.error(f"no row named {', '.join(sorted(unknown))}; there are: {', '.join(r.name for r in rows)}")
        rows = [row for row in rows if not options.only or row.name in options.only]
        # The first run of all writes `.pyc` files and fills the disk's cache: it doesn't count.
        for row in rows:
            row.sample()
            row.ratios.clear()
        for turn in range(max(options.rounds, 1)):
            for row in rows:
                if turn % row.every == 0 and not row.failure:
                    row.sample()
            if sys.stderr.isatty():
                print(f"\rround {turn + 1} of {options.rounds}\033[K", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(_table(rows))
    failed = [row for row in rows if row.failure]
    for row in failed:
        print(f"{row.name}: {row.failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
