"""The commands of ``ohifbuild``, one module each; every one only parses, calls the library, and prints."""

from __future__ import annotations

import click

from ohifbuild.commands import (
    audit,
    build,
    cache,
    ci,
    demo,
    deploy,
    diff,
    doctor,
    lock,
    move,
    patch,
    releases,
    serve,
    verify,
)

COMMANDS: tuple[click.Command, ...] = (
    build.command,
    verify.command,
    demo.command,
    deploy.command,
    serve.command,
    doctor.command,
    move.command,
    releases.command,
    lock.command,
    diff.command,
    audit.command,
    ci.command,
    patch.command,
    cache.command,
)
