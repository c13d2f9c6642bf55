"""What can be fuzzed: each target makes input and checks one part with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
SCRIPTS = ROOT / "toolkit" / "ohifbuild" / "orthanc" / "scripts"

Check = Callable[[bytes], None]
"""Gives an input to the part; raises whatever is wrong with what the part does."""

IN_PROCESS = ("recipe", "lock", "catalogue", "startup", "manifest", "sbom", "token_filter", "token_file")
"""Need nothing but Python."""

IN_A_CHILD = ("tarball", "patch", "dicom")
"""May take much memory or crash the process, so their tests run in a process with limits."""

WITH_SERVERS = ("app_config", "contract", "gate", "proxy", "answers")
"""Need Node or a port of loopback."""

NAMES = (*IN_PROCESS, *IN_A_CHILD, *WITH_SERVERS)


@dataclass(frozen=True)
class Target:
    """One part under test.

    Args:
        generate: makes an input: mostly valid, with a few faults.
        checker: opens what the check needs (a folder, a server, Node), and closes it.
    """

    name: str
    generate: Callable[[Random], bytes]
    checker: Callable[[], AbstractContextManager[Check]]

    @property
    def corpus(self) -> tuple[Path, ...]:
        """The kept inputs."""
        return tuple(sorted(path for path in (CORPUS / self.name).glob("*") if path.is_file()))


def load(name: str) -> Target:
    """The target of that name, which is a module of ``fuzz.targets``."""
    if str(SCRIPTS) not in sys.path:  # Orthanc's scripts import one another by their bare names
        sys.path.append(str(SCRIPTS))
    module = import_module(f"fuzz.targets.{name}")
    return Target(name, module.generate, module.checker)
