from __future__ import annotations

import base64
import hashlib

import pytest

from ohifbuild.server.headers import content_security_policy, inline_hashes, worker_policy
from ohifbuild.server.static_files import HASHED


@pytest.mark.parametrize(
    "name",
    [
        "12.bundle.1c9ce804d1e88033e276.js",
        "app.bundle.1c9ce804d1e88033e276.js",
        "9116.bundle.23095a73825f3e48.js",
        "app.bundle.087551d1.js",
        "lib-react.bundle.0e17f637.js.br",
        "17dd54813d5acc10bf8f.wasm",
        "dicom-microscopy-viewer/65916ef3def695744bda.wasm",
        "ohifbuild/0123456789ab/chunk-ABCD.js",
    ],
)
def test_names_with_a_hash_are_recognised(name: str) -> None:
    assert HASHED.search(name)


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "app-config.js",
        "147.css",
        "app.bundle.css",
        "app.deadbeef.js",
        "sw.js",
        "ort/ort.wasm",
        "assets/a.png",
    ],
)
def test_names_without_a_hash_are_not_cached_forever(name: str) -> None:
    assert not HASHED.search(name)


def test_the_policy_names_only_inline_scripts_by_their_hash() -> None:
    page = (
        '<script type="application/json" id="s">{"a": 1}</script><script>one()</script>'
        '<script type="module">\n two() </script><script src="three.js"></script><SCRIPT defer src=four.js></SCRIPT>'
    )
    expected = [hashlib.sha256(text).digest() for text in (b"one()", b"\n two() ")]
    assert inline_hashes(page) == [f"sha256-{base64.b64encode(digest).decode()}" for digest in expected]


def test_scripts_may_only_come_from_the_dist() -> None:
    scripts = content_security_policy("").partition("script-src ")[2].partition(";")[0]
    assert scripts == worker_policy().partition("script-src ")[2].partition(";")[0]
    assert set(scripts.split()) == {"'self'", "'wasm-unsafe-eval'", "'unsafe-eval'"}


def test_an_archive_at_another_origin_is_allowed_by_its_origin_only() -> None:
    policy = content_security_policy("", ["https://archive.example:8443/pacs/dicom-web"])
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    for name in ("connect-src", "img-src", "media-src"):
        assert rules[name].split()[-1] == "https://archive.example:8443"
    assert "archive.example" not in rules["script-src"]
