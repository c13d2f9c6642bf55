"""ohifbuild: OHIF viewers confined to the studies their link's token was issued for."""

import os
from importlib.metadata import PackageNotFoundError, version

# GitPython refuses to be imported where there is no git; only those who use it are to find out.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

try:
    __version__ = version("ohifbuild")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0.0.0"
