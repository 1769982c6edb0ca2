"""Every call of git: what a repository holds, as plain results. Only `make_tag` writes to one.

Each call is a list of arguments, in the repository of a folder whatever the environment says, with nothing of the
user's configuration that would start another program, and without going on the network.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple

from alliances_cli.errors import NotFound, SystemFault
from alliances_cli.typographie import harmless

# What a user's environment may say to git: who they are, and where their configuration is. Everything else may name
# another repository, another index, another program, or change what git prints.
_KEPT = (
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
)
# No hook, pager, monitor, diff program or signature check of the configuration is run; no option changes what is read.
_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.pager=cat",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.diffMerges=separate",
    "log.follow=false",
    "diff.relative=false",
    f"diff.orderFile={os.devnull}",
)
_LINK = "120000"
# How many digits of a hash are shown.
SHORT = 12
# How many objects are asked for at once: they are all in memory before the first is given.
_BATCH = 32
# A longer content is given cut: no file of a roadmap may be as long.
_LONGEST = 64 * 1024 * 1024
# What is said of what a partial clone hasn't got; the tool never goes on the network for it.
LACKING = "ce que cette question demande n'y est pas ; « git fetch --refetch --no-filter » le rapporte"


class Depot(NamedTuple):
    """A repository, by the top folder of its work tree. `tip` is the hash of HEAD's commit, None where there is none;
    `shallow`: the clone lacks the oldest commits."""

    top: Path
    tip: str | None = None
    shallow: bool = False

    def path(self, path: Path) -> str:
        """The path as git names it: from the top, with slashes; empty for the top itself.

        Raises: NotFound where the work tree is elsewhere (`core.worktree`).
        """
        try:
            name = path.resolve().relative_to(self.top).as_posix()
        except ValueError:
            raise NotFound(
                f"« {harmless(str(path))} » n'est pas dans le dossier de travail de son dépôt git, qui est "
                f"« {harmless(str(self.top))} »"
            ) from None
        return "" if name == "." else name


class Commit(NamedTuple):
    """A commit: its hash, that of its first parent (None for a first commit), the day of its commit in the committer's
    own time zone (`2021-05-07`), its author's name, the first line of its message."""

    hash: str
    parent: str | None
    day: str
    author: str
    message: str

    @property
    def short(self) -> str:
        """The beginning of the hash, as long whatever the repository."""
        return self.hash[:SHORT]


class File(NamedTuple):
    """A file of a tree: the id of its content; `link`: it is a symbolic link."""

    blob: str
    link: bool = False


class Touch(NamedTuple):
    """A file that a commit changed, as it was before and after (None: it wasn't there)."""

    path: str
    before: File | None
    after: File | None


def find(folder: Path) -> Depot | None:
    """The repository that the folder is in; None where there is none, or no git."""
    try:
        return require(folder)
    except (NotFound, SystemFault):
        return None


def require(folder: Path) -> Depot:
    """The repository that the folder is in.

    Raises: NotFound where it is in none; SystemFault where git is missing, or refuses.
    """
    asked = ("rev-parse", "--show-toplevel", "--is-shallow-repository")
    done = _run(folder, *asked, "HEAD^{commit}")
    if done.returncode != 0:
        # Without any commit, all is said but that.
        done = _run(folder, *asked)
        done.stdout += b"\n"
    if done.returncode == 0:
        # From the end: a folder's name may have line breaks.
        top, shallow, tip = done.stdout[:-1].rsplit(b"\n", 2)
        return Depot(Path(os.fsdecode(top)).resolve(), tip.decode("ascii") or None, shallow == b"true")
    said, where = done.stderr.decode("utf-8", "replace"), harmless(str(folder))
    if "not a git repository" in said:
        raise NotFound(
            f"« {where} » n'est pas dans un dépôt git : le passé d'une feuille de route est celui de ses "
            "commits (« git init », puis « git add » et « git commit »)"
        )
    if "must be run in a work tree" in said:
        raise NotFound(
            f"« {where} » est dans les fichiers internes d'un dépôt git, pas dans un dossier de travail "
            "(« git clone » en fait un)"
        )
    raise _fault(said)


