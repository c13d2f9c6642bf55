"""The recipe's ``app_config_module``: a JavaScript file with functions for OHIF's ``window.config``.

It is code with the rights of the viewer. So that nobody lifts confinement by mistake, names that confinement needs are
refused: here, as far as the file's text shows them, and again in the page, before what it exports is merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ast_grep_py import SgNode

from ohifbuild.config.ohif_names import names
from ohifbuild.javascript.syntax import find, module_grammar, parse

LARGEST = 1024 * 1024
SUFFIXES = (".js", ".mjs", ".ts")
CUSTOMIZATIONS = "customizationService"


def app_config_module(path: Path) -> Path:
    """The file, checked.

    Raises:
        ValueError: it cannot be read, has no default export, or sets a name that is refused; all are listed.
    """
    language = module_grammar(path.name)
    if path.suffix not in SUFFIXES or language is None:
        raise ValueError("expected a JavaScript or TypeScript file: .js, .mjs or .ts")
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST else None
    except (OSError, ValueError) as error:
        raise ValueError("expected a file of UTF-8 text that can be read") from error
    if text is None:
        raise ValueError(f"expected at most {LARGEST // 1024} KiB: it loads with every link")
    exported = [node for node in find(parse(text, language), DEFAULT_EXPORT) if _is_default(node)]
    if not exported:
        raise ValueError("expected a default export, such as: export default { whiteLabeling: {} }")
    found = [problem for node in exported for problem in _problems(node)]
    if found:
        raise ValueError("; ".join(found))
    return path.resolve()


def refused_names() -> Mapping[str, Mapping[str, str]]:
    """The names that a module may not set, each with the reason: ``appConfig`` and ``customizations``."""
    known = names()
    allowed = known["app_config_module"]["allowed"]
    return {
        "appConfig": {name: why for name, why in known["app_config"]["refused"].items() if name not in allowed},
        "customizations": known["customizations"]["refused"],
    }


DEFAULT_EXPORT = {"rule": {"kind": "export_statement"}}


def _is_default(node: SgNode) -> bool:
    return any(child.kind() == "default" for child in node.children())


def _problems(exported: SgNode) -> Iterator[str]:
    refused = refused_names()
    value = exported.field("value")
    for name, item in _pairs(value):
        if name.text().strip("'\"") in refused["appConfig"]:
            yield _refused(name, refused["appConfig"])
        if name.text().strip("'\"") == CUSTOMIZATIONS:
            objects = [item] if item is None or item.kind() != "array" else item.children()
            for part in objects:
                for inner, _ in _pairs(part):
                    if inner.text().strip("'\"") in refused["customizations"]:
                        yield _refused(inner, refused["customizations"])


def _pairs(value: SgNode | None) -> Iterator[tuple[SgNode, SgNode | None]]:
    """The names of an object literal with their values; none for another expression."""
    if value is None or value.kind() != "object":
        return
    for child in value.children():
        if child.kind() == "pair":
            key = child.field("key")
            if key is not None:
                yield key, child.field("value")
        elif child.kind() == "method_definition":
            name = child.field("name")
            if name is not None:
                yield name, None
        elif child.kind() == "shorthand_property_identifier":
            yield child, None


def _refused(name: SgNode, refused: Mapping[str, str]) -> str:
    text = name.text().strip("'\"")
    return f"line {name.range().start.line + 1}: {text} cannot be set: {refused[text]}"
