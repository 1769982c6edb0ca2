"""`alliances` and `python -m alliances_cli`."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress


def main() -> None:
    """Runs the command line of this process, and exits with its code."""
    # Answered before anything is imported.
    if sys.argv[1:] == ["--version"]:
        from alliances_cli import __version__

        with suppress(OSError):
            print(f"alliances {__version__}", flush=True)
            return
    # A command lives for less than a second and makes no garbage in rings: collecting is time lost.
    gc.disable()
    from alliances_cli.cli.app import main as run

    code = run()
    # Python's own collection at exit would go through all of it once more.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
