"""Where people really put a viewer: each row is deployed and run in a network of its own, with the real viewer.

The proxies in front have the configurations of the page ``docs/how-to/behind-a-proxy.md``.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from how_to import blocks
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, Kind, deploy
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.fixtures import PreparedFixtures, prepare_fixtures
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.workflow import move
from servers import deployed_orthanc, existing_orthanc, nginx_running
from sites import Site, Viewer, check_site, documents_of
from tabs import playwright_page
from web_servers import apache_running, caddy_running, haproxy_running

HAPROXY, STRIPPING = (
    next(text for text in blocks("behind-a-proxy", "text") if word in text)
    for word in ("frontend https", "location /pacs/")
)
LOOPBACK = ("127.0.0.1", "::1")


@dataclass
class World:
    """What the situations share: dists, an Orthanc for each DICOMweb root, the network, and a folder for each row."""

    network: Any
    dists: Mapping[str, Path]
    studies: Path
    parts: PreparedFixtures
    shared: ExitStack
    folder: Path
    stack: ExitStack
    orthancs: dict[str, str] = field(default_factory=dict)

    def archive(self, dist: Path) -> str:
        """The origin of a running Orthanc with the settings that ``deploy`` writes for a dist behind nginx."""
        settings = read_settings(dist)
        if settings.roots[0] not in self.orthancs:
            folder = Path(self.shared.enter_context(tempfile.TemporaryDirectory()))
            existing, port = existing_orthanc(folder)
            origin = f"http://127.0.0.1:{port}"
            deploy("nginx", dist, folder / "viewer", DeployOptions(orthanc_settings=existing), SilentReporter())
            self._orthanc(self.shared, folder / "viewer", settings)
            self.orthancs[settings.roots[0]] = origin
        return self.orthancs[settings.roots[0]]

    def _orthanc(self, stack: ExitStack, deployment: Path, settings: Settings) -> None:
        stack.enter_context(deployed_orthanc(deployment, settings, settings.roots[0], self.studies, self.parts.tokens))

    def deployed(self, kind: Kind, dist: Path, target: str = "viewer", **options: Any) -> Path:
        """The folder of a deployment."""
        given = DeployOptions(**{"archive": self.archive(dist), **options})
        logs = replace(given, logs=str(self.folder)) if kind == "nginx" else given
        deploy(kind, dist, self.folder / target, logs, SilentReporter())
        return self.folder / target

    def nginx(self, *deployments: Path, host: str = "127.0.0.1", port: int = 80, more: str = "") -> None:
        """Runs nginx with these deployments and another configuration."""
        conf = self.folder / "sites.conf"
        conf.write_text("".join(f"include {each}/nginx/viewer.conf;\n" for each in deployments) + more)
        self.stack.enter_context(nginx_running(conf, self.folder / "nginx", port, host=host))

    def apache(self, *deployments: Path, port: int = 80) -> None:
        conf = self.folder / "sites.conf"
        conf.write_text("".join(f"Include {each}/apache.conf\n" for each in deployments))
        self.stack.enter_context(apache_running(self.folder, conf, port))

    def caddy(self, *deployments: Path, port: int = 80) -> None:
        sites = self.folder / "sites"
        sites.mkdir()
        (sites / "Caddyfile").write_bytes((deployments[0] / "Caddyfile").read_bytes())
        for each in deployments:
            (sites / f"{each.name}.caddy").symlink_to(each / "site.caddy")
        self.stack.enter_context(caddy_running(self.folder, sites / "*.caddy", port))

    def haproxy(self, backend: int = 80) -> None:
        """Runs HAProxy with the configuration of the documentation, TLS with the network's certificate."""
        pem, conf = self.folder / "pacs.pem", self.folder / "haproxy.cfg"
        pem.write_bytes(self.network.certificate.read_bytes() + self.network.key.read_bytes())
        text = HAPROXY.replace("/etc/ssl/private/pacs.pem", str(pem)).replace("127.0.0.1:80", f"127.0.0.1:{backend}")
        conf.write_text(text)
        self.stack.enter_context(haproxy_running(self.folder, conf, 443))

    def alone(self, dist: Path, port: int, **options: Any) -> None:
        """Runs Orthanc without a web server."""
        existing, _ = existing_orthanc(self.folder)
        given = DeployOptions(orthanc_settings=existing, port=port, **options)
        deploy("orthanc", dist, self.folder / "viewer", given, SilentReporter())
        self._orthanc(self.stack, self.folder / "viewer", read_settings(dist))

    def secure(self, dist: Path) -> Site:
        """The site behind a proxy with TLS at the network's address."""
        return Site(f"https://{self.network.address}", dist, self.network.address, self.network.authority)

    @property
    def behind(self) -> dict[str, Any]:
        """The options for a server behind a proxy at the network's address."""
        return {
            "host": self.network.address,
            "behind_proxy": LOOPBACK,
            "public_origin": f"https://{self.network.address}",
        }


