"""The tutorial "Your first panel", followed to the letter by the script that measures it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "bench" / "first_panel.py"


def test_a_new_panel_and_its_change_are_in_the_viewer_after_the_commands_of_the_page(tmp_path: Path) -> None:
    found = tmp_path / "figures.json"
    command: list[str | Path] = [sys.executable, SCRIPT, "--installed", "--json", found]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    figures = json.loads(found.read_text())
    assert {"the panel shows", "the change shows"} <= {what for what, _ in figures["steps"]}
    print(done.stdout)
