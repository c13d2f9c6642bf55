"""The pages of the documentation: links, navigation, pictures, and the parts that are generated."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from site_pages import SECTIONS, pages
from site_pages.markdown import DOCS, PART, ROOT, SITE, filled
from site_pages.messages import TOOLKIT, constants, messages, messages_in
from site_pages.project import linked
from take_phone_pictures import SCREENS
from take_pictures import PICTURES, pictures_of

FILES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "extension-template" / "README.md"])
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
PICTURE = re.compile(r"^!\[(?P<alt>[^\]]*)\]\([^)]+\)\n\n(?P<below>.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def generated() -> frozenset[str]:
    return frozenset(pages())


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def navigation(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    else:
        for child in item.values() if isinstance(item, dict) else item:
            yield from navigation(child)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_link_to_a_file_leads_to_one(file: Path, generated: frozenset[str]) -> None:
    found = [(file.parent / target).resolve() for target in LINK.findall(file.read_text()) if "://" not in target]
    assert [
        str(path) for path in found if not path.exists() and path.relative_to(DOCS).as_posix() not in generated
    ] == []


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_link_to_the_site_leads_to_a_page(file: Path, generated: frozenset[str]) -> None:
    addresses = re.findall(rf"{re.escape(SITE)}([\w./-]*)", file.read_text())
    known = {*generated, *(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))}
    for address in addresses:
        names = {address, f"{address}index.md", f"{address.rstrip('/')}.md"}
        assert names & known, address


def test_every_page_is_in_the_navigation_once() -> None:
    listed = list(navigation(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    here = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"errors/index.md"}
    assert len(listed) == len(set(listed))
    assert set(listed) == here | {"reference/extension-template.md"}  # docs/hooks.py lists the others itself


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_picture_says_what_it_shows(file: Path) -> None:
    text = file.read_text()
    found = list(PICTURE.finditer(text))
    assert len(found) == text.count("\n![")
    for picture in found:
        assert len(picture["alt"].split()) > 2
        assert re.fullmatch(r"\*[A-Z][^*]+\.\*", picture["below"]), f"no caption below '{picture['alt']}'"


def test_every_picture_is_taken_from_a_scenario_and_shown() -> None:
    names = {f"{name}.webp" for name in (*PICTURES, *SCREENS)}
    assert {path.name for path in (DOCS / "images").iterdir()} == names
    shown = "".join(file.read_text() for file in FILES)
    assert [name for name in names if f"images/{name})" not in shown] == []
    scenarios = "".join(path.read_text() for path in (TOOLKIT / "verification").rglob("*.py"))
    for title in PICTURES.values():
        assert re.search(rf'"{re.escape(title.partition(",")[0])}[",]', scenarios), title


def test_a_report_without_a_picture_is_refused() -> None:
    figures = [f'<img src="data:image/webp;base64,QQ==" alt="{html.escape(title)}"' for title in PICTURES.values()]
    assert pictures_of("".join(figures)) == dict.fromkeys(PICTURES, b"A")
    with pytest.raises(KeyError):
        pictures_of("".join(figures[1:]))


PATH = re.compile(r"`((?:bench|docs|extension-template|patches|tests|toolkit)/[^`<>… ]*)`")


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_path_that_a_page_names_exists(file: Path) -> None:
    for path in PATH.findall(file.read_text()):
        choices = re.sub(r"\{[^}]*\}|NAME|RELEASE|ANY", "*", path).rstrip("/")
        assert any(ROOT.glob(choices)) or any(TOOLKIT.glob(choices)), path


def test_every_generated_part_is_on_a_page_and_has_rows() -> None:
    used = [name for file in DOCS.rglob("*.md") for name in PART.findall(file.read_text())]
    assert sorted(used) == sorted(SECTIONS)
    for name, section in SECTIONS.items():
        assert name == "python-api" or section().count("\n") > 1, name


def test_a_page_that_asks_for_an_unknown_part_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->\n<!-- end -->", SECTIONS)


def test_the_text_between_the_marks_is_replaced() -> None:
    page = "a\n<!-- generated: part -->\nonly here\n<!-- end -->\nb"
    assert filled(page, {"part": lambda: "made"}) == "a\nmade\nb"


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("../reference/verify.md", "../reference/verify.md"),
        ("../../SECURITY.md", "../project/security.md"),
        ("../../README.md", "../index.md"),
        ("../../extension-template/README.md#settings", "../reference/extension-template.md#settings"),
        ("../../tests/attacks/visit.py", "https://github.com/ohifbuild/ohifbuild/blob/main/tests/attacks/visit.py"),
        ("https://ohif.org", "https://ohif.org"),
    ],
)
def test_links_to_files_of_the_repository_work_in_the_site(target: str, seen: str) -> None:
    page = DOCS / "how-to" / "page.md"
    assert linked(f"[x]({target})", "how-to/page.md", page) == f"[x]({seen})"


def test_a_message_is_read_with_its_cause_and_its_remedy() -> None:
    tree = ast.parse('NAME = "it.toml"\nraise DiskFull(f"{path} is " + "full.", cause=a(), fix=f"rm {path} {NAME}")')
    (found,) = messages_in(tree, constants([tree]))
    assert (found.error, found.what, found.cause, found.fix) == ("DiskFull", "… is full.", "", "rm … it.toml")


def test_a_cause_that_only_a_run_can_tell_is_left_out() -> None:
    (found,) = messages_in(ast.parse("DiskFull('It is full.', cause=f'{why}.', fix='Free it.' if x else '')"), {})
    assert (found.cause, found.fix) == ("", "Free it.")


def test_a_message_that_only_a_run_can_tell_is_left_out() -> None:
    assert list(messages_in(ast.parse('raise DiskFull(f"{text}.")'), {})) == []


def test_the_messages_of_the_toolkit_are_found() -> None:
    assert {"RecipeError", "DiskFull", "PatchDrift"} <= {each.error for each in messages()}
