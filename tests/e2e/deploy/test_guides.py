"""The pages about places, followed as they are written, with the real viewer, Orthanc, nginx and HAProxy."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from guides import System, blocks, system
from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.lock.resolve import resolve
from ohifbuild.server.headers import inline_hashes
from ohifbuild.verification.dataset.contents import DOCUMENTS
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.fixtures import PreparedFixtures, prepare_fixtures
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.viewer.manifest import read_manifest
from ohifbuild.workflow import build
from servers import deployed_orthanc, existing_orthanc
from sites import Site, Viewer, check_site, documents_of
from tabs import playwright_page
from web_servers import SITES, haproxy_running

OWN = "/opt/ohifbuild/bin/ohifbuild deploy nginx /opt/dist --output /srv/archive"
"""The Orthanc of the server, which the page takes for granted."""
CLIENTS, TABS = 50, 3
ALL_CHUNKS = """async () => {
  let chunks;
  const name = Object.keys(window).find(key => key.startsWith('webpackChunk'));
  window[name].push([['probe'], {}, require => { chunks = require; }]);
  // Some chunks belong to workers: the page's own scripts do not know their names.
  const ids = %s.filter(id => !chunks.u(id).includes('undefined'));
  const failed = [];
  for (const id of ids) await chunks.e(id).catch(error => failed.push(`${id}: ${error}`));
  return [ids.length, failed];
}"""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer of an earlier release, whose chunks have other names. It is built on the machine's network."""
    output = tmp_path_factory.mktemp("older") / "dist"
    recipe = Recipe.of({"version": "3.11.1", "from": "published", "output": output, "verify": False})
    build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    return output


@pytest.fixture
def parts(dist: Path) -> PreparedFixtures:
    return prepare_fixtures(read_settings(dist))


def configured(folder: Path, port: int) -> None:
    """Writes the configuration of an existing Orthanc at this port."""
    folder.mkdir(parents=True)
    existing, _ = existing_orthanc(folder)
    text = existing.read_text().partition("\n")[2]
    existing.unlink()
    (folder / "orthanc.json").write_text(json.dumps({**json.loads(text), "HttpPort": port}))


def test_the_page_about_proxies_is_right(
    tmp_path: Path, older: Path, network: Any, dist: Path, studies: Path, parts: PreparedFixtures
) -> None:
    deploying, moving, below_a_prefix, checking = blocks("behind-a-proxy.md", "sh")
    _, haproxy, stripping = blocks("behind-a-proxy.md", "text")
    (place,) = (each for each in blocks("share-a-study-nginx.md", "sh") if "conf.d" in each)
    here = system(tmp_path, {"pacs.example": network.address})
    configured(tmp_path / "etc/orthanc", 8042)
    (tmp_path / "opt/dist").symlink_to(dist)
    for name in ("etc/ssl/private", "etc/ssl/certs", "etc/haproxy"):
        (tmp_path / name).mkdir(parents=True)
    chain, key = network.certificate.read_bytes(), network.key.read_bytes()
    (tmp_path / "etc/ssl/private/pacs.pem").write_bytes(chain + key)
    (tmp_path / "etc/ssl/certs/pacs.pem").write_bytes(chain)
    (tmp_path / "etc/ssl/private/pacs.key").write_bytes(key)
    conf = tmp_path / "etc/haproxy/haproxy.cfg"
    conf.write_text(here.here(haproxy))
    token = documents_of(parts).token
    site = Site(f"https://{network.address}", dist, network.address, network.authority)

    here.follow(deploying)
    with _archive(here, "viewer", dist, studies, parts), here.nginx():
        here.follow(place)
        with haproxy_running(tmp_path, conf, 443):
            check_site(site, token)
            _doctor(here, checking, site, token)

    here.follow(moving)
    here.follow(below_a_prefix.rstrip() + " --port 8080\n")
    (tmp_path / "etc/nginx/conf.d/front.conf").write_text(here.here(stripping))
    with _archive(here, "viewer", tmp_path / "opt/dist-pacs", studies, parts), here.nginx():
        below = Site(site.origin, tmp_path / "opt/dist-pacs", network.address, network.authority)
        check_site(below, token)
        _doctor(here, checking, below, token)


