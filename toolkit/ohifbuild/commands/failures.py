"""What went wrong in a command: as one of our errors, and as JSON for programs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any

import click

from ohifbuild.core.disk import machine_error
from ohifbuild.core.errors import InternalError, Interrupted, OhifbuildError

DEBUG_VARIABLE = "OHIFBUILD_DEBUG"
JSON_FLAG = "--json"
COMMANDS_PAGE = "https://ohifbuild.github.io/ohifbuild/reference/commands/"


def as_error(error: BaseException) -> OhifbuildError:
    """One of our errors for whatever a command raised."""
    if isinstance(error, OhifbuildError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Interrupted("Stopped; nothing half-written was left.")
    if isinstance(error, OSError) and (found := machine_error(error)):
        return found
    return InternalError(
        f"ohifbuild met something it did not expect: {type(error).__name__}: {error}",
        cause="This is a defect in ohifbuild, or in something it relies on.",
        fix=f"Run the same command with {DEBUG_VARIABLE}=1 and report what it prints.",
    )


def error_document(error: OhifbuildError) -> dict[str, Any]:
    """The value of ``error`` in what ``--json`` prints."""
    return _document(
        error.documentation.rstrip("/").rpartition("/")[2],
        error.exit_code,
        error.what,
        cause=error.cause,
        fix=error.fix,
        details=error.details,
        documentation=error.documentation,
    )


def usage_document(error: click.ClickException) -> dict[str, Any]:
    """The same for a command line that cannot be parsed."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "ohifbuild"
    return _document(
        "usage",
        error.exit_code,
        error.format_message(),
        cause="The command line is invalid.",
        fix=f"Show all options with: {command} --help",
        documentation=COMMANDS_PAGE,
    )


def printed(error: dict[str, Any], result: object = None) -> str:
    """The one JSON document of a command that failed.

    Args:
        error: of ``error_document`` or ``usage_document``.
        result: what the command would have printed; its keys are beside ``error``, and a list is in ``result``.
    """
    beside = result if isinstance(result, dict) else {} if result is None else {"result": result}
    return json_text({**beside, "error": error})


def json_text(document: object) -> str:
    """A document in the form that all commands print."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line that could not be parsed asks for JSON."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return JSON_FLAG in before


def wants_traceback() -> bool:
    """Whether the user wants to see where a defect is."""
    return bool(os.environ.get(DEBUG_VARIABLE))


def _document(code: str, exit_code: int, what: str, **more: str) -> dict[str, Any]:
    details = [line for line in more.pop("details", "").splitlines() if line.strip()]
    return {
        "code": code,
        "exit_code": exit_code,
        "what": what,
        "cause": more["cause"],
        "fix": more["fix"],
        "details": [re.sub(r"^ {1,2}", "", line) for line in details],
        "documentation": more["documentation"],
    }
