"""What of a recipe did nothing, as the record of the page shows it."""

from __future__ import annotations

from typing import Any

import pytest

from ohifbuild.verification.evidence import Guesses, LoadedPart
from ohifbuild.verification.notes import missing_exports, notes_of, wrong_guesses

KNOWN = {"studyBrowser.studyMode": "string", "sortingCriteria": "array", "viewportOverlay.topLeft": "array"}
RECORD: dict[str, Any] = {
    "read": ["whiteLabeling", "maxNumberOfWebWorkers"],
    "customizations": {
        "known": KNOWN,
        "asked": ["cornerstone.measurements"],
        "early": [{"id": "sortingCriteria", "extension": "ward"}, {"id": "x", "extension": "@ohif/extension-default"}],
    },
}


def notes(**options: Any) -> list[str]:
    return list(notes_of({**RECORD, "customizations": {**RECORD["customizations"], "early": []}}, options, ()))


@pytest.mark.parametrize(
    "given",
    [
        {"studyBrowser.studyMode": "primary"},
        {"studyBrowser.studyMode": {"$set": "primary"}},
        {"viewportOverlay.topLeft": {"$push": [{"id": "mine"}]}},
        {"cornerstone.measurements": {"Length": {}}},
    ],
)
def test_a_customization_that_the_release_has_or_asks_for_has_no_note(given: dict[str, Any]) -> None:
    assert notes(customizations=given) == []


def test_an_unknown_customization_is_named_with_the_nearest_known_one() -> None:
    (note,) = notes(customizations={"studyBrowser.studyModes": "primary"})
    assert note.startswith("The customization studyBrowser.studyModes did nothing")
    assert note.endswith("Did you mean studyBrowser.studyMode?")


@pytest.mark.parametrize("value", [{"a": 1}, {"$set": "all"}, True])
def test_a_customization_of_another_kind_is_named(value: object) -> None:
    (note,) = notes(customizations={"sortingCriteria": value})
    assert "sortingCriteria is of another kind: the release's own is of kind array" in note


def test_a_key_of_app_config_that_nothing_reads_is_named() -> None:
    (note,) = notes(app_config={"maxNumberOfWebWorkers": 2, "studyPrefetcher": {}, "hotkeys": []})
    assert note.startswith("The key hotkeys of app_config did nothing")


def test_what_an_extension_sets_too_early_or_in_vain_is_named_with_its_package() -> None:
    parts = (LoadedPart("@clinic/ward", "extension", "ward", unknown=("getCommandModule",)),)
    forgotten, unused = notes_of(RECORD, {}, parts)
    assert unused == "The extension of @clinic/ward has getCommandModule, which this release never calls."
    assert forgotten.startswith("The extension of @clinic/ward set the customization sortingCriteria for a mode before")


def test_without_a_record_there_are_no_notes() -> None:
    assert notes_of(None, {"customizations": {"x": 1}}, ()) == ()


def test_a_route_of_no_mode_is_named() -> None:
    record = {**RECORD, "modes": [{"route": "tmtv"}, {"route": ""}]}
    found = notes_of(record, {"modes": {"on": ["viewer", "tmvt"], "hide": ["tmtv"]}}, ())
    assert found == ("The route tmvt in [modes] is that of no mode. Did you mean tmtv?",)


def test_each_accepted_missing_export_is_a_note() -> None:
    (note,) = missing_exports({"missing": [["@clinic/ward", "@ohif/ui useModal"]]})
    assert note.startswith("@clinic/ward imports @ohif/ui: useModal, which this release does not export.")
    assert missing_exports({}) == ()


@pytest.mark.parametrize(
    ("guesses", "notes"),
    [(None, 0), (Guesses(6, 6, 0, 0), 0), (Guesses(0, 0, 0, 0), 0), (Guesses(6, 5, 1, 0), 1), (Guesses(6, 5, 0, 1), 1)],
)
def test_a_request_ahead_that_ohif_did_not_want_is_noted(guesses: Guesses | None, notes: int) -> None:
    assert len(wrong_guesses(guesses)) == notes
