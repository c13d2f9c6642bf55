"""ohifbuild: OHIF viewers confined to the studies their link's token was issued for.

These names are public, and so are the attributes that their docstrings name; everything else may change at any time.
Nothing is imported before it is used.
"""

from __future__ import annotations

import os
from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for true; importing typing would double what this import takes

if TYPE_CHECKING:
    from ohifbuild.cache.entries import Cache as Cache
    from ohifbuild.config.recipe import Recipe as Recipe
    from ohifbuild.core.errors import OhifbuildError as OhifbuildError
    from ohifbuild.lock.resolve import resolve as resolve
    from ohifbuild.verification.evidence import Evidence as Evidence
    from ohifbuild.workflow import Dist as Dist
    from ohifbuild.workflow import build as build
    from ohifbuild.workflow import verify as verify
    from ohifbuild.workspaces.recipe import load_recipe as load_recipe

__version__ = "0.1.0"

# GitPython refuses to be imported where there is no git; only those who use it are to find out.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

_PUBLIC = {
    "Recipe": "config.recipe",
    "load_recipe": "workspaces.recipe",
    "resolve": "lock.resolve",
    "build": "workflow",
    "Dist": "workflow",
    "verify": "workflow",
    "Evidence": "verification.evidence",
    "Cache": "cache.entries",
    "OhifbuildError": "core.errors",
}

__all__ = ["Cache", "Dist", "Evidence", "OhifbuildError", "Recipe", "build", "load_recipe", "resolve", "verify"]


def __getattr__(name: str) -> object:
    """A public name, imported at its first use.

    Raises:
        AttributeError: there is no such special name; or it is a module, which Python then imports.
        ImportError: there is no such public name; the message gives the nearest. (It is no AttributeError, because
            ``from ohifbuild import …`` would replace its message.)
    """
    if name in _PUBLIC:
        return getattr(import_module(f"ohifbuild.{_PUBLIC[name]}"), name)
    import difflib  # only here: it would be half of what importing this package takes
    from importlib.util import find_spec

    if name.startswith("_") or find_spec(f"ohifbuild.{name}"):
        raise AttributeError(f"module 'ohifbuild' has no attribute '{name}'")

    (nearest,) = difflib.get_close_matches(name, __all__, n=1, cutoff=0.0)
    raise ImportError(f"ohifbuild has no public name '{name}'. The nearest is '{nearest}'.", name="ohifbuild")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
