from __future__ import annotations

from pathlib import Path

from ohifbuild.finish.manifest import Manifest, hash_tree
from ohifbuild.supply.diff import Change, diff


def dist(folder: Path, inputs: dict[str, object], **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    Manifest(hash_tree(folder), inputs).write(folder)
    return folder


def test_a_dist_does_not_differ_from_itself(tmp_path: Path) -> None:
    one = dist(tmp_path / "a", {"release": "3.12.0"}, index_html="a")
    assert diff(one, one) == ()


def test_inputs_come_first_then_our_parts_then_the_release(tmp_path: Path) -> None:
    one = dist(
        tmp_path / "a",
        {"release": "3.12.0", "options": {"priors": "never"}},
        app_bundle_aaaaaaaaaaaa_js="old",
        gone_js="x",
        index_html="same",
        ohifbuild__aaaaaaaaaaaa__extension_js="e",
    )
    other = dist(
        tmp_path / "b",
        {"release": "3.13.2", "options": {"priors": "exact"}},
        app_bundle_bbbbbbbbbbbb_js="newer",
        index_html="same",
        ohifbuild__bbbbbbbbbbbb__extension_js="f",
    )
    found = diff(one, other)
    assert [(change.part, change.name) for change in found] == [
        ("inputs", "options.priors"),
        ("inputs", "release"),
        ("our extensions", "ohifbuild/*/extension.js"),
        ("OHIF", "app.bundle.*.js"),
        ("OHIF", "gone.js"),
    ]
    assert found[0] == Change("inputs", "options.priors", "never", "exact")
    assert found[4].new == ""


def test_a_file_that_only_changed_its_hashed_name_is_no_change(tmp_path: Path) -> None:
    one = dist(tmp_path / "a", {}, app_bundle_aaaaaaaaaaaa_js="same")
    other = dist(tmp_path / "b", {}, app_bundle_bbbbbbbbbbbb_js="same")
    assert diff(one, other) == ()
