"""Follows the tutorial "Your first panel" to the letter, and measures it: from nothing to a change in the viewer.

    python bench/first_panel.py [--installed] [--empty-cache] [--json FILE]

The commands are those of the page, in a new folder, and a headless Chromium stands for the reader's browser. The script
fails if the page needs more than 6 commands or 5 minutes, or if the panel or its change does not show. Without
``--installed``, ohifbuild is installed from this checkout. With it, the commands use the environment that runs the
script, and the viewer is not verified: other tests do that. ``--empty-cache`` downloads everything, as on a new
machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from ohifbuild.cache.entries import CACHE_VARIABLE
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import find_browser, started

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial-first-panel.md"
MOST_COMMANDS, MOST_SECONDS = 6, 300
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"Open `(?P<file>[^`]+)` in an editor, and write `(?P<new>[^`]+)` in place of\s+`(?P<old>[^`]+)`")
LINK = re.compile(r"http://\S+/viewer\?\S+")
SERVES = "ohifbuild dev"


@dataclass
class Run:
    """What happened: the seconds of each command, and when the panel and its change were on the screen.

    Args:
        work: the folder of the commands.
        env: their environment.
        installed: whether the installation is left out.
    """

    work: Path
    env: dict[str, str]
    installed: bool
    steps: list[tuple[str, float]] = field(default_factory=list)

    def command(self, line: str) -> None:
        """Runs a command of the page to its end."""
        if "pip install" in line and self.installed:
            (self.work / ".venv").symlink_to(sys.prefix)
            return
        words = line.replace("ohifbuild[", f"{ROOT}[") if "pip install" in line else line
        words += " --no-verify" if "ohifbuild build" in line and self.installed else ""
        with self.timed(line):
            done = subprocess.run(
                ["bash", "-euc", words],
                cwd=self.work,
                env=self.env,
                text=True,
                capture_output=True,
                timeout=MOST_SECONDS,
            )
        if done.returncode:
            raise SystemExit(f"{line}: status {done.returncode}\n{done.stdout}{done.stderr}")

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Records how long a block took."""
        began = time.monotonic()
        yield
        self.steps.append((what, time.monotonic() - began))

    @contextmanager
    def served(self, line: str) -> Iterator[str]:
        """The first link that a command prints, which runs until the block ends; at a free port."""
        began = time.monotonic()
        child = subprocess.Popen(
            ["bash", "-euc", f"exec {line} --port 0"], cwd=self.work, env=self.env, text=True, stderr=subprocess.PIPE
        )
        try:
            assert child.stderr is not None
            printed: list[str] = []
            for text in child.stderr:
                printed.append(text)
                if found := LINK.search(text):
                    break
            else:
                raise SystemExit(f"{line}: no link\n{''.join(printed)}")
            self.steps.append((line, time.monotonic() - began))
            threading.Thread(target=child.stderr.read, daemon=True).start()
            yield found[0]
        finally:
            child.terminate()
            child.wait(20)


def follow(run: Run) -> None:
    """Does what the page says, in its order.

    Raises:
        SystemExit: a command fails, or the panel or its change does not show.
    """
    text = PAGE.read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    change = CHANGE.search(text)
    assert change, "the page names no change"
    (serving,) = (number for number, line in enumerate(lines) if SERVES in line)
    if len(lines) > MOST_COMMANDS:
        raise SystemExit(f"The page has {len(lines)} commands, and {MOST_COMMANDS} are allowed.")
    for line in lines[:serving]:
        run.command(line)
    with _page() as page, run.served(lines[serving]) as link:
        with run.timed("the panel shows"):
            page.goto(link)
            _expect(page, change["old"])
        file = run.work / change["file"]
        source = file.read_text(encoding="utf-8")
        assert change["old"] in source, f"{change['file']} does not say {change['old']}"
        with run.timed("the change shows"):
            file.write_text(source.replace(change["old"], change["new"]), encoding="utf-8")
            _expect(page, change["new"])
    for line in lines[serving + 1 :]:
        run.command(line)


@contextmanager
def _page() -> Iterator[Page]:
    reporter = SilentReporter()
    with started(find_browser(reporter), reporter) as browser:
        page = browser.new_page()
        yield page
        page.close()


def _expect(page: Page, heading: str) -> None:
    page.get_by_role("heading", name=heading).wait_for(timeout=60_000)


def main() -> None:
    """Measures, prints the figures, and fails if they are too high."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--installed", action="store_true")
    parser.add_argument("--empty-cache", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-panel-") as folder:
        env = {**os.environ, **({CACHE_VARIABLE: f"{folder}/cache"} if options.empty_cache else {})}
        run = Run(Path(folder, "work"), env, options.installed)
        run.work.mkdir()
        follow(run)
    seconds = sum(each for _, each in run.steps)
    for what, each in run.steps:
        print(f"{each:7.1f} s  {what}")
    print(f"{seconds:7.1f} s  in all")
    if options.json:
        document = {"seconds": round(seconds, 1), "steps": [[what, round(each, 1)] for what, each in run.steps]}
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if seconds > MOST_SECONDS:
        raise SystemExit(f"It took {seconds:.0f} s, and {MOST_SECONDS} s are allowed.")


if __name__ == "__main__":
    main()
