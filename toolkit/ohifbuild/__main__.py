"""The entry point: ``ohifbuild`` and ``python -m ohifbuild``.

What the program needs takes a second to import; Ctrl-C has to be heard in that time too. So nothing is imported here
before it can be.
"""

from __future__ import annotations


def main() -> None:
    """Runs the command line."""
    try:
        from ohifbuild.commands.main import main as run
    except KeyboardInterrupt:
        import sys

        sys.stderr.write("Error: Stopped; nothing had begun.\n")
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
