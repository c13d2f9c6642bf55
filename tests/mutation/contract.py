"""Changes one rule of the contract after the other and says which changes no test notices.

    pip install '.[mutation]'
    python tests/mutation/contract.py toolkit/ohifbuild/contract/*.py
    python tests/mutation/contract.py extension-template/src/contract/*.js

A Python file meets the unit tests of the contract, each mutant in a process of its own; a JavaScript file meets the
template's tests in a copy of the template (Stryker does its expressions: ``npm run mutate`` there). The working tree
stays as it is. Exit code 1 if a mutant survives that is not in ``equivalent.txt``.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from literals import Mutant, literal_mutants

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PATIENCE = 60
"""Seconds for the tests of one mutant."""

JAVASCRIPT_TESTS = ("vectors", "place", "link")


def main(names: list[str]) -> int:
    lines = (Path(__file__).parent / "equivalent.txt").read_text().splitlines()
    explained = {line.strip() for line in lines if line.startswith("  ")}
    survivors = 0
    for path in map(Path, names):
        if path.suffix == ".py":
            counts = _run(path, _python_mutants(path), _python_dies(path), explained)
        else:
            counts = _run(path, literal_mutants(path.read_text(), path.suffix), _javascript_dies(path), explained)
        survivors += counts["survived"]
        print(
            f"{path}: " + ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("killed", "equivalent", "survived"))
        )
    return min(survivors, 1)


def _run(path: Path, mutants: Iterator[Mutant], dies: Callable[[str], bool], explained: set[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for mutant in mutants:
        if dies(mutant.source):
            counts["killed"] += 1
        elif f"{path.name}: {mutant.change}" in explained:
            counts["equivalent"] += 1
        else:
            counts["survived"] += 1
            print(f"{path.name}:{mutant.at}: {mutant.change}", flush=True)
    return counts


def _python_mutants(path: Path) -> Iterator[Mutant]:
    from expressions import expression_mutants

    source = path.read_text()
    yield from expression_mutants(source)
    yield from literal_mutants(source, path.suffix)


def _python_dies(path: Path) -> Callable[[str], bool]:
    """Runs the tests in a child of this process, which has read pytest and the tables once and for all."""
    sys.path[:0] = [str(TESTS), str(ROOT / "toolkit"), str(ROOT / "toolkit/ohifbuild/orthanc/scripts")]
    warnings.simplefilter("ignore")
    contract = path.parent.name == "contract"
    name = f"ohifbuild.contract.{path.stem}" if contract else path.stem
    tests = sorted(TESTS.glob("unit/contract/test_*.py" if contract else f"unit/orthanc/test_{path.stem}.py"))
    import pytest  # noqa: F401 -- read once

    import vectors

    tables = {table.stem: vectors.rows(table.stem) for table in vectors.FOLDER.glob("*.json")}
    vectors.rows = lambda name: tables[name]

    def dies(source: str) -> bool:
        child = os.fork()
        if child == 0:
            signal.alarm(PATIENCE)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            try:
                module = types.ModuleType(name)
                module.__file__ = str(path)
                sys.modules[name] = module
                exec(compile(source, path, "exec"), module.__dict__)
                for test in tests:
                    _call_all(test)
            except BaseException:
                os._exit(1)
            os._exit(0)
        return os.waitpid(child, 0)[1] != 0

    if dies(path.read_text()):
        sys.exit("The tests fail without any mutant.")
    return dies


def _call_all(test: Path) -> None:
    """Every test of a file, called without pytest, which takes longer to collect them than they take."""
    spec = importlib.util.spec_from_file_location(test.stem, test)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in vars(module).items():
        if name.startswith("test_"):
            cases = [mark.args for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
            rows: list[Any] = cases[0][1] if cases else [None]
            for values in rows:
                names = cases[0][0].split(",") if cases else []
                given = values if len(names) > 1 else [values]
                function(**{name.strip(): value for name, value in zip(names, given, strict=False)})


def _javascript_dies(path: Path) -> Callable[[str], bool]:
    template = path.resolve().parents[2]
    copy = Path(tempfile.mkdtemp()) / "extension-template"
    shutil.copytree(template, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(template / "node_modules")
    target = copy / path.resolve().relative_to(template)

    def dies(source: str) -> bool:
        target.write_text(source)
        return any(
            subprocess.run(["node", f"test/{test}.test.js"], cwd=copy, capture_output=True, timeout=PATIENCE).returncode
            for test in JAVASCRIPT_TESTS
        )

    if dies(path.read_text()):
        sys.exit("The tests fail without any mutant.")
    return dies


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
