from __future__ import annotations

import fcntl
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import share_study
from local_orthanc import NoAnswer
from ohifbuild.contract.link import make_link, read_link
from token_file import digest_of, read_grants

VIEWER = "https://pacs.example/ohif/viewer"
STUDIES = ["1.2.3", "4.5.6"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment's folder, whose Orthanc holds STUDIES."""
    write(tmp_path / "orthanc")
    monkeypatch.setattr(share_study, "HERE", tmp_path / "orthanc")
    monkeypatch.setattr(share_study, "LocalOrthanc", Orthanc)
    return tmp_path / "orthanc"


class Orthanc:
    """An Orthanc that holds STUDIES."""

    format_is_known = True

    def __init__(self, settings: Any, token: str) -> None:
        pass

    def reads_the_format(self) -> bool:
        return self.format_is_known

    def missing(self, studies: list[str]) -> list[str]:
        return [uid for uid in studies if uid not in STUDIES]


def write(folder: Path, tokens: str = "{}") -> None:
    folder.mkdir()
    (folder / "link.json").write_text(json.dumps({"Viewer": VIEWER, "Parameter": "token"}))
    (folder / "orthanc.json").write_text("{}")
    (folder / "tokens.json").write_text(tokens)


def known(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "tokens.json").read_text()))


@pytest.mark.parametrize("token", ["", "abc", "a+b/c==", "!#$&'()*,?@[]^`{|}\"<>%41"])
def test_the_link_follows_the_contract_with_its_token_in_the_fragment(
    folder: Path, capsys: pytest.CaptureFixture[str], token: str
) -> None:
    assert share_study.main([*STUDIES, STUDIES[0], "--days", "3", "--token", token]) == 0
    link = capsys.readouterr().out.strip()
    read = read_link(link, "token")
    assert (read.problem, read.studies) == ("", tuple(STUDIES))
    assert read.token == token or (not token and len(read.token or "") >= 43)
    assert link == make_link(VIEWER, STUDIES, str(read.token), "token")
    assert str(read.token) not in link.partition("#")[0].replace("viewer?StudyInstanceUIDs", "")
    grant = read_grants(known(folder))[digest_of(str(read.token))]
    assert (sorted(grant.scope.studies), grant.everything) == (STUDIES, False)
    assert grant.expires == pytest.approx((datetime.now() + timedelta(days=3)).timestamp(), abs=60)
    assert (folder / "tokens.json").stat().st_mode & 0o077 == 0


def test_a_token_can_come_from_the_input_where_no_other_user_reads_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    assert share_study.main([*STUDIES, "--token", "-"]) == 0
    assert capsys.readouterr().out.strip().endswith("#token=secret")
    with pytest.raises(SystemExit):
        share_study.main([*STUDIES, "--token", "-"])
    assert len(known(folder)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["1.2.x"],
        ["1" * 65],
        ["1.2.3\n"],
        ["--days", "0", "1.2.3"],
        ["--days", "3651", "1.2.3"],
        ["--token", "a b", "1.2.3"],
        ["--token", "\u00e9", "1.2.3"],
        ["--token", "x" * 8193, "1.2.3"],
        [f"1.{number}" for number in range(201)],
    ],
    ids=range(9),
)
def test_invalid_arguments_are_refused(folder: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        share_study.main(arguments)
    assert known(folder) == {}


def test_an_administrators_token_is_never_put_into_a_link(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {digest_of("root"): {"everything": True}}
    (folder / "tokens.json").write_text(json.dumps(before))
    assert share_study.main(["1.2.3", "--token", "root"]) == 1
    assert "access to everything in Orthanc" in capsys.readouterr().err
    assert known(folder) == before


@pytest.mark.parametrize("tokens", ["[" * 1000, "[]", "", '{"a": 1, "a": 2}', "\0"], ids=range(5))
def test_an_invalid_token_file_is_not_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str], tokens: str
) -> None:
    (folder / "tokens.json").write_text(tokens)
    assert share_study.main(["1.2.3"]) == 1
    assert "cannot be shared" in capsys.readouterr().err
    assert (folder / "tokens.json").read_text() == tokens


def test_a_share_survives_a_deployment_that_is_replaced_at_the_same_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, real = list[int](), fcntl.flock

    def replaced_while_it_waits(file: Any, how: int) -> None:
        if not taken:
            folder.rename(folder.with_name("former"))
            write(folder, json.dumps({digest_of("kept"): {"studies": ["1.2.3"]}}))
        taken.append(how)
        real(file, how)

    monkeypatch.setattr("fcntl.flock", replaced_while_it_waits)
    share_study.share(["1.2.3"], 1, "new")
    assert taken == [fcntl.LOCK_EX | fcntl.LOCK_NB] * 2
    assert set(known(folder)) == {digest_of("kept"), digest_of("new")}


def test_nothing_is_shared_while_orthanc_runs_an_older_filter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Orthanc, "format_is_known", False)
    assert share_study.main(["1.2.3"]) == 1
    assert "systemctl restart orthanc" in capsys.readouterr().err
    assert known(folder) == {}


def test_a_study_that_orthanc_lacks_is_not_shared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert share_study.main(["1.2.3", "9.9"]) == 1
    assert capsys.readouterr().err == "Orthanc has no study 9.9.\n"
    assert known(folder) == {}


def test_it_waits_until_orthanc_answers_with_this_filter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(list[Exception | bool]([NoAnswer("Orthanc does not answer"), False, True]))

    def next_answer(_: Orthanc) -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(share_study, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(Orthanc, "reads_the_format", next_answer)
    assert share_study.main(["--wait"]) == 0
    answers = iter(list[Exception | bool]([NoAnswer("Orthanc does not answer")]))
    monkeypatch.setattr(share_study, "WAIT_SECONDS", -1.0)
    assert share_study.main(["--wait"]) == 1
    assert capsys.readouterr().err == "Orthanc is not ready: Orthanc does not answer\n"
    assert known(folder) == {}
