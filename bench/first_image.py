"""Measures what opening a link takes: our viewer against the unmodified OHIF release, in pairs, also over slow lines.

    python bench/first_image.py --version 3.12.0 --pairs 10
    python bench/first_image.py --version 3.12.0 --pairs 10 --write docs/explanation/first-image.md
    python bench/first_image.py --version 3.12.0 --case 10mbit --pairs 3
    python bench/first_image.py --version 3.12.0 --case unlimited --profile build/profile

The same server, archive and browser run both viewers in turns; each visit starts a new browser without a cache. The
release is unmodified, compressed with gzip (level 6), and sends `Authorization: Bearer`, the only header it supports.
Our viewer is what `ohifbuild build` makes; ``--option KEY=VALUE`` changes a key of its recipe. With ``--against`` the
other viewer is another dist of ohifbuild, built with ``--token-header Authorization --token-scheme Bearer``; with
``--dist`` a dist that is there is measured as ours. ``docs/explanation/first-image.md`` says how it is measured.
"""

from __future__ import annotations

import argparse
import datetime
import shlex
import sys
import tempfile
from pathlib import Path

from ohifbuild.cache.default import default_root
from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import TerminalReporter
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.dataset import cached_dataset
from visits.line import CASES, MINOR, pairs_of
from visits.line_check import line_check
from visits.page import write_page
from visits.pairs import Pair, measure
from visits.profile import profile
from visits.result import Measured, Result
from visits.viewers import build_both, option
from visits.visit import VisitFailed, browser_version

STOCK = "the unmodified release as its npm package has it, compressed with gzip (level 6)"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="v3-stable", help="the OHIF release")
    parser.add_argument("--pairs", type=int, default=10, help="pairs of visits for each case (10)")
    few = ", ".join(sorted(MINOR))
    parser.add_argument("--few-pairs", type=int, default=3, help=f"at most so many for {few} (3)")
    parser.add_argument("--case", action="append", choices=[each.key for each in CASES], help="only this; repeatable")
    parser.add_argument("--option", action="append", type=option, default=[], help="KEY=VALUE of our recipe")
    parser.add_argument("--dist", type=Path, help="measure this dist as ours")
    parser.add_argument("--against", type=Path, help="a dist of ohifbuild to compare with, instead of the release")
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument("--markdown", type=Path, help="write the tables there")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put tables and plots into this page, and beside it")
    parser.add_argument("--profile", type=Path, metavar="FOLDER", help="profile one visit of each instead")
    return parser.parse_args()


def main() -> None:
    """Measures, prints and writes."""
    options = arguments()
    cases = [each for each in CASES if not options.case or each.key in options.case]
    cache, reporter = Cache(default_root()), TerminalReporter()
    browser, dataset = find_browser(reporter), cached_dataset(cache)
    with tempfile.TemporaryDirectory(prefix="first-image-") as folder:
        version = build_both(options.version, dict(options.option), Path(folder), cache, reporter)
        dists = options.dist or Path(folder, "ours"), options.against or Path(folder, "stock")
        if options.profile:
            profile(cases[0], dists, dataset, browser, options.profile)
            return
        measured = []
        for case in cases:
            count = pairs_of(case, options.pairs, options.few_pairs)
            print(f"{case.title}: {count} pairs", file=sys.stderr)
            line = line_check(case.line)
            measured.append(Measured(case, measure(case, dists, dataset, browser, count, say), line))
    result = Result(
        version,
        command=shlex.join(["python", "bench/first_image.py", *sys.argv[1:]]),
        against=str(options.against or STOCK),
        browser=browser_version(browser),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        measured=tuple(measured),
    )
    print(result.markdown())
    if options.json:
        options.json.write_text(result.json(), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(result.markdown(), encoding="utf-8")
    if options.write:
        write_page(result, options.write)


def say(pair: Pair) -> None:
    """Prints a pair while the others are measured."""
    still = "" if pair.ours.still is None else f", still {pair.ours.still:.2f} s"
    ratio = pair.ours.image / pair.other.image
    print(f"  ours {pair.ours.image:.2f} s{still}, other {pair.other.image:.2f} s: {ratio:.2f}", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except VisitFailed as failure:
        sys.exit(f"The run has no result. {failure}")
