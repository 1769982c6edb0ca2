"""French typography and the forms of a text: spaces that don't break, agreement, comparison aside case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

NBSP = "\u00a0"
NNBSP = "\u202f"

# After « or before », before `:`, `%` or `€`, else before a mark that takes a narrow one.
_SPACE = re.compile(r" (?:(?<=« )|(?=»|[:%€](?:\W|$))|(?=([;!?])))")
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile(r"[\n\r\t]")
# Accents and other combining signs, once letters are decomposed.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_BOLD = re.compile(r"\*\*(?!\s)((?:(?!\*\*).)+?)(?<!\s)\*\*", re.DOTALL)
_ARTICLE = r"^(?:les?|la|l['’]|du|de la|de l['’]|des)\s*(?<=[\s'’])"


def spaced(text: str) -> str:
    """The text with its French spaces made non-breaking; no space is added, no letter changed."""
    return _SPACE.sub(lambda space: NBSP if space[1] is None else NNBSP, text)


# What documents are typeset by. Bold marks are transparent; addresses are left as they are. One with `@` is looked for
# from the beginning of a word only: from each letter, a long word would take a time in the square of its length.
_ADDRESS = r"(?:(?:https?|ftp|mailto|tel):|www\.)[^\s\"<>«»]+|(?<![^\s\"<>«»])[^\s\"<>«»]+@[^\s\"<>«»]+"
_B = r"(?:\*\*)?"
_QUOTED = re.compile(rf'{_ADDRESS}|(?<![\w"])"(?P<quoted>{_B}[^\s"](?:[^"\n]*[^\s"])?)"(?![\w"])')
_LETTER = r"[^\W\d_]"
# After a number, a word that isn't its noun.
_NO_NOUN = (
    r"(?:aux?|avec|dans|des?|du|en|es?t|les?|la|mais|ont|ou|où|par|pour|puis|que?|qui|sans|sont|sur|vers|[àay])\b"
)
_SET = re.compile(
    rf"{_ADDRESS}"
    rf"|(?P<wide>(?:(?<=«)|(?<=«\*\*))\ |\ (?={_B}(?:»|[:%€](?:\W|$))))"
    rf"|(?P<narrow>\ (?={_B}[;!?]))"
    rf"|(?P<number>(?:(?<=\d)|(?<=\d\*\*))\ (?={_B}(?:(?!{_NO_NOUN}){_LETTER}|\d{{3}}(?!\d))))"
    rf"|(?P<apostrophe>(?:(?<={_LETTER})|(?<={_LETTER}\*\*))'(?={_B}{_LETTER}))",
    re.IGNORECASE,
)
_ORDINAL = re.compile(rf"{_ADDRESS}|(?<![\w.,])\d+(?P<ending>èmes?|ères?|ers?|res?|nde?s?|es?)(?!\w)")


def typeset(text: str) -> str:
    """The text as French print has it: spaces that don't break, « », ’. `**bold**` marks and addresses stay as they
    are; no letter is changed, and no space is added but inside the « » that replace straight quotes."""
    if '"' in text:
        text = _QUOTED.sub(lambda m: m[0] if m["quoted"] is None else f"«{NBSP}{m['quoted']}{NBSP}»", text)
    return _SET.sub(_mark, text)


def _mark(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "wide" | "number":
            return NBSP
        case "narrow":
            return NNBSP
        case "apostrophe":
            return "’"
    return match[0]


def ordinals(text: str) -> list[tuple[str, bool]]:
    """Cuts a text where an ordinal's ending rises: « 7 », « ème » (piece, does it rise)."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _ORDINAL.finditer(text):
        if match["ending"]:
            pieces += [(text[end : match.start("ending")], False), (match["ending"], True)]
            end = match.end()
    if end < len(text) or not pieces:
        pieces.append((text[end:], False))
    return pieces


def spans(text: str) -> list[tuple[str, bool]]:
    """Cuts a text at its `**bold**` marks: (piece, is it bold). An unpaired `**` is literal."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _BOLD.finditer(text):
        if match.start() > end:
            pieces.append((text[end : match.start()], False))
        pieces.append((match[1], True))
        end = match.end()
    if end < len(text):
        pieces.append((text[end:], False))
    return pieces


def plain(text: str) -> str:
    """The text without its bold marks."""
    return _BOLD.sub(r"\1", text) if "**" in text else text


def one_line(text: str) -> str:
    """The plain text on one line: line breaks and runs of them become one space."""
    return re.sub(r"\s+", lambda run: " " if _BREAK.search(run[0]) else run[0], plain(text))


def harmless(text: str) -> str:
    """The text with « \ufffd » for each character that would move a terminal's cursor or reverse what follows."""
    return _HARMFUL.sub("\ufffd", text)