def nginx_plain(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    world.nginx(world.deployed("nginx", dist))
    return [Site("http://127.0.0.1", dist)]


def nginx_behind_haproxy(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    world.nginx(world.deployed("nginx", dist, **world.behind))
    world.haproxy()
    return [world.secure(dist)]


def two_sites(world: World, kind: Kind, run: Callable[..., None]) -> Sequence[Site]:
    one, other = world.dists["/"], world.dists["/ohif/"]
    run(
        # A port, because Caddy would ask for certificates of these names.
        world.deployed(kind, one, "one", host="one.example", port=80),
        world.deployed(kind, other, "other", host="other.example", port=80),
    )
    return [Site("http://one.example", one), Site("http://other.example", other)]


def two_sites_on_nginx(world: World) -> Sequence[Site]:
    return two_sites(world, "nginx", world.nginx)


def two_sites_on_apache(world: World) -> Sequence[Site]:
    return two_sites(world, "static", world.apache)


def two_sites_on_caddy(world: World) -> Sequence[Site]:
    return two_sites(world, "static", world.caddy)


def nginx_with_ipv6(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    archive = world.stack.enter_context(_at_ipv6(world.archive(dist)))
    world.nginx(world.deployed("nginx", dist, host="[::1]", archive=archive), host="::1")
    return [Site("http://[::1]", dist, "::1")]


def nginx_prefix_stripped(world: World) -> Sequence[Site]:
    dist = world.dists["/pacs/ohif/"]
    stripping = STRIPPING.replace("/etc/ssl/certs/pacs.pem", str(world.network.certificate))
    stripping = stripping.replace("/etc/ssl/private/pacs.key", str(world.network.key))
    world.nginx(
        world.deployed("nginx", dist, port=8080, prefix_stripped="/pacs", **world.behind), more=stripping, port=443
    )
    return [world.secure(dist)]


def nginx_prefix_kept(world: World) -> Sequence[Site]:
    dist = world.dists["/pacs/ohif/"]
    world.nginx(world.deployed("nginx", dist, **world.behind))
    world.haproxy()
    return [world.secure(dist)]


def apache_plain(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    world.apache(world.deployed("static", dist))
    return [Site("http://127.0.0.1", dist)]


def apache_behind_haproxy(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    world.apache(world.deployed("static", dist, **world.behind))
    world.haproxy()
    return [world.secure(dist)]


def caddy_plain(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    world.caddy(world.deployed("static", dist))
    return [Site("http://127.0.0.1", dist)]


def caddy_behind_haproxy(world: World) -> Sequence[Site]:
    dist = world.dists["/"]
    world.caddy(world.deployed("static", dist, **world.behind))
    world.haproxy()
    return [world.secure(dist)]


def orthanc_alone(world: World) -> Sequence[Site]:
    dist = world.dists["/ohif/"]
    world.alone(dist, 8042)
    return [Site("http://127.0.0.1:8042", dist)]


def orthanc_alone_behind_haproxy(world: World) -> Sequence[Site]:
    dist = world.dists["/ohif/"]
    world.alone(dist, 8043, **world.behind)
    world.haproxy(8043)
    return [world.secure(dist)]


SITUATIONS = (
    nginx_plain,
    nginx_behind_haproxy,
    two_sites_on_nginx,
    two_sites_on_apache,
    two_sites_on_caddy,
    nginx_with_ipv6,
    nginx_prefix_stripped,
    nginx_prefix_kept,
    apache_plain,
    apache_behind_haproxy,
    caddy_plain,
    caddy_behind_haproxy,
    orthanc_alone,
    orthanc_alone_behind_haproxy,
)


@pytest.fixture(scope="module")
def world(network: Any, dist: Path, moved: Path, studies: Path) -> Iterator[World]:
    below = dist.with_name("pacs")
    if not below.exists():
        move(dist, below, public_url="/pacs/ohif/", dicomweb_root="/pacs/dicom-web")
    dists = {"/": dist, "/ohif/": moved, "/pacs/ohif/": below}
    with ExitStack() as shared:
        parts = prepare_fixtures(read_settings(dist))
        yield World(network, dists, studies, parts, shared, Path(), ExitStack())


@pytest.fixture
def row(world: World) -> Iterator[World]:
    """The world with a new folder; what runs for the row ends with it."""
    with ExitStack() as stack:
        # Apache reads as another user than the one who runs the tests.
        world.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        world.folder.chmod(0o755)
        world.stack = stack
        yield world


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_the_viewer_and_its_archive_work_where_they_are_put(row: World, situation: Callable[..., Any]) -> None:
    token = documents_of(row.parts).token
    for site in situation(row):
        check_site(site, token)


def test_a_pdf_shows_behind_a_proxy_at_which_tls_ends(row: World) -> None:
    (site,) = nginx_behind_haproxy(row)
    settings, documents, shown = read_settings(site.dist), documents_of(row.parts), []

    def visit(context: ScenarioContext) -> Iterator[Observation]:
        yield context.image("documents", "A study with a PDF", documents, context.link(documents))
        page = playwright_page(context.tab)
        page.locator("[data-cy=study-browser-thumbnail-no-image]").filter(has_text="DOC").first.dblclick()
        page.wait_for_selector("object[type='application/pdf'][data^=blob]", timeout=30_000)
        shown.append(context.tab.recorded(context.tab.recording).console)

    viewer = Viewer(f"{site.origin}{settings.public_url}")
    reporter = SilentReporter()
    with reporter.step("Visit") as meter:
        observations, _ = run_scenarios(
            viewer, row.network.browser, row.parts.fixtures, settings, reporter, meter, journeys=(visit,)
        )
    assert len(shown) == 1
    assert [line for line in shown[0] if "Content Security Policy" in line] == []
    assert [r.url for each in observations for r in each.sent if r.url.startswith("http:")] == []


@contextmanager
def _at_ipv6(origin: str) -> Iterator[str]:
    """The same archive at an IPv6 address, at which Orthanc 1.10.1 itself does not listen."""
    there = urlsplit(origin)
    ended = threading.Event()
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:

        def serve() -> None:
            while not ended.is_set():
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                server = socket.create_connection((there.hostname, there.port))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=_copy, args=pair, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://[::1]:{listener.getsockname()[1]}"
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        """The other side has closed the connection."""
