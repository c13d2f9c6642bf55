from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from ohifbuild.core.errors import PipelineDiffers
from ohifbuild.supply.pipelines import PIPELINE_PATHS, Pipeline, Publish, jobs_of
from ohifbuild.viewer.output import evidence_folder, rejected_folder

ROOT = Path(__file__).parents[3]
JOBS = jobs_of((Path("ohifbuild.toml"), Path("wards/radiology.toml")))


def parsed(pipeline: Pipeline) -> dict[Any, Any]:
    document = yaml.safe_load(pipeline.text())
    assert isinstance(document, dict)
    return document


def test_the_matrix_has_every_recipe_with_its_lock() -> None:
    matrix = parsed(Pipeline("github", JOBS))["jobs"]["build"]["strategy"]["matrix"]["include"]
    assert [tuple(row.values()) for row in matrix] == [
        ("ohifbuild", "ohifbuild.toml", "ohifbuild.lock"),
        ("wards-radiology", "wards/radiology.toml", "wards/radiology.lock"),
    ]
    with pytest.raises(ValueError, match="the same name"):
        jobs_of((Path("a-b.toml"), Path("a/b.toml")))


@pytest.mark.parametrize("requirement", ["", "a b", "x'; rm -rf ~; '", "$(x)", "x\n"])
def test_a_requirement_with_special_characters_of_a_shell_is_refused(requirement: str) -> None:
    with pytest.raises(ValueError, match="not a plain requirement"):
        Pipeline("github", JOBS, requirement=requirement)


def test_our_own_pipeline_equals_the_output_of_the_command() -> None:
    jobs = jobs_of((Path("examples/shared-study/ohifbuild.toml"),))
    assert [job.name for job in jobs] == ["examples-shared-study"]
    present = (ROOT / PIPELINE_PATHS["github"]).read_text()
    assert present == Pipeline("github", jobs, requirement=".[verify]").text()


def test_our_ci_uploads_the_evidence_about_the_dist_that_it_builds() -> None:
    built = re.findall(r"ohifbuild build .*--output (\S+)", (ROOT / ".ci" / "run").read_text())
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"]["steps"]
    kept = [step["with"]["path"].split() for step in steps if "upload-artifact" in step.get("uses", "")]
    assert kept == [[str(place(Path(dist))) for dist in built for place in (evidence_folder, rejected_folder)]]


def test_no_expression_of_the_engine_is_pasted_into_a_shell() -> None:
    for publish in get_args(Publish):
        jobs = parsed(Pipeline("github", JOBS, publish))["jobs"]
        scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
        assert scripts
        assert not [script for script in scripts if "${{" in script]


def test_a_different_pipeline_file_is_shown_and_not_overwritten(tmp_path: Path) -> None:
    path = Pipeline("gitlab", JOBS).write(tmp_path)
    Pipeline("gitlab", JOBS).write(tmp_path)  # writing the same file again is allowed
    path.write_text("mine: true\n")
    with pytest.raises(PipelineDiffers) as caught:
        Pipeline("gitlab", JOBS).write(tmp_path)
    assert "-mine: true" in caught.value.details
    assert path.read_text() == "mine: true\n"


@pytest.mark.parametrize("recipe", ["../x.toml", "/etc/x.toml", "a b.toml", "x.toml\n- run: evil", "${{ secrets.X }}"])
def test_a_path_that_could_be_read_as_pipeline_code_is_refused(recipe: str) -> None:
    with pytest.raises(ValueError, match="not a plain path"):
        jobs_of((Path(recipe),))
