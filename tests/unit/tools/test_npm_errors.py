from __future__ import annotations

import json

import pytest

from ohifbuild.core.errors import CacheUnusable, DiskFull, DownloadFailed, IntegrityMismatch, PackageUnknown, ToolFailed
from ohifbuild.tools.npm_errors import ConnectionBroke, explained


def failure(code: str, summary: str = "why", *, json_too: bool = True) -> ToolFailed:
    details = f"npm warn Unknown user config\nnpm error code {code}\nnpm error {summary}\n"
    if json_too:
        details += json.dumps({"error": {"code": code, "summary": summary, "detail": ""}}, indent=2)
    return ToolFailed("npm ended with status 1.", details=details)


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("E401", DownloadFailed, "credentials"),
        ("E404", PackageUnknown, "mirror"),
        ("ETARGET", PackageUnknown, "no such version"),
        ("E502", DownloadFailed, "trouble"),
        ("EAI_AGAIN", DownloadFailed, "cannot be resolved"),
        ("ETIMEDOUT", DownloadFailed, "in time"),
        ("ECONNRESET", ConnectionBroke, "broke off"),
        ("EINTEGRITY", IntegrityMismatch, "log in"),
        ("ENOSPC", DiskFull, "full"),
        ("EROFS", CacheUnusable, "its own cache"),
        ("SELF_SIGNED_CERT_IN_CHAIN", DownloadFailed, "certificate"),
        ("ENOTCACHED", DownloadFailed, "offline"),
        ("ESOMETHINGNEW", DownloadFailed, "own words"),
    ],
)
def test_each_code_of_npms_has_its_meaning(code: str, kind: type, cause: str) -> None:
    for error in (failure(code), failure(code, json_too=False)):
        found = explained("a@1.0.0", error)
        assert type(found) is kind
        assert cause in found.cause
        assert found.fix
        assert "why" in found.details


def test_npms_summary_is_one_line() -> None:
    assert explained("a@1.0.0", failure("E403", 'refused "a"')).details == '  npm: E403 refused "a"'


def test_a_failure_without_a_code_shows_what_npm_printed() -> None:
    found = explained("a@1.0.0", ToolFailed("npm ended.", details="Segmentation fault"))
    assert type(found) is DownloadFailed
    assert found.details == "Segmentation fault"
