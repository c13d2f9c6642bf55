"""What the commands work on while faults happen: a cache, dists, a deployment, a registry, a git remote, an Orthanc."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from faults.child import Done, Fault, run
from npm_registry import Registry, serving
from ohifbuild.cache.default import default_cache
from ohifbuild.core.digests import seal_of
from ohifbuild.core.processes import output
from ohifbuild.orthanc.shipped import token_file
from ohifbuild.supply.provenance import check_provenance
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.viewer.manifest import MANIFEST_NAME, check_integrity, read_manifest
from ohifbuild.viewer.output import PROVENANCE_NAME, REPORT_NAMES, SBOM_NAME, evidence_folder

MONOREPO = Path(__file__).parents[1] / "data" / "monorepo"
VERSION = "3.12.987"
EMPTY = ("tmp", "home")
FROM_GIT = "build from git"
VERIFY = "verify"
STUDY = "1.2.840.1"
WHO = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
PAGE = (
    '<!doctype html><html><head><meta charset="UTF-8"><script>window.PUBLIC_URL="/"</script>'
    '<link rel="manifest" href="/manifest.json"><script src="/app-config.js"></script>'
    '<script>function browserImportFunction(n){return import(n)}window.PUBLIC_URL="/"</script>'
    '<script defer src="/app.bundle.0a.js"></script></head><body><div id="root"></div></body></html>'
)
APP = 'var topLevelName = 1;\n__webpack_require__.p = "/";\n' + "".join(
    f"function filler{number}() {{ return 'some text of no meaning'; }}\n" for number in range(60)
)
MANIFEST = {"name": "@ohif/app", "version": VERSION, "dependencies": {"@ohif/core": "3.12.0"}}
VIEWER = {
    "package.json": json.dumps(MANIFEST).encode(),
    "dist/index.html": PAGE.encode(),
    "dist/app-config.js": b"window.config = {dataSources: ['a demo server']};",
    "dist/app.bundle.0a.js": APP.encode(),
    "dist/app.bundle.css": b"body   {  background: url(/font.woff2)  }",
    "dist/manifest.json": b'{"icons": [{"src": "/assets/a.png"}]}',
    "dist/sw.js": b"importScripts('workbox.js'); __webpack_require__.p",
}


@dataclass(frozen=True)
class Command:
    """A command line whose result can be compared.

    Args:
        name: for messages.
        argv: its words.
        result: what it is to produce in a case's folder; the same for the same inputs.
        needs: the kinds of entries that the cache holds before it, besides tools.
        brings: folders that the case has too, as hard links; the command does not write in them.
    """

    name: str
    argv: tuple[str, ...]
    result: Callable[[Path], object]
    needs: frozenset[str] = frozenset()
    brings: tuple[Path, ...] = ()


@dataclass(frozen=True)
class World:
    """A folder from which each case gets a copy, and the servers that its commands ask.

    Args:
        template: the folder.
        variables: of the environment of every command, besides those of a case.
        references: the digest of each cache entry of a run without faults, by kind and key.
    """

    template: Path
    variables: Mapping[str, str]
    registry: Registry
    commands: Mapping[str, Command]
    references: Mapping[str, str]

    def case(self, folder: Path, command: Command) -> Case:
        """A new folder for one run of a command."""
        cache = self.template / "cache"

        def left_out(parent: str, names: list[str]) -> list[str]:
            here = Path(parent)
            if here == cache:
                return [name for name in names if name not in command.needs | {"npm"}]
            if here == cache / "npm" and "npm" not in command.needs:
                return [name for name in names if (here / name / "package/dist/index.html").exists()]
            return []

        shutil.copytree(self.template, folder, symlinks=True, ignore=left_out)
        for path in command.brings:
            shutil.copytree(path, folder / path.name, copy_function=os.link, dirs_exist_ok=True)
        for name in EMPTY:
            (folder / name).mkdir()
        return Case(self, folder, command)


@dataclass(frozen=True)
class Case:
    """One command in a folder of its own."""

    world: World
    folder: Path
    command: Command

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of a run. Each process that a run starts has the folder in it."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "OHIFBUILD_CACHE": str(self.folder / "cache"),
            **self.world.variables,
        }

    def run(self, fault: Fault | None = None) -> Done:
        """Runs the command; ``fault`` counts calls below the case's folder."""
        return run(self.command.argv, self.folder, self.env, fault)

    def result(self) -> object:
        """What the command produced."""
        return self.command.result(self.folder)


