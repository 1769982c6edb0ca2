"""The moment that a document bears as that of its making, which is never the clock's."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time

from alliances_cli.errors import UsageFault
from alliances_cli.present.report.edition import Edition


def stamp(edition: Edition) -> datetime:
    """SOURCE_DATE_EPOCH where it is set, else the first instant (UTC) of the last day of `etat_au`, else of the day
    that the roadmap is read at.

    Raises: UsageFault for a SOURCE_DATE_EPOCH that is no moment.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        try:
            return datetime.fromtimestamp(int(given), UTC)
        except (ValueError, OverflowError, OSError):
            raise UsageFault(f"SOURCE_DATE_EPOCH : « {given} » n'est pas un nombre de secondes depuis 1970") from None
    etat_au = edition.feuille.mission.etat_au
    return datetime.combine(etat_au.last if etat_au is not None else edition.moment.day, time(), UTC)
