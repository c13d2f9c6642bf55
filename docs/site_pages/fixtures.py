"""The fixtures of ohifbuild's pytest plugin, from their docstrings, with the types of what they give."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ohifbuild import pytest_plugin
from ohifbuild.testing import DicomDataset, OhifArchive, OhifViewer, ShareLink
from site_pages.markdown import code, plain, table
from site_pages.python_api import documented_member, prose

FIXTURES = {
    "ohif_viewer": OhifViewer,
    "ohif_archive": OhifArchive,
    "share_link": ShareLink,
    "dicom_dataset": DicomDataset,
}


def section() -> str:
    """A table of the fixtures, then each type with its methods."""
    rows = (
        (
            code(name),
            code(FIXTURES[name].__name__ if name in FIXTURES else "Path"),
            "module" if name == "ohif_viewer" else "session",
            plain(inspect.getdoc(getattr(pytest_plugin, name)) or "").replace("\n\n", " "),
        )
        for name in (*FIXTURES, "ohif_dist")
    )
    head = ("fixture", "type", "scope", "what it is")
    return "\n\n".join((table(head, rows), *(part for made in FIXTURES.values() for part in _type(made))))


def _type(made: type) -> Iterator[str]:
    name = made.__name__
    yield f"## `{name}`"
    yield prose(inspect.getdoc(made) or "")
    for member, value in sorted(vars(made).items()):
        if member == "__call__" or not member.startswith("_"):
            yield documented_member(name, member, value)
