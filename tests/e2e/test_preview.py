"""The preview is the image that OHIF shows first, is there before it, and is gone when the canvas is lit."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from faulty_archive import Viewer, faulty_site, window

RECORD = """
window.preview = { states: [], unlit: 0 };
const canvasIsLit = () => [...document.querySelectorAll('.cornerstone-viewport-element canvas')].some(canvas => {
  const copy = document.createElement('canvas');
  copy.width = copy.height = 32;
  const context = copy.getContext('2d');
  if (canvas.width && canvas.height) context.drawImage(canvas, 0, 0, 32, 32);
  return context.getImageData(0, 0, 32, 32).data.some((value, at) => at % 4 < 3 && value > 8);
});
const look = () => {
  const box = document.getElementById('ohifbuild-preview');
  const state = `${box ? 'preview' : 'none'}, ${canvasIsLit() ? 'lit' : 'black'}`;
  if (window.preview.states.at(-1) !== state) window.preview.states.push(state);
  const picture = box?.querySelector('canvas');
  if (picture) {
    const { x, y, width, height } = picture.getBoundingClientRect();
    Object.assign(window.preview, { picture, place: [x, y, width, height], label: box.innerText });
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
COMPARE = """(() => {
  const canvas = document.querySelector('.cornerstone-viewport-element canvas');
  const { x, y } = canvas.getBoundingClientRect();
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const [left, top, width, height] = window.preview.place;
  copy.getContext('2d').drawImage(window.preview.picture, left - x, top - y, width, height);
  return [copy.toDataURL(), canvas.toDataURL()];
})()"""
SETTLED = "window.preview.states.at(-1) === 'none, lit'"

CELL = 8
"""Both pictures are compared in squares of so many pixels, because they differ by up to two pixels in place."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that records what is on the screen in each frame."""
    with window(browser) as context:
        context.add_init_script(RECORD)
        yield context.new_page()


def cells(url: str) -> NDArray[np.float32]:
    """The mean colours of the squares of a picture on black."""
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")
    black = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image).convert("RGB")
    small = black.resize((black.width // CELL, black.height // CELL), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def signed(stored: Any) -> None:
    """Makes an image one of signed samples with a rescale and several windows."""
    values = np.frombuffer(stored.PixelData, dtype="<u2").astype(np.int32) - 1064
    stored.PixelData = values.astype("<i2").tobytes()
    stored.PixelRepresentation, stored.BitsStored, stored.HighBit = 1, 16, 15
    stored.RescaleSlope, stored.RescaleIntercept = "1.7", "-3.5"
    stored.WindowCenter, stored.WindowWidth = [0, 40], [500, 100]


def colour(stored: Any) -> None:
    """Makes an image an ultrasound image in colour."""
    values = np.frombuffer(stored.PixelData, dtype="<u2")[: stored.Rows * stored.Columns]
    grey = np.clip((values.astype(np.float32) - 864) / 400 * 255, 0, 255).astype(np.uint8)
    stored.PixelData = np.stack([grey, 255 - grey, grey // 2], -1).tobytes()
    stored.SamplesPerPixel, stored.PhotometricInterpretation, stored.PlanarConfiguration = 3, "RGB", 0
    stored.BitsAllocated = stored.BitsStored = 8
    stored.HighBit, stored.Modality = 7, "US"
    stored.SOPClassUID = stored.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
    for name in ("WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept", "PixelSpacing"):
        del stored[name]
    for name in ("ImageOrientationPatient", "ImagePositionPatient"):
        del stored[name]


@pytest.mark.parametrize(
    ("series", "change"),
    [
        ("prior/soft", None),
        ("prior/soft", signed),
        ("second/chest", None),
        ("prior/soft", colour),
        ("compressed/jpeg", None),
    ],
    ids=["CT", "MR", "MONOCHROME1", "colour", "JPEG"],
)
def test_the_preview_is_what_the_canvas_shows_afterwards(
    ohif_dist: Path, page: Page, tmp_path: Path, series: str, change: Callable[[Any], None] | None
) -> None:
    with faulty_site(ohif_dist, tmp_path, series, change=change) as (running, _):
        viewer = Viewer(page, running)
        viewer.open(series.partition("/")[0])
        assert viewer.until(SETTLED)
        states = page.evaluate("window.preview.states")
        assert states.index("preview, black") < states.index("none, lit")
        assert "preview, lit" not in states
        assert "Preview" in page.evaluate("window.preview.label")
        page.wait_for_timeout(500)
        preview, canvas = (cells(url) for url in page.evaluate(COMPARE))
    difference = np.abs(preview - canvas)
    assert float(difference.mean()) < 4
    assert float((difference.max(-1) > 64).mean()) < 0.02


def test_a_refused_frame_has_no_preview(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, "prior/soft") as (running, archive):
        archive.rule = lambda target: 403 if "/frames/" in target else None
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.message()
        assert not any("preview" in state for state in page.evaluate("window.preview.states"))


def test_a_viewer_whose_scripts_do_not_arrive_ends_with_a_message_and_no_preview(
    ohif_dist: Path, page: Page, tmp_path: Path
) -> None:
    with faulty_site(ohif_dist, tmp_path, "prior/soft") as (running, archive):
        viewer = Viewer(page, running)
        page.route("**/app.bundle*.js", lambda route: route.abort())
        viewer.open("prior")
        assert viewer.message()
        assert viewer.until("!document.getElementById('ohifbuild-preview')")
        assert archive.asked


def test_a_frame_of_another_size_has_no_preview(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    def frame(target: str) -> web.Response | None:
        body = b"--x\r\nContent-Type: application/octet-stream\r\n\r\n" + bytes(1000) + b"\r\n--x--"
        kind = 'multipart/related; type="application/octet-stream"; boundary=x'
        return web.Response(body=body, headers={"Content-Type": kind}) if "/frames/" in target else None

    with faulty_site(ohif_dist, tmp_path, "prior/soft") as (running, archive):
        archive.rule = frame
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.until("document.querySelector('[data-cy=\"viewport-pane\"]')")
        assert not any("preview" in state for state in page.evaluate("window.preview.states"))
