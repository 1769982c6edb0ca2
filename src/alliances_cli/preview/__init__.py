"""A document served on this machine alone, made anew at each save. What the document says is its caller's matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from alliances_cli.errors import ExtraMissing

__all__ = ["Preview", "serve"]


class Preview(NamedTuple):
    """What is served. `build` gives the HTML document; `explain` the one that stands for it where `build` raised:
    it is handed the error, and the path of the last good document, None where there is none. `watched`: the files, and
    the folders with all that they hold, that the document is made of, whether they are there or not."""

    build: Callable[[], str]
    explain: Callable[[Exception, str | None], str]
    watched: Callable[[], Iterable[Path]]


def serve(preview: Preview, port: int, ready: Callable[[str], None]) -> None:
    """Serves on the loopback until Ctrl-C or SIGTERM. `ready` is told the address, once it answers there. Port 0 is
    any free port.

    Raises: ExtraMissing; SystemFault where the port can't be had.
    """
    try:
        from alliances_cli.preview import server
    except ImportError as error:
        if (error.name or "").startswith("alliances_cli"):
            raise
        raise ExtraMissing("serve", "alliances serve") from None
    server.run(preview, port, ready)
