"""``ohifbuild share`` with a real Orthanc that was deployed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ohifbuild.commands.main import cli
from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.link import read_link
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import OhifbuildError, ShareRefused, SharesUnavailable, TokenFileUnusable
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.orthanc.orthanc_process import OrthancServer
from ohifbuild.verification.dataset.contents import ORDINARY, SECOND
from servers import deployed_orthanc, existing_orthanc

A, B = ORDINARY.uid, SECOND.uid
ROOT = "/dicom-web"
GUIDE = Path(__file__).parents[3] / "docs/how-to/share-from-the-command-line.md"


@dataclass(frozen=True)
class Deployed:
    """A deployment that runs."""

    folder: Path
    server: OrthancServer
    web: Any

    def share(self, *words: str) -> Any:
        """The result of ``ohifbuild share … --json``; its errors are raised."""
        done = CliRunner().invoke(cli, ["share", *words, "--deployment", str(self.folder), "--json"])
        if isinstance(done.exception, OhifbuildError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def status(self, token: str, path: str) -> int:
        return int(self.web.ask(f"{self.server.origin}{path}", {"token": token}).status)

    @property
    def log(self) -> Path:
        return self.folder / "orthanc/access.jsonl"


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, write_dist: Callable[..., Path], dataset: Path, web: Any
) -> Iterator[Deployed]:
    place = tmp_path_factory.mktemp("shares")
    dist = write_dist(place / "dist", public_url="/ohif/")
    existing, _ = existing_orthanc(place)
    folder = place / "deployment"
    deploy("orthanc", dist, folder, DeployOptions(orthanc_settings=existing), SilentReporter())
    studies = dataset / ORDINARY.key if (dataset / ORDINARY.key).is_dir() else dataset
    with deployed_orthanc(folder, read_settings(dist), ROOT, studies, Tokens({})) as server:
        yield Deployed(folder, server, web)


def token_of(link: str) -> str:
    return str(read_link(link, "token").token)


def refused(deployed: Deployed, token: str, path: str) -> bool:
    return deployed.status(token, path) == 403


def eventually(found: Callable[[], Any]) -> Any:
    """What a function returns when that is true: the log is written at most a second after a request."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if result := found():
            return result
    raise AssertionError("it did not happen")


def test_a_share_opens_its_study_and_the_list_says_so(deployed: Deployed) -> None:
    made = deployed.share("add", A, "--note", "for Dr Ray\u00e9")
    token = token_of(made["link"])
    assert deployed.status(token, f"{ROOT}/studies/{A}/series") == 200
    answer = deployed.web.ask(f"{deployed.server.origin}{ROOT}/studies/{A}/metadata", {"token": token})
    first = json.loads(answer.body)[0]
    series, instance = (first[tag]["Value"][0] for tag in ("0020000E", "00080018"))
    assert deployed.status(token, f"{ROOT}/studies/{A}/series/{series}/instances/{instance}/frames/1") == 200
    assert deployed.status(token, "/system") == 403

    def opened() -> Any:
        (listed,) = [each for each in deployed.share("list") if each["id"] == made["id"]]
        return listed if listed["frames"] and listed["refused"] else None

    listed = eventually(opened)
    assert (listed["note"], listed["times_opened"], listed["frames"], listed["refused"]) == (
        "for Dr Ray\u00e9",
        1,
        1,
        1,
    )
    text = deployed.log.read_text()
    assert not [word for word in (token, ORDINARY.patient.id, "127.0.0.1") if word in text]


def test_a_revoked_share_opens_nothing_within_a_second(deployed: Deployed) -> None:
    path, seconds = f"{ROOT}/studies/{A}/series", list[float]()
    for _ in range(3):
        made = deployed.share("add", A)
        token = token_of(made["link"])
        assert deployed.status(token, path) == 200
        deployed.share("revoke", made["id"])
        revoked = time.monotonic()
        eventually(partial(refused, deployed, token, path))
        seconds.append(time.monotonic() - revoked)
    assert max(seconds) < 1


