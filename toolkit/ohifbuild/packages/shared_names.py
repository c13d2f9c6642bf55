"""The npm packages that a built viewer shares with packages at run time, as far as the viewer has them."""

from __future__ import annotations

# The npm packages of which a viewer must have one instance only, or that OHIF's own run-time loader shares.
SHARED_PACKAGES = frozenset(
    {
        "react", "react-dom", "react-i18next", "i18next", "react-router", "react-router-dom", "prop-types",
        "classnames", "moment", "dcmjs", "gl-matrix", "@kitware/vtk.js", "@cornerstonejs/core", "@cornerstonejs/tools",
        "@cornerstonejs/adapters", "@cornerstonejs/dicom-image-loader", "@cornerstonejs/metadata",
        "@cornerstonejs/utils", "@cornerstonejs/ai",
    }
)  # fmt: skip
