from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from ohifbuild.commands.drift_report import as_json, drift_table
from ohifbuild.core import resources
from ohifbuild.core.errors import CacheUnusable, OriginUnavailable, PatchConflict, PatchDrift, PatchInvalid
from ohifbuild.patches import series
from ohifbuild.patches.series import FolderTree, GitTree, MemoryTree, Patch
from ohifbuild.patches.upstream import notes

SHIPPED = series.load(resources.patches())

GREET = """
name = "greet"
reason = "Greets a chosen person."
releases = ">=3.5 <3.13"

[[change]]
files = ["src/hello.js", "src/hello.ts"]
matches = 1
rule.pattern = "greet('world', $HOW)"
fix = "greet(whom(), $HOW)"

[[change.after]]
matches = 1
rule.pattern = "greet(whom(), $HOW)"
"""
HELLO = "export function hello() {\n  greet('world', { loud: true });\n}\n"

Write = Callable[..., tuple[Patch, ...]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes patches, given as ``name="text"`` (an underscore becomes a hyphen), and loads them."""

    def written(**texts: str) -> tuple[Patch, ...]:
        for name, text in texts.items():
            folder = tmp_path / "patches" / name.replace("_", "-")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "patch.toml").write_text(text, encoding="utf-8")
        return series.load(tmp_path / "patches")

    return written


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "src").mkdir(parents=True)
    (root / "src/hello.ts").write_text(HELLO, encoding="utf-8")
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("patch", SHIPPED, ids=lambda patch: patch.name)
def test_each_shipped_patch_produces_its_examples(patch: Patch) -> None:
    assert series.example_failures(patch) == ()


def test_every_supported_release_gets_the_patches_it_needs() -> None:
    always = {"authenticated-rendered", "dicom-loader-headers", "exact-patient-id", "prior-studies", "token-parameter"}
    for version in ("3.5.0", "3.6.0", "3.8.5", "3.9.3", "3.10.4", "3.11.1", "v3.12.0"):
        names = {patch.name for patch in series.select(SHIPPED, version)}
        assert always <= names
        assert ("all-authentication-headers" in names) == (version not in ("3.5.0", "3.6.0"))


def test_applying_a_patch_twice_changes_the_checkout_once(write: Write, checkout: Path) -> None:
    greet = write(greet=GREET)
    report = series.apply(checkout, "3.12.0", greet)
    assert report.changed == ("src/hello.ts",)
    assert (checkout / "src/hello.ts").read_text() == HELLO.replace("'world'", "whom()")

    before = contents(checkout)
    again = series.apply(checkout, "3.12.0", greet)
    assert (again.changed, [row.state for row in again.rows]) == ((), ["already"])
    assert contents(checkout) == before


def test_a_release_outside_the_range_is_not_changed(write: Write, checkout: Path) -> None:
    report = series.apply(checkout, "3.13.0-beta.1", write(greet=GREET))
    assert (report.changed, [row.state for row in report.rows]) == ((), ["not-for"])


def test_drift_shows_where_the_code_is_now_and_writes_nothing(write: Write, checkout: Path) -> None:
    bow = GREET.replace("greet", "bow").replace("hello", "bow").replace('"bow"', '"a-bow"', 1)
    (checkout / "src/hello.ts").write_text("export const hello = () => undefined;\n")
    (checkout / "src/bow.js").write_text("bow('world', 1);\n")
    (checkout / "src/greeting").mkdir()
    (checkout / "src/greeting/polite.ts").write_text(
        "// moved here\n\nexport const polite = () => greet('all', 'world');\n"
    )
    before = contents(checkout)
    with pytest.raises(PatchDrift) as caught:
        series.apply(checkout, "3.12.0", write(greet=GREET, a_bow=bow))
    assert "greet, change 1: src/hello.ts: its rule matches 0 times; it must match once" in caught.value.details
    assert "src/greeting/polite.ts:3" in caught.value.details
    assert "export const polite = () => greet('all', 'world');" in caught.value.details
    assert contents(checkout) == before


def test_drift_of_a_missing_file_shows_the_nearest_file(write: Write, checkout: Path) -> None:
    (checkout / "src/hello.ts").rename(checkout / "src/hello.tsx")
    with pytest.raises(PatchDrift) as caught:
        series.apply(checkout, "3.12.0", write(greet=GREET))
    assert "none of its files exists: src/hello.js, src/hello.ts" in caught.value.details
    assert "src/hello.tsx:2" in caught.value.details


def test_too_many_matches_are_drift_and_all_are_shown(write: Write, checkout: Path) -> None:
    (checkout / "src/hello.ts").write_text(HELLO + HELLO)
    with pytest.raises(PatchDrift) as caught:
        series.apply(checkout, "3.12.0", write(greet=GREET))
    assert "matches 2 times; it must match once" in caught.value.details
    assert "src/hello.ts:2" in caught.value.details
    assert "src/hello.ts:5" in caught.value.details


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'fix = "greet(whom(), $HOW)"',
            'fix = "greet(nobody(), $HOW)"',
            "condition 1 matches 0 times; it must match once",
        ),
        (
            'fix = "greet(whom(), $HOW)"',
            "fix = \"greet(whom(greet('world', $HOW)), $HOW)\"",
            "rule still matches once",
        ),
        ('fix = "greet(whom(), $HOW)"', 'fix = "greet(whom(), $HOW) }"', "the file has a syntax error"),
    ],
    ids=["condition", "rule again", "syntax"],
)
def test_a_change_whose_condition_fails_is_drift(
    write: Write, checkout: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(PatchDrift, match="These patches do not match OHIF") as caught:
        series.apply(checkout, "3.12.0", write(greet=GREET.replace(old, new, 1)))
    assert message in caught.value.details
    assert contents(checkout) == {"src/hello.ts": HELLO.encode()}


def test_a_condition_that_holds_before_the_change_proves_nothing(write: Write, checkout: Path) -> None:
    empty = GREET.replace('rule.pattern = "greet(whom(), $HOW)"', 'rule.pattern = "greet($A, $HOW)"')
    with pytest.raises(PatchDrift) as caught:
        series.apply(checkout, "3.12.0", write(greet=empty))
    assert "it proves nothing" in caught.value.details


def test_two_patches_on_one_node_are_a_conflict_and_both_are_named(write: Write, checkout: Path) -> None:
    whole = """
name = "silence"
reason = "Nobody is greeted."
releases = "*"

[[change]]
files = ["src/hello.ts"]
matches = 1
rule = { kind = "function_declaration", has = { pattern = "hello", stopBy = "end" } }
fix = "function quiet() {}"

[[change.after]]
matches = 1
rule.pattern = "function quiet() {}"
"""
    with pytest.raises(PatchConflict) as caught:
        series.apply(checkout, "3.12.0", write(greet=GREET, silence=whole))
    assert "greet, change 1: changes the same code as silence, change 1" in caught.value.details
    assert "silence, change 1: changes the same code as greet, change 1" in caught.value.details
    assert "src/hello.ts:2" in caught.value.details
    assert contents(checkout) == {"src/hello.ts": HELLO.encode()}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[change]]", "[[change", "patch.toml: "),
        ('reason = "Greets a chosen person."\n', "", "reason: Field required"),
        ("matches = 1\nrule", "matches = 0\nrule", "change 1: matches: Input should be greater than or equal to 1"),
        ('fix = "', 'fux = "', "change 1: fux: Extra inputs are not permitted"),
        ('name = "greet"', 'name = "welcome"', "name: 'welcome' differs from the folder's name, 'greet'"),
        ('">=3.5 <3.13"', '">=latest"', "releases: '>=latest' is not a version"),
        ("greet('world', $HOW)", "greet('world', $HOW", "change 1: rule: the pattern 'greet('world', $HOW' is not"),
        ("rule.pattern = \"greet('", 'rule.likeness = "x"\nrule.pattern = "greet(\'', "rule: unknown field `likeness`"),
        ("rule.pattern = \"greet('world', $HOW)\"", 'rule.kind = "nonsense"', "change 1: rule: "),
        ("greet(whom(), $HOW)", "greet($WHOM, $HOW)", "change 1: fix: uses $WHOM, which the rule does not capture"),
        (
            "[[change.after]]\nmatches = 1",
            "[[change.after]]\nmatches = 0",
            "after: requires a condition with matches of 1",
        ),
        ("src/hello.js", "../hello.js", "change 1: files: '../hello.js' is outside the checkout"),
        ("src/hello.js", "/etc/hello.js", "is outside the checkout"),
        ("src/hello.js", "src\\\\..\\\\..\\\\hello.js", "is outside the checkout"),
        ("src/hello.js", "C:/hello.js", "is outside the checkout"),
        ("src/hello.js", ".git/hooks/hello.js", "is in git's own folder"),
        ("src/hello.js", "src//hello.js", "is not in its shortest form; write src/hello.js"),
        ("src/hello.js", "src/hello.css", "must end in one of .js,"),
    ],
)
def test_an_invalid_patch_is_refused(write: Write, old: str, new: str, message: str) -> None:
    with pytest.raises(PatchInvalid) as caught:
        write(greet=GREET.replace(old, new, 1))
    assert message in caught.value.details
    assert str(Path("greet") / "patch.toml") in caught.value.details
    assert "backtrace" not in caught.value.details


def test_the_mistakes_of_all_patches_are_reported_together(write: Write) -> None:
    with pytest.raises(PatchInvalid, match="3 mistakes") as caught:
        write(greet=GREET.replace("src/hello", "../hello"), second=GREET.replace('"greet"', '"third"', 1))
    assert caught.value.details.count("is outside the checkout") == 2


def test_a_name_that_two_patches_have_is_refused(write: Write, tmp_path: Path) -> None:
    write(greet=GREET)
    other = tmp_path / "others/greet"
    other.mkdir(parents=True)
    (other / "patch.toml").write_text(GREET)
    with pytest.raises(PatchInvalid) as caught:
        series.load(tmp_path / "patches", tmp_path / "others")
    assert "'greet' is already the name of" in caught.value.details


@pytest.mark.parametrize("made", ["nothing", "an empty folder", "a link", "a folder without a patch"])
def test_a_folder_without_patches_is_refused(tmp_path: Path, made: str) -> None:
    folder = tmp_path / "patches"
    if made != "nothing":
        folder.mkdir()
    if made == "a link":
        (folder / "token-parameter").symlink_to(resources.patches() / "token-parameter")
    if made == "a folder without a patch":
        (folder / "greet").mkdir()
    with pytest.raises(PatchInvalid):
        series.load(folder)


@pytest.mark.parametrize("link", ["src/hello.ts", "src"])
def test_a_symbolic_link_out_of_the_checkout_is_not_followed(
    write: Write, checkout: Path, tmp_path: Path, link: str
) -> None:
    (checkout / link).rename(tmp_path / "outside")
    (checkout / link).symlink_to(tmp_path / "outside")
    outside = contents(tmp_path)
    with pytest.raises((PatchInvalid, PatchDrift)):
        series.apply(checkout, "3.12.0", write(greet=GREET))
    assert {name: text for name, text in contents(tmp_path).items() if name in outside} == outside


def test_line_endings_the_mode_and_other_hard_links_to_the_file_are_kept(
    write: Write, checkout: Path, tmp_path: Path
) -> None:
    source = checkout / "src/hello.ts"
    source.write_bytes(HELLO.replace("\n", "\r\n").encode())
    source.chmod(0o640)
    os.link(source, tmp_path / "store.ts")
    several = GREET.replace('fix = "greet(whom(), $HOW)"', 'fix = """\nprepare(),\ngreet(whom(), $HOW)\n"""')
    series.apply(checkout, "3.12.0", write(greet=several))
    assert source.read_bytes() == (
        b"export function hello() {\r\n  prepare(),\r\n  greet(whom(), { loud: true });\r\n}\r\n"
    )
    assert source.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "store.ts").read_bytes() == HELLO.replace("\n", "\r\n").encode()


def test_a_failed_write_changes_no_file(write: Write, checkout: Path) -> None:
    long = "z" * 247 + ".ts"  # the name of its temporary file is too long for every file system
    (checkout / "src" / long).write_text(HELLO)
    both = GREET.replace('"src/hello.ts"]\nmatches = 1', f'"src/hello.ts", "src/{long}"]\nmatches = 2')
    both = both.replace("[[change.after]]\nmatches = 1", "[[change.after]]\nmatches = 2")
    before = contents(checkout)
    with pytest.raises(CacheUnusable, match="zzz"):
        series.apply(checkout, "3.12.0", write(greet=both))
    assert contents(checkout) == before


def test_a_change_can_have_globs_and_a_range(write: Write) -> None:
    text = GREET.replace('"src/hello.js", "src/hello.ts"', '"ext/**/hello.ts"').replace(
        "matches = 1\nrule", 'releases = ">=3.9"\nmatches = 1\nrule', 1
    )
    greet = write(greet=text)
    tree = MemoryTree({"ext/a/b/hello.ts": HELLO, "ext/hello/other.ts": HELLO})
    assert [row.state for row in series.check(tree, "3.8.5", greet)] == ["not-for"]
    (row,) = series.check(tree, "3.9.0", greet)
    assert (row.state, row.files, row.found) == ("fits", ("ext/a/b/hello.ts",), 1)


def test_patches_are_tried_on_git_revisions_without_a_checkout(write: Write, checkout: Path) -> None:
    def run(*argv: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", "-C", str(checkout), *identity, *argv], check=True, capture_output=True)

    run("init", "-q")
    run("add", ".")
    run("commit", "-qm", "one")
    run("tag", "v3.11.1")
    (checkout / "src/hello.ts").write_text("greet('moon', 1);\n")
    (checkout / "src/link.ts").symlink_to("hello.ts")
    run("add", ".")
    run("commit", "-qm", "two")
    run("tag", "v3.12.0")
    greet = write(greet=GREET)
    rows: list[series.DriftRow] = []
    for tag in ("v3.11.1", "v3.12.0"):
        with GitTree(checkout, tag) as tree:
            rows += series.check(tree, tag[1:], greet)
    assert [(row.version, row.state, row.found) for row in rows] == [("3.11.1", "fits", 1), ("3.12.0", "drifted", 0)]
    assert "src/hello.ts:1" in rows[1].detail
    assert json.loads(json.dumps(as_json(rows)))[1]["state"] == "drifted"
    shown = io.StringIO()
    Console(width=120, file=shown).print(drift_table(rows))
    assert shown.getvalue().split() == ["patch", "3.11.1", "3.12.0", "greet", "1", "drifted"]

    linked = write(greet=GREET.replace("src/hello.ts", "src/link.ts"))
    with GitTree(checkout, "v3.12.0") as tree, pytest.raises(PatchInvalid, match="symbolic link"):
        series.check(tree, "3.12.0", linked)
    for revision in ("v3.99.0", "--upload-pack=touch"):
        with pytest.raises(OriginUnavailable):
            GitTree(checkout, revision)
    with pytest.raises(OriginUnavailable):
        GitTree(checkout / "src", "v3.12.0")


def test_a_source_tree_has_no_dependencies_and_no_other_files(checkout: Path) -> None:
    (checkout / "node_modules/x").mkdir(parents=True)
    (checkout / "node_modules/x/index.js").write_text("")
    (checkout / "README.md").write_text("")
    assert FolderTree(checkout).files() == ["src/hello.ts"]


def test_the_digest_depends_only_on_what_patches_do(write: Write) -> None:
    (greet,) = write(greet=GREET)
    (reworded,) = write(greet=GREET.replace("Greets a", "Says hello to a"))
    (other,) = write(greet=GREET.replace("whom()", "who()"))
    assert series.digest([greet]) == series.digest([reworded])
    assert series.digest([greet]) != series.digest([other])
    assert series.digest(SHIPPED) == series.digest(reversed(SHIPPED))


UPSTREAM = """
[[upstream]]
link = "https://example.org/pull/1"
state = "merged"
since = ">=3.13.0"
about = "greets whom one likes"

[[upstream]]
link = "https://example.org/pull/2"
state = "open"
about = "greets softly"

[[change]]"""


def test_what_ohif_does_itself_is_said_where_a_patch_is_not_for_the_release_or_drifts(write: Write) -> None:
    (patch,) = write(greet=GREET.replace("[[change]]", UPSTREAM, 1))
    done, proposed = (
        "OHIF does this itself (in >=3.13.0): greets whom one likes. https://example.org/pull/1",
        "proposed to OHIF: greets softly. https://example.org/pull/2",
    )
    assert notes(patch, "3.12.0") == ()
    assert notes(patch, "3.13.2") == (done, proposed)
    assert notes(patch, "3.13.0-beta.4") == (proposed,)
    drifted = series.check(MemoryTree({"src/hello.ts": "nothing();"}), "3.12.0", [patch])
    assert notes(patch, "3.12.0", drifted) == (proposed,)


def test_a_merged_change_needs_its_releases(write: Write) -> None:
    text = GREET.replace("[[change]]", UPSTREAM.replace('since = ">=3.13.0"\n', ""), 1)
    with pytest.raises(PatchInvalid) as refusal:
        write(greet=text)
    assert "upstream 1: since" in refusal.value.details


def test_notes_of_upstream_change_no_digest(write: Write) -> None:
    before = series.digest(write(greet=GREET))
    assert series.digest(write(greet=GREET.replace("[[change]]", UPSTREAM, 1))) == before