def commit(depot: Depot, name: str) -> str | None:
    """The hash of the commit that a revision names (a tag leads to its commit); None where it names none.

    `name` doesn't begin with a dash.
    """
    done = _run(depot.top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return done.stdout.decode("ascii").strip() if done.returncode == 0 else None


def kind(depot: Depot, name: str) -> str | None:
    """What a name is that of (`commit`, `tag`, `tree`, `blob`); None where it is that of nothing.

    `name` doesn't begin with a dash.
    """
    done = _run(depot.top, "cat-file", "-t", name)
    return done.stdout.decode("ascii").strip() if done.returncode == 0 else None


def commits_beginning(depot: Depot, prefix: str) -> tuple[str, ...]:
    """The hashes of the commits that begin with some hexadecimal digits (four at least)."""
    done = _run(depot.top, "rev-parse", f"--disambiguate={prefix}")
    hashes = done.stdout.decode("ascii", "replace").split()
    checked = _run(depot.top, "cat-file", "--batch-check=%(objecttype) %(objectname)", given="\n".join(hashes) + "\n")
    lines = [line.split() for line in checked.stdout.decode("ascii", "replace").splitlines()]
    return tuple(line[1] for line in lines if line[0] == "commit")


def has_ref(depot: Depot, name: str) -> bool:
    """Whether there is a reference of that whole name (`refs/tags/v1`)."""
    return _run(depot.top, "show-ref", "--verify", "--quiet", "--", name).returncode == 0


def refs(depot: Depot, *prefixes: str) -> tuple[str, ...]:
    """The short names of the references under the prefixes (`refs/tags/bilan/`), by name."""
    done = _run(depot.top, "for-each-ref", "--format=%(refname)", "--", *prefixes)
    names = done.stdout.decode("utf-8", "replace").splitlines()
    return tuple(re.sub(r"^refs/(?:tags|heads|remotes)/", "", name) for name in names)


def is_partial(depot: Depot) -> bool:
    """Whether the clone left contents where it came from, to be fetched when they are wanted."""
    wanted = r"^(extensions\.partialclone|remote\..*\.promisor)$"
    return _run(depot.top, "config", "--get-regexp", wanted).returncode == 0


def is_ancestor(depot: Depot, older: str, newer: str) -> bool:
    """Whether a commit is another, or one of those that it comes from."""
    return _run(depot.top, "merge-base", "--is-ancestor", older, newer).returncode == 0


def head(depot: Depot) -> str | None:
    """The hash of HEAD's commit; None where there is no commit.

    Raises: SystemFault where the commit is lost.
    """
    if depot.tip is None and _run(depot.top, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 0:
        raise SystemFault(f"le commit de HEAD manque au dépôt « {harmless(str(depot.top))} » {_DAMAGED}")
    return depot.tip


_DAMAGED = "; « git fsck » dit ce qui y manque"
_FORMAT = "--format=%x01%H%x00%P%x00%cs%x00%an%x00%s"


def log(
    depot: Depot, tip: str, paths: Sequence[str], excluded: str | None = None, whole: bool = False
) -> list[tuple[Commit, tuple[Touch, ...]]]:
    """The commits of the first-parent line of `tip` that changed one of the paths, newest first, each with what it
    changed since its first parent; without those that `excluded` comes from. `whole`: those of every branch that was
    merged too, and what merges changed isn't told.

    Raises: SystemFault.
    """
    bounds = [tip, *([f"^{excluded}"] if excluded else [])]
    line = () if whole else ("--first-parent", "-m")
    options = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-color", "--encoding=UTF-8")
    done = _run(depot.top, "log", *line, *options, "--no-notes", "--no-ext-diff", _FORMAT, *bounds, "--", *paths)
    _require(done)
    return list(_entries(done.stdout))


def _entries(said: bytes) -> Iterator[tuple[Commit, tuple[Touch, ...]]]:
    tokens = iter(said.split(b"\0"))
    found: Commit | None = None
    touched: list[Touch] = []
    for token in tokens:
        if token[:1] == b"\x01":
            if found is not None:
                yield found, tuple(touched)
            found, touched = _commit(token[1:], *(next(tokens) for _ in range(4))), []
        elif token.lstrip(b"\n")[:1] == b":":
            modes = token.decode("ascii").lstrip("\n:").split()
            touched.append(Touch(os.fsdecode(next(tokens)), _file(modes[0], modes[2]), _file(modes[1], modes[3])))
    if found is not None:
        yield found, tuple(touched)


def _commit(name: bytes, parents: bytes, day: bytes, author: bytes, message: bytes) -> Commit:
    parent = parents.split()[0].decode("ascii") if parents else None
    return Commit(name.decode("ascii"), parent, _day(day.decode("ascii")), _text(author), _text(message))


def _day(said: str) -> str:
    """A commit's day. One that isn't readable is the first that git counts, as in what git shows; one beyond the years
    of four digits is the last of them."""
    match = re.fullmatch(r"(\d{4,})-\d{2}-\d{2}", said)
    if match is None:
        return "1970-01-01"
    return said if len(match[1]) == 4 else "9999-12-31"


def _text(data: bytes) -> str:
    """What somebody wrote in a commit, in whatever encoding, without what would move a terminal's cursor."""
    text = " ".join(data.decode("utf-8", "replace").split())
    return text if text.isprintable() else harmless(text)


def _file(mode: str, blob: str) -> File | None:
    return File(blob, mode == _LINK) if mode.strip("0") and mode != "160000" else None


def describe(depot: Depot, revision: str) -> Commit:
    """A commit by its hash.

    Raises: SystemFault.
    """
    done = _run(depot.top, "log", "-1", "-z", "--no-color", "--encoding=UTF-8", "--no-notes", _FORMAT, revision, "--")
    _require(done)
    return next(_entries(done.stdout))[0]


def last_before(depot: Depot, tip: str, day: str) -> tuple[str | None, str]:
    """The commit of the first-parent line of `tip` nearest to it whose day (its own, see `Commit`) isn't after `day`,
    None where all are; and the earliest day of the commits that were looked at.

    Raises: SystemFault.
    """
    argv = _argv(depot.top, "log", "--first-parent", "--format=%H %cs", "--no-color", tip, "--")
    earliest = ""
    with _started(argv) as process:
        assert process.stdout is not None
        for line in process.stdout:
            name, _, said = line.decode("ascii").strip().partition(" ")
            found = _day(said)
            earliest = min(earliest or found, found)
            if found <= day:
                process.kill()
                return name, earliest
    if process.returncode != 0:
        raise SystemFault(f"git s'est interrompu en lisant les commits {_DAMAGED}")
    return None, earliest


def tree(depot: Depot, revision: str, folder: str, deep: bool = False) -> dict[str, File]:
    """The files of a folder at a commit, by their path inside it; `deep`: those of the folders in it too. Empty where
    there is no such folder.

    Raises: SystemFault.
    """
    options = ["-r"] if deep else []
    within = [f"{folder}/"] if folder else []
    done = _run(depot.top, "ls-tree", "-z", "--full-tree", *options, revision, "--", *within)
    _require(done)
    files: dict[str, File] = {}
    for line in done.stdout.split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path:
            mode, kind, blob = head.decode("ascii").split()
            if kind == "blob":
                files[os.fsdecode(path)[len(folder) + 1 if folder else 0 :]] = File(blob, mode == _LINK)
    return files


def ever_had(depot: Depot, path: str) -> bool:
    """Whether some commit of a branch or a tag touched a file."""
    return bool(_run(depot.top, "rev-list", "--all", "--max-count=1", "--", path).stdout)


def paths_of(depot: Depot, revision: str, name: str) -> tuple[str, ...]:
    """Every path of a commit whose file has that name."""
    done = _run(depot.top, "ls-tree", "-r", "-z", "--full-tree", "--name-only", revision)
    paths = (os.fsdecode(path) for path in done.stdout.split(b"\0"))
    return tuple(path for path in paths if path.rpartition("/")[2] == name)


def moved_from(depot: Depot, moved: Commit, path: str) -> str | None:
    """The path that a file had before a commit moved it, where git can tell; None where it came new."""
    if moved.parent is None:
        return None
    done = _run(depot.top, "diff-tree", "-r", "-z", "-M", "-l1000", "--no-commit-id", moved.parent, moved.hash)
    tokens = iter(done.stdout.split(b"\0"))
    for token in tokens:
        status = token.rpartition(b" ")[2][:1]
        if status in (b"R", b"C"):
            old, new = os.fsdecode(next(tokens)), os.fsdecode(next(tokens))
            if status == b"R" and new == path:
                return old
        elif token:
            next(tokens)
    return None


class Objects:
    """The contents of a repository, by one process however many are read."""

    def __init__(self, depot: Depot) -> None:
        self._depot = depot
        self._process: subprocess.Popen[bytes] | None = None
        self._there: frozenset[str] | None = None

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def read(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """The contents of the files that bear these names (an id, or `COMMIT:path`), as they are asked for; None for
        one that isn't there, or that this clone lacks.

        Raises: SystemFault.
        """
        for start in range(0, len(names), _BATCH):
            # All are taken before the first is given: whoever asks for others meanwhile gets its own answers.
            yield from self._contents(names[start : start + _BATCH])

    def _contents(self, names: Sequence[str]) -> list[bytes | None]:
        if self._there is None:
            found = self._answers(names)
            if found is not None:
                return found
            # In a partial clone, git gives up at the first content that it would have to fetch: what is there is asked
            # for alone.
            self._there = self._inventory()
        known = [name for name in names if self._id(name) in self._there]
        answers = self._answers(known)
        if answers is None:
            raise SystemFault(f"git s'est interrompu en lisant le dépôt {_DAMAGED}")
        contents = dict(zip(known, answers, strict=True))
        return [contents.get(name) for name in names]

    def _answers(self, names: Sequence[str]) -> list[bytes | None] | None:
        """The contents; None where git stopped before the last."""
        if self._process is None:
            self._process = _started(_argv(self._depot.top, "cat-file", "--batch"))
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None and answers is not None
        try:
            # A line break would be two questions; no file of a roadmap has one in its path.
            requests.write(b"".join(os.fsencode(name.replace("\n", "\0")) + b"\n" for name in names))
            requests.flush()
            return [_content(answers) for _ in names]
        except (BrokenPipeError, EOFError):
            self.close()
            return None

    def _inventory(self) -> frozenset[str]:
        done = _run(self._depot.top, "cat-file", "--batch-check=%(objectname)", "--batch-all-objects", "--unordered")
        return frozenset(done.stdout.decode("ascii", "replace").split())

    def _id(self, name: str) -> str:
        if ":" not in name:
            return name
        return _run(self._depot.top, "rev-parse", "--verify", "--quiet", name).stdout.decode("ascii", "replace").strip()


def _content(answers: IO[bytes]) -> bytes | None:
    head = answers.readline()
    if head.endswith((b" missing\n", b" ambiguous\n")):
        return None
    words = head.split()
    if len(words) != 3:
        raise EOFError
    size = int(words[2])
    data = answers.read(min(size, _LONGEST))
    left = size - len(data) + 1
    while left:
        skipped = answers.read(min(left, _LONGEST))
        if not skipped:
            raise EOFError
        left -= len(skipped)
    return data if words[1] == b"blob" else None


def staged(depot: Depot, paths: Sequence[str]) -> bool:
    """Whether what is ready to be committed differs from HEAD at one of the paths."""
    return _run(depot.top, "diff-index", "--cached", "--quiet", "HEAD", "--", *paths).returncode != 0


def make_tag(depot: Depot, name: str, revision: str, message: str) -> None:
    """Makes an annotated tag on a commit. One that exists is never moved.

    Raises: SystemFault, which gives git's own reason.
    """
    done = _run(
        depot.top,
        "tag",
        "--annotate",
        "--no-sign",
        "--cleanup=whitespace",
        f"--message={message}",
        "--",
        name,
        revision,
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace")
        if "identity unknown" in said or "empty ident" in said or "user.email" in said:
            raise SystemFault(
                'git ne sait pas qui pose le tag : « git config user.name "…" » et « git config user.email … »'
            )
        raise _fault(said)


# --- the process ----------------------------------------------------------------------------------------------------


def _argv(folder: Path, *argv: str) -> list[str]:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return ["git", "-C", str(folder), "--no-pager", "--no-replace-objects", "--literal-pathspecs", *settings, *argv]


def _run(folder: Path, *argv: str, given: str = "") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            _argv(folder, *argv), input=given.encode("ascii"), capture_output=True, env=_environment(), check=False
        )
    except OSError as error:
        raise _missing(error) from None


def _started(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
    except OSError as error:
        raise _missing(error) from None


def _missing(error: OSError) -> SystemFault:
    if isinstance(error, FileNotFoundError):
        return SystemFault("git n'est pas installé, ou n'est pas dans PATH : le passé se lit par lui (git-scm.com)")
    return SystemFault(f"git ne démarre pas (erreur {error.errno})")


def _require(done: subprocess.CompletedProcess[bytes]) -> None:
    if done.returncode != 0:
        raise _fault(done.stderr.decode("utf-8", "replace"))


def _fault(said: str) -> SystemFault:
    owned = re.search(r"dubious ownership in repository at '(.*)'", said)
    if owned:
        return SystemFault(
            f"git refuse le dépôt « {harmless(owned[1])} », qui appartient à un autre utilisateur ; si vous lui faites "
            f"confiance : git config --global --add safe.directory '{harmless(owned[1])}'"
        )
    if "promisor remote" in said:
        return SystemFault(f"ce clone est partiel : {LACKING}")
    lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))] or said.splitlines()
    reason = re.sub(r"^(?:fatal|error): ", "", lines[0]) if lines else "sans dire pourquoi"
    return SystemFault(f"git a refusé : {harmless(reason)}")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        # For the versions of git that don't know the variable above.
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
    }
