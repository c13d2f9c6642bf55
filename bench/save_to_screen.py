"""How long it takes from saving a source file to seeing it: ``python bench/save_to_screen.py --saves 10``.

Runs ``ohifbuild dev`` with a small extension on a published release, opens a link in headless Chromium, and saves the
extension's file. Measured is when the new code runs, when OHIF shows a viewport again, and when an error is shown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.windows import new_context

MODULE = "export default { id: 'ward', preRegistration: () => { document.documentElement.dataset.ward = '%s'; } };"
CANVAS = ".cornerstone-viewport-element canvas"
SETTLE_SECONDS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--saves", type=int, default=10)
    parser.add_argument("--version", default="3.12.0")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(Path(folder), arguments.version, arguments.saves)
    for name, seconds in measured.items():
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        print(f"{name:<24} median {middle:.2f} s   ({low:.2f} to {high:.2f})")


def measure(folder: Path, version: str, saves: int) -> dict[str, list[float]]:
    """Seconds after each save, by what was waited for."""
    (folder / "package.json").write_text(json.dumps({"name": "ward", "ohifbuild": {"extension": "./index.js"}}))
    module, reporter = folder / "index.js", SilentReporter()
    module.write_text(MODULE % "first")
    command = ["dev", "--extension", ".", "--from", "published", "--version", version, "--port", "0", "--json", "-q"]
    child = subprocess.Popen(
        [sys.executable, "-m", "ohifbuild", *command], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    found: dict[str, list[float]] = {"the new code runs": [], "a viewport is shown": [], "an error is shown": []}
    try:
        link = next(iter(json.loads("".join(iter(child.stdout.readline, "}\n")) + "}").values()))
        with started(find_browser(reporter), reporter) as browser, new_context(browser) as context:
            page = context.new_page()
            page.goto(link, wait_until="commit")
            page.locator(CANVAS).first.wait_for()
            for number in range(saves):
                time.sleep(SETTLE_SECONDS)
                began = time.monotonic()
                module.write_text(MODULE % number)
                page.locator(f"html[data-ward='{number}']").wait_for(state="attached")
                found["the new code runs"].append(time.monotonic() - began)
                page.locator(CANVAS).first.wait_for()
                found["a viewport is shown"].append(time.monotonic() - began)
                time.sleep(SETTLE_SECONDS)
                began = time.monotonic()
                module.write_text("export default {")
                page.locator("#ohifbuild-dev").wait_for()
                found["an error is shown"].append(time.monotonic() - began)
    finally:
        child.terminate()
        child.wait()
    return found


if __name__ == "__main__":
    main()
