from __future__ import annotations

from typing import Any

from ohifbuild.recording.modules import later, used

NONE: dict[str, frozenset[str]] = {name: frozenset() for name in "123"}


def module(name: str, *, esm: bool = True, requires: str = "", reads: str = "") -> dict[str, Any]:
    lists = {"requires": requires.split(), "reads": reads.split()}
    return {"id": name, "esm": esm, "evaluated": True, **lists}


def visit(*modules: dict[str, Any], roots: str = "") -> Any:
    return used({"modules": list(modules), "roots": ["1", *roots.split()]})


def test_an_es_module_that_is_imported_and_not_used_can_come_later() -> None:
    seen = visit(module("1", requires="2 3"), module("2"), module("3"), roots="3")
    assert later([seen], ["1", "2", "3"], NONE) == ("2",)


def test_a_module_that_another_one_uses_while_it_is_evaluated_is_needed_if_that_one_is() -> None:
    modules = (module("1", requires="2"), module("2", requires="3", reads="3"), module("3"))
    assert later([visit(*modules)], ["1", "2", "3"], NONE) == ("2", "3")
    assert later([visit(*modules, roots="2")], ["1", "2", "3"], NONE) == ()


def test_a_module_of_another_kind_is_needed_as_soon_as_what_requires_it_is() -> None:
    seen = visit(module("1", requires="2"), module("2", esm=False))
    assert later([seen], ["1", "2"], NONE) == ()


def test_a_module_that_is_required_only_to_run_is_needed() -> None:
    seen = visit(module("1", requires="2"), module("2"))
    assert later([seen], ["1", "2"], {"1": frozenset({"2"})}) == ()


def test_a_module_whose_text_is_not_known_may_require_others_only_to_run_them() -> None:
    seen = visit(module("1", requires="2"), module("2"))
    assert later([seen], ["2"], {}) == ()


def test_what_one_kind_of_study_needs_comes_first_for_all() -> None:
    image = visit(module("1", requires="2 3"), module("2"), module("3"), roots="2")
    video = visit(module("1", requires="2 3"), module("2"), module("3"), roots="3")
    assert later([image], ["1", "2", "3"], NONE) == ("3",)
    assert later([image, video], ["1", "2", "3"], NONE) == ()


def test_a_module_that_no_visit_evaluated_can_come_later() -> None:
    assert later([visit(module("1"))], ["1", "10", "9"], NONE) == ("9", "10")
