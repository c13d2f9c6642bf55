"""The Python API: a few names, imported when they are used."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import ohifbuild


@pytest.mark.parametrize("name", ohifbuild.__all__)
def test_a_public_name_is_there_and_explained(name: str) -> None:
    assert getattr(ohifbuild, name).__doc__
    assert name in dir(ohifbuild)


@pytest.mark.parametrize(
    ("name", "nearest"), [("bild", "build"), ("Receipt", "Recipe"), ("resolver", "resolve"), ("Chache", "Cache")]
)
def test_an_unknown_name_is_refused_with_the_nearest_public_one(name: str, nearest: str) -> None:
    with pytest.raises(ImportError, match=f"no public name '{name}'. The nearest is '{nearest}'"):
        getattr(ohifbuild, name)
    with pytest.raises(ImportError, match=f"The nearest is '{nearest}'"):
        exec(f"from ohifbuild import {name}")


def test_an_unknown_special_name_is_an_attribute_that_is_missing() -> None:
    assert not hasattr(ohifbuild, "__wrapped__")


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    program = "import sys, ohifbuild; print([name for name in sys.modules if name.startswith('ohifbuild.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_stay_public_whatever_was_imported_before() -> None:
    importlib.import_module("ohifbuild.workflow")
    importlib.import_module("ohifbuild.lock.resolve")
    assert callable(ohifbuild.build)
    assert callable(ohifbuild.resolve)


def test_a_module_of_the_package_can_be_imported_from_it() -> None:
    exec("from ohifbuild import config")
