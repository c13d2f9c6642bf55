from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.verification.embedded_archive.accept import (
    EXPLICIT,
    Form,
    accepts,
    frame_form,
    parse_accept,
    wants_multipart,
)

JLS = "1.2.840.10008.1.2.4.80"
OCTETS = "application/octet-stream"
DECODED = Form(OCTETS, EXPLICIT, multipart=True)
AS_STORED = Form("image/jls", JLS, multipart=True)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", DECODED),
        ("*/*", DECODED),
        ("multipart/related", DECODED),
        (f"multipart/related; type={OCTETS}", DECODED),
        (f"multipart/related; type={OCTETS}; transfer-syntax=*", AS_STORED),
        (f'multipart/related; type="{OCTETS}"; transfer-syntax=*', AS_STORED),
        (f'multipart/related; type="{OCTETS}; transfer-syntax=*"', AS_STORED),
        (f"multipart/related; type=image/jls; transfer-syntax={JLS}", AS_STORED),
        ("multipart/related; type=image/jls", AS_STORED),
        (f"multipart/related; type={OCTETS}; transfer-syntax={EXPLICIT}", DECODED),
        (f"multipart/related;type=image/jp2, multipart/related;type={OCTETS};q=0.2", DECODED),
        (f"multipart/related;type={OCTETS};q=0.2, multipart/related;type=image/jls;q=0.8", AS_STORED),
        (OCTETS, Form(OCTETS, EXPLICIT, multipart=False)),
        ("multipart/related; type=image/jp2", None),
        ("image/jpeg", None),
        ("text/html", None),
        (f"multipart/related; type={OCTETS}; q=0", None),
    ],
)
def test_the_accept_header_selects_the_form_of_frames(accept: str, form: Form | None) -> None:
    assert frame_form(parse_accept(accept), JLS, 1) == form


def test_uncompressed_frames_need_no_transfer_syntax() -> None:
    wanted = parse_accept(f"multipart/related; type={OCTETS}; transfer-syntax=*")
    assert frame_form(wanted, "1.2.840.10008.1.2", 1) == DECODED


def test_several_frames_need_a_multipart_answer() -> None:
    assert frame_form(parse_accept(OCTETS), EXPLICIT, 2) is None


def test_the_type_with_the_highest_weight_wins() -> None:
    wanted = parse_accept("image/jpeg;q=0.5, image/png, */*;q=0.1")
    assert accepts(wanted, ("image/jpeg", "image/png")) == "image/png"
    assert accepts(parse_accept("image/*"), ("image/jpeg",)) == "image/jpeg"
    assert accepts(parse_accept("video/mp4"), ("image/jpeg",)) == ""


def test_multipart_and_single_bodies_are_distinguished() -> None:
    assert wants_multipart(parse_accept('multipart/related; type="application/dicom"'), ("application/dicom",))
    assert not wants_multipart(parse_accept("application/dicom"), ("application/dicom",))


@given(st.text(max_size=60))
def test_the_parser_accepts_every_header(text: str) -> None:
    frame_form(parse_accept(text), JLS, 1)
