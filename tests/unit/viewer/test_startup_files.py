from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from ohifbuild.viewer.startup_files import NO_STARTUP_FILES, chunk_names, join_startup_files, startup_files

# What webpack and Rspack write, and what minifiers leave of it.
AS_WRITTEN = (
    '"use strict";\n(globalThis["webpackChunk"] = globalThis["webpackChunk"] || []).push([[{ids}],{{\n{body}}}]);'
)
MINIFIED = "(globalThis.webpackChunk=globalThis.webpackChunk||[]).push([[{ids}],{{{body}}}]);"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app.bundle.00.js").write_text("(()=>{var e={};e.p='/'})()")
    (tmp_path / "11.bundle.0a.js").write_text(
        AS_WRITTEN.format(ids="11", body="1: strict") + "\n//# sourceMappingURL=x"
    )
    (tmp_path / "22.bundle.0b.js").write_text(MINIFIED.format(ids="22", body="2: sloppy"))
    (tmp_path / "22.css").write_text("a{b:c}\n")
    (tmp_path / "33.css").write_text("d{e:f}\n")
    (tmp_path / "44.css").write_text("d{e:f}\n")
    return tmp_path


def test_chunks_are_joined_in_the_order_of_the_recording(tree: Path) -> None:
    files = join_startup_files(tree, ["22", "11"])
    text = (tree / files.script).read_text()
    assert files.chunks == ("22", "11")
    assert files.queue == "webpackChunk"
    assert text.index("2: sloppy") < text.index("1: strict")
    assert "sourceMappingURL" not in text


def test_a_strict_chunk_does_not_make_the_others_strict(tree: Path) -> None:
    files = join_startup_files(tree, ["11", "22"])
    strict, sloppy = (tree / files.script).read_text().split("})();\n")[:2]
    assert strict.startswith('(()=>{"use strict";')
    assert sloppy.startswith("(()=>{(globalThis.webpackChunk")


def test_styles_are_joined_once_each_also_those_of_chunks_without_a_script(tree: Path) -> None:
    files = join_startup_files(tree, ["22", "33", "44"])
    assert (tree / files.style).read_text() == "a{b:c}\nd{e:f}\n"
    assert files.styled == ("22", "33", "44")
    assert files.chunks == ("22",)


def test_a_chunk_that_also_stands_for_another_one_does_not_take_its_place(tree: Path) -> None:
    # A worker's chunk has the modules of chunk 11 in a variant that the page cannot use.
    (tree / "99.bundle.0d.js").write_text(MINIFIED.format(ids="99,11", body="1: workers"))
    files = join_startup_files(tree, ["11"])
    assert "workers" not in (tree / files.script).read_text()
    assert chunk_names(tree) == {"11": "11.bundle.0a.js", "22": "22.bundle.0b.js", "99": "99.bundle.0d.js"}


def test_chunks_that_a_build_lacks_are_left_out(tree: Path) -> None:
    assert join_startup_files(tree, ["11", "77"]).chunks == ("11",)
    assert join_startup_files(tree, ["77"]) == NO_STARTUP_FILES
    assert join_startup_files(tree, []) == NO_STARTUP_FILES


def test_chunks_of_two_applications_are_not_joined(tree: Path) -> None:
    (tree / "55.bundle.0e.js").write_text(MINIFIED.replace("webpackChunk", "otherChunk").format(ids="55", body=""))
    assert join_startup_files(tree, ["11", "55"]) == NO_STARTUP_FILES


def test_the_name_depends_on_the_content(tree: Path) -> None:
    one, two = join_startup_files(tree, ["11"]), join_startup_files(tree, ["11", "22"])
    assert one.script != two.script
    assert one.script.startswith("startup.bundle.")


def test_the_name_depends_on_what_will_be_done_to_the_file(tree: Path) -> None:
    one, two = (join_startup_files(tree, ["11", "22"], made_by=minifier) for minifier in ("oxc 1", "oxc 2"))
    assert one.script != two.script
    assert one.style != two.style


def test_what_was_joined_is_read_back_from_json(tree: Path) -> None:
    files = join_startup_files(tree, ["11", "22"])
    assert startup_files(json.loads(json.dumps(asdict(files)))) == files