def dist_result(folder: Path, name: str = "dist") -> object:
    """The digest of a dist, and which documents about it are there. It is refused if it is not whole.

    Raises:
        AssertionError: the dist is incomplete, or the documents are about another dist.
    """
    dist, evidence = folder / name, folder / f"{name}.evidence"
    if not dist.exists():
        assert not (evidence.exists() and not _of_killed(folder)), "there is evidence without a dist"
        return None
    found = check_integrity(dist)
    assert found.ok, f"the dist is not whole: {found}"
    digest = read_manifest(dist).digest
    documents = sorted(path.name for path in evidence.iterdir()) if evidence.is_dir() else []
    if PROVENANCE_NAME in documents:
        check_provenance(dist, evidence / PROVENANCE_NAME)
    if SBOM_NAME in documents:
        assert digest.removeprefix("sha256:") in (evidence / SBOM_NAME).read_text()
    if any(name in documents for name in REPORT_NAMES):
        assert set(REPORT_NAMES) <= set(documents), f"a part of the report is missing: {documents}"
        report = json.loads((evidence / "report.json").read_text())
        assert report["ok"]
        assert report["environment"]["Dist"].startswith(digest), "the report is about another dist"
    return digest, tuple(documents)


def _of_killed(folder: Path) -> bool:
    return any(path.name.startswith(".dist-") for path in folder.iterdir())


def site_result(folder: Path) -> object:
    """The files of a deployment, without what depends on the time."""
    site = folder / "site"
    if not site.exists():
        return None
    for manifest in site.rglob(MANIFEST_NAME):
        assert check_integrity(manifest.parent).ok, "the deployed viewer is not whole"
    json.loads((site / "orthanc/tokens.json").read_text())
    return seal_of(site, counts=lambda name: name != "ohifbuild-deploy.json")


def shares_result(folder: Path) -> object:
    """The notes of the shares of a deployment, and the years in which they end."""
    entries = json.loads((folder / "site/orthanc/tokens.json").read_text())
    return {(entry["note"], entry["expires"][:4]) for entry in entries.values() if not entry.get("everything")}


def lock_result(folder: Path) -> object:
    """The lock of the recipe."""
    path = folder / "ward.lock"
    return path.read_text() if path.exists() else None


def cache_result(folder: Path) -> object:
    """The names of the cache's entries."""
    return frozenset(name for name, _ in entries_of(folder / "cache"))


def entries_of(cache: Path) -> Iterator[tuple[str, Path]]:
    """The entries of a cache, by kind and key."""
    for kind in sorted(cache.iterdir()):
        if kind.is_dir() and kind.name not in ("git", "room", "yarn", "logs"):
            for entry in sorted(kind.iterdir()):
                if not entry.name.startswith("."):
                    yield f"{kind.name}/{entry.name}", entry


def contents_of(entry: Path) -> str:
    """The digest of an entry, without the file in which esbuild names folders of the machine."""
    return seal_of(entry, counts=lambda name: name != "meta.json")


BUILD = ("build", "--no-verify", "--output", "dist")
DEPLOY = ("deploy", "orthanc", "dist", "--output", "site", "--installed-at", "/srv/viewer")
PUBLISHED = ("--from", "published", "--version", VERSION)
READY = frozenset({"npm", "ready", "extension", "sbom", "contents"})
INSTALLED = frozenset({"npm", "room", "yarn", "git", "extension", "logs"})


def verify_command(folder: Path) -> Command:
    """Verifies real OHIF, built in ``folder`` with the user's own cache, in a real browser."""
    viewer = folder / "viewer"
    cache = default_cache()
    shutil.copytree(cached_dataset(cache).parent, folder / "cache" / "dataset")
    env = {**os.environ, "OHIFBUILD_CACHE": str(cache.root)}
    done = run(("build", "--no-verify", "--version", "v3-stable", "--output", str(viewer)), folder, env)
    assert done.status == 0, done.errors
    brings = (viewer, evidence_folder(viewer), folder / "cache")
    return Command(VERIFY, ("verify", "viewer"), partial(dist_result, name="viewer"), brings=brings)


def commands(upstream: Path, share: str) -> dict[str, Command]:
    """The command lines that are interrupted.

    Args:
        upstream: OHIF's small monorepo, as a git repository.
        share: the id of a share of the deployment.
    """
    git = ("--from", "git", "--source", str(upstream), "--ref", "main", "--version", "3.12.0")
    at = ("--deployment", "site")
    found = (
        Command("build", (*BUILD, *PUBLISHED), dist_result),
        Command("rebuild", (*BUILD, *PUBLISHED), dist_result, READY),
        Command(FROM_GIT, (*BUILD, *git), dist_result, INSTALLED),
        Command("move", ("move", "dist", "--public-url", "/moved/"), dist_result, READY),
        Command("deploy", DEPLOY, site_result),
        Command("lock", ("lock", "--recipe", "ward.toml"), lock_result),
        Command("share add", ("share", "add", STUDY, "--note", "new", *at), shares_result),
        Command("share extend", ("share", "extend", share, "--expires", "100w", *at), shares_result),
        Command("prune", ("cache", "prune", "--all"), cache_result, READY),
    )
    return {command.name: command for command in found}


