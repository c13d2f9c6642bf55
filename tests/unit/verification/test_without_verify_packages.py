"""Without the extra ``verify`` everything works but what needs a browser or pictures."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from click.testing import CliRunner

import ohifbuild
from ohifbuild.commands.main import cli
from ohifbuild.core.errors import VerifyNotInstalled
from ohifbuild.doctor.machine import browser
from ohifbuild.verification.packages import MODULES
from ohifbuild.viewer.manifest import Manifest, hash_tree

ROOT = Path(__file__).parents[3]
NEEDING = (
    "ohifbuild.verification",
    "ohifbuild.recording",
    "ohifbuild.testing",
    "ohifbuild.dev",
    "ohifbuild.pytest_plugin",
    "ohifbuild.orthanc.scripts",
)
# Imports what is not verify's, as if the extra were not installed.
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({missing}))
import ohifbuild
for module in pkgutil.walk_packages(ohifbuild.__path__, "ohifbuild.", onerror=lambda name: None):
    if not module.name.startswith({needing}):
        importlib.import_module(module.name)
"""


@pytest.fixture
def _no_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in MODULES:
        monkeypatch.setitem(sys.modules, name, None)


def test_what_is_looked_for_is_what_the_extra_installs() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["verify"]
    declared = {re.split(r"[\[>=]", requirement)[0] for requirement in extra} | {"pylibjpeg-openjpeg"}
    providers = packages_distributions()
    assert {providers[module][0].lower() for module in MODULES} == declared


def test_modules_outside_verify_need_none_of_its_packages() -> None:
    subprocess.run([sys.executable, "-c", IMPORT_ALL.format(missing=MODULES, needing=NEEDING)], check=True)


@pytest.mark.usefixtures("_no_extra")
@pytest.mark.parametrize("arguments", [["build"], ["build", "--verify"], ["verify"], ["demo"]])
def test_what_ends_in_a_proof_is_refused_before_it_begins(arguments: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert isinstance(result.exception, VerifyNotInstalled)
    assert result.exception.exit_code == 64
    assert result.exception.fix.endswith("-m pip install 'ohifbuild[verify]'")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_no_extra")
def test_files_are_compared_with_the_manifest_without_a_browser(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("viewer")
    Manifest(hash_tree(tmp_path / "dist"), {}).write(tmp_path / "dist")
    assert CliRunner().invoke(cli, ["verify", "--integrity"]).exception is None


@pytest.mark.usefixtures("_no_extra")
def test_doctor_only_notes_that_nothing_can_be_proven_here() -> None:
    found = browser()
    assert found.state == "note"
    assert "--no-verify" in found.effect
    assert found.change.endswith("'ohifbuild[verify]'")


@pytest.mark.usefixtures("_no_extra")
def test_the_public_function_says_which_packages_are_missing(tmp_path: Path) -> None:
    with pytest.raises(VerifyNotInstalled):
        ohifbuild.verify(tmp_path)
