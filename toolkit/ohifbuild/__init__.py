"""ohifbuild: OHIF viewers confined to the studies their link's token was issued for."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("ohifbuild")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0.0.0"