def test_the_guide_works_to_the_letter(deployed: Deployed, tmp_path: Path) -> None:
    made = deployed.share("add", A)
    (tmp_path / "link.txt").write_text(made["link"])
    (tmp_path / "uids.txt").write_text(f"{A}\n")
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    words = {"/srv/viewer": str(deployed.folder), "1.2.840.113619.2.1": A, " 343d ": f" {made['id'][:8]} "}
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    said = list[str]()
    for block in blocks:
        for shown, here in words.items():
            block = block.replace(shown, here)
        done = subprocess.run(["bash", "-euc", block], cwd=tmp_path, env=env, text=True, capture_output=True)
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        said.append(done.stdout)
    link, mail, listed, *_ = said
    assert deployed.status(token_of(link.strip()), f"{ROOT}/studies/{A}/series") == 200
    assert mail.startswith("Ihre medizinischen Bilder")
    assert "for Dr Ray" in listed
    assert {path.name for path in tmp_path.iterdir()} == {
        "link.txt",
        "uids.txt",
        "link.png",
        "letter.svg",
        "links.json",
    }
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("l*.[psj]*")} == {0}
    assert deployed.status(token_of(made["link"]), f"{ROOT}/studies/{A}/series") == 403


def test_a_study_that_orthanc_lacks_is_not_shared(deployed: Deployed) -> None:
    before = (deployed.folder / "orthanc/tokens.json").read_text()
    with pytest.raises(ShareRefused) as caught:
        deployed.share("add", A, "1.2.3")
    assert caught.value.details.split() == ["1.2.3"]
    assert json.loads((deployed.folder / "orthanc/tokens.json").read_text()) == json.loads(before)


def test_an_attack_with_guessed_tokens_adds_one_line_to_the_log(deployed: Deployed) -> None:
    for number in range(200):
        assert deployed.status(f"guess-{number}", f"{ROOT}/studies/{A}/series") == 403

    def counted() -> Any:
        found = [json.loads(line) for line in deployed.log.read_text().splitlines() if '"share": ""' in line]
        return found if sum(line["refused"] for line in found) >= 200 else None

    assert len(eventually(counted)) <= 2  # a quarter of an hour may have ended meanwhile
    assert "guess" not in deployed.log.read_text()


def test_files_that_were_replaced_by_a_pipe_or_a_link_neither_stop_orthanc_nor_open_it(deployed: Deployed) -> None:
    token, path = token_of(deployed.share("add", A)["link"]), f"{ROOT}/studies/{A}/series"
    tokens, log = deployed.folder / "orthanc/tokens.json", deployed.log
    good, victim = tokens.read_text(), log.with_name("victim")
    victim.write_text("precious")
    for replace in (os.mkfifo, lambda place: place.symlink_to(victim)):
        tokens.unlink()
        log.unlink(missing_ok=True)
        replace(tokens)
        replace(log)
        began = time.monotonic()
        assert deployed.status(token, path) == 403
        with pytest.raises(TokenFileUnusable):
            deployed.share("list")
        tokens.unlink()
        tokens.write_text(good)
        assert deployed.status(token, path) == 200
        assert time.monotonic() - began < 10
        deployed.server.check_alive()
    eventually(lambda: f"{log} cannot be written" in deployed.server.log())
    assert victim.read_text() == "precious"
    log.unlink()
    assert deployed.status(token, path) == 200
    eventually(log.exists)


def test_a_share_in_a_file_of_format_1_works_and_can_be_revoked(deployed: Deployed) -> None:
    path = deployed.folder / "orthanc/tokens.json"
    made = deployed.share("add", A)
    token = token_of(made["link"])
    entries = json.loads(path.read_text())
    for entry in entries.values():
        for name in ("id", "note", "created"):
            entry.pop(name, None)
    path.write_text(json.dumps(entries))
    assert deployed.status(token, f"{ROOT}/studies/{A}/series") == 200
    for each in deployed.share("list"):
        deployed.share("revoke", each["id"])
    assert deployed.share("list") == []
    assert deployed.status(token, f"{ROOT}/studies/{A}/series") == 403


def test_the_format_of_the_token_file_is_for_administrators_only(deployed: Deployed) -> None:
    token = token_of(deployed.share("add", A)["link"])
    paths = ("/token-filter/format", "/token-filter", f"{ROOT}/../token-filter/format")
    assert [deployed.status(token, path) for path in paths] == [403] * 3


def test_a_deployment_whose_orthanc_does_not_run_makes_no_share(tmp_path: Path, make_dist: Callable[..., Path]) -> None:
    existing, _ = existing_orthanc(tmp_path)
    folder = tmp_path / "deployment"
    deploy("nginx", make_dist(), folder, DeployOptions(orthanc_settings=existing), SilentReporter())
    done = CliRunner().invoke(cli, ["share", "add", A, "--deployment", str(folder)])
    assert isinstance(done.exception, SharesUnavailable)
    assert json.loads((folder / "orthanc/tokens.json").read_text()) == {}
