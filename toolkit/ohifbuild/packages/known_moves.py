"""Names that OHIF moved from one package to another with the same meaning, so that only the import has to change.

Source: both packages' sources from 3.9 to 3.12. Most components only share a name: ``Button``, ``Select``, ``Tooltip``,
``useDialog`` and others have other properties in ``@ohif/ui-next``, so a person has to change what uses them.
"""

from __future__ import annotations

MOVED = {
    "@ohif/ui": (
        "@ohif/ui-next",
        frozenset(
            {
                "CinePlayer",
                "CineProvider",
                "DragAndDropProvider",
                "ImageViewerContext",
                "ImageViewerProvider",
                "LoadingIndicatorProgress",
                "LoadingIndicatorTotalPercent",
                "ModalProvider",
                "ProgressLoadingBar",
                "UserAuthenticationProvider",
                "ViewportDialogProvider",
                "ViewportGridContext",
                "ViewportGridProvider",
                "useCine",
                "useImageViewer",
                "useModal",
                "useSessionStorage",
                "useUserAuthentication",
                "useViewportDialog",
                "useViewportGrid",
            }
        ),
    ),
}


def new_package(package: str, name: str) -> str | None:
    """The package that has the name with the same meaning; None if none is known."""
    moved = MOVED.get(package)
    return moved[0] if moved and name in moved[1] else None
