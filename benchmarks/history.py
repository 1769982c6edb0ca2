"""A repository with the past of a real roadmap: made by `git fast-import`, the same at every run."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Of a hundred commits, how many touch each file; one in four puts back what the one before changed.
_SHARES = {"mesures": 84, "chantiers": 10, "leviers": 3, "mission": 3}
_PUT_BACK = 4
_LEVELS = ("tres_satisfaisant", "satisfaisant", "en_retard")
# In seconds, as git counts them: the 8th of May 2021, at ten in Paris.
_FIRST = 1_620_460_800
_TWO_DAYS = 172_800


def build(folder: Path, source: Path, commits: int) -> Path:
    """Makes a repository whose first commit is the roadmap of `source`, the others each changing one text or one level
    of it by an edit of the text; returns its data folder. A longer one begins as a shorter one does."""
    repository = folder / f"commits-{commits}"
    repository.mkdir(parents=True)
    _git(repository, "init", "-q", "-b", "main")
    _git(repository, "fast-import", "--quiet", given=b"".join(_stream(source, commits)))
    _git(repository, "reset", "-q", "--hard")
    return repository / "data"


def blobs(data: Path) -> list[bytes]:
    """Each distinct content of the repository of a data folder."""
    said = _git(data, "cat-file", "--batch", "--batch-all-objects", "--unordered")
    found: list[bytes] = []
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        _, kind, size = said[at:end].split()
        at = end + 1 + int(size) + 1
        if kind == b"blob":
            found.append(said[end + 1 : at - 1])
    return found


def _stream(source: Path, commits: int) -> Iterator[bytes]:
    chance = random.Random(8)
    texts = {path.stem: path.read_text("utf-8") for path in sorted(source.glob("*.yaml"))}
    changed, before = "", ""
    for n in range(commits):
        if n == 0:
            parts = tuple(texts)
            # No published totals, then, for the changed levels to contradict.
            texts["mission"] = re.sub(r"(?m)^etat_au: .*$", "etat_au: 2021-05-08", texts["mission"])
        elif n % _PUT_BACK == 0:
            parts = (changed,)
            texts[changed] = before
        else:
            changed = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
            parts, before = (changed,), texts[changed]
            texts[changed] = _edited(changed, before, n, chance)
        yield _commit(n, {part: texts[part] for part in parts})


def _edited(part: str, text: str, n: int, chance: random.Random) -> str:
    if part == "mission":
        return re.sub(r"(?m)^(nature: [^(\n]*?)(?: \(.*\))?$", rf"\1 (note {n})", text, count=1)
    lines = text.splitlines(keepends=True)
    fields = ("texte", "titre") if part == "leviers" else ("realise", "prochaine_etape", "avancement", "titre")
    places: dict[str, list[int]] = {}
    for rank, line in enumerate(lines):
        match = re.match(r"    (\w+): (?=[^|>\"'])", line)
        if match and match[1] in fields:
            places.setdefault(match[1], []).append(rank)
    field = next(f for f in (*chance.choices(fields, (6, 4, 3, 1)[: len(fields)]), *places) if f in places)
    rank = chance.choice(places[field])
    head, _, value = lines[rank].rstrip("\n").partition(": ")
    if field == "avancement":
        value = chance.choice([level for level in _LEVELS if level != value])
    else:
        value = re.sub(r"(?: \(point \d+\))?(?=  # |$)", f" (point {n})", value, count=1)
    lines[rank] = f"{head}: {value}\n"
    return "".join(lines)


def _commit(n: int, files: dict[str, str]) -> bytes:
    when = f"{_FIRST + n * _TWO_DAYS} +0200"
    who = ("Ada Lovelace", "Émilie du Châtelet", "Sophie Germain")[n % 3]
    message = f"Mise à jour n° {n} : {', '.join(files)}\n".encode()
    head = f"commit refs/heads/main\ncommitter {who} <bilan@exemple.fr> {when}\ndata {len(message)}\n".encode()
    body = b"".join(
        f"M 100644 inline data/{part}.yaml\ndata {len(text.encode())}\n".encode() + text.encode() + b"\n"
        for part, text in files.items()
    )
    return head + message + body + b"\n"


def _git(folder: Path, *argv: str, given: bytes = b"") -> bytes:
    """What git says; nothing of the machine's configuration is read."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *argv], input=given, env={**os.environ, **settings}, check=True, capture_output=True
    )
    return done.stdout
