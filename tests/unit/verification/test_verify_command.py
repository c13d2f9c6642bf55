"""Which archive the command line means."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.commands.verify import command
from ohifbuild.core.errors import ArchiveUnsuitable, DistInvalid
from ohifbuild.verification.remote_archive import HEADER_VARIABLE

URL = "http://127.0.0.1:1/dicom-web"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--archive", "dcm4chee"], "embedded, orthanc or the http or https URL"),
        (["--archive", "ftp://archive.example"], "URL of a DICOMweb root"),
        (["--put-studies"], "by its URL"),
        (["--stress", "--browser", "firefox"], "Chromium only"),
        (["--repeat", "0"], "x>=1"),
        (["--archive", "orthanc", "--archive-tokens", "tokens.json"], "by its URL"),
    ],
)
def test_contradictory_options_are_a_usage_error(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 2
    assert words in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("arguments", "header", "error"),
    [
        (["--archive", URL], "s3cret", ArchiveUnsuitable),
        (["--archive", URL, "--archive-tokens", "none.json"], "", ArchiveUnsuitable),
        (["--archive", URL], "token: s3cret", DistInvalid),
        (["--archive", "orthanc"], "", DistInvalid),
    ],
)
def test_options_are_checked_before_the_archive_is_contacted(
    tmp_path: Path, arguments: list[str], header: str, error: type[Exception]
) -> None:
    done = CliRunner().invoke(command, [str(tmp_path), *arguments], env={HEADER_VARIABLE: header})
    assert isinstance(done.exception, error)
    assert "s3cret" not in str(vars(done.exception))


def test_an_unknown_browser_is_a_usage_error() -> None:
    done = CliRunner().invoke(command, ["--browser", "netscape"])
    assert done.exit_code == 2
    assert "chromium" in done.output
    assert "webkit" in done.output
