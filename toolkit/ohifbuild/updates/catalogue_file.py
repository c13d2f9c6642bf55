"""Changes of ``releases.toml`` as text, which keep its comments and its order, and of the table in ``SUPPORT.md``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.releases.catalogue import Catalogue, ReleasePin, parse_catalogue, sort_key

START = "[[release]]"
VERSION_LINE = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
SUPPORT_ROW = re.compile(r"^\| (\d+\.\d+\.\S+) \| .+ \|\n", re.MULTILINE)


def channels_with(known: Catalogue, pins: Iterable[ReleasePin]) -> dict[str, str]:
    """The channels, moved to the newest releases that qualify; none ever moves back.

    ``v3-stable`` is the newest stable release that holds on both origins, ``v3-latest`` the newest stable one that
    holds on any, ``v3-beta`` the newest of all that holds on any.
    """
    every = {**known.releases, **{pin.version: pin for pin in pins}}
    stable = [version for version, pin in every.items() if "-" not in version and pin.verified]
    both = [version for version in stable if set(every[version].verified) >= {"git", "published"}]
    any_kind = [version for version, pin in every.items() if pin.verified]
    found = {"v3-stable": both, "v3-latest": stable, "v3-beta": any_kind}
    return {
        name: max([current, *found.get(name, [])], key=sort_key) if current in every else current
        for name, current in known.channels.items()
    }


def with_pins(text: str, pins: Sequence[ReleasePin], channels: Mapping[str, str]) -> str:
    """The text of ``releases.toml`` with these releases, each at its place, and these channels.

    Raises:
        ReleaseUnsupported: the text is written in a way that this does not know, so that it would come out wrong.
    """
    head, *blocks = re.split(rf"^(?={re.escape(START)}$)", text, flags=re.MULTILINE)
    for name, version in channels.items():
        head = re.sub(rf'^{re.escape(name)} = ".*"$', f'{name} = "{version}"', head, flags=re.MULTILINE)
    by_version = {_version(block): block.rstrip("\n") for block in blocks}
    for pin in pins:
        by_version[pin.version] = _block(pin, by_version.get(pin.version, ""))
    ordered = sorted(by_version, key=sort_key)
    written = head + "\n\n".join(by_version[version] for version in ordered) + "\n"
    _require_only_these_changes(text, written, pins, channels)
    return written


def with_support_rows(text: str, pins: Iterable[ReleasePin]) -> str:
    """The text of ``SUPPORT.md`` with a row for each of the releases in its table."""
    rows = {found[1]: found[0] for found in SUPPORT_ROW.finditer(text)}
    first = SUPPORT_ROW.search(text)
    if not first:
        return text
    for pin in pins:
        rows[pin.version] = f"| {pin.version} | {', '.join(sorted(pin.verified)) or 'none'} |\n"
    table = "".join(rows[version] for version in sorted(rows, key=sort_key))
    return text[: first.start()] + table + SUPPORT_ROW.sub("", text[first.start() :])


def _block(pin: ReleasePin, before: str) -> str:
    comments = [line for line in before.splitlines() if line.startswith("#")]
    values: dict[str, object] = {
        "version": pin.version,
        "tag": pin.tag,
        "released": pin.released,
        "commit": pin.commit,
        "npm": pin.npm_integrity,
        "npm_size": pin.npm_size,
        "node": pin.node,
        "package_manager": pin.package_manager,
        "bundler": pin.bundler,
        "verified": sorted(pin.verified),
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join([START, *comments, *lines])


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _version(block: str) -> str:
    found = VERSION_LINE.search(block)
    if not found:
        raise _unknown("a [[release]] without a version")
    return found[1]


def _require_only_these_changes(
    before: str, after: str, pins: Sequence[ReleasePin], channels: Mapping[str, str]
) -> None:
    old, new = parse_catalogue(before), _parsed(after)
    expected = {**old.releases, **{pin.version: pin for pin in pins}}
    if dict(new.releases) != expected or dict(new.channels) != dict(channels):
        raise _unknown("releases or channels that are not written one key a line")


def _parsed(text: str) -> Catalogue:
    try:
        return parse_catalogue(text)
    except (ValueError, KeyError) as error:
        raise _unknown(str(error)) from error


def _unknown(why: str) -> ReleaseUnsupported:
    return ReleaseUnsupported(
        f"The catalogue cannot be changed: it has {why}.",
        cause="Somebody wrote it in another way than this command does.",
        fix="Write it as the catalogue that ohifbuild ships, or change it by hand.",
    )
