"""The actions in workflows: ours, and those that ``ohifbuild ci github`` writes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from ohifbuild.supply.pipelines import Pipeline, Publish, jobs_of, pinned_actions

WORKFLOWS = Path(__file__).parents[3] / ".github" / "workflows"
PIN = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
TEXTS = {path.name: path.read_text() for path in sorted(WORKFLOWS.iterdir())} | {
    f"ci github --publish {publish}": Pipeline("github", jobs_of((Path("ohifbuild.toml"),)), publish).text()
    for publish in get_args(Publish)
}


def actions_in(text: str) -> list[str]:
    return re.findall(r"uses: *(.+)", text)


def steps_in(text: str) -> list[dict[str, Any]]:
    return [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]


def test_every_pin_is_a_whole_commit_with_its_version() -> None:
    assert not [pin for pin in pinned_actions().values() if not PIN.fullmatch(pin)]


@pytest.mark.parametrize("name", TEXTS)
def test_a_workflow_uses_the_pinned_actions_alone(name: str) -> None:
    uses = actions_in(TEXTS[name])
    assert uses
    assert not [action for action in uses if action not in pinned_actions().values()], (
        "change toolkit/ohifbuild/supply/pipelines/actions.toml too"
    )


def test_no_pin_is_left_over() -> None:
    used = {action for text in TEXTS.values() for action in actions_in(text)}
    assert set(pinned_actions().values()) == used


@pytest.mark.parametrize("name", TEXTS)
def test_a_checkout_leaves_no_credentials_behind(name: str) -> None:
    checkouts = [step for step in steps_in(TEXTS[name]) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)


def test_a_release_needs_no_secret() -> None:
    text = TEXTS["release.yml"]
    assert "secrets." not in text
    jobs = yaml.safe_load(text)["jobs"]
    assert {name for name, job in jobs.items() if "id-token" in job["permissions"]} == {"pypi", "npm"}
    assert all("environment" in jobs[name] for name in ("pypi", "npm"))


@pytest.mark.parametrize("name", ["releases.yml", "witness.yml"])
def test_a_job_that_runs_code_of_new_releases_can_write_and_sign_nothing(name: str) -> None:
    jobs = yaml.safe_load(TEXTS[name])["jobs"]
    writing = [job for job in jobs.values() if "write" in job.get("permissions", {}).values()]
    assert writing
    assert not [step for job in writing for step in job["steps"] if "ohifbuild " in step.get("run", "")]


def test_the_template_names_the_repository_that_npm_compares_with_the_provenance() -> None:
    template = json.loads((WORKFLOWS.parents[1] / "extension-template" / "package.json").read_text())
    assert template["repository"]["url"] == "git+https://github.com/ohifbuild/ohifbuild.git"


def test_a_release_publishes_with_attestations_and_provenance() -> None:
    steps = steps_in(TEXTS["release.yml"])
    assert [s["with"]["attestations"] for s in steps if "gh-action-pypi-publish" in s.get("uses", "")] == [True]
    assert [s["run"] for s in steps if "npm publish" in s.get("run", "")] == [
        "npm publish --provenance --access public ./packages/*.tgz"
    ]
