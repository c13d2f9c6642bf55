"""Profiles of one visit of each viewer until its first image: where processor time goes, and which code runs at all.

A profile and a coverage each get a visit of their own, because recording one slows the other. Chromium's developer
tools open the ``.cpuprofile`` files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession

from ohifbuild.verification.browser import Browser
from visits.line import Case
from visits.pairs import destination
from visits.visit import visit

NAMES = ("ours", "other")
SAMPLING_MICROSECONDS = 500
SHOWN = 40


def profile(case: Case, dists: Sequence[Path], dataset: Path, browser: Browser, folder: Path) -> None:
    """Writes ``NAME.cpuprofile``, ``NAME.coverage.json`` and ``NAME.md`` for both viewers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, dist in zip(NAMES, dists, strict=True):
        with destination(dist, dataset, case) as to:
            seen, sampled = visit(browser, to, record_samples)
            _, covered = visit(browser, to, record_coverage)
        (folder / f"{name}.cpuprofile").write_text(json.dumps(sampled), encoding="utf-8")
        (folder / f"{name}.coverage.json").write_text(json.dumps(covered, indent=1), encoding="utf-8")
        text = summary(f"{name}: {case.title}, first image after {seen.image:.2f} s", sampled, covered)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def record_samples(devtools: CDPSession) -> Callable[[], Any]:
    """Samples the main thread's stack from now on."""
    devtools.send("Profiler.enable")
    devtools.send("Profiler.setSamplingInterval", {"interval": SAMPLING_MICROSECONDS})
    devtools.send("Profiler.start")
    return lambda: devtools.send("Profiler.stop")["profile"]


def record_coverage(devtools: CDPSession) -> Callable[[], Any]:
    """Records from now on which code runs."""
    devtools.send("Profiler.enable")
    devtools.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": True})

    def finish() -> dict[str, dict[str, int]]:
        scripts = devtools.send("Profiler.takePreciseCoverage")["result"]
        devtools.send("Profiler.stopPreciseCoverage")
        named = [each for each in scripts if each["url"].startswith("http")]
        return {urlsplit(each["url"]).path: executed(each["functions"]) for each in named}

    return finish


def executed(functions: Sequence[dict[str, Any]]) -> dict[str, int]:
    """The characters of one script, and those of them that ran.

    Args:
        functions: of the script, as ``takePreciseCoverage`` gives them: ranges nest, and an inner one decides.
    """
    ranges = [each for function in functions for each in function["ranges"]]
    total = max((each["endOffset"] for each in ranges), default=0)
    ran = bytearray(total)
    # From the longest to the shortest, so that an inner range comes after those around it.
    for each in sorted(ranges, key=lambda each: each["startOffset"] - each["endOffset"]):
        start, end = each["startOffset"], each["endOffset"]
        ran[start:end] = (b"\x01" if each["count"] else b"\x00") * (end - start)
    return {"characters": total, "executed": sum(ran)}


def self_times(sampled: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """Milliseconds in which each script, and each function, was on top of the stack."""
    nodes = {each["id"]: each["callFrame"] for each in sampled["nodes"]}
    scripts, functions = Counter[str](), Counter[str]()
    for node, microseconds in zip(sampled["samples"], sampled["timeDeltas"], strict=True):
        frame = nodes[node]
        script = urlsplit(frame["url"]).path or frame["functionName"]
        scripts[script] += microseconds / 1000
        functions[f"{frame['functionName'] or '(anonymous)'} {script}:{frame['lineNumber'] + 1}"] += microseconds / 1000
    return scripts, functions


def summary(title: str, sampled: dict[str, Any], covered: dict[str, dict[str, int]]) -> str:
    """A page of Markdown: scripts and functions by time, scripts by code that did not run."""
    scripts, functions = self_times(sampled)
    lines = [f"# {title}", "", "## Milliseconds by script", ""]
    lines += [f"- {ms:8.1f} {name}" for name, ms in scripts.most_common(SHOWN)]
    lines += ["", "## Milliseconds by function", ""]
    lines += [f"- {ms:8.1f} {name}" for name, ms in functions.most_common(SHOWN)]
    lines += ["", "## Characters of code that did not run, of all", ""]
    idle = {name: each["characters"] - each["executed"] for name, each in covered.items()}
    for name in sorted(idle, key=lambda name: -idle[name]):
        lines.append(f"- {idle[name]:10,} of {covered[name]['characters']:10,} {name}")
    return "\n".join(lines) + "\n"
