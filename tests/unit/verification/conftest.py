"""Observations to judge: a faultless one for each outcome, and a way to change one thing about it."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.claims import judge
from ohifbuild.verification.evidence import (
    Evidence,
    Expectation,
    ImageMatch,
    Message,
    Observation,
    PageState,
    ReceivedRequest,
    Screenshot,
    SentRequest,
)

TOKEN = "tok-3f/9c+d8 A"
STUDY = "1.2.826.0.1.3680043.8.498.1"
OTHER = "1.2.826.0.1.3680043.8.498.2"
SERIES = STUDY + ".1"
ORIGIN = "http://127.0.0.1:8099"
PATHS = (
    f"/dicom-web/studies?limit=101&StudyInstanceUID={STUDY}",
    f"/dicom-web/studies/{STUDY}/series?includefield=00080021",
    f"/dicom-web/studies/{STUDY}/series/{SERIES}/metadata",
    f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/{SERIES}.1/frames/1",
)
FILES = ("/app-config.js", "/app.bundle.js")


def sent(path: str, at: float, *headers: tuple[str, str], kind: str = "fetch") -> SentRequest:
    return SentRequest("GET", ORIGIN + path, (("accept", "*/*"), *headers), kind, 200, at, 0.02, 1200)


def received(path: str, at: float, *headers: tuple[str, str]) -> ReceivedRequest:
    bare, _, query = path.partition("?")
    return ReceivedRequest("GET", bare, query, (("accept", "*/*"), *headers), "granted", 200, at, 0.01, 1200)


def page_state(**changes: Any) -> PageState:
    kept = PageState(
        url=f"{ORIGIN}/viewer?StudyInstanceUIDs={STUDY}",
        referrer="",
        history=("about:blank", f"{ORIGIN}/viewer?StudyInstanceUIDs={STUDY}"),
        history_state="null",
        visits=(f"{ORIGIN}/viewer?StudyInstanceUIDs={STUDY} ",),
        local={"shownTours": "[]"},
        session={"ohifbuild:" + STUDY: TOKEN},
        cookies=(),
        databases=(),
        caches=(),
        window_name="",
        timings=(ORIGIN + "/app.bundle.js",),
        stack="Error\n    at open (ohifbuild-early.js:1:200)",
        policy="default-src 'self'; script-src 'self' 'sha256-x'",
        served_policy="default-src 'self'; script-src 'self' 'sha256-x'; frame-ancestors 'none'",
        html="<html><body>OHIF</body></html>",
    )
    return dataclasses.replace(kept, **changes)


def photograph() -> Screenshot:
    file = io.BytesIO()
    Image.new("RGB", (320, 200), (20, 40, 60)).save(file, "JPEG")
    return Screenshot("The first image", file.getvalue())


def image_observation() -> Observation:
    header = ("token", TOKEN)
    match = ImageMatch("viewport 1", False, "CT 1", 0.993, "CT 2", 0.81, (STUDY,), (SERIES,), (SERIES + ".1",))
    return Observation(
        scenario="open",
        title="The link is opened",
        expects=Expectation("image", TOKEN, (TOKEN,), (STUDY,), ("108506",), (SERIES,), (SERIES + ".1",)),
        link=f"{ORIGIN}/viewer?StudyInstanceUIDs={STUDY}&token={TOKEN}",
        sent=(
            SentRequest("GET", f"{ORIGIN}/viewer?StudyInstanceUIDs={STUDY}&token={TOKEN}", (), "document", 200, 0),
            *(sent(path, 0.1, kind="script") for path in FILES),
            *(sent(path, 0.5 + n / 10, header) for n, path in enumerate(PATHS)),
        ),
        received=tuple(received(path, 0.5 + n / 10, header) for n, path in enumerate(PATHS)),
        elsewhere=(),
        console=("log: ready",),
        errors=(),
        state=page_state(),
        viewports=(match,),
        thumbnails=(dataclasses.replace(match, where="thumbnail 1"),),
        message=None,
        screenshots=(photograph(),),
        seconds=2.1,
        first_image=1.4,
    )


def message_observation() -> Observation:
    return dataclasses.replace(
        image_observation(),
        scenario="no-token",
        title="The link has no token",
        expects=Expectation("message", "", (TOKEN,), (STUDY,), reasons=("no-token",)),
        link=f"{ORIGIN}/viewer?StudyInstanceUIDs={STUDY}",
        sent=tuple(sent(path, 0.1, kind="script") for path in FILES),
        received=(),
        state=page_state(session={}),
        viewports=(),
        thumbnails=(),
        message=Message("no-token", "This link is incomplete.", True),
        first_image=None,
    )


@pytest.fixture
def good() -> Observation:
    return image_observation()


@pytest.fixture
def refused() -> Observation:
    return message_observation()


@pytest.fixture
def failing() -> Callable[..., set[str]]:
    """The keys of the claims that do not hold for an observation."""

    def keys(observation: Observation, settings: Settings | None = None) -> set[str]:
        return {result.claim for result in judge([observation], settings or Settings()) if not result.holds}

    return keys


@pytest.fixture
def evidence() -> Evidence:
    observations = (image_observation(), message_observation())
    results = judge(observations, Settings())
    environment = {"Release": "OHIF 3.12.0", "Browser": "Chromium 130", "Date": "2025-01-01 12:00 UTC"}
    return Evidence(results, observations, Settings(), environment, 12.3)
