"""Fills templates."""

from __future__ import annotations


def rendered(template: str, **values: object) -> str:
    """The template of this name, filled.

    The values are paths, URLs and header values that were checked to be plain (``model.py``), or made by us; nothing is
    HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # here, as every command would wait for it

    environment = Environment(  # noqa: S701
        loader=PackageLoader("ohifbuild.deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
