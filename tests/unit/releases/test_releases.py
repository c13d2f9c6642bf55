from __future__ import annotations

import re

import pytest

from ohifbuild.core.errors import UnknownRelease
from ohifbuild.releases.catalogue import catalogue, find_release, sort_key


def test_every_pin_is_valid_and_every_channel_names_a_release() -> None:
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


@pytest.mark.parametrize("name", ["3.13.2", "v3.13.2"])
def test_a_version_is_found_with_and_without_the_v(name: str) -> None:
    assert find_release(name, catalogue()).version == "3.13.2"


def test_an_unknown_version_is_unpinned_and_has_the_toolchain_of_the_release_before_it() -> None:
    pin = find_release("3.12.7", catalogue())
    assert (pin.pinned, pin.npm_integrity, pin.commit) == (False, None, None)
    assert pin.bundler == "webpack"
    assert find_release("3.15.0-beta.1", catalogue()).bundler == "rspack"


@pytest.mark.parametrize("name", ["v3-stabel", "2.1.0", "", "latest", "3.12", "3.12.0;rm -rf", "../3.12.0", "3" * 500])
def test_the_error_for_an_unknown_release_names_the_nearest_ones(name: str) -> None:
    with pytest.raises(UnknownRelease) as caught:
        find_release(name, catalogue())
    assert "ohifbuild releases" in caught.value.fix
    assert len(caught.value.what) < 200


def test_a_mistyped_channel_gets_the_right_one_as_a_suggestion() -> None:
    with pytest.raises(UnknownRelease) as caught:
        find_release("v3-stabel", catalogue())
    assert "v3-stable" in caught.value.fix


def test_versions_are_ordered_as_in_semver() -> None:
    versions = ["3.14.0", "3.14.0-beta.10", "3.14.0-beta.6", "3.9.3", "3.12.0"]
    assert sorted(versions, key=sort_key) == ["3.9.3", "3.12.0", "3.14.0-beta.6", "3.14.0-beta.10", "3.14.0"]
