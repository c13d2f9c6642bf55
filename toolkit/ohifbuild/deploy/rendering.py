"""The templates of a deployment's files."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ohifbuild.contract import link, tokens

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(template: str, **values: object) -> str:
    """The text of a template with these values.

    The values are paths, URLs and header values that ``plan`` has checked, or constants of ohifbuild. Nothing is HTML,
    so nothing is escaped.
    """
    return _templates().get_template(template).render(**values)


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # here, because importing it is slow

    environment = Environment(  # noqa: S701
        loader=PackageLoader("ohifbuild.deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"longest_line": link.LONGEST, "longest_token": tokens.LONGEST}
    return environment
