"""Made-up visits, of which a test changes what it is about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from visits.requests import Sent
from visits.visit import Visit

ORIGIN = "http://127.0.0.1:8000"

MakeVisit = Callable[..., Visit]


@pytest.fixture
def make_visit() -> MakeVisit:
    """Makes a visit whose image came after so many seconds; ``changes`` are its further fields."""

    def make(image: float, **changes: object) -> Visit:
        values: dict[str, object] = {
            "still": None,
            "archive": image * 0.7,
            "static_bytes": 2_000_000,
            "static_files": 2,
            "requests": 2,
            "main_thread": image * 0.5,
            "script": image * 0.3,
            "processor": image * 0.6,
            "heap": 25_000_000,
            "asked": ("GET /dicom-web/studies/1.2.3456789012345/series", "GET /dicom-web/studies?x=1"),
            "tasks": ((0.1, 0.4),),
            "sent": (
                Sent(f"{ORIGIN}/viewer?StudyInstanceUIDs=1", 0.0, 0.1, 0.2, 900),
                Sent(f"{ORIGIN}/app.bundle.1234567890abcdef1234.js", 0.2, 0.3, image * 0.6, 1_500_000),
                Sent(f"{ORIGIN}/dicom-web/studies/1.2.3456789012345/series", image * 0.7, None, None, 0),
            ),
        }
        return Visit(image=image, **{**values, **changes})  # type: ignore[arg-type]

    return make
