"""Which commit a revision names: a bilan, a git revision, or a date."""

from __future__ import annotations

import re
from typing import NamedTuple

from alliances_cli import git, periode
from alliances_cli.errors import NotFound, UsageFault
from alliances_cli.git import Commit
from alliances_cli.location import printable
from alliances_cli.model import BilanPublie
from alliances_cli.past.ligne import standings
from alliances_cli.past.passe import HEAD, Passe
from alliances_cli.periode import Periode
from alliances_cli.typographie import count, enumeration, suggestion

TAG = "bilan/"
MAX_LENGTH = 1000
# What has the form of a date, or nearly.
_DATED = re.compile(
    r"\d{4}(?:-(?:\d{2}(?:-\d{2})?|[TS]\d))?|\d{4}([/-])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([/.-])\d{1,2}\2(?:\d{4}|\d{2})",
    re.ASCII,
)
PRECEDENT = "precedent"
SHALLOW = "ce clone est superficiel (les plus anciens commits y manquent) : « git fetch --unshallow » les rapporte"


class Revision(NamedTuple):
    """A moment that git holds: what was asked for as it was typed, the commit (`date` is its day, in the committer's
    own time zone), the data folder there. `bilan`: the one that it is the revision of; `tag`: the bilan's, where it
    has one."""

    demandee: str
    commit: str
    date: str
    folder: str
    bilan: BilanPublie | None = None
    tag: str | None = None

    @property
    def short(self) -> str:
        """The beginning of the hash, as long whatever the repository."""
        return self.commit[: git.SHORT]


class Trouvee(NamedTuple):
    """What an X names. `revision` is None for a bilan that git can't give; `remarques`: what is to be said of it."""

    revision: Revision | None
    bilan: BilanPublie | None
    remarques: tuple[str, ...] = ()


def resolve(passe: Passe, text: str, present: Periode | None = None) -> Trouvee:
    """What an X names: a bilan (its date, `bilan/DATE`, `precedent`: the one before `present`), else a revision of git,
    else a date: the last commit of HEAD's first-parent line up to the end of that day.

    A text that reads as a date is a revision only where a tag or a branch bears that name: no hash is meant.

    Raises: UsageFault for what can name none of them; NotFound for what names none here; SystemFault.
    """
    _require_wellformed(text)
    publie = _bilan(passe, text, present)
    if publie is not None:
        return of_bilan(passe, publie, text)
    day = _date(text)
    remarques: list[str] = []
    named = day is None or _has_ref(passe, text)
    name = _reference(passe, text, day is not None, remarques) if named else None
    commit = git.commit(passe.depot, name) if name is not None else None
    impossible = _date(text.removeprefix(TAG))
    if commit is None and isinstance(impossible, str):
        raise UsageFault(impossible)
    if commit is None and day is not None:
        commit = _at(passe, day)
    if commit is None:
        raise _unknown(passe, text)
    return Trouvee(_revision(passe, text, commit), None, tuple(remarques))


def of_bilan(passe: Passe, publie: BilanPublie, text: str) -> Trouvee:
    """A bilan's revision: its tag, else the last commit of HEAD's first-parent line at which the roadmap stands at its
    date, else none."""
    date = publie.date.text
    tag = TAG + date
    try:
        at = tagged(passe, date)
    except NotFound as error:
        return Trouvee(None, publie, (f"{tag} : {error.message}",))
    if at is not None:
        return Trouvee(at._replace(demandee=text, bilan=publie), publie)
    commit = _standing(passe, publie.date)
    if commit is None:
        without = f"le bilan {publie.date.du} n'a pas de révision : ni tag « {tag} », ni commit où l'état "
        return Trouvee(None, publie, (f"{without}est à sa date{_shallow(passe)}",))
    revision = _revision(passe, text, commit)._replace(bilan=publie)
    said = (
        f"pas de tag « {tag} » : le bilan {publie.date.du} est lu au dernier commit dont l'état est à sa date "
        f"({revision.short}){_shallow(passe)}"
    )
    return Trouvee(revision, publie, (said,))


def tagged(passe: Passe, date: str) -> Revision | None:
    """The revision of the tag `bilan/DATE`; None where there is no such tag.

    Raises: NotFound where the roadmap isn't there.
    """
    commit = git.commit(passe.depot, f"refs/tags/{TAG}{date}")
    return _revision(passe, TAG + date, commit)._replace(tag=TAG + date) if commit is not None else None


def preceding(passe: Passe, present: Periode | None) -> BilanPublie | None:
    """The bilan before the present one: the last whose date comes before `present`; where that isn't known, the one
    before the last. None where there is none."""
    bilans = passe.bilans
    if present is None:
        return bilans[-2] if len(bilans) > 1 else None
    before = [publie for publie in bilans if publie.date.last < present.last]
    return before[-1] if before else None


