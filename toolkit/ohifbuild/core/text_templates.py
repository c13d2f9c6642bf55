"""Templates of text files that are no HTML: pipelines, and the files of a new package."""

from __future__ import annotations

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined


@functools.cache
def text_templates(package: str) -> Environment:
    """The templates in the folder ``templates`` of a Python package.

    Nothing is escaped: what is put in must mean nothing in the language of the file, which the caller checks. Blocks
    are ``<% %>`` and values ``<< >>``, because pipelines and JavaScript use the braces themselves.
    """
    return Environment(  # noqa: S701
        loader=PackageLoader(package),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
