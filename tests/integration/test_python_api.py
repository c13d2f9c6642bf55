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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    examples = PYTHON.findall(page.read_text(encoding="utf-8"))
    assert examples
    (tmp_path / "ohifbuild.toml").write_text(RECIPE)
    for example in examples:
        done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert re.search(r"3\.12\.0|dist sha256:[0-9a-f]{64}", done.stdout)
        assert done.stderr == ""
