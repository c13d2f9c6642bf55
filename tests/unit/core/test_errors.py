from __future__ import annotations

import re

from ohifbuild.core import errors
from ohifbuild.core.errors import OhifbuildError


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
