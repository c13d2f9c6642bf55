"""What SUPPORT.md promises is what the catalogue and CI verify."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import yaml

from ohifbuild.releases.catalogue import catalogue

ROOT = Path(__file__).parents[2]
POLICY = (ROOT / "SUPPORT.md").read_text(encoding="utf-8")
CI = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
QUICK = CI["jobs"]["quick"]["strategy"]["matrix"]
WHOLE = CI["jobs"]["test"]["strategy"]["matrix"]["include"]
PYTHONS = QUICK["python"]


def row(what: str) -> str:
    found = re.search(rf"^\| {what} \| (.+) \|$", POLICY, re.MULTILINE)
    assert found, what
    return found[1]


def test_the_releases_are_those_of_the_catalogue() -> None:
    listed = dict(re.findall(r"^\| (\d+\.\d+\.\S+) \| (.+) \|$", POLICY, re.MULTILINE))
    assert listed == {pin.version: ", ".join(sorted(pin.verified)) for pin in catalogue().releases.values()}


def test_the_pythons_are_those_of_ci() -> None:
    assert row("Python") == f"{PYTHONS[0]} to {PYTHONS[-1]} | CI, with {', '.join(PYTHONS[:-1])} and {PYTHONS[-1]}"
    assert [each["python"] for each in WHOLE] == PYTHONS
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={PYTHONS[0]}"


def test_the_nodes_are_those_of_ci_and_of_the_template() -> None:
    used = [str(version) for version in QUICK["node"]]
    assert {str(each["node"]) for each in WHOLE} == set(used)
    assert row("Node").endswith(f"CI, with {', '.join(used[:-1])} and {used[-1]}")
    template = json.loads((ROOT / "extension-template" / "package.json").read_text(encoding="utf-8"))
    oldest = re.search(r"\d+", template["engines"]["node"])
    assert oldest
    assert row("Node").startswith(f"{oldest[0]} or newer")
