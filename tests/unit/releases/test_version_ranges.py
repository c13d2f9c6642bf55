from __future__ import annotations

import pytest

from ohifbuild.releases.ranges import parse_range


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=3.5 <3.13", ["3.5.0-beta.1", "v3.5.0", "3.12.10"], ["3.13.0-beta.0", "3.13.0", "3.4.9"]),
        ("<3.13.0", ["3.13.0-beta.0", "3.12.0"], ["3.13.0"]),
        ("3.9.x || ^3.11.1", ["3.9.0", "3.9.3", "3.11.1", "3.14.0-beta.6"], ["3.10.4", "3.11.0"]),
        ("3.12.0", ["3.12.0"], ["3.12.0-beta.1", "3.12.1"]),
        ("=3.12.0-beta.1", ["3.12.0-beta.1"], ["3.12.0-beta.2", "3.12.0"]),
        ("> 3.12.0", ["3.12.1-beta.0"], ["3.12.0", "3.12.0-beta.9"]),
        (">3.12", ["3.13.0-beta.0"], ["3.12.10"]),
        ("<=3.12", ["3.12.10"], ["3.13.0-beta.0"]),
        ("~3.11.1", ["3.11.1", "3.11.9"], ["3.11.0", "3.12.0"]),
        ("3.10 || 3.12", ["3.10.4", "3.12.0"], ["3.11.0"]),
        ("*", ["3.5.0", "3.14.0-beta.6"], ["master", "04b121c1"]),
    ],
)
def test_reads_ranges_as_node_semver_with_prereleases(text: str, inside: list[str], outside: list[str]) -> None:
    wanted = parse_range(text)
    assert [version for version in inside if not wanted.holds(version)] == []
    assert [version for version in outside if wanted.holds(version)] == []


@pytest.mark.parametrize("text", ["", "3.5 ||", ">=", "v3-stable", "3.12-beta", "3.5 - 3.7", "3.5,3.6", "<99999.1"])
def test_refuses_what_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"version|empty|numbers"):
        parse_range(text)
