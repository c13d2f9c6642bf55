"""The support matrix: from the release catalogue, the recorded runs of verify, and the CI's own list of systems."""

from __future__ import annotations

import re
import tomllib

from ohifbuild.releases.catalogue import ReleasePin, catalogue, sort_key
from site_pages.markdown import ROOT, code, table
from site_pages.runs import recorded

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def releases_section() -> str:
    """Each release with the forms in which it can be built."""
    known = catalogue()
    rows = []
    for pin in sorted(known.releases.values(), key=lambda pin: sort_key(pin.version), reverse=True):
        channels = ", ".join(code(name) for name, version in known.channels.items() if version == pin.version)
        rows.append(
            (
                pin.version,
                channels,
                _status("published", pin, bool(pin.npm_integrity)),
                _status("git", pin, bool(pin.commit)),
                f"{code(pin.node)}, {code(pin.package_manager)}",
            )
        )
    return table(("release", "channel", "as published on npm", "from source", "Node and package manager"), rows)


def _status(origin: str, pin: ReleasePin, pinned: bool) -> str:
    if origin in pin.verified:
        return "verified"
    return "pinned, not verified" if pinned else "no pin"


def runs_section() -> str:
    """The recorded runs."""
    rows = (
        (
            run.date,
            f"{run.release}, {run.origin}",
            f"{run.holding} of {run.checks}",
            run.archive,
            run.browser,
            run.unseen,
            f"{run.machine}; ohifbuild {run.ohifbuild}",
        )
        for run in recorded()
    )
    return table(
        ("date", "release", "checks that hold", "archive", "browser", "claims it did not show", "machine"), rows
    )


def requirements_section() -> str:
    """What the package asks for, and what the project's CI runs its tests on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = WORKFLOW.read_text(encoding="utf-8")
    systems = sorted(set(re.findall(r"^ +runs-on: (\S+)$", text, re.MULTILINE)))
    rows = (
        ("Python", code(project["requires-python"]), ", ".join(_pythons(text))),
        ("system", "Linux, x86-64", ", ".join(systems)),
    )
    return table(("", "required", "tested by CI"), rows)


def _pythons(workflow: str) -> list[str]:
    """The Python versions in the matrices of the CI's workflow."""
    found = re.findall(r"^ +python: \[([^\]]*)\]$", workflow, re.MULTILINE)
    return sorted({value.strip(" \"'") for line in found for value in line.split(",")})
