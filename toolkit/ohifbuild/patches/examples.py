"""The inputs a patch brings along: small sources of its author's own, before and after.

``tests/<version>/<any name>.before.<ending>`` starts with a comment ``// path: <path below the checkout>``, which says
which file of OHIF it stands for; ``….after.<ending>`` beside it is what must come out. All inputs of one version make
one tree, and every change of the patch that is meant for this version must fit it.
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
    """What is wrong with the patch by its own inputs; empty where all come out as they must, twice."""
    folder = patch.source.parent / "tests"
    versions = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not versions:
        return (f"{patch.name}: no inputs in {folder}",)
    return tuple(failure for version in versions for failure in _failures(patch, version))


def _failures(patch: Patch, folder: Path) -> list[str]:
    place = f"{patch.name} on {folder.name}"
    before, after = {}, {}
    for source in sorted(folder.glob("*.before.*")):
        text = source.read_text(encoding="utf-8")
        named = PATH.match(text)
        if not named:
            return [f"{place}: {source.name} does not start with '// path: …'"]
        before[named[1]] = text
        after[named[1]] = source.with_name(source.name.replace(".before.", ".after.")).read_text(encoding="utf-8")
    planned = plan(MemoryTree(before), folder.name, [patch])
    if planned.bad:
        return [f"{place}, change {row.change}: {row.detail}" for row in planned.bad]
    result = {**before, **planned.texts}
    failures = [
        f"{place}: {path}\n{_difference(after[path], result[path])}" for path in after if after[path] != result[path]
    ]
    again = plan(MemoryTree(result), folder.name, [patch])
    failures += [
        f"{place}, change {row.change}: not seen as made" for row in again.rows if row.state in ("fits", "drifted")
    ]
    return failures


def _difference(wanted: str, got: str) -> str:
    return "\n".join(difflib.unified_diff(wanted.splitlines(), got.splitlines(), "wanted", "got", lineterm=""))
