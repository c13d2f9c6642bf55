"""Meets each mutant of a part's Python files with the tests that run the changed function.

The tests are collected once. Each mutant gets a process of its own, a copy of this one, where the changed function's
code takes the place of the original. What the tests do not notice there meets them again with everything imported
anew, because a changed constant may have been read before. No file of the working tree is changed.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import os
import resource
import shutil
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, ClassVar

import coverage
import pytest
from _pytest.runner import runtestprotocol
from expressions import expression_mutants
from literals import Mutant, literal_mutants
from parts import ROOT, Part

PROCESSOR_SECONDS = 30
"""What the tests of one mutant may take, beyond ten times what they take without one."""

WAITING_SECONDS = 300
"""How long a mutant may wait for what never happens."""

Found = tuple[Path, Mutant]
_Code = types.CodeType
_OPTIONS = ["-q", "-x", "-s", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0"]
# Rewritten assertions: pytest would load the modules of this package, which has a plugin, and pass by the mutant.
_OPTIONS += ["--assert=plain"]
_OPTIONS += ["-W", "ignore::pytest.PytestWarning", "-m", "unit or integration"]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def mutants(part: Part) -> list[Found]:
    """Every mutant of the part."""
    found: list[Found] = []
    for path in part.paths:
        source = path.read_text(encoding="utf-8")
        found += ((path, mutant) for mutant in expression_mutants(source))
        found += ((path, mutant) for mutant in literal_mutants(source, path.suffix, every_text=part.every_text))
    return found


def survivors(part: Part, wanted: list[Found], jobs: int, say: Callable[[Found], None]) -> list[Found]:
    """The mutants that no test of the part notices.

    Args:
        say: called with each.
    """
    with tempfile.TemporaryDirectory(prefix="ohifbuild-mutants-") as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        run = _Run(wanted, jobs, Path(folder), say)
        code = pytest.main([*_OPTIONS, *map(str, part.test_paths)], plugins=[run])
    if code != 0:
        raise SystemExit(f"The tests of {part.name} fail without any mutant.")
    return run.survivors


class _Run:
    """A plugin of pytest that runs the collected tests again and again."""

    def __init__(self, wanted: list[Found], jobs: int, folder: Path, say: Callable[[Found], None]) -> None:
        self.wanted, self.jobs, self.folder, self.say = wanted, jobs, folder, say
        self.survivors: list[Found] = []
        self.running: dict[int, Found] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True
        tests = _Tests(session, {path for path, _ in self.wanted})
        gc.freeze()
        for path, mutant in self.wanted:
            if len(self.running) >= self.jobs:
                self._wait_for_one()
            self._start(tests, path, mutant)
        while self.running:
            self._wait_for_one()
        return True

    def _start(self, tests: _Tests, path: Path, mutant: Mutant) -> None:
        pid = os.fork()
        if pid:
            self.running[pid] = (path, mutant)
            return
        try:
            os.setsid()
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            signal.alarm(WAITING_SECONDS)
            own = self.folder / str(os.getpid())
            own.mkdir()
            tempfile.tempdir = os.environ["TMPDIR"] = str(own)
            os._exit(0 if tests.miss(path, mutant, own) else 1)
        finally:
            os._exit(1)

    def _wait_for_one(self) -> None:
        pid, status = os.wait()
        found = self.running.pop(pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(self.folder / str(pid), ignore_errors=True)
        if status == 0:
            self.survivors.append(found)
            self.say(found)


def function_of(path: Path, line: int) -> str:
    """The name of the innermost function or class that has a line; '' for none."""
    names = [name for first, last, name in _functions(path) if first <= line <= last]
    return names[-1] if names else ""


@functools.cache
def _functions(path: Path) -> list[tuple[int, int, str]]:
    """First line, last line and name of every function and class of a file; inner ones come last."""
    found = []

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                found.append((first, child.end_lineno or first, f"{prefix}{child.name}"))
                visit(child, f"{prefix}{child.name}.")
            else:
                visit(child, prefix)

    visit(ast.parse(path.read_text(encoding="utf-8")), "")
    return found


class _Tests:
    """The collected tests, and which of them run a line."""

    def __init__(self, session: pytest.Session, paths: set[Path]) -> None:
        self.session = session
        self.seconds: dict[int, float] = {}
        measure = coverage.Coverage(data_file=None, config_file=False, include=[str(path) for path in paths])
        measure.start()
        items = session.items
        for number, item in enumerate(items):
            measure.switch_context(str(number))
            reports = runtestprotocol(item, log=False, nextitem=items[number + 1] if number + 1 < len(items) else None)
            self.seconds[number] = sum(report.duration for report in reports)
            if any(report.failed for report in reports):
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant.")
        measure.stop()
        data = measure.get_data()
        self.lines = {path: data.contexts_by_lineno(str(path)) for path in paths}
        _Objects.find({str(path) for path in paths})

    def miss(self, path: Path, mutant: Mutant, own: Path) -> bool:
        """Whether no test notices the mutant. To be asked in a process that ends afterwards."""
        numbers = self._covering(path, mutant.at)
        if not numbers:
            return True
        seconds = int(PROCESSOR_SECONDS + 10 * sum(self.seconds[number] for number in numbers))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        if _put_in_place(path, mutant.source):
            factory: Any = self.session.config._tmp_path_factory  # type: ignore[attr-defined]
            factory._basetemp = own
            for number in numbers:
                reports = runtestprotocol(self.session.items[number], log=False, nextitem=None)
                if any(report.failed for report in reports):
                    return False
        files = {str(self.session.items[number].path) for number in numbers}
        return _run_anew(path, mutant.source, sorted(files), own)

    def _covering(self, path: Path, line: int) -> list[int]:
        """The tests that run a line's function, those that run the line first."""
        lines = self.lines[path]
        name = function_of(path, line)
        spans = [(first, last) for first, last, other in _functions(path) if other == name]
        within = [number for number in lines if any(first < number <= last for first, last in spans)]
        contexts = {context for number in within or lines for context in lines[number] if context}
        exact = set(lines.get(line, ()))
        return sorted(map(int, contexts), key=lambda number: (str(number) not in exact, self.seconds[number]))


