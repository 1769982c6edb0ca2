"""The forms of a published document, as one table: what each is called, and which files bear it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Format(NamedTuple):
    """A form of the bilan. `extensions`: of the files that bear it, in lower case, the usual one first. `binaire`: not
    for a terminal."""

    code: str
    nom: str
    extensions: tuple[str, ...]
    binaire: bool = False


# The first is what a document is where nothing says otherwise.
FORMATS: dict[str, Format] = {
    format.code: format
    for format in (
        Format("md", "Markdown", (".md", ".markdown")),
        Format("html", "HTML", (".html", ".htm")),
        Format("pdf", "PDF", (".pdf",), binaire=True),
        Format("docx", "Word", (".docx",), binaire=True),
        Format("txt-mail", "courrier", (".txt",)),
    )
}
DEFAUT = next(iter(FORMATS))


def of_extension(name: str) -> Format | None:
    """The form that the file's name asks for; None where its extension is no form's."""
    extension = Path(name).suffix.lower()
    return next((format for format in FORMATS.values() if extension in format.extensions), None)
