"""What tests of extension packages use: a served viewer, an archive, links and DICOM objects.

The fixtures of ``ohifbuild.pytest_plugin`` are of these types. Nothing is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ohifbuild.testing.datasets import DicomDataset as DicomDataset
    from ohifbuild.testing.viewer import OhifArchive as OhifArchive
    from ohifbuild.testing.viewer import OhifViewer as OhifViewer
    from ohifbuild.testing.viewer import ShareLink as ShareLink

__all__ = ["DicomDataset", "OhifArchive", "OhifViewer", "ShareLink"]


def __getattr__(name: str) -> object:
    """A public name, imported at its first use.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in __all__:
        raise AttributeError(f"module 'ohifbuild.testing' has no attribute '{name}'")
    module = "datasets" if name == "DicomDataset" else "viewer"
    return getattr(import_module(f"ohifbuild.testing.{module}"), name)
