"""What a developer runs. Plain ``nox`` is the quick loop: lint, unit, js. ``nox --list`` shows the rest.

Sessions run in the environment that nox itself is installed in: ``.venv``, as CONTRIBUTING.md makes it.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import nox

import ohifbuild

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "unit", "js"]

ROOT = Path(__file__).parent
TEMPLATE = ROOT / "extension-template"
PACKAGES = ROOT / "build" / "packages"


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, dependencies, English, workflows."""
    python(session, "ruff", "check", ".")
    python(session, "ruff", "format", "--check", ".")
    python(session, "mypy")
    program(session, "lint-imports", "--no-logo")
    program(session, "deptry", "toolkit")
    session.run(sys.executable, "docs/prose.py", external=True)
    program(session, "zizmor", "--offline", "--quiet", "--persona", "pedantic", "--strict-collection", ".")


@nox.session
def unit(session: nox.Session) -> None:
    """The unit tests: seconds, no network, no browser."""
    pytest(session, "unit")


@nox.session
def js(session: nox.Session) -> None:
    """The template's tests, types, lint and format, as far as it has the scripts."""
    session.chdir(TEMPLATE)
    if not is_current(TEMPLATE):
        session.run("npm", "ci", "--no-audit", "--no-fund", external=True)
    scripts = json.loads((TEMPLATE / "package.json").read_text())["scripts"]
    for script in ("format:check", "lint", "typecheck", "test"):
        if script in scripts:
            session.run("npm", "run", "--silent", script, external=True)


@nox.session
def integration(session: nox.Session) -> None:
    """Tests with real npm, Node, git and servers. ``-- --install`` lets them install what the system lacks."""
    pytest(session, "integration")


@nox.session
def e2e(session: nox.Session) -> None:
    """Tests with a real browser against a real archive. ``-- --install`` as above."""
    pytest(session, "e2e")


@nox.session
def attacks(session: nox.Session) -> None:
    """Each attack on the real thing and on one that was weakened. ``-- --install`` as above."""
    pytest(session, "attacks")


@nox.session
def mutate(session: nox.Session) -> None:
    """Changes the parts that decide; a test must notice. ``-- --part gate``, or ``-- --sample 20 --seed 7``."""
    session.run(sys.executable, "tests/mutation/run.py", *session.posargs, external=True)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site, in build/site; a link that leads nowhere is an error."""
    python(session, "mkdocs", "build", "--strict", "--site-dir", str(ROOT / "build" / "site"))


@nox.session
def package(session: nox.Session) -> None:
    """What a release publishes, in build/packages. ``-- v0.1.0`` checks that it has the version of that tag."""
    if session.posargs:
        check_tag(session, session.posargs[0])
    shutil.rmtree(PACKAGES, ignore_errors=True)
    (PACKAGES / "npm").mkdir(parents=True)
    python(session, "build", "--outdir", str(PACKAGES / "python"), ".")
    python(session, "twine", "check", "--strict", *map(str, sorted((PACKAGES / "python").iterdir())))
    session.chdir(TEMPLATE)
    session.run("npm", "pack", "--silent", "--pack-destination", str(PACKAGES / "npm"), external=True)


def check_tag(session: nox.Session, tag: str) -> None:
    """Ends the session if the tag is not the version of both packages."""
    versions = {
        "toolkit/ohifbuild/__init__.py": ohifbuild.__version__,
        "extension-template/package.json": json.loads((TEMPLATE / "package.json").read_text())["version"],
    }
    wrong = [f"{file} has version {version}" for file, version in versions.items() if tag != f"v{version}"]
    if wrong:
        session.error(f"The tag is {tag}, but {' and '.join(wrong)}.")


def is_current(folder: Path) -> bool:
    """Whether npm installed what the lock file asks for."""
    installed, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def pytest(session: nox.Session, layer: str) -> None:
    """The tests of one folder of ``tests``, with whatever stands behind ``--`` on the command line."""
    python(session, "pytest", "-q", "-m", layer, *session.posargs)


def python(session: nox.Session, module: str, *words: str) -> None:
    """A Python program of this environment."""
    session.run(sys.executable, "-m", module, *words, external=True)


def program(session: nox.Session, name: str, *words: str) -> None:
    """A program that a package of this environment brings."""
    session.run(str(Path(sys.executable).with_name(name)), *words, external=True)
