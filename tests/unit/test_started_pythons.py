"""Python programs that ohifbuild starts do not import modules from the current folder: it may be somebody else's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ohifbuild.verification.firefox import _behind_relay

TOOLKIT = Path(__file__).parents[2] / "toolkit"
STARTED = re.compile(r"""sys[.]executable, ["'](-[a-zA-Z])["']""")


def test_each_is_started_without_the_current_folder_in_its_path() -> None:
    found = [option for path in TOOLKIT.rglob("*.py") for option in STARTED.findall(path.read_text(encoding="utf-8"))]
    assert len(found) > 4
    assert set(found) == {"-P", "-I"}  # -I implies -P


def test_a_module_in_the_current_folder_does_not_run_with_firefox(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("open('it-ran', 'w')\n")
    subprocess.run([_behind_relay(Path("/bin/true"), tmp_path)], cwd=tmp_path, check=True, capture_output=True)
    assert not (tmp_path / "it-ran").exists()
