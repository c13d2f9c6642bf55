"""The commands of ``ohifbuild``, one module each; every one only parses, calls the library, and prints."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
