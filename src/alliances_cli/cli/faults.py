"""What is said of an error, wherever it is said."""

from __future__ import annotations

from alliances_cli.errors import AlliancesError


def described(error: Exception) -> str:
    """One French sentence, for a person. Of an invalid roadmap, only that it is: its problems are shown apart."""
    from alliances_cli.typographie import harmless, spaced

    if isinstance(error, AlliancesError):
        # What was typed is quoted: none of it may move a terminal's cursor.
        return spaced("Erreur : " + "\n".join(map(harmless, error.message.split("\n"))))
    if isinstance(error, OSError):
        from alliances_cli.store import reason

        where = f"{harmless(str(error.filename))} : " if error.filename else ""
        return spaced(f"Erreur : {where}{reason(error)}")
    if isinstance(error, MemoryError | RecursionError):
        return spaced("Erreur : mémoire insuffisante")
    return spaced(
        f"Erreur interne ({type(error).__name__}) : c'est un défaut d'alliances ; ALLIANCES_DEBUG=1 le détaille"
    )
