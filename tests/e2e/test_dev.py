"""``ohifbuild dev`` as a developer uses it: a source file is saved, and the page shows it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Request

from ohifbuild.core.console import SilentReporter
from ohifbuild.testing import DicomDataset
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.windows import new_context

MODULE = """
import { title } from './title.js';
export default { id: 'ward', preRegistration: () => { document.documentElement.dataset.ward = title; } };
"""
RECIPE = 'version = "3.12.0"\nfrom = "published"\nextensions = ["ward"]\n'
CANVAS = ".cornerstone-viewport-element canvas"
OVERLAY = "#ohifbuild-dev"
SECONDS = 30.0


def save(path: Path, text: str) -> None:
    """Saves a file as editors do: a new one takes the old one's name."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)


@contextmanager
def dev(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running ``ohifbuild dev``, and its links."""
    with (folder / "stderr").open("w") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "ohifbuild", "dev", "--port", "0", "--json", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
    assert child.stdout
    try:
        document = "".join(iter(child.stdout.readline, "}\n"))
        yield child, list(json.loads(document + "}").values())
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    (tmp_path / "ohifbuild.toml").write_text(RECIPE)
    (tmp_path / "ward").mkdir()
    (tmp_path / "ward" / "package.json").write_text(
        json.dumps({"name": "ward", "ohifbuild": {"extension": "./index.js"}})
    )
    (tmp_path / "ward" / "index.js").write_text(MODULE)
    (tmp_path / "ward" / "title.js").write_text("export const title = 'one';")
    return tmp_path


def test_a_saved_file_changes_the_page_and_an_error_is_shown_until_it_is_corrected(workplace: Path) -> None:
    reporter, sent = SilentReporter(), list[Request]()
    title = workplace / "ward" / "title.js"
    with (
        dev(workplace, "--token", "as-in-a-link") as (child, links),
        started(find_browser(reporter), reporter) as browser,
        new_context(browser) as context,
    ):
        page = context.new_page()
        page.on("request", lambda request: sent.append(request))
        page.goto(links[0], wait_until="commit")
        page.locator("html[data-ward=one]").wait_for(state="attached")
        page.locator(CANVAS).first.wait_for()
        address = page.url
        assert "as-in-a-link" not in address

        save(title, "export const title = 'two';")
        page.locator("html[data-ward=two]").wait_for(state="attached")
        page.locator(CANVAS).first.wait_for()  # the token is still there
        assert page.url == address

        save(title, "export const title = ;")
        page.locator(OVERLAY).wait_for()
        shown = page.locator(OVERLAY).inner_text()
        assert "title.js:1:21:" in shown
        assert "export const title = ;" in shown
        assert page.locator("html[data-ward=two]").count() == 1

        save(title, "export const title = 'three';")
        page.locator("html[data-ward=three]").wait_for(state="attached")
        assert page.locator(OVERLAY).count() == 0

        # A recipe that moves the viewer's archive is served anew, at the same port.
        save(workplace / "ohifbuild.toml", RECIPE + 'dicomweb_root = "/ward/rs"\ntoken_header = "Authorization"\n')
        page.wait_for_event("request", lambda request: "/ward/rs/" in request.url)
        page.locator(CANVAS).first.wait_for()

        of_channel = [request for request in sent if "ohifbuild-dev" in request.url]
        assert len(of_channel) > 4
        for request in of_channel:
            assert "as-in-a-link" not in f"{request.url} {request.all_headers()}"
        child.send_signal(signal.SIGINT)
        assert child.wait(SECONDS) == 0
    errors = (workplace / "stderr").read_text()
    assert "title.js:1:21:" in errors
    assert "Traceback" not in errors
    assert "Task was destroyed" not in errors
    assert sorted(path.name for path in workplace.iterdir()) == ["ohifbuild.toml", "stderr", "ward"]


def test_a_folder_of_dicom_files_is_shown_without_those_that_cannot_be(workplace: Path) -> None:
    scans, reporter = workplace / "scans", SilentReporter()
    scans.mkdir()
    for number in (1, 2, 3):
        made = DicomDataset()("MR", number=number, SeriesDescription="Knee")
        made.save_as(scans / f"{number}.dcm", enforce_file_format=True)
    (scans / "notes.txt").write_text("not a scan")
    with (
        dev(workplace, "--dicom", "scans") as (child, links),
        started(find_browser(reporter), reporter) as browser,
        new_context(browser) as context,
    ):
        (link,) = links
        page = context.new_page()
        page.goto(link, wait_until="commit")
        page.get_by_text("Knee").first.wait_for()
        page.locator(CANVAS).first.wait_for()
        child.send_signal(signal.SIGTERM)
        assert child.wait(SECONDS) == 0
    assert "notes.txt: not a DICOM file" in (workplace / "stderr").read_text()
