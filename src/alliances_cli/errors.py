"""The errors of the tool, each with its exit code, and the problems found in a roadmap's files."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["erreur", "total", "regle", "avertissement", "systeme"]


class Problem(NamedTuple):
    """One thing that is wrong at one place.

    `line` and `column` count from 1, in characters; 0 where the whole file is meant. `kind` is `erreur`, `total`
    (a published total that the counted levels contradict), `regle` (a change that a rule of the mission refuses),
    `avertissement`, or `systeme` (the machine refused).
    `excerpt` is the line itself, empty when there is none to show.
    """

    source: str
    line: int
    column: int
    message: str
    kind: Kind = "erreur"
    excerpt: str = ""

    @property
    def where(self) -> str:
        """`file:line:column`, or the file alone where no line is meant."""
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        return (self.source, self.line, self.column, self.message)


class AlliancesError(Exception):
    """Base of what the user is told; `exit_code` is documented in the README."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRoadmap(AlliancesError):
    """The files hold errors: `problems` has all of them, in reading order."""

    exit_code = 1

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("feuille de route invalide")
        self.problems = problems
        if any(problem.kind == "systeme" for problem in problems):
            self.exit_code = 5


class InvalidSheet(AlliancesError):
    """A spreadsheet can't be taken: the message has all that is wrong in it, each with its place."""

    exit_code = 1


class TemplateFault(AlliancesError):
    """A template of the roadmap can't be rendered."""

    exit_code = 1


class UsageFault(AlliancesError):
    """The command's words are off: an unknown level, dimension, field, date…"""

    exit_code = 2


class NotFound(AlliancesError):
    """No roadmap here, or no such item."""

    exit_code = 3


class EditRefused(AlliancesError):
    """The edit can't be proven safe, the file moved meanwhile, or somebody else is writing."""

    exit_code = 4


class SystemFault(AlliancesError):
    """The machine refused: permission, disk full, missing library."""

    exit_code = 5


class ExtraMissing(SystemFault):
    """What was asked for needs an optional library that isn't installed.

    `purpose` begins the sentence (« le format pdf »); `extra` is what to install.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} demande une extension qui n'est pas installée : pip install 'alliances[{extra}]'")
