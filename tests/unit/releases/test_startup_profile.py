"""The recordings of releases: what they say, and which one a release gets."""

from __future__ import annotations

import re

import pytest

from ohifbuild.releases.catalogue import catalogue
from ohifbuild.releases.startup_profile import nearest, startup_profile

RECORDED = ("3.11.1", "3.12.0", "3.12.10", "3.13.2", "3.14.0-beta.6")
ROOT = re.compile(r"\{(?:qido|wado)\}/studies[/?]")
NAMES = {"qido", "wado", "study", "series", "instance", "frame"}


@pytest.mark.parametrize("pin", [pin for pin in catalogue().releases.values() if pin.npm_integrity], ids=str)
def test_every_published_release_has_a_recording_of_its_own(pin: object) -> None:
    version = getattr(pin, "version", "")
    profile = startup_profile(version)
    assert profile is not None
    assert profile.version == version


@pytest.mark.parametrize("version", RECORDED)
def test_a_recording_has_templates_of_each_level_under_the_roots(version: str) -> None:
    profile = startup_profile(version)
    assert profile is not None
    for recorded in profile.requests:
        for templates in (recorded.one, recorded.several):
            urls = [each.url for each in templates]
            assert [url for url in urls if not ROOT.match(url) or "{study}" not in url] == []
            assert {name for url in urls for name in re.findall(r"\{(\w+)\}", url)} <= NAMES
            assert sum("{frame}" in url for url in urls) == 1
            assert sum(url.endswith("/metadata") for url in urls) == 1
            assert [each for each in templates if not each.accept] == []


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.12.0", "3.12.0"),
        ("3.12.7", "3.12.0"),
        ("3.12.11", "3.12.10"),
        ("3.11.0", "3.11.1"),
        ("3.14.0-beta.9", "3.14.0-beta.6"),
        ("3.14.2", "3.14.0-beta.6"),
        ("3.10.0", None),
        ("", None),
        ("main", None),
        ("../3.12.0", None),
        ("3.12.x", None),
    ],
)
def test_another_release_gets_that_of_the_nearest_with_its_minor_version(version: str, expected: str | None) -> None:
    assert nearest(version, RECORDED) == expected
