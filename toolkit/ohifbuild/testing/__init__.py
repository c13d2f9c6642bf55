"""What tests of extension packages use: a served viewer, an archive, links and DICOM objects.

The fixtures of ``ohifbuild.pytest_plugin`` are of these types.
"""

from __future__ import annotations

from ohifbuild.testing.datasets import DicomDataset
from ohifbuild.testing.viewer import OhifArchive, OhifViewer, ShareLink

__all__ = ["DicomDataset", "OhifArchive", "OhifViewer", "ShareLink"]
