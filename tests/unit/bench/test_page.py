"""Tables, plots and the page that the bench writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from visits.bars import bars
from visits.line import CASES
from visits.page import with_part, write_page
from visits.pairs import Pair
from visits.result import Measured, Result
from visits.viewers import SETTINGS
from visits.visit import Visit
from visits.waterfall import kind, label, waterfalls

MakeVisit = Callable[..., Visit]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def result(make_visit: MakeVisit) -> Result:
    stock = make_visit(8.0, requests=3, asked=(*make_visit(1.0).asked, "GET /dicom-web/studies?00100020=1"))
    pairs = (Pair(make_visit(4.0, still=1.0), stock), Pair(make_visit(5.0, still=1.2), stock))
    measured = tuple(Measured(case, pairs, "") for case in CASES[:2])
    return Result("3.12.0", "python bench/first_image.py", "the release", "Chromium 1", "2026-11-26", measured)


def classes(svg: str) -> list[str]:
    return [each.get("class", "") for each in ElementTree.fromstring(svg).iter() if each.tag != SVG + "style"]


def test_a_table_has_medians_with_the_least_and_the_most_and_ratios(result: Result) -> None:
    assert "| first image | 4.50 s (4.00 to 5.00) | 8.00 s | 0.56 (0.50 to 0.62) |" in result.markdown()


def test_the_overview_says_how_many_pairs_there_were_and_the_numbers_of_requests(result: Result) -> None:
    (row,) = re.findall(r"^\| 10 Mbit/s, 40 ms \|.*$", result.markdown(), re.MULTILINE)
    assert row.endswith("| 2 against 3 | 2 |")


def test_a_request_that_one_viewer_alone_sends_is_named(result: Result) -> None:
    assert "- Only the other asks for `GET /dicom-web/studies?00100020=1`." in result.markdown()
    assert "Only ours" not in result.markdown()


def test_rows_of_tables_have_as_many_cells_as_their_heads(result: Result) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", result.markdown(), re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_json_file_has_every_visit(result: Result) -> None:
    case = json.loads(result.json())["cases"][0]
    assert [pair["ours"]["image"] for pair in case["pairs"]] == [4.0, 5.0]
    assert case["comparisons"]["image"]["ratio"]["median"] == 0.5625


def test_bars_are_as_long_as_their_ratios(result: Result) -> None:
    drawn = ElementTree.fromstring(bars(result.measured, "Ratios"))
    widths = [float(each.get("width", "")) for each in drawn.iter(SVG + "rect")]
    still, image = widths[0], widths[2]
    assert still / image == pytest.approx((1 / 8 + 1.2 / 8) / 2 / 0.5625, abs=0.01)


def test_a_waterfall_marks_the_archive_the_still_and_the_image_of_each_viewer(make_visit: MakeVisit) -> None:
    drawn = classes(waterfalls(make_visit(4.0, still=1.0), make_visit(8.0), SETTINGS, "Waterfalls"))
    assert [drawn.count(f"mark mark-{what}") for what in ("archive", "still", "image")] == [2, 1, 2]


def test_a_waterfall_shows_when_the_main_thread_was_busy(make_visit: MakeVisit) -> None:
    tasks = ((0.1, 0.4), (1.0, 1.2))
    assert classes(waterfalls(make_visit(4.0, tasks=tasks), make_visit(8.0), SETTINGS, "Waterfalls")).count("busy") == 3


def test_both_waterfalls_have_one_scale(make_visit: MakeVisit) -> None:
    drawn = ElementTree.fromstring(waterfalls(make_visit(4.0), make_visit(8.0), SETTINGS, "Waterfalls"))
    at = [float(each.get("x1", "")) for each in drawn.iter(SVG + "line") if each.get("class") == "mark mark-image"]
    (ours, other), left = at, 130
    assert (other - 544 - left) / (ours - left) == pytest.approx(2.0, abs=0.01)


def test_names_from_the_outside_are_text_in_a_picture(make_visit: MakeVisit) -> None:
    sent = make_visit(1.0).sent[0]
    hostile = type(sent)("http://127.0.0.1/<b>&.js", 0.0, 0.1, 0.2, 1)
    assert "<b>" not in waterfalls(make_visit(1.0, sent=(hostile,)), make_visit(1.0), SETTINGS, "<b>")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/dicom-web/studies", "archive"),
        ("http://h/app.js?v=1", "script"),
        ("http://h/viewer", "document"),
        ("http://h/a.css", "document"),
        ("http://h/a.woff2", "rest"),
    ],
)
def test_requests_are_coloured_by_kind(url: str, expected: str) -> None:
    assert kind(url, SETTINGS) == expected


def test_labels_leave_out_hashes_and_long_uids() -> None:
    assert label("http://h/app.bundle.26b7eafdf05b5445414b.js") == "app.bundle.js"
    assert label("http://h/dicom-web/studies/2.25.987465031930337425/series") == "…425/series"


def test_a_page_gets_the_part_of_a_release_once(result: Result, tmp_path: Path) -> None:
    page = tmp_path / "first-image.md"
    page.write_text("# The first image\n")
    write_page(result, page)
    once = page.read_text()
    write_page(result, page)
    assert page.read_text() == once
    for picture in re.findall(r"\]\((\S+)\)", once):
        assert (tmp_path / picture).is_file()


def test_the_part_of_another_release_stays() -> None:
    page = with_part(with_part("# Title\n", "3.12.0", "old"), "3.13.2", "other")
    assert with_part(page, "3.12.0", "new") == page.replace("old", "new")