def words(text: str) -> str:
    """For comparing texts word for word: bold marks and spaces aside."""
    return " ".join(text.replace("**", "").split())


def folded(text: str) -> str:
    """For comparing: lower case, no accents, no bold marks, typographic signs made plain, single spaces."""
    text = unicodedata.normalize("NFKD", plain(text)).casefold()
    text = text.replace("’", "'").replace("œ", "oe").replace("æ", "ae")
    return " ".join(_MARKS.sub("", text).split())


def name_key(name: str) -> str:
    """For comparing names: folded, without a leading article (« la DJEPVA » is « DJEPVA »)."""
    text = folded(name)
    return re.sub(_ARTICLE, "", text) or text


def slug(text: str, joint: str = "-") -> str:
    """A name for programs: « Droit de l'Alliance » is `droit-de-l-alliance`, « R&D » `r-et-d`; 60 characters at most,
    cut between two words where there are several. Empty where the text has neither letter nor digit that ASCII has."""
    words = re.findall("[a-z0-9]+", folded(text).replace("&", " et "))
    name = ""
    for word in words:
        longer = name + joint + word if name else word
        if len(longer) > 60:
            return name or word[:60]
        name = longer
    return name


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts ids as people do: 2 before 10, `1.2.9` before `1.2.10`, `M1C1-2` before `M1C1-10`."""
    parts = re.split(r"([0-9]+)", text)
    # A number by its length, then its digits: Python's integers have a limit.
    return tuple(
        (0, len(digits := p.lstrip("0")), digits) if p.isdecimal() and p.isascii() else (1, 0, folded(p))
        for p in parts
        if p
    )


def count(n: int, singular: str, plural: str | None = None) -> str:
    """« 0 mesure », « 1 mesure », « 2 mesures », with a space that doesn't break."""
    return f"{number(n)}{NBSP}{singular if n < 2 else plural or singular + 's'}"


def number(n: int) -> str:
    """An integer with its thousands apart."""
    return f"{n:,}".replace(",", NNBSP)


def signed(n: int) -> str:
    """An integer with its sign: « +3 », « −1 »."""
    return f"{'+' if n > 0 else '−' if n else ''}{number(abs(n))}"


def enumeration(words: Sequence[str], last: str = "et") -> str:
    """« a, b et c »."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def capitalised(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the word was probably meant to be, or None."""
    from difflib import get_close_matches

    if len(word) > 100:
        return None
    by_key: dict[str, str] = {}
    for candidate in candidates:
        by_key.setdefault(folded(candidate).replace("_", " ").replace("-", " "), candidate)
    key = folded(word).replace("_", " ").replace("-", " ")
    if key in by_key:
        return by_key[key]
    close = get_close_matches(key, by_key, n=1, cutoff=0.65)
    if not close and len(key) > 2:
        begun = [candidate for candidate in by_key if candidate.startswith(key)]
        close = begun if len(begun) == 1 else []
    return by_key[close[0]] if close else None


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """« ; vouliez-vous dire « x » ? », or nothing."""
    near = nearest(word, candidates)
    return f" ; vouliez-vous dire « {near} » ?" if near else ""


_ASCII = str.maketrans(
    {
        "«": '"', "»": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "…": "...", "–": "-", "—": "-", "·": "-", "•": "-",
        "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "→": "->", "←": "<-", "€": "EUR", "×": "x", "−": "-", "─": "-",
        "│": "|", "●": "*", "◐": "o", "▲": "!", "○": ".",
        NBSP: " ", NNBSP: " ",
    }
)  # fmt: skip


def encodable(text: str, encoding: str) -> str:
    """The text with each character that the encoding can't hold replaced by its nearest plain form, else `?`."""
    try:
        text.encode(encoding)
        return text
    except (UnicodeEncodeError, LookupError):
        pass
    out: list[str] = []
    for char in text:
        try:
            char.encode(encoding)
            out.append(char)
        except (UnicodeEncodeError, LookupError):
            simple = char.translate(_ASCII)
            simple = "".join(c for c in unicodedata.normalize("NFKD", simple) if not unicodedata.combining(c))
            out.append(simple if simple.isascii() else "?")
    return "".join(out)
