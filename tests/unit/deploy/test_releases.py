"""Which files of earlier viewers a deployment keeps, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deployments import dist_at
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.deploy.releases import KEPT_DAYS, KEPT_VIEWERS, MOMENT, keep_earlier, read_marker, replaced_viewers
from ohifbuild.viewer.manifest import Manifest, hash_tree

A, B, C, D = (letter * 12 for letter in "abcd")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def viewer(path: Path, **texts: str) -> Path:
    """A viewer with files whose names have ``_`` instead of dots."""
    path.mkdir(parents=True)
    for name, text in texts.items():
        (path / name.replace("_", ".")).write_text(text)
    Manifest(hash_tree(path), {}).write(path)
    return path


def test_the_last_viewer_and_those_of_the_last_days_are_kept() -> None:
    long_ago, lately = ((NOW - timedelta(days=KEPT_DAYS, hours=hours)).strftime(MOMENT) for hours in (1, -1))
    marker = {"release": C, "replaced": {B: lately, A: long_ago}}
    assert replaced_viewers(marker, D, NOW) == {C: NOW.strftime(MOMENT), B: lately}
    assert replaced_viewers(marker, C, NOW) == {B: lately}
    assert replaced_viewers({}, D, NOW) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"replaced": 1}',
        '{"release": "../..", "replaced": {"../../etc": "3000"}}',
        '{"replaced": {"x": null}}',
    ],
)
def test_a_marker_that_somebody_changed_keeps_nothing(tmp_path: Path, text: str) -> None:
    marker = tmp_path / "ohifbuild-deploy.json"
    marker.write_text(text)
    assert replaced_viewers(read_marker(marker), D, NOW) == {}


def test_there_is_a_limit_to_the_number_of_viewers() -> None:
    names = [f"{number:012x}" for number in range(50)]
    marker = {"release": A, "replaced": dict.fromkeys(names, NOW.strftime(MOMENT))}
    assert list(replaced_viewers(marker, B, NOW)) == [A, *names[: KEPT_VIEWERS - 1]]


def test_going_back_to_an_earlier_viewer_keeps_the_later_one() -> None:
    marker = {"release": B, "replaced": {A: NOW.strftime(MOMENT)}}
    assert list(replaced_viewers(marker, A, NOW)) == [B]


def test_a_new_viewer_gets_the_files_that_only_earlier_ones_had_but_no_page(tmp_path: Path) -> None:
    old, work = tmp_path / "old", tmp_path / "work"
    viewer(old / "www/1/x", index_html="1", old_html="1", a_js="1", a_js_br="1", b_js="1", b_js_gz="1", c_js="1")
    viewer(old / "www/2/x", index_html="2", b_js="2", c_js="2", c_js_br="2")
    new = viewer(work / "www/3/x", index_html="3", c_js="3")
    keep_earlier(old, work, "www/3/x", ["2", "1"])
    found = {path.name: path.read_text() for path in new.iterdir() if path.name != "ohifbuild-manifest.json"}
    # Of c.js, the compressed copy of an earlier viewer is not taken; of b.js, that of the same viewer only.
    assert found == {"index.html": "3", "c.js": "3", "b.js": "2", "a.js": "1", "a.js.br": "1"}
    assert (work / "www/1/x/index.html").read_text() == "1"
    assert (work / "www/2/x/index.html").read_text() == "2"


def test_a_damaged_or_missing_earlier_viewer_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "old/www/1/x").mkdir(parents=True)
    new = viewer(tmp_path / "work/www/3/x", index_html="3")
    keep_earlier(tmp_path / "old", tmp_path / "work", "www/3/x", ["1", "0"])
    assert (new / "index.html").read_text() == "3"


def test_viewers_that_were_replaced_long_ago_are_purged_with_the_next_deployment(tmp_path: Path) -> None:
    target = tmp_path / "target"
    for number, url in enumerate(("/a/", "/b/", "/c/")):
        dist = dist_at(tmp_path / "dist", public_url=url)
        deploy("nginx", dist, target, DeployOptions(), SilentReporter())
        assert len(list((target / "www").iterdir())) == number + 1
    marker = target / "ohifbuild-deploy.json"
    year = str(datetime.now(UTC).year)
    marker.write_text(marker.read_text().replace(f'"{year}-', '"2020-'))
    deploy("nginx", dist_at(tmp_path / "dist", public_url="/d/"), target, DeployOptions(), SilentReporter())
    assert len(list((target / "www").iterdir())) == 2


def test_other_options_do_not_make_another_viewer(tmp_path: Path) -> None:
    target, dist = tmp_path / "target", dist_at(tmp_path / "dist")
    for port in (0, 8081, 8082):
        done = deploy("nginx", dist, target, DeployOptions(port=port), SilentReporter())
    assert [path.name for path in (target / "www").iterdir()] == [done.viewer.parent.name]


def test_a_container_goes_on_seeing_the_files_that_it_mounted(tmp_path: Path) -> None:
    target = tmp_path / "target"
    first = deploy("compose", dist_at(tmp_path / "dist"), target, DeployOptions(), SilentReporter())
    mounted = first.viewer.parent.stat().st_ino
    deploy("compose", dist_at(tmp_path / "dist", header="X-Token"), target, DeployOptions(), SilentReporter())
    assert first.viewer.parent.stat().st_ino == mounted
    assert (first.viewer / "index.html").is_file()
