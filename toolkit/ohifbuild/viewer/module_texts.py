"""The modules in a bundler's script, as text: where each begins and ends, what it exports and requires.

webpack writes a line ``/***/ ID:`` before each module, or ``/***/ ID`` before a method, and Rspack the line
``ID(module, …) {``. Only scripts that are not minified have these lines; in others no module is found.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

START = re.compile(
    r"""^(?:/\*\*\*/\ ["']?(?P<webpack>[\w./@-]+)["']?(?::[ ]*$|$(?=\n\())"""
    r"""|["']?(?P<rspack>[\w./@-]+)["']?\((?:module|__unused|__webpack|__rspack)[\w,\s]*\)\ \{$)""",
    re.MULTILINE | re.VERBOSE,
)
# What may begin a module in yet another way, such as an empty one: `29735() {`.
PERHAPS = re.compile(r"^(?:\d+\([^\n]*\)\s*\{|/\*\*\*/ \d+:?\s*$)", re.MULTILINE)
EXPORTS = re.compile(
    r"__webpack_require__\.d\(__webpack_exports__, \{(.*?)^(?:/\* harmony export \*/ )?\}\)", re.DOTALL | re.MULTILINE
)
EXPORT = re.compile(r"""^\s*(?:/\* harmony export \*/)?\s*["']?([\w$-]+)["']?: \(\) =>""", re.MULTILINE)
# Names that only the evaluation of the module gives: `export *` of another one, and modules with top-level await.
UNKNOWN_EXPORTS = re.compile(r"__WEBPACK_REEXPORT_OBJECT__|__webpack_require__\.a\(")
IS_ES_MODULE = re.compile(r"__webpack_require__\.r\(__webpack_exports__\)")
REQUIRED = re.compile(r"(?:\bvar ([\w$]+) = )?__webpack_require__\((?:/\*.*?\*/ *)?[\"']?([\w./@-]+)[\"']?\)")


@dataclass(frozen=True)
class ModuleText:
    """A module: its id, and ``text[start:end]`` of its script."""

    name: str
    start: int
    end: int
    text: str


def modules_in(script: str) -> list[ModuleText]:
    """The modules whose beginning and end are certain, in order; so not the last one."""
    modules = (
        ModuleText(one["webpack"] or one["rspack"], one.start(), two.start(), script[one.start() : two.start()])
        for one, two in itertools.pairwise(START.finditer(script))
    )
    return [module for module in modules if len(PERHAPS.findall(module.text)) <= 1]


def export_names(text: str) -> tuple[str, ...]:
    """The names that an ES module exports; empty if it is none, or if they are not known before it runs."""
    if UNKNOWN_EXPORTS.search(text):
        return ()
    names = [name for found in EXPORTS.finditer(text) for name in EXPORT.findall(found[1])]
    if not names:
        return ()
    return tuple(dict.fromkeys((*names, *(["__esModule"] if IS_ES_MODULE.search(text) else []))))


def required_for_effect(text: str) -> frozenset[str]:
    """The modules that a module requires without using what they export."""
    found = set()
    for required in REQUIRED.finditer(text):
        name, module = required[1], required[2]
        if not name or len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text)) == 1:
            found.add(module)
    return frozenset(found)
