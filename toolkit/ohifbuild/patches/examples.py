"""Tests a patch with its examples: small sources before and after the change.

``tests/<version>/<any name>.before.<extension>`` starts with a comment ``// path: <path in the checkout>``, which names
OHIF's file. ``….after.<extension>`` beside it is the expected result. The examples of one version form one source tree;
every change of the patch for this version must match it.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from ohifbuild.patches.plan import plan
from ohifbuild.patches.rules import Patch
from ohifbuild.patches.source_tree import MemoryTree

PATH = re.compile(r"// path: (\S+)\n")


def example_failures(patch: Patch) -> tuple[str, ...]:
    """Where the patch's result differs from its examples, or a second run changes something; empty if nothing fails."""
    folder = patch.source.parent / "tests"
    versions = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not versions:
        return (f"{patch.name}: no examples in {folder}",)
    return tuple(failure for version in versions for failure in _failures(patch, version))


def _failures(patch: Patch, folder: Path) -> list[str]:
    label = f"{patch.name} on {folder.name}"
    before, after = {}, {}
    for source in sorted(folder.glob("*.before.*")):
        text = source.read_text(encoding="utf-8")
        named = PATH.match(text)
        if not named:
            return [f"{label}: {source.name} does not start with '// path: …'"]
        before[named[1]] = text
        after[named[1]] = source.with_name(source.name.replace(".before.", ".after.")).read_text(encoding="utf-8")
    planned = plan(MemoryTree(before), folder.name, [patch])
    if planned.bad:
        return [f"{label}, change {row.change}: {row.detail}" for row in planned.bad]
    result = {**before, **planned.texts}
    failures = [
        f"{label}: {path}\n{_difference(after[path], result[path])}" for path in after if after[path] != result[path]
    ]
    again = plan(MemoryTree(result), folder.name, [patch])
    failures += [
        f"{label}, change {row.change}: a second run does not recognize the change"
        for row in again.rows
        if row.state in ("fits", "drifted")
    ]
    return failures


def _difference(expected: str, actual: str) -> str:
    lines = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected", "actual", lineterm="")
    return "\n".join(lines)
