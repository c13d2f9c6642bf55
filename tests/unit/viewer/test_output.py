from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.errors import OutputNotOurs
from ohifbuild.verification.report import WRITERS
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest
from ohifbuild.viewer.output import REPORT_NAMES, StagedDist, staged, staged_dist


def finish(folder: Path, text: str) -> None:
    (folder / "index.html").write_text(text)
    Manifest(files={}, inputs={}).write(folder)


def siblings(output: Path) -> list[str]:
    return sorted(p.name for p in output.parent.iterdir())


def test_the_dist_appears_as_a_whole(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    with staged(output, MANIFEST_NAME) as work:
        finish(work, "new")
        assert not output.exists()
    assert (output / "index.html").read_text() == "new"
    assert siblings(output) == ["dist"]


def test_a_dist_that_ohifbuild_wrote_is_replaced(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    for text in ("old", "new"):
        with staged(output, MANIFEST_NAME) as work:
            finish(work, text)
    assert (output / "index.html").read_text() == "new"
    assert siblings(output) == ["dist"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_keeps_the_old_dist_and_leaves_no_other_files(tmp_path: Path, error: type[BaseException]) -> None:
    output = tmp_path / "dist"
    with staged(output, MANIFEST_NAME) as work:
        finish(work, "old")
    with pytest.raises(error), staged(output, MANIFEST_NAME) as work:
        finish(work, "half")
        raise error
    assert (output / "index.html").read_text() == "old"
    assert siblings(output) == ["dist"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    output.mkdir()
    with staged(output, MANIFEST_NAME) as work:
        finish(work, "new")
    assert (output / "index.html").exists()


def test_a_folder_with_the_users_files_is_refused_and_kept(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    output.mkdir()
    (output / "thesis.tex").write_text("precious")
    with pytest.raises(OutputNotOurs, match="did not write"), staged(output, MANIFEST_NAME):
        pytest.fail("work began")
    assert (output / "thesis.tex").read_text() == "precious"


def test_a_file_or_a_link_instead_of_the_output_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for output in (file, link):
        with pytest.raises(OutputNotOurs), staged(output, MANIFEST_NAME):
            pytest.fail("work began")


def make(stage: StagedDist, text: str) -> None:
    finish(stage.dist, text)
    (stage.evidence / "report.json").write_text(text)


def found(output: Path) -> tuple[str, str]:
    """The texts of the dist and of the evidence beside it; "" if a file is missing."""
    files = (output / "index.html", output.with_name("dist.evidence") / "report.json")
    texts = [file.read_text() if file.exists() else "" for file in files]
    return texts[0], texts[1]


class Cut(BaseException):
    """A power failure, or Ctrl-C."""


def cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Stops the rename after ``step`` successful ones; later ones succeed again."""
    rename, done = Path.rename, iter(range(100))

    def stopping(path: Path, target: Path) -> Path:
        if next(done) == step:
            raise Cut
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stopping)


# Remove the old evidence, remove the old dist, move the new dist, move the new evidence.
STEPS = range(4)


@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_at_any_step_restores_the_dist_and_its_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    output = tmp_path / "dist"
    with staged_dist(output) as stage:
        make(stage, "old")
    cut_at(monkeypatch, step)
    with pytest.raises(Cut), staged_dist(output) as stage:
        make(stage, "new")
    assert found(output) == ("old", "old")
    assert siblings(output) == ["dist", "dist.evidence"]


@pytest.mark.parametrize("step", STEPS)
def test_a_power_failure_at_any_step_leaves_no_dist_beside_the_evidence_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    output = tmp_path / "dist"
    with staged_dist(output) as stage:
        make(stage, "old")
    cut_at(monkeypatch, step)
    monkeypatch.setattr("ohifbuild.viewer.output._Replacement.undo", lambda _: None)
    with pytest.raises(Cut), staged_dist(output) as stage:
        make(stage, "new")
    dist, evidence = found(output)
    assert evidence in ("", dist)


def test_a_dist_without_evidence_removes_the_evidence_of_the_old_dist(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    with staged_dist(output) as stage:
        make(stage, "old")
    with staged_dist(output) as stage:
        finish(stage.dist, "new")
    assert siblings(output) == ["dist"]


def test_every_report_of_verify_counts_as_evidence() -> None:
    assert sorted(WRITERS) == sorted(REPORT_NAMES)
