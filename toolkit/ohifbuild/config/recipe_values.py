"""Checks of a recipe's own keys, some of which depend on keys that stand before them."""

from __future__ import annotations

import re

from pydantic import ValidationInfo

from ohifbuild.config import values
from ohifbuild.config.data_source import DataSource, check_together
from ohifbuild.config.reserved_names import OHIF_PARAMETERS
from ohifbuild.contract.place import below

DEFAULT_ROOT = "/dicom-web"


def dicom_json(value: str, info: ValidationInfo) -> str:
    """A path below one of the roots, with ``{id}`` for one part.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if not value:
        return value
    if value.count("{id}") != 1 or "/{id}/" not in f"{value}/" or not value.startswith("/") or value.endswith("/"):
        raise ValueError("expected a path with {id} for one part of it, such as /orthanc/studies/{id}/ohif-dicom-json")
    values.require_plain_path(value.replace("{id}", "id"))
    sources = info.data.get("data_sources", ())
    if sources and len(sources[0].roots) > 1:
        raise ValueError("expected one root for the first of data_sources: it decides which URLs a file may name")
    roots = sources[0].roots if sources else (info.data.get("dicomweb_root", ""),)
    if not any(below(value, root) for root in (*roots, *info.data.get("token_roots", ()))):
        raise ValueError("expected a path under dicomweb_root or one of token_roots")
    return value


def data_sources(value: tuple[DataSource, ...], info: ValidationInfo) -> tuple[DataSource, ...]:
    """Archives with different names, in place of ``dicomweb_root``.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if value and info.data.get("dicomweb_root", DEFAULT_ROOT) != DEFAULT_ROOT:
        raise ValueError("expected either dicomweb_root, for one archive, or data_sources; move the root into a source")
    return check_together(value)


def missing_name(value: str) -> str:
    """``MODULE NAME``: what a package writes after ``from``, and the name that it imports.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if not re.fullmatch(r"[\w@./-]{1,200} [\w$]{1,200}", value):
        raise ValueError("expected a module and the name of an export, such as '@ohif/ui useModal'")
    return value


def token_param(value: str) -> str:
    """A name for the link's parameter that OHIF does not read.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", value):
        raise ValueError("expected a plain name: a letter, then letters, digits, _ or -")
    if value.lower() in OHIF_PARAMETERS:
        raise ValueError(f"expected another name: OHIF itself reads '{value}'")
    return value
