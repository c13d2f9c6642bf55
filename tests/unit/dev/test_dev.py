"""The parts of ``dev``: links, watched folders, and what pages learn."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ohifbuild.commands.main import cli
from ohifbuild.contract.settings import Settings, Source
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.dev.archives import HeldArchive, printable
from ohifbuild.dev.channel import Channel, with_client
from ohifbuild.dev.watch import changes, source_folders
from ohifbuild.server.headers import page_policy
from ohifbuild.testing.datasets import DicomDataset

WARD = Source("ward", ("/ward",), "authorization", "Bearer", "token")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for study in ("one", "two"):
        paths.append(tmp_path / f"{study}.dcm")
        DicomDataset()(study=study).save_as(paths[-1], enforce_file_format=True)
    return paths


def test_each_link_has_a_token_of_its_own_that_stays_the_same(files: list[Path]) -> None:
    archive = HeldArchive(files)
    links = archive.links(Settings())
    assert len({link.token for link in links}) == 2
    assert [link.studies for link in links] == [(study.uid,) for study in archive.studies]
    assert archive.links(Settings(priors="exact")) == links


def test_a_given_token_is_that_of_every_link(files: list[Path]) -> None:
    assert {link.token for link in HeldArchive(files, "mine").links(Settings())} == {"mine"}


def test_every_root_of_the_viewer_is_answered_but_those_at_other_origins(files: list[Path]) -> None:
    settings = Settings(roots=("/dicom-web", "https://elsewhere.example/rs"), further=(WARD,))
    assert list(HeldArchive(files).handlers(settings)) == ["/dicom-web", "/ward"]


def test_a_study_cannot_write_to_the_terminal() -> None:
    assert printable("CT\x1b[2J \n knee\u202e" + "x" * 99).startswith("CT [2J knee x")
    assert len(printable("x" * 99)) == 60


def test_the_client_leaves_the_policy_of_the_page_as_it_is() -> None:
    page = "<meta charset=utf-8><script>early()</script><script src=app.js></script>"
    changed = with_client(page, page.index("<script src"), "/ohif/", "b-1")
    assert '</script><script src="/ohif/ohifbuild-dev/client.js?build=b-1"></script><script src=app' in changed
    assert page_policy(changed) == page_policy(page)


def test_a_problem_keeps_the_build_and_a_build_ends_the_problem() -> None:
    def state() -> Any:
        return json.loads(channel._state)

    channel = Channel("b-1")
    assert state() == {"build": "b-1", "problem": []}
    channel.publish(None, ExtensionInvalid("It is wrong.", details="a.js:1:2", fix="Correct it."))
    assert state() == {"build": "b-1", "problem": ["It is wrong.", "a.js:1:2", "Correct it."]}
    channel.publish("b-2", None)
    assert state() == {"build": "b-2", "problem": []}


def test_folders_of_dependencies_and_results_are_not_watched(tmp_path: Path) -> None:
    for name in ("src/panels", "node_modules/react", ".git/objects", "dist"):
        (tmp_path / name).mkdir(parents=True)
    found = {path.relative_to(tmp_path.resolve()).as_posix() for path in source_folders([tmp_path])}
    assert found == {".", "src", "src/panels"}


def test_saved_sources_are_reported_also_in_a_new_folder_and_an_editors_own_files_are_not(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    seen = changes(tmp_path / "ohifbuild.toml", [package])

    def next_after(*steps: Any) -> set[str]:
        timer = threading.Timer(0.1, lambda: [step() for step in steps])
        timer.start()
        found = {path.name for path in next(seen)}
        timer.join()
        return found

    def write(name: str) -> Any:
        return lambda: (package / name).write_text("x")

    assert next_after(write(".index.js.swp"), write("4913~"), write("index.js")) == {"index.js"}
    assert "panels" in next_after((package / "panels").mkdir)
    assert next_after(write("panels/one.js")) == {"one.js"}
    assert next_after(lambda: (tmp_path / "other.txt").write_text("x"), write("index.js")) == {"index.js"}
    assert next_after(lambda: (tmp_path / "ohifbuild.toml").write_text("x")) == {"ohifbuild.toml"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dicom", "x", "--dicomweb", "http://y"], "exclude each other"),
        (["--study", "1.2.3"], "a study of --dicomweb"),
        (["--dicomweb", "http://y", "--study", "1.2.x"], "not a Study Instance UID"),
        (["--token", "two words"], "visible ASCII"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["dev", *arguments])
    assert result.exit_code == 2
    assert words in result.output
