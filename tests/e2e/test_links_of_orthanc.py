"""Links that Orthanc's OHIF plugin and login pages make, opened in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pydicom
import pytest
from aiohttp import web
from playwright.sync_api import Browser
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.dataset import STUDIES, cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.fixtures import PreparedFixtures, prepare_fixtures
from ohifbuild.verification.pixels import PictureIndex, shows
from ohifbuild.verification.session import Tab, tab
from ohifbuild.verification.viewer_site import Site, site
from ohifbuild.verification.windows import window
from ohifbuild.workflow import build

ROOTS = ("/orthanc/studies", "/orthanc/instances")
ROUTE = "/orthanc/studies/{id}/ohif-dicom-json"
STUDY = STUDIES[0]
SERIES = STUDY.series[0]
LINK = f"viewer?url=../orthanc/studies/{STUDY.key}/ohif-dicom-json"


class OrthancWithOhifPlugin:
    """The parts of Orthanc and its OHIF plugin that such links use, with one token, and a login that admits everybody.

    It also serves invalid JSON files, whose names say what is wrong with them.
    """

    name = "Orthanc"

    def __init__(self, folder: Path, token: str) -> None:
        files = {path: pydicom.dcmread(path) for path in folder.rglob("*") if path.is_file()}
        self._files = {ds.SOPInstanceUID: path for path, ds in files.items() if ds.SeriesInstanceUID == SERIES.uid}
        self._instances = [instance_of(files[path]) for path in self._files.values()]
        self._token = token

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        kind, _, rest = tail.partition("?")[0].partition("/")
        if kind == "login":
            return web.Response(status=302, headers={"Location": request.query["to"]})
        if request.headers.getall("token", []) != [self._token]:
            return web.Response(status=403)
        if kind == "instances":
            return web.FileResponse(self._files[rest.partition("/")[0]])
        found, content_type = study_of(self._instances), "application/json"
        if "another-type" in rest:
            content_type = "text/plain"
        if "another-place" in rest:
            found["series"][0]["instances"][0]["url"] = "dicomweb:../assets/slice.dcm"
        return web.json_response({"studies": [found]}, content_type=content_type)


def instance_of(ds: Dataset) -> dict[str, Any]:
    metadata = {e.keyword: plain(e.value) for e in ds if e.VR not in ("SQ", "OB", "OW") and e.keyword}
    return {"metadata": metadata, "url": f"dicomweb:../orthanc/instances/{ds.SOPInstanceUID}/file"}


def plain(value: Any) -> Any:
    if isinstance(value, MultiValue):
        return [plain(item) for item in value]
    return value if isinstance(value, int | float) else str(value)


def study_of(instances: list[dict[str, Any]]) -> dict[str, Any]:
    first = instances[0]["metadata"]
    series = {"SeriesInstanceUID": SERIES.uid, "Modality": first["Modality"], "instances": instances}
    study = {name: first[name] for name in ("StudyInstanceUID", "PatientID", "PatientName", "StudyDate")}
    return {**study, "Modalities": first["Modality"], "NumInstances": len(instances), "series": [series]}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("links") / "dist"
    options = {"from": "published", "output": output, "dicomweb_root": "/orthanc/dicom-web", "verify": False}
    recipe = Recipe.of({**options, "token_roots": ROOTS, "dicom_json": ROUTE})
    return build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter()).path


@contextmanager
def visit(dist: Path, browser: Browser) -> Iterator[tuple[Tab, Site, PreparedFixtures]]:
    settings = read_settings(dist)
    parts = prepare_fixtures(settings)
    orthanc = OrthancWithOhifPlugin(cached_dataset(default_cache()), parts.fixtures.main.token)
    whole_orthanc = replace(settings, roots=("/orthanc",))
    with (
        site(dist, orthanc, parts.tokens, settings=whole_orthanc, enforce=False, bare=True) as running,
        egress_proxy() as proxy,
        window(browser, running.origin, proxy) as context,
        tab(context, running.origin) as page,
    ):
        yield page, running, parts


def shows_the_study(page: Tab, parts: PreparedFixtures) -> bool:
    index = PictureIndex(parts.fixtures.pictures)
    matches = [index.recognise(canvas, "viewport") for canvas, _ in page.viewports()]
    return any(shows(match) and STUDY.uid in match.studies for match in matches)


def test_a_json_file_and_its_images_are_requested_with_the_token(dist: Path, browser: Browser) -> None:
    with visit(dist, browser) as (page, running, parts):
        token = parts.fixtures.main.token
        page.go(f"{running.base_url}{LINK}&token={quote(token)}")
        assert page.until(lambda: shows_the_study(page, parts))
        page.quiet()
        received = running.received()
        assert {request.path.split("/")[2] for request in received} == {"studies", "instances"}
        assert [dict(request.headers)["token"] for request in received] == [token] * len(received)
        page.reload()
        assert page.until(lambda: shows_the_study(page, parts))
        assert token not in page.state().url


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (f"{LINK}&token=wrong", "refused"),
        (LINK, "no-token"),
        ("viewer?url=../orthanc/studies/another-type/ohif-dicom-json&token=", "not-found"),
        ("viewer?url=../orthanc/studies/another-place/ohif-dicom-json&token=", "not-found"),
    ],
)
def test_a_json_file_that_cannot_be_used_gives_a_message(dist: Path, browser: Browser, link: str, reason: str) -> None:
    with visit(dist, browser) as (page, running, parts):
        page.go(running.base_url + link + (quote(parts.fixtures.main.token) if link.endswith("=") else ""))
        assert page.until(lambda: (message := page.message()) and message.visible and message.reason == reason)
        page.quiet()
        assert len(running.received()) == (reason != "no-token")


@pytest.mark.parametrize(
    "file",
    [
        "/assets/evil.json",
        "//elsewhere.example/orthanc/studies/x/ohif-dicom-json",
        "data:application/json,{}",
        # Under a root that gets the token, but not of the configured form.
        f"../orthanc/studies/{STUDY.key}/ohif-dicom-json%3Fx",
        f"../orthanc/studies/{STUDY.key}/archive",
        f"../orthanc/studies/{STUDY.key}/x/ohif-dicom-json",
        "../orthanc/instances/1.2/file",
        "../orthanc/dicom-web/studies",
        # Two files; a file together with studies.
        f"../orthanc/studies/{STUDY.key}/ohif-dicom-json&URL=/assets/evil.json",
        f"../orthanc/studies/{STUDY.key}/ohif-dicom-json&StudyInstanceUIDs={STUDY.uid}",
    ],
)
def test_a_link_to_any_other_file_is_a_bad_link(dist: Path, browser: Browser, file: str) -> None:
    with visit(dist, browser) as (page, running, parts):
        page.go(f"{running.base_url}viewer?url={file}&token={quote(parts.fixtures.main.token)}")
        assert page.until(lambda: (message := page.message()) and message.visible and message.reason == "bad-link")
        page.quiet()
        assert running.received() == ()
        assert parts.fixtures.main.token not in page.state().url


def test_a_link_survives_a_login_that_sends_the_browser_back(dist: Path, browser: Browser) -> None:
    with visit(dist, browser) as (page, running, parts):
        link = f"{running.base_url}{LINK}&token={quote(parts.fixtures.main.token)}&state=abc&code=1"
        page.go(f"{running.origin}/orthanc/login?to={quote(link, safe='')}")
        assert page.until(lambda: shows_the_study(page, parts))
        assert "state=abc" in page.state().url
