"""Fills templates."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def rendered(template: str, **values: object) -> str:
    """The template of this name, filled.

    The values are paths, URLs and header values that were checked to be plain (``model.py``), or made by us; nothing is
    HTML.
    """
    environment = Environment(  # noqa: S701
        loader=PackageLoader("ohifbuild.deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
