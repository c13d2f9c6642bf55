"""What is wrong with packages: all problems of all packages, reported in one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ohifbuild.core.counts import counted
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.processes import without_credentials


@dataclass(frozen=True)
class PackageProblem:
    """One thing that keeps a package from use.

    Args:
        package: what the user calls it: its folder or its source.
        what: a clause that completes "The package …: ", such as ``it has no 'name'``.
        fix: the edit or the command that solves it.
        details: further lines, such as a program's output.
        cause: why it matters, in one sentence.
        missing: if it is the import of a missing export, ``MODULE NAME``.
        place: file and line of that import.
    """

    package: str
    what: str
    fix: str
    details: str = ""
    cause: str = "It does not meet the rules for an OHIF extension or mode."
    missing: str = ""
    place: str = ""


def refuse(problems: Sequence[PackageProblem], more: str = "") -> None:
    """Does nothing without problems.

    Args:
        more: a further way out, which the error's fix has at its end.

    Raises:
        ExtensionInvalid: there is at least one; ``details`` lists each with the edit that solves it.
    """
    if not problems:
        return
    problems = [_without_credentials(problem) for problem in problems]
    if len(problems) == 1:
        only = problems[0]
        raise ExtensionInvalid(
            f"The package {only.package} cannot be used: {only.what}.",
            cause=only.cause,
            fix="\n".join(filter(None, (only.fix, more))),
            details=only.details,
        )
    packages = len({problem.package for problem in problems})
    raise ExtensionInvalid(
        f"{len(problems)} problems keep {counted(packages, 'package')} from use.",
        cause=" ".join(dict.fromkeys(problem.cause for problem in problems)),
        fix="\n".join(filter(None, ("Make the edits that are listed above.", more))),
        details="\n".join(_listed(problem) for problem in problems),
    )


def _without_credentials(problem: PackageProblem) -> PackageProblem:
    """The problem as it may be shown: the URL of a source may hold a password."""
    parts = (problem.package, problem.what, problem.fix, problem.details, problem.cause)
    return PackageProblem(*map(without_credentials, parts))


def _listed(problem: PackageProblem) -> str:
    lines = [f"  {problem.package}: {problem.what}.", f"    {problem.fix}"]
    return "\n".join([*lines, *(f"    {line}" for line in problem.details.splitlines())])
