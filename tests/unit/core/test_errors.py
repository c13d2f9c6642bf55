from __future__ import annotations

import re
from pathlib import Path

from ohifbuild.core import errors
from ohifbuild.core.errors import OhifbuildError

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "exit-codes.md"


def classes() -> list[type[OhifbuildError]]:
    found = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, OhifbuildError)]
    return [item for item in found if item is not OhifbuildError]


def test_every_error_has_a_unique_exit_code() -> None:
    codes = [item.exit_code for item in classes()]
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 256 and code != 2 for code in codes)  # click uses 2 for wrong usage


def test_every_error_has_a_unique_documentation_page() -> None:
    pages = {item.documentation for item in classes()}
    assert len(pages) == len(classes())
    assert all(
        re.fullmatch(r"https://ohifbuild\.github\.io/ohifbuild/errors/[a-z]+(-[a-z]+)*/", page) for page in pages
    )
    assert errors.PatchDrift.documentation.endswith("/errors/patch-drift/")


def test_an_error_without_its_own_exit_code_has_the_page_of_its_parent() -> None:
    class ConnectionLost(errors.DownloadFailed):
        pass

    assert ConnectionLost("x").documentation == errors.DownloadFailed.documentation


def test_the_documented_exit_codes_are_those_of_the_errors() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert {(int(code), name) for code, name, _ in rows} == {(item.exit_code, item.__name__) for item in classes()}
