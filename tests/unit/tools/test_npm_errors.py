from __future__ import annotations

import json

import pytest

from ohifbuild.core.errors import CacheUnusable, DiskFull, DownloadFailed, IntegrityMismatch, PackageUnknown, ToolFailed
from ohifbuild.tools.npm_errors import ConnectionLost, explained


def failure(code: str, summary: str = "why", *, json_too: bool = True) -> ToolFailed:
    details = f"npm warn Unknown user config\nnpm error code {code}\nnpm error {summary}\n"
    if json_too:
        details += json.dumps({"error": {"code": code, "summary": summary, "detail": ""}}, indent=2)
    return ToolFailed("npm failed with exit status 1.", details=details)


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("E401", DownloadFailed, "credentials"),
        ("E404", PackageUnknown, "mirror"),
        ("ETARGET", PackageUnknown, "does not exist"),
        ("E502", DownloadFailed, "has an error"),
        ("EAI_AGAIN", DownloadFailed, "cannot be resolved"),
        ("ETIMEDOUT", DownloadFailed, "in time"),
        ("ECONNRESET", ConnectionLost, "was lost"),
        ("EINTEGRITY", IntegrityMismatch, "login page"),
        ("ENOSPC", DiskFull, "full"),
        ("EROFS", CacheUnusable, "to its cache"),
        ("SELF_SIGNED_CERT_IN_CHAIN", DownloadFailed, "certificate"),
        ("ENOTCACHED", DownloadFailed, "offline"),
        ("ESOMETHINGNEW", DownloadFailed, "npm's message above"),
    ],
)
def test_each_npm_error_code_becomes_the_matching_error(code: str, kind: type, cause: str) -> None:
    for error in (failure(code), failure(code, json_too=False)):
        found = explained("a@1.0.0", error)
        assert type(found) is kind
        assert cause in found.cause
        assert found.fix
        assert "why" in found.details


def test_npms_summary_becomes_one_line_of_details() -> None:
    assert explained("a@1.0.0", failure("E403", 'refused "a"')).details == '  npm: E403 refused "a"'


def test_a_failure_without_a_code_shows_what_npm_printed() -> None:
    found = explained("a@1.0.0", ToolFailed("npm failed.", details="Segmentation fault"))
    assert type(found) is DownloadFailed
    assert found.details == "Segmentation fault"
