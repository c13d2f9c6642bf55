from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BundleFailed, DiskFull, OhifbuildError, ReleaseUnsupported, ToolFailed
from ohifbuild.sources.bundle import PROFILES, bundle, bundle_key, explained
from ohifbuild.sources.bundle import _follow as follow
from ohifbuild.tools.toolchain import NodeTools

PROGRESS = "<s> [webpack.Progress] 45% building 12/34 modules\n"


@pytest.mark.parametrize(
    ("said", "expected", "words"),
    [
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", BundleFailed, "memory"),
        ("Module not found: Error: Can't resolve 'left' in '/x/src'", BundleFailed, "A module that the sources import"),
        ("Error: error:0308010C:digital envelope routines::unsupported", BundleFailed, "This Node does not fit"),
        (
            "Module build failed (from ../babel-loader): SyntaxError: /x/a.tsx",
            BundleFailed,
            "source file",
        ),
        ("Error: Cannot find module 'webpack-merge'", BundleFailed, "configuration needs is not installed"),
        ("[webpack] Error: ENOSPC: no space left on device", DiskFull, "The disk is full"),
        ("something else", BundleFailed, "last lines"),
    ],
)
def test_the_likely_cause_is_named(said: str, expected: type[OhifbuildError], words: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(PROGRESS * 100 + said + "\n" + PROGRESS * 100)
    error = explained(ToolFailed("node ended with status 1.", details="the end"), log)
    assert type(error) is expected
    assert words in error.cause
    assert "Progress" not in error.details
    assert expected is DiskFull or said in error.details


def test_a_bundler_that_was_killed_ran_out_of_memory(tmp_path: Path) -> None:
    killed = ToolFailed("node ended with status -9.", cause="It was killed from outside, most often because …")
    assert "memory" in explained(killed, tmp_path / "none").cause


def test_progress_only_grows() -> None:
    class Meter:
        done = 0
        phases: tuple[str, ...] = ()

        def advance(self, amount: int = 1) -> None:
            self.done += amount

        def total(self, amount: int | None) -> None: ...

        def phase(self, text: str) -> None:
            self.phases = (*self.phases, text)

    meter = Meter()
    tell = follow(meter)
    for line in (
        "<s> [webpack.Progress] 10% building",
        "[webpack.Progress] 7% again",
        "about 99% of it",
        "65% sealing x",
    ):
        tell(line)
    assert meter.done == 65
    assert meter.phases == ("building", "sealing x")


def test_every_profile_turns_maps_off_and_minification_over_to_us(tmp_path: Path) -> None:
    tools = NodeTools(Path("node"), Path("npm"), {}, "20.0.0", "system")
    keys = {bundle_key(name) for name in PROFILES}
    assert len(keys) == len(PROFILES)
    for name, profile in PROFILES.items():
        assert dict(profile.settings)["QUICK_BUILD"] == "true"
        with pytest.raises(ReleaseUnsupported, match="The source has no"):
            bundle(tmp_path, name, tools, tmp_path, tmp_path / "log", SilentReporter())
