"""``serve`` as a program of its own, in front of the embedded archive."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ohifbuild.console import SilentReporter
from ohifbuild.errors import ArchiveUnreachable, DistInvalid, PortInUse
from ohifbuild.process import running
from ohifbuild.serve import serve
from ohifbuild.verify.archive import EmbeddedArchive
from ohifbuild.verify.dataset.contents import MULTIFRAME
from ohifbuild.verify.dataset.write import write_dataset
from ohifbuild.verify.settings import Settings
from ohifbuild.verify.site import Site, site
from ohifbuild.verify.tokens import Grant, Tokens

PROGRAM = """
import sys
from pathlib import Path
from ohifbuild.console import SilentReporter
from ohifbuild.serve import serve
class Loud(SilentReporter):
    def say(self, line): print(line, flush=True)
    warn = say
serve(Path(sys.argv[1]), sys.argv[2], port=0, reporter=Loud())
"""
SETTINGS = {
    **{"tokenParam": "token", "tokenHeader": "token", "tokenScheme": "", "roots": ["/dicom-web"]},
    **{"priors": "never", "storage": "tab", "studyList": False, "publicUrl": "/ohif/"},
}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    settings = json.dumps(SETTINGS)
    page = f'<script type="application/json" id="ohifbuild-settings">{settings}</script>viewer'
    (folder / "index.html").write_text(page)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Site]:
    """A real archive that wants a token, at another port."""
    (tmp_path / "dataset").mkdir()
    write_dataset(tmp_path / "dataset")
    (tmp_path / "nothing").mkdir()
    tokens = Tokens({"mine": Grant(frozenset({MULTIFRAME.uid}))})
    with site(tmp_path / "nothing", EmbeddedArchive(tmp_path / "dataset"), tokens, settings=Settings()) as found:
        yield found


@contextmanager
def served(dist: Path, archive: Site) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program and its origin."""
    with running([sys.executable, "-c", PROGRAM, dist, f"{archive.origin}/dicom-web"]) as child:
        assert child.stdout is not None
        lines = []
        for line in child.stdout:
            lines.append(line)
            if line.startswith("The viewer is at "):
                parts = urlsplit(line.split()[-1])
                assert parts.path == "/ohif/"
                yield child, f"{parts.scheme}://{parts.netloc}"
                return
        raise AssertionError("".join(lines))


def test_serves_the_viewer_and_the_archive_from_one_origin(dist: Path, archive: Site) -> None:
    with served(dist, archive) as (_, origin):
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/ohif/viewer?StudyInstanceUIDs=1")
        assert connection.getresponse().read().endswith(b"viewer")
        path = f"/dicom-web/studies/{MULTIFRAME.uid}/metadata"
        connection.request("GET", path, headers={"token": "mine"})
        found = json.loads(connection.getresponse().read())
        assert found[0]["7FE00010"]["BulkDataURI"].startswith(f"{origin}/dicom-web/")
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("WWW-Authenticate")) == (401, 'Token realm="studies"')
        connection.close()
    last = archive.received()[-2]
    assert [value for name, value in last.headers if name == "token"] == ["mine"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_cleanly_when_told_to(dist: Path, archive: Site, number: signal.Signals) -> None:
    with served(dist, archive) as (child, origin):
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/ohif/")
        connection.getresponse().read()
        child.send_signal(number)
        assert child.stdout is not None
        rest = child.stdout.read()
        assert child.wait(20) == 0
        assert "Traceback" not in rest
        connection.close()


def test_says_what_is_wrong_before_it_listens(dist: Path, archive: Site, tmp_path: Path) -> None:
    taken = urlsplit(archive.origin)
    there = f"{archive.origin}/dicom-web"
    with pytest.raises(DistInvalid):
        serve(tmp_path / "nothing", there, port=0, reporter=SilentReporter())
    with pytest.raises(ArchiveUnreachable):
        serve(dist, f"{archive.origin}/nothing.txt", port=0, reporter=SilentReporter())
    with pytest.raises(PortInUse):
        serve(dist, there, port=taken.port or 0, reporter=SilentReporter())


def test_warns_where_the_archives_path_is_another(dist: Path, archive: Site) -> None:
    text = (dist / "index.html").read_text().replace('["/dicom-web"]', '["/pacs"]')
    (dist / "index.html").write_text(text)
    reporter = SilentReporter()
    with pytest.raises(PortInUse):
        serve(dist, f"{archive.origin}/dicom-web", port=urlsplit(archive.origin).port or 0, reporter=reporter)
    assert "/pacs" in reporter.warnings[0]
