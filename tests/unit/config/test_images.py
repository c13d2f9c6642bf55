"""A logo is checked by its bytes: it is served from the viewer's origin, where a script would have the token."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image as Pillow

from ohifbuild.config.images import LARGEST, image_type, read_image

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def raster(kind: str, size: tuple[int, int] = (3, 2)) -> bytes:
    data = io.BytesIO()
    Pillow.new("RGB", size).save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_a_raster_image_is_known_by_its_bytes_and_its_size_is_limited(kind: str, suffix: str) -> None:
    assert image_type(raster(kind)) == suffix
    with pytest.raises(ValueError, match="4096 pixels"):
        image_type(raster(kind, (4097, 1)))


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M0 0h9" style="fill:#f00"/>',
        '<defs><linearGradient id="g"><stop offset="1"/></linearGradient></defs><rect fill="url(#g)"/>',
        '<g id="a"/><use xlink:href="#a"/>',
        '<i:x xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:onload="x"/>',
    ],
)
def test_an_svg_that_only_draws_is_accepted(inside: str) -> None:
    assert image_type(SVG.format(inside).encode()) == "svg"


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<script>alert(1)</script>", "it has <script>"),
        ('<script href="data:text/javascript,1"/>', "it has <script>"),
        ('<rect onclick="alert(1)"/>', "its onclick is a script"),
        ('<rect OnClick="alert(1)"/>', "its onclick is a script"),
        ("<foreignObject/>", "it has <foreignObject>"),
        ('<x:script xmlns:x="http://www.w3.org/2000/svg"/>', "it has <script>"),
        ('<script xmlns="http://www.w3.org/1999/xhtml"/>', "it has <script>, which is not SVG"),
        ('<b xmlns="urn:x"/>', "it has <b>, which is not SVG"),
        ('<a xlink:href="javascript:alert(1)"/>', "it has <a>"),
        ('<use href="https://evil.example/x.svg#a"/>', "its href refers"),
        ('<use xlink:href="data:image/svg+xml,x#a"/>', "its href refers"),
        ('<image href="#a"/>', "it has <image>"),
        ('<animate attributeName="href"/>', "it has <animate>"),
        ('<set attributeName="onload"/>', "it has <set>"),
        ("<style>@import url(https://evil.example)</style>", "it has <style>"),
        ('<rect style="fill:url(https://evil.example/#a)"/>', "its style refers"),
        ("<rect fill=\"URL( '//evil.example')\"/>", "its fill refers"),
        ('<rect style="fill:\\75rl(//evil.example)"/>', "its style refers"),
        ("<rect style=\"background:image-set('//evil.example' 1x)\"/>", "its style refers"),
        ("<rect style=\"mask-image:image( '//evil.example')\"/>", "its style refers"),
        ("<rect style=\"filter:src('//evil.example')\"/>", "its style refers"),
        ('<rect xml:base="https://evil.example"/>', "its base refers"),
        ("<?xml-stylesheet href='x'?>", "a processing instruction"),
    ],
)
def test_an_svg_that_could_do_more_is_refused_with_the_reason(inside: str, why: str) -> None:
    with pytest.raises(ValueError, match="expected an SVG that only draws") as caught:
        image_type(SVG.format(inside).encode())
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + SVG.format("&b;"),
        "<?xml-stylesheet href='x'?>" + SVG.format(""),
    ],
)
def test_an_svg_with_declarations_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"DOCTYPE|processing instruction"):
        image_type(text.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"alert(1)",
        b"<script>alert(1)</script>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<svg/>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\nrest",
        b"\xff\xd8\xff\xe0",
        b"RIFF0000WEBPVP8X",
    ],
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        image_type(data)


def test_an_image_has_a_name_with_its_digest_and_a_limited_size(tmp_path: Path) -> None:
    path = tmp_path / "logo.js"
    path.write_bytes(raster("PNG"))
    image = read_image(str(path), "logo")
    assert image.name.startswith("logo.")
    assert image.name.endswith(".png")
    assert image.data == raster("PNG")
    assert read_image({"name": image.name}, "logo").name == image.name
    path.write_bytes(b"\0" * (LARGEST + 1))
    with pytest.raises(ValueError, match="512 KiB"):
        read_image(path, "logo")


@pytest.mark.parametrize("value", [7, ["x"], {"name": "../x.svg"}, {"name": "logo.js"}, "nowhere", "a\0b"])
def test_what_names_no_image_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_image(value, "logo")