class Orthanc(http.server.BaseHTTPRequestHandler):
    """Answers what ``share add`` asks: it has every study."""

    def do_GET(self) -> None:
        self._answer(token_file.FORMAT.encode() if isinstance(token_file.FORMAT, str) else b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b'[{"Type": "Study"}]')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def orthanc() -> Iterator[int]:
    """The port of an Orthanc."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Orthanc)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def variables(folder: Path, registry: str) -> dict[str, str]:
    """What npm and git need: the user's own settings, and our registry for OHIF's packages."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.lower().startswith("npm_config_")
        or name.lower().endswith("_proxy")
        or name.endswith(("_CA_CERTS", "_CERT_FILE"))
    }
    own = Path(output(["npm", "config", "get", "userconfig"]).strip())
    lines = [own.read_text() if own.is_file() else "", f"@ohif:registry={registry}/", f"cache={folder / 'npm-cache'}"]
    (folder / "npmrc").write_text(
        "\n".join([*lines, "fetch-retries=1", "fetch-retry-mintimeout=1", "fetch-retry-maxtimeout=1"]) + "\n"
    )
    userconfig = next((name for name in kept if name.lower() == "npm_config_userconfig"), "NPM_CONFIG_USERCONFIG")
    return {**kept, userconfig: str(folder / "npmrc"), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def make_upstream(folder: Path) -> Path:
    """OHIF's small monorepo, as a git repository."""
    shutil.copytree(MONOREPO, folder, ignore=shutil.ignore_patterns("node_modules", "pluginImports.js"))
    for manifest in folder.rglob("package.json"):
        # No patch is for this version; those for OHIF's own would not fit.
        manifest.write_text(manifest.read_text().replace("3.12.0", "3.99.0"))
    page = PAGE.replace('<script defer src="/app.bundle.0a.js"></script>', "")
    page = page.replace('<link rel="manifest" href="/manifest.json">', "")
    (folder / "platform/app/public/index.html").write_text(page)
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "uploadpack.allowFilter", "true"],
        ["add", "--all", "--force"],
        [*WHO, "commit", "--quiet", "--message", "a release"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], env=env, check=True)
    return folder


@contextmanager
def made_world(folder: Path, *, with_git: bool = True, with_viewer: bool = True) -> Iterator[World]:
    """A world, made by running the commands once without faults.

    Args:
        with_git: whether the command that builds from git is among the commands.
        with_viewer: whether the one that verifies real OHIF is.
    """
    template = folder / "template"
    template.mkdir(parents=True)
    with serving(Registry()) as registry, orthanc() as port:
        registry.publish("@ohif/app", VERSION, VIEWER)
        upstream = make_upstream(folder / "upstream")
        (template / "ward.toml").write_text(f'version = "{VERSION}"\nfrom = "published"\n')
        world = World(template, variables(folder, registry.url), registry, {}, {})
        for name in EMPTY:
            (template / name).mkdir()

        def do(*argv: str) -> str:
            done = run(argv, template, Case(world, template, Command("", argv, dist_result)).env)
            assert done.status == 0, done.errors
            return done.output

        if with_git:
            do(*commands(upstream, "")[FROM_GIT].argv)
        do(*BUILD, *PUBLISHED)
        (template / "ohifbuild.lock").unlink()
        do(*BUILD, *PUBLISHED, "--public-url", "/old/")
        do(*DEPLOY, "--port", str(port))
        share = json.loads(do("share", "add", STUDY, "--note", "old", "--deployment", "site", "--json"))["id"]
        shutil.rmtree(template / "dist")
        shutil.rmtree(template / "dist.evidence")
        do(*BUILD, *PUBLISHED, "--public-url", "/old/", "--priors", "exact")
        for name in EMPTY:
            assert not any((template / name).iterdir()), f"{name} is not empty"
            shutil.rmtree(template / name)
        references = {name: contents_of(entry) for name, entry in entries_of(template / "cache")}
        found = {n: c for n, c in commands(upstream, share).items() if with_git or n != FROM_GIT}
        for command in found.values():
            if command.name == "deploy":
                found["deploy"] = replace(command, argv=(*command.argv, "--port", str(port)))
        if with_viewer:
            found[VERIFY] = verify_command(folder / "real")
        yield World(template, world.variables, registry, found, references)
