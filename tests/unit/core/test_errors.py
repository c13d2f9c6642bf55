from __future__ import annotations

from ohifbuild.core import errors
from ohifbuild.core.errors import OhifbuildError


def classes() -> list[type[OhifbuildError]]:
    found = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, OhifbuildError)]
    return [item for item in found if item is not OhifbuildError]


def test_every_failure_has_an_exit_code_of_its_own() -> None:
    codes = [item.exit_code for item in classes()]
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 256 and code != 2 for code in codes)  # 2 is click's, for wrong usage
