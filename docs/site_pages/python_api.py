"""The Python API: the names of ``ohifbuild.__all__``, with their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any

from pydantic import BaseModel

import ohifbuild
from site_pages.errors import classes
from site_pages.markdown import kebab, plain, table

# Google's style: a line such as "Args:", then an indented block with "name: text".
BLOCK = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):\n((?:[ ]{4}.*\n|\n)+)", re.MULTILINE)
ENTRY = re.compile(r"^ {4}(\*{0,2}[\w.]+): (.*(?:\n {5,}.*)*)", re.MULTILINE)
TITLES = {"Args": "argument", "Attributes": "attribute", "Raises": "raised", "Returns": "returned", "Yields": "yielded"}


def section() -> str:
    """A heading for each public name; the example first, if the package has one."""
    names = getattr(ohifbuild, "__all__", ())
    return "\n\n".join(documented(name, getattr(ohifbuild, name)) for name in names if not name.startswith("__"))


def documented(name: str, value: Any) -> str:
    """One public function or class."""
    parts = [f"## `{name}`", f"```python\n{_signature(name, value)}\n```", prose(inspect.getdoc(value) or "")]
    if inspect.isclass(value):
        for member, inner in sorted(vars(value).items()):
            if not member.startswith("_") and (text := documented_member(name, member, inner)):
                parts.append(text)
    return "\n\n".join(parts)


def prose(docstring: str) -> str:
    """A docstring as Markdown, its blocks of arguments and errors as tables."""
    return BLOCK.sub(_block, plain(docstring) + "\n").strip()


def _block(found: re.Match[str]) -> str:
    entries = ENTRY.findall(found[2])
    if not entries:
        return f"**{found[1]}:** {' '.join(found[2].split())}\n"
    rows = ((_linked(name), " ".join(text.split())) for name, text in entries)
    return "\n" + table((TITLES[found[1]], "meaning"), rows) + "\n\n"


def _linked(name: str) -> str:
    """A name; if it is an error's, with a link to its page."""
    known = {item.__name__ for item in classes()}
    return f"[`{name}`](../errors/{kebab(name)}.md)" if name in known else f"`{name}`"


def documented_member(owner: str, name: str, value: Any) -> str:
    """One property or method of a class; '' if it is neither, or of another package."""
    if isinstance(value, property):
        return f"### `{owner}.{name}`\n\n{prose(inspect.getdoc(value) or '')}"
    function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
    if not inspect.isfunction(function) or function.__module__.partition(".")[0] != "ohifbuild":
        return ""
    signature = f"```python\n{_signature(name, function)}\n```"
    return "\n\n".join((f"### `{owner}.{name}()`", signature, prose(inspect.getdoc(function) or "")))


def _signature(name: str, value: Any) -> str:
    if inspect.isclass(value) and issubclass(value, BaseModel):
        return f"class {name}(**keys)"
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return name
    keyword = "class" if inspect.isclass(value) else "def"
    given = [_parameter(item) for item in signature.parameters.values()]
    kinds = [item.kind for item in signature.parameters.values()]
    first = next((at for at, kind in enumerate(kinds) if kind is inspect.Parameter.KEYWORD_ONLY), None)
    if first is not None and inspect.Parameter.VAR_POSITIONAL not in kinds:
        given.insert(first, "*")
    back = signature.return_annotation
    arrow = "" if back is inspect.Signature.empty or keyword == "class" else f" -> {_named(back)}"
    line = f"{keyword} {name}({', '.join(given)}){arrow}"
    return line if len(line) <= 100 else f"{keyword} {name}(\n    " + ",\n    ".join(given) + f",\n){arrow}"


def _parameter(item: inspect.Parameter) -> str:
    """A parameter as it is written, without the modules of its types."""
    stars = "*" if item.kind is item.VAR_POSITIONAL else "**" if item.kind is item.VAR_KEYWORD else ""
    kind = "" if item.annotation is item.empty else f": {_named(item.annotation)}"
    default = "" if item.default is item.empty else f"{' = ' if kind else '='}{item.default!r}"
    return re.sub(r"\b(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", f"{stars}{item.name}{kind}{default}")


def _named(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