def _require_wellformed(text: str) -> None:
    if not text.strip():
        raise UsageFault("la révision est vide : donnez un bilan, un commit, un tag, une branche ou une date")
    if len(text) > MAX_LENGTH:
        raise UsageFault(f"la révision a {len(text)} caractères, {MAX_LENGTH} au plus")
    if re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udc7f\udd00-\udfff]", text):
        raise UsageFault("la révision contient un caractère de contrôle ; retirez-le")
    if text.startswith("-"):
        raise UsageFault(f"« {printable(text)} » ne peut pas être une révision : elle commence par un tiret")
    if text.startswith("^") or re.search(r"\.\.|\^[@!-]", re.split(r":/|\^\{", text)[0]):
        raise UsageFault(f"« {printable(text)} » désigne plusieurs commits ; une révision en désigne un seul")
    if re.search(r"@\{(?!-?\d+\}|(?:u|upstream|push)\})", text):
        raise UsageFault(
            f"« {printable(text)} » dépend du journal de ce clone et de l'heure : donnez un commit, un tag ou une date "
            "(2021-05-07)"
        )


def _bilan(passe: Passe, text: str, present: Periode | None) -> BilanPublie | None:
    if text == PRECEDENT:
        found = preceding(passe, present)
        if found is None:
            known = count(len(passe.bilans), "bilan")
            raise NotFound(f"pas de bilan précédent : mission.yaml en donne {known} (« alliances bilans »)")
        return found
    date = _date(text.removeprefix(TAG))
    if not isinstance(date, Periode):
        return None
    return next((publie for publie in passe.bilans if publie.date.same_days(date)), None)


def _date(text: str) -> Periode | str | None:
    """The date that a text is; what is wrong with it where it has the form of one; None where it hasn't."""
    if not _DATED.fullmatch(text):
        return None
    try:
        return periode.parse(text)
    except ValueError as error:
        return str(error)


def _has_ref(passe: Passe, text: str) -> bool:
    return any(git.has_ref(passe.depot, f"refs/{kind}/{text}") for kind in ("tags", "heads", "remotes"))


def _reference(passe: Passe, text: str, dated: bool, remarques: list[str]) -> str:
    """The revision as git is asked for it: a tag's whole name where a branch has it too, and that is said."""
    name = re.split(r"[~^:]|@\{", text)[0]
    if name in ("", "@", HEAD) or re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
        return text
    tag, branch = (git.has_ref(passe.depot, f"refs/{kind}/{name}") for kind in ("tags", "heads"))
    if tag and branch:
        remarques.append(f"« {name} » est un tag et une branche : le tag est lu (la branche est « heads/{name} »)")
    elif dated:
        kind = "un tag" if tag else "une branche"
        remarques.append(f"« {name} » est {kind}, qui est {'lu' if tag else 'lue'} plutôt que la date")
    return f"refs/tags/{text}" if tag else text


def _at(passe: Passe, day: Periode | str) -> str:
    assert isinstance(day, Periode)
    commit, earliest = git.last_before(passe.depot, passe.head, day.last.isoformat())
    if commit is None:
        first = periode.parse(earliest).in_words
        raise NotFound(f"aucun commit n'est aussi ancien que « {day} » : le premier est du {first}{_shallow(passe)}")
    return commit


def _standing(passe: Passe, date: Periode) -> str | None:
    """The last commit of the first-parent line at which the roadmap stands at a date."""
    after: Commit | None = None
    for point, etat_au in standings(passe):
        if etat_au is not None and etat_au.same_days(date):
            return passe.head if after is None else after.parent
        after = point.commit
    return None


def _revision(passe: Passe, text: str, commit: str) -> Revision:
    return Revision(text, commit, git.describe(passe.depot, commit).day, passe.folder_at(commit))


def _shallow(passe: Passe) -> str:
    return f" ; {SHALLOW}" if passe.shallow else ""


def _unknown(passe: Passe, text: str) -> NotFound:
    # Where there is no commit, that is what is said.
    assert passe.head
    shown = printable(text)
    digits = re.match(r"[0-9a-fA-F]{4,64}(?=[~^]|$)", text)
    several = git.commits_beginning(passe.depot, digits[0]) if digits is not None else ()
    if len(several) > 1:
        names = enumeration([name[: git.SHORT] for name in several[:5]], "ou")
        return NotFound(f"« {shown} » commence le nom de plusieurs commits ; écrivez {names}")
    kind = git.kind(passe.depot, text)
    if kind in ("tree", "blob"):
        return NotFound(f"« {shown} » désigne un {'dossier' if kind == 'tree' else 'fichier'}, pas un commit")
    names_ = list(dict.fromkeys(git.refs(passe.depot, "refs/tags", "refs/heads", "refs/remotes")))
    hint = suggestion(text, names_)
    if not hint:
        known = enumeration([f"« {printable(name)} »" for name in names_[:8]])
        hint = f" ; tags et branches : {known}" if known else ""
    return NotFound(
        f"révision inconnue « {shown} » : ni bilan, ni commit, ni tag, ni branche, ni date (2021-05-07)"
        f"{hint}{_shallow(passe)}"
    )
