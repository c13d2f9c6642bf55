"""What tests of extension packages get from ohifbuild's pytest plugin."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import RecipeError
from ohifbuild.testing.datasets import MODALITIES, DicomDataset
from ohifbuild.testing.recipe_dist import recipe_above
from ohifbuild.verification.changing_archive import ChangingArchive, GrantedTokens
from ohifbuild.verification.embedded_archive import HeldStudy

IMPORTED = "import sys, ohifbuild.pytest_plugin; print([n for n in sys.modules if n.startswith('ohifbuild.')])"
STUDY = HeldStudy("1.2.3", "Knee", "P1")


def test_the_plugin_imports_nothing_before_a_fixture_is_used() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['ohifbuild.pytest_plugin']"


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_made_object_can_be_written_and_read(modality: str) -> None:
    file = io.BytesIO()
    DicomDataset()(modality, PatientName="Test^Anna").save_as(file, enforce_file_format=True)
    file.seek(0)
    found = dcmread(file)
    assert (found.Modality, found.PatientName) == (modality, "Test^Anna")
    assert found.file_meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID


def test_objects_belong_together_by_the_names_of_study_and_series() -> None:
    make = DicomDataset()
    first, second, other, elsewhere = make(), make(number=2), make(series="2"), make(study="another")
    assert first == make()
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != other.SeriesInstanceUID
    assert first.StudyInstanceUID == other.StudyInstanceUID != elsewhere.StudyInstanceUID
    assert len({each.SOPInstanceUID for each in (first, second, other, elsewhere)}) == 4
    assert second.ImagePositionPatient[2] - first.ImagePositionPatient[2] == 3


def test_an_own_uid_is_in_the_files_header_too() -> None:
    assert DicomDataset()(SOPInstanceUID="1.2.3").file_meta.MediaStorageSOPInstanceUID == "1.2.3"


@pytest.mark.parametrize(("arguments", "word"), [({"modality": "XX"}, "XX"), ({"PatientNam": "x"}, "PatientNam")])
def test_what_dicom_does_not_have_is_refused(arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        DicomDataset()(**arguments)


def test_an_archive_holds_what_is_added_and_replaces_what_it_knows(tmp_path: Path) -> None:
    archive, make = ChangingArchive((), tmp_path), DicomDataset()
    assert list(archive.studies) == []
    archive.add([make(StudyDescription="first")])
    archive.add([make(StudyDescription="second")])
    assert [study.description for study in archive.studies] == ["second"]
    assert archive.studies[0].patient == "ID-test"


def test_a_token_that_is_added_later_is_in_the_tokens_that_a_gate_has() -> None:
    granted = GrantedTokens()
    tokens = granted.tokens
    token = granted.grant([STUDY], Settings())
    assert tokens.grants[token].studies == {"1.2.3"}
    assert tokens.grants[token].patients == frozenset()
    assert token not in repr(tokens)


def test_a_viewer_that_searches_for_priors_may_do_so_for_the_links_patient() -> None:
    granted = GrantedTokens()
    token = granted.grant([STUDY], Settings(priors="exact"), "mine")
    assert granted[token].patients == {"P1"}
    assert list(granted) == ["mine"]


def test_the_recipe_is_the_nearest_one_but_not_above_the_top(tmp_path: Path) -> None:
    inner = tmp_path / "package" / "tests"
    inner.mkdir(parents=True)
    (tmp_path / "ohifbuild.toml").touch()
    assert recipe_above(inner, tmp_path) == tmp_path / "ohifbuild.toml"
    with pytest.raises(RecipeError) as refused:
        recipe_above(inner, tmp_path / "package")
    assert "--ohif-dist" in refused.value.fix
