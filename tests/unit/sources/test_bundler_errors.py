from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BundleFailed, DiskFull, OhifbuildError, ReleaseUnsupported, ToolFailed
from ohifbuild.core.processes import KILLED
from ohifbuild.sources.bundle import PROFILES, bundle, bundle_key, explained
from ohifbuild.sources.bundle import _follow as follow
from ohifbuild.tools.toolchain import NodeTools

PROGRESS = "<s> [webpack.Progress] 45% building 12/34 modules\n"


@pytest.mark.parametrize(
    ("output", "expected", "words"),
    [
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", BundleFailed, "memory"),
        ("Module not found: Error: Can't resolve 'left' in '/x/src'", BundleFailed, "A module that the sources import"),
        (
            "Error: error:0308010C:digital envelope routines::unsupported",
            BundleFailed,
            "This version of Node does not match",
        ),
        (
            "Module build failed (from ../babel-loader): SyntaxError: /x/a.tsx",
            BundleFailed,
            "source file",
        ),
        ("Error: Cannot find module 'webpack-merge'", BundleFailed, "configuration requires is not installed"),
        ("[webpack] Error: ENOSPC: no space left on device", DiskFull, "The disk is full"),
        ("something else", BundleFailed, "lines of its log"),
    ],
)
def test_the_likely_cause_is_named(output: str, expected: type[OhifbuildError], words: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(PROGRESS * 100 + output + "\n" + PROGRESS * 100)
    error = explained(ToolFailed("node failed with exit status 1.", details="the end"), log)
    assert type(error) is expected
    assert words in error.cause
    assert "Progress" not in error.details
    assert expected is DiskFull or output in error.details


def test_what_follows_the_first_error_is_shown_not_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\nERROR in ./src/x.js\nthe reason\n" + "asset of no interest\n" * 200)
    details = explained(ToolFailed("node failed with exit status 1."), log).details
    assert details.startswith("ERROR in ./src/x.js\nthe reason")


def test_a_killed_bundler_has_the_memory_as_its_likely_cause(tmp_path: Path) -> None:
    killed = ToolFailed("node failed with exit status -9.", cause=KILLED)
    assert "memory" in explained(killed, tmp_path / "none").cause


def test_progress_never_decreases() -> None:
    class Meter:
        done = 0
        phases: tuple[str, ...] = ()

        def advance(self, amount: int = 1) -> None:
            self.done += amount

        def total(self, amount: int | None) -> None: ...

        def phase(self, text: str) -> None:
            self.phases = (*self.phases, text)

    meter = Meter()
    on_line = follow(meter)
    for line in (
        "<s> [webpack.Progress] 10% building",
        "[webpack.Progress] 7% again",
        "about 99% of it",
        "65% sealing x",
    ):
        on_line(line)
    assert meter.done == 65
    assert meter.phases == ("building", "sealing x")


def test_every_profile_has_its_own_key_and_turns_minification_and_source_maps_off(tmp_path: Path) -> None:
    tools = NodeTools(Path("node"), Path("npm"), {}, "20.0.0", "system")
    keys = {bundle_key(name) for name in PROFILES}
    assert len(keys) == len(PROFILES)
    for name, profile in PROFILES.items():
        assert dict(profile.settings)["QUICK_BUILD"] == "true"
        with pytest.raises(ReleaseUnsupported, match="The source has no"):
            bundle(tmp_path, name, tools, tmp_path, tmp_path / "log", SilentReporter())
