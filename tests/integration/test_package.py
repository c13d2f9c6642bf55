"""What is in the wheel and in the source distribution, built from a checkout in which somebody has worked."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("toolkit", "extension-template", "patches", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
DATA = ("extension-template", "patches")
# What work leaves behind: `npm ci`, `pip install -e`, Python itself.
LEFT_BEHIND = ("extension-template/node_modules/a/index.js", "toolkit/ohifbuild/__pycache__/a.pyc", ".venv/a.py")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            unwanted = shutil.ignore_patterns("node_modules", "__pycache__", "*.tgz", "*.egg-info")
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy(ROOT / name, folder / name)
    for name in LEFT_BEHIND:
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("left behind")
    return folder


def files_of(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix() for path in paths}
    return {name for name in names if not {"node_modules", "__pycache__"} & set(name.split("/"))}


def built(checkout: Path, into: Path, target: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)],
        cwd=checkout,
        check=True,
        capture_output=True,
    )
    return next(into.iterdir())


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(checkout: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built(checkout, tmp_path, "wheel")) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    code = {f"ohifbuild/{name}" for name in files_of(checkout / "toolkit" / "ohifbuild")}
    data = {f"ohifbuild/_data/{part}/{name}" for part in DATA for name in files_of(checkout / part)}
    assert names == code | data


def test_the_source_distribution_holds_nothing_that_work_left_behind(checkout: Path, tmp_path: Path) -> None:
    with tarfile.open(built(checkout, tmp_path, "sdist")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert not names & set(LEFT_BEHIND)
    assert {f"{part}/{name}" for part in ("toolkit", *DATA) for name in files_of(checkout / part)} <= names
