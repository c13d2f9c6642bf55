from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from ohifbuild.core.errors import ReleaseUnsupported, UnknownRelease
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release, parse_catalogue
from ohifbuild.updates.candidates import Candidate, choose, named
from ohifbuild.updates.catalogue_file import channels_with, with_pins, with_support_rows

TEXT = files("ohifbuild.releases").joinpath("releases.toml").read_text(encoding="utf-8")
KNOWN = catalogue()
SUPPORT = (Path(__file__).parents[3] / "SUPPORT.md").read_text(encoding="utf-8")


def release(version: str, *verified: str) -> ReleasePin:
    return replace(
        find_release(version, KNOWN),
        commit="c" * 40,
        npm_integrity=f"sha512-{'A' * 86}==",
        npm_size=1,
        pinned=True,
        verified=verified,
        released=date(2026, 9, 1),
    )


def tags(*versions: str) -> dict[str, str]:
    return {f"refs/tags/v{version}": version.ljust(40, "0") for version in versions} | {"refs/heads/master": "1" * 40}


def found(refs: dict[str, str], published: tuple[str, ...]) -> dict[str, Candidate]:
    return {item.version: item for item in choose(KNOWN, refs, published)}


def test_a_catalogue_that_is_up_to_date_has_no_candidates() -> None:
    known = ("3.11.1", "3.12.0", "3.12.10", "3.13.2", "3.14.0-beta.6")
    assert found(tags("3.5.0", "3.10.4", "3.12.0", "3.13.0-beta.0"), known) == {}


def test_the_newest_of_each_minor_is_a_candidate_and_older_ones_and_betas_of_it_are_not() -> None:
    both = ("3.12.10", "3.13.3", "3.13.4", "3.14.0-beta.9", "3.14.0", "3.14.1", "3.14.2-beta.1")
    items = found(tags(*both), both)
    assert list(items) == ["3.12.10", "3.13.4", "3.14.1", "3.14.2-beta.1"]
    assert items["3.14.1"] == Candidate("3.14.1", "3.14.1".ljust(40, "0"), published=True)


def test_where_origins_differ_the_newest_that_has_both_is_one_too() -> None:
    items = found(tags("3.14.0", "3.14.1"), ("3.14.0",))
    assert list(items) == ["3.14.0", "3.14.1"]
    assert not items["3.14.1"].published


def test_a_release_whose_tag_appears_later_is_completed() -> None:
    assert found(tags("3.13.2"), ("3.13.2",))["3.13.2"].commit


def test_a_release_that_is_asked_for_is_tried_again_and_one_that_does_not_exist_is_refused() -> None:
    assert named(["3.12.0"], KNOWN, tags("3.12.0"), ("3.12.0",)) == (
        Candidate("3.12.0", "3.12.0".ljust(40, "0"), published=True),
    )
    with pytest.raises(UnknownRelease, match=r"3\.99\.0"):
        named(["3.99.0"], KNOWN, tags("3.12.0"), ("3.12.0",))


def test_other_tags_and_versions_are_not_looked_at() -> None:
    assert found({"refs/tags/@ohif/viewer@4.12.9": "1" * 40, "refs/tags/v4.0.0": "1" * 40}, ("0.0.1", "4.0.0")) == {}


def test_an_entry_is_written_at_its_place_and_nothing_else_changes() -> None:
    pin = release("3.13.3", "git", "published")
    after = with_pins(TEXT, [pin], {**KNOWN.channels, "v3-stable": "3.13.3"})
    lines = after.splitlines()
    gone = [line for line in TEXT.splitlines() if line not in lines]
    assert gone == ['v3-stable = "3.12.0"']
    at = after.index('version = "3.13.3"')
    assert after.index('version = "3.13.2"') < at < after.index('version = "3.14.0-beta.6"')
    assert parse_catalogue(after).releases["3.13.3"] == pin
    assert after.startswith(TEXT[:200])
    assert with_pins(after, [pin], {**KNOWN.channels, "v3-stable": "3.13.3"}) == after


def test_an_entry_that_is_completed_keeps_its_comments() -> None:
    text = TEXT.replace('version = "3.13.2"', '# why it is here\nversion = "3.13.2"')
    pin = replace(KNOWN.releases["3.13.2"], commit="d" * 40)
    after = with_pins(text, [pin], KNOWN.channels)
    assert '[[release]]\n# why it is here\nversion = "3.13.2"' in after
    assert parse_catalogue(after).releases["3.13.2"].commit == "d" * 40


def test_the_shipped_catalogue_is_written_as_this_writes_it() -> None:
    assert with_pins(TEXT, list(KNOWN.releases.values()), KNOWN.channels) == TEXT


def test_a_text_that_would_come_out_wrong_is_refused() -> None:
    inline = TEXT.replace('v3-stable = "3.12.0"', 'v3-stable="3.12.0"')
    with pytest.raises(ReleaseUnsupported, match="cannot be changed"):
        with_pins(inline, [], {**KNOWN.channels, "v3-stable": "3.12.10"})


def test_the_stable_channel_moves_only_to_what_holds_on_both_and_never_back() -> None:
    half = release("3.13.3", "published")
    assert channels_with(KNOWN, [half]) == {**KNOWN.channels, "v3-latest": "3.13.3"}
    whole = release("3.13.3", "git", "published")
    assert channels_with(KNOWN, [whole]) == {**KNOWN.channels, "v3-stable": "3.13.3", "v3-latest": "3.13.3"}
    assert channels_with(KNOWN, [release("3.12.1", "git", "published")])["v3-stable"] == "3.12.1"
    assert channels_with(KNOWN, [release("3.11.2", "git", "published")]) == dict(KNOWN.channels)
    beta = release("3.15.0-beta.1", "git", "published")
    assert channels_with(KNOWN, [beta]) == {**KNOWN.channels, "v3-beta": "3.15.0-beta.1"}
    assert channels_with(KNOWN, [release("3.14.0")]) == dict(KNOWN.channels)


def test_the_support_table_gets_a_row() -> None:
    after = with_support_rows(SUPPORT, [release("3.13.3", "published", "git"), release("3.13.2", "published")])
    assert "| 3.13.2 | published |\n| 3.13.3 | git, published |\n| 3.14.0-beta.6 | published |" in after
    assert after.replace("| 3.13.3 | git, published |\n", "") == SUPPORT
