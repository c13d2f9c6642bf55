from __future__ import annotations

from ohifbuild.verification.behaviour_comparison import compare_behaviour
from ohifbuild.verification.evidence import Expectation, ImageMatch, Observation, PageState, ReceivedRequest

STATE = PageState("", "", (), "", (), {}, {}, (), (), (), "", (), "", "", "", "")


def observation(scenario: str, *paths: str, picture: str = "slice 1") -> Observation:
    return Observation(
        scenario=scenario,
        title=scenario,
        expects=Expectation("image"),
        link="",
        sent=(),
        received=tuple(ReceivedRequest("GET", path, "", (), "granted", 200, 0.0) for path in paths),
        elsewhere=(),
        console=(),
        errors=(),
        state=STATE,
        viewports=(ImageMatch("viewport 1", blank=not picture, name=picture),),
        thumbnails=(),
        message=None,
        screenshots=(),
        seconds=1.0,
    )


def failures(*pair: list[Observation]) -> list[tuple[str, str]]:
    return [(result.scenario, result.claim) for result in compare_behaviour(*pair) if not result.holds]


def test_the_same_requests_in_another_order_and_the_same_images_are_equal() -> None:
    assert failures([observation("open", "/a", "/b")], [observation("open", "/b", "/a")]) == []


def test_differences_in_requests_and_images_are_reported() -> None:
    one = [observation("open", "/a", "/b")]
    assert failures(one, [observation("open", "/a")]) == [("open", "alike-requests")]
    assert failures(one, [observation("open", "/a", "/b", "/b")]) == [("open", "alike-requests")]
    assert failures(one, [observation("open", "/a", "/b", picture="slice 2")]) == [("open", "alike-pixels")]


def test_a_scenario_of_only_one_dist_is_reported() -> None:
    assert failures([observation("open")], []) == [("open", "alike-requests")]
    assert failures([], [observation("open")]) == [("open", "alike-requests")]
