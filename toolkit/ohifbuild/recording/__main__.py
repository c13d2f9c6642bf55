"""Records releases: ``python -m ohifbuild.recording 3.12.0 3.13.2``. Needs the packages and the browser of verify."""

from __future__ import annotations

import argparse
from pathlib import Path

from ohifbuild.cache.default import default_cache
from ohifbuild.core.console import TerminalReporter
from ohifbuild.recording.visit import recorded, write_profile
from ohifbuild.releases import startup_profile
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.published import published_viewer

FOLDER = Path(startup_profile.__file__).parent / startup_profile.FOLDER


def main() -> None:
    """Records each release that is named, and writes its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", nargs="+", help="a published release, such as 3.12.0")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write VERSION.json")
    options = parser.parse_args()
    cache, reporter = default_cache(), TerminalReporter()
    for version in options.version:
        base = published_viewer(find_release(version, catalogue()), cache, offline=False, reporter=reporter)
        reporter.say(f"Wrote {write_profile(recorded(base, cache, reporter), options.folder)}")


if __name__ == "__main__":
    main()
