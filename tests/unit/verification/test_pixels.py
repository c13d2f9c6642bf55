"""The right image is told from every other one, however the viewer scales and places it."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ohifbuild.verification.pixels import (
    Grey,
    Picture,
    PictureIndex,
    from_data_url,
    is_flat,
    shows,
    similarity,
    windowed,
)

RANDOM = np.random.default_rng(7)


def blobs(rows: int, columns: int) -> Grey:
    """A smooth random picture, 0 to 1."""
    coarse = Image.fromarray(RANDOM.random((6, 6)).astype(np.float32))
    return np.asarray(coarse.resize((columns, rows), Image.Resampling.BICUBIC), dtype=np.float32).clip(0, 1)


def picture(name: str, grey: Grey, row_mm: float = 1.0) -> Picture:
    return Picture(name, "study", "series", name, grey, row_mm=row_mm)


def on_canvas(grey: Grey, height: int, width: int, *, tall: float = 1.0, zoom: float = 1.0) -> Grey:
    """As a viewer draws it: fitted, centred, over black, in 8 bits."""
    rows, columns = grey.shape[0] * tall, grey.shape[1]
    scale = min(height / rows, width / columns) * zoom
    size = (round(columns * scale), round(rows * scale))
    image = Image.fromarray((grey * 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    canvas = Image.new("L", (width, height))
    canvas.paste(image, ((width - size[0]) // 2, (height - size[1]) // 2))
    return np.asarray(canvas, dtype=np.float32) / np.float32(255)


@pytest.mark.parametrize(("height", "width"), [(160, 256), (256, 140), (200, 200)])
@pytest.mark.parametrize(("rows", "columns", "tall"), [(64, 64, 1.0), (128, 96, 1.0), (40, 80, 2.5)])
@pytest.mark.parametrize("zoom", [1.0, 1 / 1.1])
def test_recognises_the_image_at_any_size_shape_and_spacing(
    height: int, width: int, rows: int, columns: int, tall: float, zoom: float
) -> None:
    pictures = [picture(str(n), blobs(rows, columns), tall) for n in range(6)]
    match = PictureIndex(pictures).recognise(
        on_canvas(pictures[3].grey, height, width, tall=tall, zoom=zoom), "viewport 1"
    )
    assert match.instances == ("3",)
    assert shows(match)


def test_neighbouring_slices_are_distinguished() -> None:
    base = blobs(96, 96)
    pictures = []
    for n in range(10):
        grey = base.copy()
        grey[8 * n : 8 * n + 12, 10:30] = 1
        pictures.append(picture(str(n), grey))
    match = PictureIndex(pictures).recognise(on_canvas(pictures[4].grey, 200, 256), "viewport 1")
    assert (match.name, shows(match)) == ("4", True)


def test_an_unrelated_picture_is_not_recognised() -> None:
    match = PictureIndex([picture(str(n), blobs(64, 64)) for n in range(6)]).recognise(blobs(200, 256), "viewport 1")
    assert not shows(match)


def test_copies_count_as_one_image() -> None:
    grey = blobs(64, 64)
    pictures = [
        picture("raw", grey),
        picture("jpeg", (grey * 0.98 + 0.01).astype(np.float32)),
        picture("x", blobs(64, 64)),
    ]
    match = PictureIndex(pictures).recognise(on_canvas(grey, 200, 200), "viewport 1")
    assert set(match.instances) == {"raw", "jpeg"}
    assert match.rival == "x"


def test_an_empty_canvas_shows_nothing() -> None:
    match = PictureIndex([picture("a", blobs(64, 64))]).recognise(np.zeros((100, 100), dtype=np.float32), "viewport 1")
    assert match.blank
    assert not shows(match)
    assert is_flat(np.zeros((0, 0), dtype=np.float32))


def test_brightness_and_contrast_do_not_matter() -> None:
    grey = blobs(64, 64)
    assert similarity(grey, grey * 0.3 + 0.2) == pytest.approx(1, abs=1e-4)
    assert similarity(grey, 1 - grey) == pytest.approx(-1, abs=1e-4)
    assert similarity(grey, np.ones_like(grey)) == 0


def test_the_window_follows_the_standard() -> None:
    values = np.array([[-160, 40, 240]])
    assert windowed(values, 40, 400) == pytest.approx(np.array([[0, 0.501, 1]]), abs=2e-3)
    assert windowed(values, 40, 400, inverted=True) == pytest.approx(np.array([[1, 0.499, 0]]), abs=2e-3)


def test_reads_a_data_url_with_transparency_as_black() -> None:
    file = io.BytesIO()
    Image.fromarray(np.array([[[255, 255, 255, 255], [255, 255, 255, 0]]], dtype=np.uint8), "RGBA").save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    assert from_data_url(url) == pytest.approx(np.array([[1, 0]]), abs=1e-3)


def test_inverted_images_are_recognised_only_on_request() -> None:
    grey = blobs(64, 64)
    album, canvas = PictureIndex([picture("a", grey), picture("b", blobs(64, 64))]), on_canvas(grey, 200, 200)
    negative = np.asarray(1 - canvas, dtype=np.float32)
    assert not shows(album.recognise(negative, "viewport 1"))
    match = album.recognise(negative, "thumbnail 1", negatives=True)
    assert (match.name, shows(match)) == ("a", True)