def test_the_page_about_several_sites_is_right(
    tmp_path: Path, older: Path, network: Any, dist: Path, studies: Path, parts: PreparedFixtures
) -> None:
    one_archive, two_archives, caddy = blocks("several-sites.md", "sh")
    here, token = system(tmp_path, {}), documents_of(parts).token
    (tmp_path / "opt/dist").symlink_to(dist)
    (tmp_path / "etc/caddy").mkdir()
    north, south = (Site(f"http://{name}.example", dist) for name in ("north", "south"))
    configured(tmp_path / "etc/orthanc-north", 8042)
    configured(tmp_path / "etc/orthanc-south", 8043)
    with ExitStack() as stack:
        # Debian's Orthanc, whose studies are in a folder of the system.
        here.follow(f"{OWN} --orthanc-settings /etc/orthanc-north")
        stack.enter_context(_archive(here, "archive", dist, studies, parts))
        stack.enter_context(here.nginx())
        here.follow(one_archive)
        for site in (north, south):
            check_site(site, token)
        here.follow(two_archives)
        stack.enter_context(_archive(here, "south", dist, studies, parts))
        check_site(south, token)
    assert "GET /index.html" in (tmp_path / "nginx/north.example.access.log").read_text()
    here.follow(caddy)
    main = (tmp_path / "etc/caddy/Caddyfile").read_text()
    (tmp_path / "whole").write_text(main.replace(SITES, str(tmp_path / SITES[1:])))
    run(["caddy", "validate", "--config", tmp_path / "whole", "--adapter", "caddyfile"], env=_home(tmp_path))


def test_the_page_about_upgrades_is_right_and_open_tabs_go_on(
    tmp_path: Path, older: Path, network: Any, dist: Path, studies: Path, parts: PreparedFixtures
) -> None:
    see, write, load = blocks("upgrade.md", "sh")
    named = tmp_path / "opt/dist"
    here = system(tmp_path, {"pacs.example": "127.0.0.1"}, build=f"ln -sfn {dist} {named}; exit 0")
    named.symlink_to(older)
    configured(tmp_path / "etc/orthanc", 8042)
    here.follow(f"{OWN} --orthanc-settings /etc/orthanc")
    here.follow(write)
    conf = tmp_path / "etc/nginx/conf.d/viewer.conf"
    conf.symlink_to(tmp_path / "srv/viewer/nginx/viewer.conf")
    site, old, main = Site("http://127.0.0.1", dist), Site("http://127.0.0.1", older), parts.fixtures.main
    chunks = [each for each in read_manifest(older).files if each.endswith((".js", ".css", ".wasm", ".woff2"))]
    ids = sorted(int(each.partition(".")[0]) for each in chunks if re.match(r"\d+[.]bundle", each))
    loaded: list[tuple[int, list[str]]] = []

    def visit(context: ScenarioContext) -> Iterator[Observation]:
        link = context.link(main)
        yield context.image("open", "A link is opened", main, link)
        others = [playwright_page(context.tab).context.new_page() for _ in range(TABS - 1)]
        for page in others:
            page.goto(link)
        with pytest.raises(ToolFailed) as caught:
            here.follow(see)
        assert "status 94" in caught.value.what
        here.follow(write)
        _check_page(old)
        here.follow(load)
        _check_page(site)
        for page in (playwright_page(context.tab), *others):
            loaded.append(page.evaluate(ALL_CHUNKS % json.dumps(ids)))
        yield context.image("mpr", "A part that was not loaded yet", main, link, move=lambda: None)
        yield context.image("reload", "The new viewer", main, link, move=context.tab.reload)

    with (
        _archive(here, "archive", dist, studies, parts),
        here.nginx(),
        SilentReporter().step("Visit") as meter,
    ):
        observations, _ = run_scenarios(
            Viewer("http://127.0.0.1/"),
            network.browser,
            parts.fixtures,
            read_settings(dist),
            SilentReporter(),
            meter,
            journeys=(visit,),
        )
        with ThreadPoolExecutor(CLIENTS) as pool:
            wanted = [f"/{each}" for each in chunks if "/" not in each]
            statuses = {
                status for found in pool.map(lambda _: _fetch(site, wanted), range(CLIENTS)) for status in found
            }
    assert len(loaded) == TABS
    assert [failed for _, failed in loaded if failed] == []
    assert all(number > 20 for number, _ in loaded)
    assert statuses == {200}
    assert len(observations) == 3


def _fetch(site: Site, paths: list[str]) -> set[int]:
    return {site.ask(path).status for path in paths}


def _check_page(site: Site) -> None:
    """The page is the site's, and the policy fits it."""
    page = site.ask("/viewer")
    assert page.body == (site.dist / "index.html").read_bytes()
    assert all(digest in page.headers["content-security-policy"] for digest in inline_hashes(page.body.decode()))


def _archive(here: System, deployment: str, dist: Path, studies: Path, parts: PreparedFixtures) -> Any:
    settings = read_settings(dist)
    return deployed_orthanc(here.root / "srv" / deployment, settings, settings.roots[0], studies, parts.tokens)


def _doctor(here: System, script: str, site: Site, token: str) -> None:
    """Follows the page's check with a link of this site."""
    env = {"SSL_CERT_FILE": str(site.authority), "NO_PROXY": "*"}
    before = {name: os.environ.get(name) for name in env}
    link = f"{site.origin}{read_settings(site.dist).public_url}viewer?StudyInstanceUIDs={DOCUMENTS.uid}&token={token}"
    first, _, last = script.partition("'")
    os.environ.update(env)
    try:
        here.follow(f"{first}'{link}'{last.partition(chr(39))[2]}")
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _home(folder: Path) -> Mapping[str, str]:
    return {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
