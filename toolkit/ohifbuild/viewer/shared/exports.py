"""The exports of a bundled module: the name in the source, and the property that has it at run time.

Bundlers shorten the names of exports, and leave out those that nobody uses. Where a module is used they keep the name
of the source in a comment: ``(0,core_src/* useSystem */.Jg)()`` in webpack, ``(0,src/* .useSystem */.Jg)()`` in Rspack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.javascript.syntax import find, parse
from ohifbuild.viewer.shared.bundles import Module

BOUND = re.compile(r"\b([A-Za-z_$][\w$]*) = (?:/\*#__PURE__\*/ ?)?__webpack_require__\((\d+)\)[;,]")
USED = re.compile(
    r"""(?<![\w$.])(?P<variable>[A-Za-z_$][\w$]*)/\*\ \.?(?:\["(?P<quoted>[^"\]]+)"\]|(?P<plain>[\w$]+))"""
    r"""(?:[.\[][^*]*)?\ \*/\ ?(?:\.(?P<property>[\w$]+)|\["(?P<key>[^"]+)"\])""",
    re.VERBOSE,
)
DEFINES = {
    "rule": {
        "kind": "call_expression",
        "all": [
            {"has": {"field": "function", "regex": r"^__webpack_require__\.d$"}},
            {"has": {"field": "arguments", "regex": r"^\(__webpack_exports__,"}},
        ],
    }
}
LONGEST = 3  # letters of a shortened name
PAIRS = {"rule": {"kind": "pair"}}
UNUSED = re.compile(r"(?:/\* unused (?:harmony )?exports? |// UNUSED EXPORTS: )([\w$, ]+)")
ASSIGNED = re.compile(r"(?<![\w$.])exports\.([A-Za-z_$][\w$]*)\s*=(?!=)")
FORWARDS = re.compile(r"module\.exports = __webpack_require__\((\d+)\)")
SETS_ALL = re.compile(r"module\.exports\s*=(?!=)")


def is_common_js(module: Module) -> bool:
    """Whether a module sets ``module.exports`` or properties of ``exports``, and is no ES module."""
    return "__webpack_exports__" not in module.parameters


def common_js_names(module: Module, modules: Mapping[str, Sequence[Module]]) -> frozenset[str] | None:
    """The exports of a CommonJS module; None if its text does not say all of them."""
    forwarded = FORWARDS.search(module.body)
    if forwarded:
        return common_js_names(modules[forwarded[1]][0], modules) if forwarded[1] in modules else None
    return None if SETS_ALL.search(module.body) else frozenset(ASSIGNED.findall(module.body))


def properties(module: Module) -> dict[str, str]:
    """The properties of an ES module's exports at run time, and the expression that each one has."""
    found: dict[str, str] = {}
    for call in find(parse(f"(({module.parameters[1:-1]}) => {module.body})", "javascript"), DEFINES):
        for pair in find(call, PAIRS):
            key, value = pair.field("key"), pair.field("value")
            if key is not None and value is not None:
                found[key.text().strip("\"'")] = value.text()
    return found


def names_in_comments(modules: Iterable[Module]) -> dict[str, dict[str, str]]:
    """By module id: the name in the source of each property that another module uses.

    Raises:
        ReleaseUnsupported: two comments contradict each other.
    """
    names: dict[str, dict[str, str]] = {}
    for module in modules:
        bound: dict[str, str] = {}
        twice: set[str] = set()
        for variable, module_id in BOUND.findall(module.body):
            if bound.setdefault(variable, module_id) != module_id:
                twice.add(variable)
        for use in USED.finditer(module.body):
            target = bound.get(use["variable"])
            if target is None or use["variable"] in twice:
                continue
            name, key = use["quoted"] or use["plain"], use["property"] or use["key"]
            if names.setdefault(target, {}).setdefault(key, name) != name:
                raise ReleaseUnsupported(
                    f"The viewer's modules cannot be shared with packages: the property {key} of module {target} is "
                    f"called both {names[target][key]} and {name}.",
                    cause="Its bundles differ from those of 3.11 to 3.14.",
                    fix="Compile the packages in: ohifbuild build --from git",
                )
    return names


def exports(module: Module, names: dict[str, str]) -> dict[str, str]:
    """The property of each export of an ES module, by its name in the source.

    A property that no comment names is its own name, but only in a module whose names are not shortened.

    Args:
        names: the names in the source by property, from comments.
    """
    found = properties(module)
    shortened = any(names.get(key, key) != key for key in found) or not any(len(key) > LONGEST for key in found)
    known: dict[str, str] = {}
    for key, value in sorted(found.items()):
        name = names.get(key, "" if shortened and not _is_named(key, value) else key)
        if name:
            known[name] = key
    return known


def unused_exports(module: Module) -> frozenset[str]:
    """The exports that the source has and the bundle lacks, because nobody uses them."""
    return frozenset(name.strip() for names in UNUSED.findall(module.body) for name in names.split(",") if name.strip())


def _is_named(key: str, expression: str) -> bool:
    """Whether a property is called as in the source: ``cn: () => (/* reexport */ cn)``."""
    return key == "default" or expression.endswith(f" {key})")
