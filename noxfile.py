"""What a developer runs. Plain ``nox`` is the quick loop: lint, unit, js. ``nox --list`` shows the rest.

Sessions run in the environment that nox itself is installed in: ``.venv``, as CONTRIBUTING.md makes it.
"""

from __future__ import annotations

import json
import os
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
def fuzz(session: nox.Session) -> None:
    """Hostile input for ten minutes a target. ``-- --seconds 60 --target recipe --seed 2`` changes that."""
    session.chdir(ROOT / "tests")
    python(session, "fuzz", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """A million requests to serve among slow clients: ``-- --requests 1000000 --clients 500 --bad 200 --seed 1``."""
    session.run(sys.executable, "bench/soak.py", *session.posargs, external=True)


@nox.session
def shared_cache(session: nox.Session) -> None:
    """Builds of OHIF on one cache at once, three of them killed: ``-- --rounds 1 --seed 1``."""
    session.run(sys.executable, "bench/shared_cache.py", *session.posargs, external=True)


@nox.session
def faults(session: nox.Session) -> None:
    """Ends commands at random moments: ``-- --seed 1 --kills 300``, which takes an hour or so."""
    paths = os.pathsep.join(str(ROOT / part) for part in ("tests", "toolkit/ohifbuild/orthanc/scripts"))
    session.run(sys.executable, "-m", "faults.kills", *session.posargs, external=True, env={"PYTHONPATH": paths})


@nox.session
def roots(session: nox.Session) -> None:
    """The unit tests on fresh Debians, as root: an ordinary user, other locales and time zones, no network."""
    for suite, locale, zone in (
        ("bookworm", "POSIX", "America/St_Johns"),
        ("trixie", "tr_TR.UTF-8", "Pacific/Kiritimati"),
    ):
        session.run(str(ROOT / ".ci" / "roots"), suite, external=True, env={"LOCALE": locale, "ZONE": zone})


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
