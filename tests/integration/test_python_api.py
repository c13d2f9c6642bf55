"""The examples of the Python API on the pages are run, in a fresh process, with a real release."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "reference" / "python-api.md", DOCS / "architecture.md"]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPE = 'version = "3.12.0"\nfrom = "published"\nverify = false\n'


# The example of `verify` needs a browser: tests/e2e/test_python_api.py runs it.
@pytest.mark.parametrize(
    "page", [DOCS / "reference" / "python-api.md", DOCS / "architecture.md"], ids=lambda it: it.stem
)
def test_the_first_example_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    example = PYTHON.findall(page.read_text(encoding="utf-8"))[0]
    (tmp_path / "ohifbuild.toml").write_text(RECIPE)
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"3\.12\.0|dist sha256:[0-9a-f]{64}", done.stdout)
    assert done.stderr == ""
