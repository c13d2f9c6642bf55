"""Claims about the recipe's packages: all of them are alive, and their modes open."""

from __future__ import annotations

from dataclasses import replace

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import LoadedPart, Observation, Verdict
from ohifbuild.verification.loaded_parts import package_of
from ohifbuild.verification.traffic import target

BOUNDARY = " Error Boundary"
"""OHIF's error boundary writes it to the console, in every release from 3.9 to 3.14."""


def packages_loaded(seen: Observation, settings: Settings) -> Verdict:
    """Every extension is registered without an exception, and OHIF has every mode."""
    parts = seen.loaded or ()
    bad = [part for part in parts if part.problem]
    if bad:
        lines = tuple(line for line in (*seen.errors, *seen.console) if package_of_line(line, seen))
        return Verdict(False, " ".join(f"{_name(part)}: {part.problem}." for part in bad), lines)
    return Verdict(True, f"{', '.join(_name(part) for part in parts)}.")


def mode_opens(seen: Observation, settings: Settings) -> Verdict:
    """The mode's route opens for the link: OHIF enters the mode."""
    route = seen.expects.route
    if any(part.entered and part.route == route for part in seen.loaded or ()):
        return Verdict(True, f"/{route} opens.")
    shown = f" The page shows the message '{seen.message.reason}'." if seen.message else ""
    return Verdict(False, f"/{route} does not open: OHIF never entered the mode.{shown}", seen.errors)


def no_error_boundary(seen: Observation, settings: Settings) -> Verdict:
    """No part of the page was replaced by OHIF's error boundary."""
    lines = tuple(line for line in seen.console if BOUNDARY in line)
    if lines:
        named = sorted({package_of_line(line, seen) for line in lines} - {""})
        by = f" The package: {', '.join(named)}." if named else ""
        return Verdict(False, f"OHIF's error boundary caught {len(lines)} errors.{by}", lines)
    return Verdict(True, "None.")


def naming_packages(verdict: Verdict, seen: Observation) -> Verdict:
    """A verdict about requests that names the packages whose scripts began some of them, if it does not hold."""
    if verdict.holds or not seen.packages:
        return verdict
    sent = [
        (package, f"{request.method} {target(request.url)}")
        for request in seen.sent
        for package in dict.fromkeys(package_of(script, seen.packages) for script in request.scripts)
        if package
    ]
    if not sent:
        return replace(verdict, detail=f"{verdict.detail} The recipe has the packages {', '.join(seen.packages)}.")
    names = ", ".join(dict.fromkeys(package for package, _ in sent))
    lines = tuple(f"The package {package} sent {line}" for package, line in dict.fromkeys(sent))
    return Verdict(False, f"{verdict.detail} Requests of the package {names} are below.", (*verdict.evidence, *lines))


def package_of_line(line: str, seen: Observation) -> str:
    """The package whose file a line of the console or of a stack names; '' for none."""
    return package_of(line, seen.packages)


def _name(part: LoadedPart) -> str:
    if part.kind == "package":
        return f"The package {part.package}"
    own = f" '{part.id}'" if part.id not in ("", part.package) else ""
    return f"The {part.kind}{own} of {part.package}"
