"""Orthanc as verify starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DistInvalid, OrthancFailed, OrthancUnsuitable
from ohifbuild.orthanc.orthanc_process import OrthancServer, orthanc
from ohifbuild.verification.backend import real_orthanc
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.dataset.contents import COMPRESSED, ORDINARY, SECOND, VIDEO
from ohifbuild.verification.dataset.studies import Series, Study
from ohifbuild.verification.runner import verify
from ohifbuild.verification.viewer_site import site
from ohifbuild.viewer.manifest import Manifest, hash_tree
from system import browser_installed

pytestmark = pytest.mark.usefixtures("orthanc_there")

TOKENS = Tokens({"mine": Grant(frozenset({ORDINARY.uid}))})


def test_orthanc_itself_refuses_while_the_gate_only_records(cache: Cache, empty_dist: Path, ask: Any) -> None:
    with (
        real_orthanc(Settings(), TOKENS, cache, SilentReporter()) as behind,
        site(empty_dist, behind.archive(), TOKENS, settings=Settings(), enforce=not behind.enforces) as running,
    ):
        root = f"{running.origin}/dicom-web/studies"
        own, other = f"{root}/{ORDINARY.uid}/series", f"{root}/{SECOND.uid}/series"
        replies = [ask(own, ("token", "mine")), ask(other, ("token", "mine")), ask(own), ask(own, ("token", "guess"))]
        assert [reply.status for reply in replies] == [200, 403, 403, 403]
        # What passes through is noted when the last byte has gone, which is after it has arrived: so no statuses here.
        decisions = [request.decision for request in running.received()]
        assert decisions == ["granted", "other-study", "no-token", "unknown-token"]
    assert behind.description.startswith("Orthanc 1.")
    assert "DICOMweb 1." in behind.description


def test_an_orthanc_that_ends_is_an_error() -> None:
    with pytest.raises(OrthancFailed, match="ended unexpectedly"), orthanc() as server:
        server.check_alive()
        server._child.kill()
        server._child.wait()
        server.check_alive()


def test_an_orthanc_that_refuses_an_object_is_unsuitable(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (cached_dataset(cache) / "ordinary" / "torn.dcm").write_bytes(b"\0" * 200)
    with (
        pytest.raises(OrthancUnsuitable, match="refused 1 of") as caught,
        real_orthanc(Settings(), TOKENS, cache, SilentReporter()),
    ):
        raise AssertionError("it is taken for one")
    assert "torn.dcm" in caught.value.details


def test_an_orthanc_that_starts_too_slowly_is_an_error() -> None:
    with pytest.raises(OrthancFailed, match="did not answer within 0 s"), orthanc(start_seconds=0):
        raise AssertionError("it was fast")


def test_a_dist_with_an_archive_elsewhere_is_refused_before_anything_is_started(dist: Path, cache: Cache) -> None:
    browser_installed()
    index = dist / "index.html"
    index.write_text(index.read_text().replace('["/dicom-web"]', '["https://archive.example/dicom-web"]'))
    Manifest(hash_tree(dist), {}).write(dist)
    with pytest.raises(DistInvalid, match=r"archive\.example"):
        verify(dist, report_dir=dist, cache=cache, reporter=SilentReporter(), archive=real_orthanc)


@pytest.fixture(scope="module")
def server(dataset: Path) -> Iterator[OrthancServer]:
    with orthanc(dataset) as running:
        yield running


def rendered(server: OrthancServer, study: Study, series: Series) -> str:
    return f"{server.dicomweb_url}/studies/{study.uid}/series/{series.uid}/instances/{series.instance_uid(1)}/rendered"


@pytest.mark.parametrize("accept", [(), ("video/mp4",), ("image/png, */*;q=0.1",), ("video/*",)])
def test_a_video_is_rendered_as_it_is(server: OrthancServer, ask: Any, accept: tuple[str, ...]) -> None:
    headers = [*server.administrator.items(), *(("Accept", value) for value in accept)]
    reply = ask(rendered(server, VIDEO, VIDEO.series[0]), *headers)
    assert (reply.status, reply.headers["content-type"], reply.body[4:8]) == (200, "video/mp4", b"ftyp")


def test_images_are_rendered_as_before(server: OrthancServer, ask: Any) -> None:
    administrator = tuple(server.administrator.items())
    url = rendered(server, COMPRESSED, COMPRESSED.series_of("colour"))
    whole, small = (ask(url + query, *administrator) for query in ("", "?viewport=64,64"))
    assert [reply.body[:2] for reply in (whole, small)] == [b"\xff\xd8"] * 2
    assert len(small.body) < len(whole.body)
    # Without a plugin for it, Orthanc cannot decode JPEG 2000: whichever way one asks.
    undecoded = rendered(server, COMPRESSED, COMPRESSED.series_of("j2k"))
    frame = undecoded.replace("/rendered", "/frames/1/rendered")
    assert ask(undecoded, *administrator).status == ask(frame, *administrator).status


def test_rendering_failures_have_their_status(server: OrthancServer, ask: Any) -> None:
    clip = VIDEO.series[0]
    administrator = tuple(server.administrator.items())
    url = rendered(server, VIDEO, clip)
    assert ask(url, *administrator, ("Accept", "image/png")).status == 406
    assert ask(rendered(server, ORDINARY, clip), *administrator).status == 404
    assert ask(url.replace(clip.uid, ORDINARY.series[0].uid), *administrator).status == 404
    assert ask(url, *administrator, method="DELETE").status in (404, 405)
    assert ask(url).status == 403