def _put_in_place(path: Path, source: str) -> bool:
    """Whether the mutant could take the place of the original in this process."""
    original = path.read_text(encoding="utf-8")
    before, after = ast.parse(original), ast.parse(source)
    if len(before.body) != len(after.body):
        return False
    top_level = [old for old, new in zip(before.body, after.body, strict=True) if _skeleton(old) != _skeleton(new)]
    if not all(isinstance(statement, ast.Assign | ast.AnnAssign) for statement in top_level):
        return False
    for cache in _Objects.caches:
        cache.cache_clear()
    if top_level:
        return _replace_constants(path, source)
    return _replace_functions(path, original, source)


class _Objects:
    """What a mutant changes: found once, because a process that looks through all objects gets a copy of each."""

    caches: ClassVar[list[Any]] = []
    functions: ClassVar[list[types.FunctionType]] = []

    @classmethod
    def find(cls, files: set[str]) -> None:
        objects = gc.get_objects()
        cls.caches = [found for found in objects if isinstance(found, functools._lru_cache_wrapper)]
        cls.functions = [
            found for found in objects if isinstance(found, types.FunctionType) and found.__code__.co_filename in files
        ]


def _skeleton(statement: ast.stmt) -> str:
    """A statement without the bodies of its functions."""
    copy = ast.parse(ast.unparse(statement))
    for node in ast.walk(copy):
        if isinstance(node, ast.Lambda):
            node.body = ast.Constant(None)
        elif isinstance(node, _FUNCTIONS):
            node.body = []
    return ast.dump(copy)


def _replace_functions(path: Path, original: str, source: str) -> bool:
    old = list(_codes(compile(original, str(path), "exec")))
    new = list(_codes(compile(source, str(path), "exec")))
    if [code.co_qualname for code in old] != [code.co_qualname for code in new]:
        return False
    place = {(code.co_qualname, code.co_firstlineno, code.co_code): code_ for code, code_ in zip(old, new, strict=True)}
    for found in _Objects.functions:
        if found.__code__.co_filename == str(path):
            code = place.get((found.__code__.co_qualname, found.__code__.co_firstlineno, found.__code__.co_code))
            if code is None or code.co_freevars != found.__code__.co_freevars:
                return False
            found.__code__ = code
    return True


def _codes(code: _Code) -> Iterator[_Code]:
    for constant in code.co_consts:
        if isinstance(constant, _Code):
            yield constant
            yield from _codes(constant)


def _replace_constants(path: Path, source: str) -> bool:
    modules = [module for module in list(sys.modules.values()) if isinstance(module, types.ModuleType)]
    for module in [module for module in modules if getattr(module, "__file__", None) == str(path)]:
        changed = types.ModuleType(module.__name__)
        changed.__dict__.update(__file__=str(path), __package__=module.__package__, __spec__=module.__spec__)
        exec(compile(source, str(path), "exec"), changed.__dict__)
        for name, new in vars(changed).items():
            old = vars(module).get(name)
            if name.startswith("__") or isinstance(new, type | types.FunctionType | types.ModuleType) or old == new:
                continue
            for other in modules:
                for key, value in list(vars(other).items()):
                    if value is old:
                        setattr(other, key, new)
    return True


def _run_anew(path: Path, source: str, tests: Iterable[str], own: Path) -> bool:
    """Whether the tests pass when everything of the repository is imported again, with the mutant."""
    own_folder = str(Path(__file__).parent)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(str(ROOT)) and not file.startswith(own_folder) and ".venv" not in file:
            del sys.modules[name]
    get_code = SourceFileLoader.get_code

    def code_of(self: SourceFileLoader, name: str) -> _Code | None:
        return compile(source, str(path), "exec") if self.path == str(path) else get_code(self, name)

    SourceFileLoader.get_code = code_of  # type: ignore[assignment, method-assign]
    return pytest.main([*_OPTIONS, f"--basetemp={own / 'anew'}", *tests]) == 0
