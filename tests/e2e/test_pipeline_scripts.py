"""The shell scripts of the generated pipelines, run as GitHub and GitLab run them, in a user's repository.

Checkout, caches, artifacts and ``gh`` are replaced or skipped. ohifbuild is already installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from ohifbuild.cache.default import default_root
from system import installed

RECIPE = "viewers/radiology.toml"
INSTALL_COMMAND = "pip install"
GH = """#!/bin/sh
for word in "$@"; do echo "$word" >> gh-arguments; done
"""


def run(script: str, folder: Path, env: Mapping[str, str]) -> None:
    """Runs a script in the shell that GitHub and GitLab use."""
    programs = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "OHIFBUILD_CACHE": str(default_root()), **env, "PATH": programs}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def write_recipe(repository: Path, version: str) -> None:
    (repository / RECIPE).write_text(f'version = "{version}"\nfrom = "published"\npublic_url = "/ohif/"\n')


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of its own for each test: a job writes into it, and may move its lock."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "viewers").mkdir()
    (folder / "bin").mkdir()
    (folder / "bin" / "gh").write_text(GH)
    (folder / "bin" / "gh").chmod(0o755)
    write_recipe(folder, "3.11.1")
    who = "-c user.name=Tester -c user.email=tester@example.org"
    run(f"ohifbuild lock --recipe {RECIPE}", folder, {})
    run("ohifbuild ci github --recipe viewers/radiology.toml", folder, {})
    run("ohifbuild ci gitlab --recipe viewers/radiology.toml", folder, {})
    run(f"git init -q && git add viewers .g* && git {who} commit -qm viewers", folder, {})
    return folder


def workflow(repository: Path, name: str) -> dict[str, Any]:
    document = yaml.safe_load((repository / name).read_text())
    assert isinstance(document, dict)
    return document


def filled_in(values: Mapping[str, str], matrix: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The environment of a GitHub job or step, expressions filled in; those with ``github.workspace`` are left out."""
    expressions = {f"${{{{ matrix.{key} }}}}": value for key, value in matrix.items()} | dict(known)
    return {name: expressions.get(value, value) for name, value in values.items() if "github.workspace" not in value}


def run_job(job: Mapping[str, Any], folder: Path, known: Mapping[str, str]) -> None:
    matrix = job.get("strategy", {}).get("matrix", {}).get("include", [{}])[0]
    for step in job["steps"]:
        if "run" in step and INSTALL_COMMAND not in step["run"]:
            env = {**job.get("env", {}), **step.get("env", {})}
            run(step["run"], folder, filled_in(env, matrix, known) | {"GITHUB_OUTPUT": str(folder / "output")})


def test_the_github_pipeline_builds_verifies_packs_and_releases(repository: Path) -> None:
    jobs = workflow(repository, ".github/workflows/viewer.yml")["jobs"]
    run_job(jobs["build"], repository, {})
    with tarfile.open(repository / "out" / "viewer.tar.gz") as packed:
        names = packed.getnames()
    assert {"dist/index.html", "dist/ohifbuild-manifest.json"} < set(names)
    assert (repository / "out" / "dist.evidence" / "junit.xml").is_file()
    (repository / "assets" / "viewer-radiology").mkdir(parents=True)
    (repository / "out" / "viewer.tar.gz").rename(repository / "assets" / "viewer-radiology" / "viewer.tar.gz")
    known = {
        "${{ github.ref_name }}": "v1",
        "${{ github.repository }}": "clinic/viewers",
        "${{ github.token }}": "none",
    }
    run_job(jobs["release"], repository, known)
    arguments = (repository / "gh-arguments").read_text().splitlines()
    assert arguments[:3] == ["release", "create", "v1"]
    assert arguments[-1] == "./viewer-radiology.tar.gz"


class PackageRegistry(BaseHTTPRequestHandler):
    """The uploads of GitLab's package registry."""

    received: dict[str, int] = {}  # noqa: RUF012

    def do_PUT(self) -> None:
        self.received[self.path] = len(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def package_registry() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), PackageRegistry)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_gitlab_pipeline_builds_verifies_packs_and_releases(repository: Path) -> None:
    jobs = workflow(repository, ".gitlab-ci.yml")
    matrix = jobs["build"]["parallel"]["matrix"][0]
    for line in jobs["build"]["script"]:
        run(line, repository, matrix)
    name = matrix["NAME"]
    assert (repository / "out" / name / "dist.evidence" / "sbom.cdx.json").is_file()
    installed("curl", "curl")
    with package_registry() as origin:
        project = {"CI_API_V4_URL": origin, "CI_PROJECT_ID": "7", "CI_COMMIT_TAG": "v1", "CI_JOB_TOKEN": "none"}
        for line in jobs["publish"]["script"]:
            run(line, repository, project)
    assert list(PackageRegistry.received) == [f"/projects/7/packages/generic/viewer/v1/{name}.tar.gz"]
    assert PackageRegistry.received.popitem()[1] == (repository / "out" / name / "viewer.tar.gz").stat().st_size


def test_the_scheduled_job_builds_a_newer_release_and_reports_it(repository: Path) -> None:
    write_recipe(repository, "v3-stable")
    job = workflow(repository, ".github/workflows/viewer.yml")["jobs"]["newest"]
    run_job(job, repository, {"${{ steps.try.outputs.status }}": "0", "${{ github.token }}": "none"})
    assert (repository / "output").read_text().splitlines() == ["moved=true", "status=0"]
    body = (repository / "body.md").read_text()
    assert "release.version: locked '3.11.1', now '3.12.0'" in body
    assert "is ready" in body
