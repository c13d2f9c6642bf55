"""Moves modules that a release does not need until its first image out of the scripts that the page loads first.

In place of each stands a call of the early script (``later-modules.js``), which loads them after the first image, or at
once when something needs one. Nothing is left out: which modules are moved decides only how soon the first image is
there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from ohifbuild.viewer.module_texts import export_names, modules_in

PROVIDER = "ohifbuildLater"
"""Also in extension-template/src/early/later-modules.js."""


@dataclass
class LaterModules:
    """Takes modules out of scripts, and makes a chunk of them.

    Args:
        wanted: the ids of the modules to take out.
    """

    wanted: frozenset[str]
    _strict: dict[str, str] = field(default_factory=dict)
    _sloppy: dict[str, str] = field(default_factory=dict)

    def taken_from(self, script: str) -> str:
        """The script without the modules that are wanted later."""
        group = self._strict if script.lstrip().startswith(('"use strict"', "'use strict'")) else self._sloppy
        pieces, at = [], 0
        for module in modules_in(script):
            if module.name not in self.wanted:
                continue
            group.setdefault(module.name, module.text)
            pieces += [script[at : module.start], _stub(module.name, export_names(module.text))]
            at = module.end
        return "".join((*pieces, script[at:]))

    def chunk(self, queue: str) -> str:
        """A script that adds the modules to the list ``queue`` of the page; '' if none was taken."""
        parts = [
            f"(()=>{{{mode}(self.{queue}=self.{queue}||[]).push([[{json.dumps(name)}],{{\n{_joined(group.values())}}}]);}})();\n"
            for group, mode, name in (
                (self._strict, '"use strict";', "ohifbuild-later-strict"),
                (self._sloppy, "", "ohifbuild-later"),
            )
            if group
        ]
        return "".join(parts)


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(text.rstrip().removesuffix(",") + "," for text in texts) + "\n"


def _stub(name: str, exports: tuple[str, ...]) -> str:
    key = name if name.isdigit() else json.dumps(name)
    arguments = [key, *([json.dumps(list(exports))] if exports else [])]
    return f"{key}: self.{PROVIDER}({','.join(arguments)}),\n"
