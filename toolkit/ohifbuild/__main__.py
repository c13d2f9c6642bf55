"""The entry point: ``ohifbuild`` and ``python -m ohifbuild``.

What the program needs takes a second to import; Ctrl-C has to be heard in that time too.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line."""
    try:
        from ohifbuild.commands.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Error: Stopped; nothing had begun.\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
