"""The JavaScript API of a viewer, from the template's type declarations and their comments."""

from __future__ import annotations

import re

from site_pages.markdown import ROOT, code, table

TYPES = ROOT / "extension-template" / "types" / "early.d.ts"
DECLARED = re.compile(
    r"(?:^/\*\*(?P<about>(?:[^*]|\*(?!/))*)\*/\n)?"
    r"^export (?:interface (?P<interface>\w+) \{\n(?P<members>.*?)^\}|type (?P<type>\w+) =(?P<value>[^;]*);)",
    re.MULTILINE | re.DOTALL,
)
MEMBER = re.compile(r"(?:^  /\*\*(?P<about>(?:[^*]|\*(?!/))*)\*/\n)?^  (?P<member>[^\s/*][^\n]*);$", re.MULTILINE)
API = "EarlyApi"


def section() -> str:
    """The object that other scripts use first, then the types that it names."""
    found = list(DECLARED.finditer(TYPES.read_text(encoding="utf-8")))
    found.sort(key=lambda each: each["interface"] != API)
    return "\n\n".join(_declared(each) for each in found)


def _declared(found: re.Match[str]) -> str:
    name = found["interface"] or found["type"]
    parts = [f"## `{name}`"]
    if found["about"]:
        parts.append(_text(found["about"]))
    if found["type"]:
        parts.append(f"```ts\ntype {name} ={found['value'].rstrip()};\n```")
    else:
        rows = (
            (code(each["member"].removeprefix("readonly ")), _text(each["about"] or ""))
            for each in MEMBER.finditer(found["members"])
        )
        parts.append(table(("member", "meaning"), rows))
    return "\n\n".join(parts)


def _text(comment: str) -> str:
    return " ".join(re.sub(r"^\s*\*?", "", line).strip() for line in comment.strip().split("\n"))
