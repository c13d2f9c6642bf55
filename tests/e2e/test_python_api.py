"""The page of the Python API, from its first example to its last: a dist is built, then proven."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "python-api.md"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_build_a_dist_and_prove_it(tmp_path: Path) -> None:
    (tmp_path / "ohifbuild.toml").write_text('version = "3.12.0"\nfrom = "published"\nverify = false\n')
    last = ""
    for example in PYTHON.findall(PAGE.read_text(encoding="utf-8")):
        done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        last = done.stdout
    assert re.fullmatch(r"True \d{3,}\n", last)
    assert (tmp_path / "dist.evidence" / "report.html").is_file()
