from __future__ import annotations

import re

import pytest

from ohifbuild.core.errors import UnknownRelease
from ohifbuild.releases.catalogue import catalogue, find_release, sort_key


def test_every_pin_is_well_formed_and_every_channel_leads_to_one() -> None:
    known = catalogue()
    for pin in known.releases.values():
        assert pin.tag == f"v{pin.version}"
        assert pin.commit is None or re.fullmatch(r"[0-9a-f]{40}", pin.commit)
        assert pin.npm_integrity is None or re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", pin.npm_integrity)
        assert pin.commit or pin.npm_integrity
        assert set(pin.verified) <= {"git", "published"}
    assert {known.channels[name] for name in ("v3-stable", "v3-latest", "v3-beta")} <= known.releases.keys()


def test_the_stable_channel_is_a_pinned_release_and_no_beta() -> None:
    pin = find_release("v3-stable", catalogue())
    assert pin.pinned
    assert "-" not in pin.version


@pytest.mark.parametrize("wish", ["3.13.2", "v3.13.2"])
def test_a_version_is_found_with_and_without_its_v(wish: str) -> None:
    assert find_release(wish, catalogue()).version == "3.13.2"


def test_an_unknown_version_is_unpinned_and_takes_the_toolchain_of_the_release_before_it() -> None:
    pin = find_release("3.12.7", catalogue())
    assert (pin.pinned, pin.npm_integrity, pin.commit) == (False, None, None)
    assert pin.bundler == "webpack"
    assert find_release("3.15.0-beta.1", catalogue()).bundler == "rspack"


@pytest.mark.parametrize("wish", ["v3-stabel", "2.1.0", "", "latest", "3.12", "3.12.0;rm -rf", "../3.12.0", "3" * 500])
def test_what_is_no_release_gets_the_nearest_ones(wish: str) -> None:
    with pytest.raises(UnknownRelease) as caught:
        find_release(wish, catalogue())
    assert "ohifbuild releases" in caught.value.fix
    assert len(caught.value.what) < 200


def test_a_misspelt_channel_is_recognised() -> None:
    with pytest.raises(UnknownRelease) as caught:
        find_release("v3-stabel", catalogue())
    assert "v3-stable" in caught.value.fix


def test_versions_are_ordered_as_semver_does() -> None:
    versions = ["3.14.0", "3.14.0-beta.10", "3.14.0-beta.6", "3.9.3", "3.12.0"]
    assert sorted(versions, key=sort_key) == ["3.9.3", "3.12.0", "3.14.0-beta.6", "3.14.0-beta.10", "3.14.0"]
