"""What can be fuzzed: each target makes input and checks one part with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random

CORPUS = Path(__file__).parent / "corpus"

Check = Callable[[bytes], None]
"""Gives an input to the part; raises whatever is wrong with what the part does."""

IN_PROCESS = ("recipe", "lock", "catalogue", "startup", "manifest", "sbom", "gate", "token_filter", "token_file")
"""Need nothing but Python."""

IN_A_CHILD = ("tarball", "patch", "dicom")
"""May take much memory or crash the process, so their tests run in a process with limits."""

WITH_SERVERS = ("app_config", "contract", "proxy", "answers")
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
    module = import_module(f"fuzz.targets.{name}")
    return Target(name, module.generate, module.checker)
