"""The claims that packages make themselves: run only where they are named, and in each report beside ours."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification import own_claims
from ohifbuild.verification.evidence import ClaimResult, Evidence
from ohifbuild.verification.own_claims import OwnClaims, check_own_claims
from ohifbuild.verification.report import html_page, junit


def test_nothing_is_run_that_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_claims, "run", lambda *_, **__: pytest.fail("a program was run"))
    (tmp_path / "package.json").write_text('{"name": "ward", "ohifbuild": {"extension": "./x.js", "claims": "tests"}}')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_claims.py").write_text("def test_x(): ...")
    recipe = Recipe.of({"extensions": [tmp_path]})
    assert check_own_claims(recipe.claims, tmp_path, SilentReporter()) == OwnClaims()


def test_a_recipe_names_tests_that_exist(tmp_path: Path) -> None:
    (tmp_path / "claims.js").touch()
    for wrong in (tmp_path / "none.py", tmp_path / "claims.js"):
        with pytest.raises(ValueError, match="a file of tests in Python"):
            Recipe.of({"claims": [wrong]})


def test_they_stand_in_each_report_beside_ours(evidence: Evidence) -> None:
    own = ClaimResult("own:test_x", "The knee is shown", "claims of the package ward", False, "assert False", ("line",))
    with_own = dataclasses.replace(evidence, results=(*evidence.results, own))
    assert not with_own.ok
    suite = ElementTree.fromstring(junit.render(with_own)).find("testsuite[@name='claims of the package ward']")
    assert suite is not None
    assert suite.get("failures") == "1"
    page = html_page.render(with_own)
    assert page.count("Claims of the package ward") == 2  # in the list of all claims, and above its section
    assert page.count("The knee is shown") == 2  # in the verdict and in its section, not in the table of scenarios
    assert "<pre>line" in page
