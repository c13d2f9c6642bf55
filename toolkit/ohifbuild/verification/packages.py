"""The Python packages that only verify needs: the extra ``verify``, which a build server can do without."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec

from ohifbuild.core.errors import VerifyNotInstalled

MODULES = ("PIL", "jpeg_ls", "numpy", "openjpeg", "playwright", "pydicom", "pylibjpeg", "pytest", "watchfiles")
"""A module of each package of the extra ``verify`` (``pyproject.toml``)."""


def require_packages() -> None:
    """Checks that verify can run; to be called before its modules are imported, and before long work that ends in it.

    Raises:
        VerifyNotInstalled: at least one package is missing.
    """
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise VerifyNotInstalled(
            f"Verify cannot run: the Python modules {', '.join(missing)} are missing.",
            cause="ohifbuild was installed without its extra 'verify'. A build works without it: --no-verify.",
            fix=f"{shlex.quote(sys.executable)} -m pip install 'ohifbuild[verify]'",
        )
