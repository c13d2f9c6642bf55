"""The claims about the recipe's packages: alive, open, and named if they leak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.claims import judge
from ohifbuild.verification.evidence import LoadedPart, Observation, SentRequest
from ohifbuild.verification.loaded_parts import packages_in, parts_of

PACKAGES = {"ward": "0a0a0a0a0a0a", "compiled-ward": "1b1b1b1b1b1b"}
ALIVE = (LoadedPart("ward", "extension", "ward"), LoadedPart("ward", "mode", "ward-mode", "ward", entered=True))
ORIGIN = "http://127.0.0.1:8099"

Failing = Callable[..., set[str]]


def part(source: str, id: str = "", **more: Any) -> dict[str, Any]:
    return {"source": source, "id": id, "route": "", "entered": False, "problem": "", "unknown": [], **more}


def detail_of(claim: str, seen: Observation) -> str:
    (result,) = [result for result in judge([seen], Settings()) if result.claim == claim]
    return result.detail


@pytest.fixture
def ward(good: Observation) -> Observation:
    return replace(good, packages=PACKAGES, loaded=ALIVE)


@pytest.fixture
def ward_mode(ward: Observation) -> Observation:
    expects = replace(ward.expects, outcome="mode", route="ward")
    return replace(ward, scenario="own-mode-ward", expects=expects)


def test_the_claims_are_checked_only_where_somebody_looked_at_packages(
    good: Observation, ward: Observation, ward_mode: Observation
) -> None:
    def keys(seen: Observation) -> set[str]:
        return {result.claim for result in judge([seen], Settings())}

    assert keys(ward) - keys(good) == {"packages-alive", "no-broken-part"}
    assert {"mode-opens", "no-broken-part", "own-studies", "header-sent"} <= keys(ward_mode)


def test_packages_that_are_alive_fail_no_claim(ward: Observation, ward_mode: Observation, failing: Failing) -> None:
    assert failing(ward) == failing(ward_mode) == set()


def test_an_extension_that_throws_fails_a_claim_that_names_the_package_and_its_error(
    ward: Observation, failing: Failing
) -> None:
    line = f"error: Error: the pager is missing at {ORIGIN}/ohifbuild/0a0a0a0a0a0a/extension.js:1:46"
    problem = "getCommandsModule: Error: the pager is missing"
    dead = replace(
        ward, loaded=(LoadedPart("ward", "extension", "ward", problem=problem),), console=(*ward.console, line)
    )
    assert failing(dead) == {"packages-alive"}
    assert detail_of("packages-alive", dead) == f"The extension of ward: {problem}."
    (result,) = [result for result in judge([dead], Settings()) if not result.holds]
    assert result.evidence == (line,)


def test_a_mode_that_is_never_entered_does_not_open(ward_mode: Observation, failing: Failing) -> None:
    absent = replace(ward_mode, loaded=(replace(ALIVE[1], entered=False),))
    assert failing(absent) == {"mode-opens"}
    assert "/ward does not open" in detail_of("mode-opens", absent)


def test_a_part_that_was_replaced_by_an_error_is_named(ward: Observation, failing: Failing) -> None:
    line = f"debug: Route ward Error Boundary TypeError at {ORIGIN}/ohifbuild/0a0a0a0a0a0a/mode.js:1:9"
    assert failing(replace(ward, console=(line,))) == {"no-broken-part"}
    assert detail_of("no-broken-part", replace(ward, console=(line,))).endswith("The package: ward.")


def test_a_request_that_breaks_a_claim_is_traced_to_the_package_whose_script_began_it(ward: Observation) -> None:
    script = f"{ORIGIN}/ohifbuild/0a0a0a0a0a0a/extension.js"
    url = f"{ORIGIN}/telemetry?t={ward.expects.token.replace(' ', '%20')}"
    leak = SentRequest("GET", url, (), "fetch", 200, 0.9, scripts=("ohifbuild-early.js", script))
    leaking = replace(ward, sent=(*ward.sent, leak))
    (result,) = [result for result in judge([leaking], Settings()) if result.claim == "token-one-way"]
    assert not result.holds
    assert "the package ward" in result.detail
    assert any(line.startswith("The package ward sent GET /telemetry") for line in result.evidence)


def test_without_a_stack_the_packages_of_the_recipe_are_named(ward: Observation) -> None:
    leak = SentRequest("GET", f"{ORIGIN}/dicom-web/studies?PatientID=1", ward.sent[-1].headers, "fetch", 403, 0.9)
    leaking = replace(ward, sent=(*ward.sent, leak))
    assert detail_of("no-patient-query", leaking).endswith("The recipe has the packages ward, compiled-ward.")


def test_a_manifest_names_the_packages_of_the_recipe_but_not_ours() -> None:
    inputs = {"extensions": {"@ohifbuild/extension-token": "9f", "ward": "0a"}}
    assert packages_in(inputs) == {"ward": "0a"}
    assert packages_in({}) == {}


def test_parts_belong_to_a_package_by_folder_or_name_and_the_releases_own_do_not_count() -> None:
    record = {
        "extensions": [part("/o/ohifbuild/0a0a0a0a0a0a/extension.js", "ward"), part("@ohif/extension-cornerstone")],
        "modes": [part("compiled-ward", "compiled", route="rounds"), part("@ohif/mode-basic", route="basic")],
    }
    assert [(each.package, each.kind, each.route, each.problem) for each in parts_of(record, PACKAGES)] == [
        ("ward", "extension", "", ""),
        ("compiled-ward", "mode", "rounds", ""),
    ]


def test_a_package_that_nothing_came_of_has_a_problem() -> None:
    assert [each.problem for each in parts_of(None, {"ward": "0a"})] == ["OHIF stopped before it registered extensions"]
    nothing = parts_of({"extensions": [], "modes": []}, {"ward": "0a"})
    assert [(each.kind, each.problem) for each in nothing] == [("package", "OHIF did not load it")]


def test_a_route_that_an_earlier_mode_has_is_a_problem() -> None:
    record = {
        "extensions": [],
        "modes": [part("@ohif/mode-tmtv", "tmtv", route="tmtv"), part("compiled-ward", "mine", route="tmtv")],
    }
    (mine,) = parts_of(record, {"compiled-ward": "1b"})
    assert mine.problem == "its route 'tmtv' is that of tmtv, which OHIF opens"
