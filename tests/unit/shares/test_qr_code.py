from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ohifbuild.core.errors import QrCodeImpossible
from ohifbuild.shares import qr_code

LINK = "https://pacs.example/viewer?StudyInstanceUIDs=1.2.3#token=abc"


@pytest.mark.parametrize("name", ["link.png", "link.SVG"])
def test_a_file_is_a_picture_that_only_its_owner_can_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with qr_code.new_file(path):
        qr_code.write(LINK, path)
    assert path.stat().st_mode & 0o777 == 0o600
    if name.endswith("png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    else:
        assert ET.fromstring(path.read_text()).tag == "{http://www.w3.org/2000/svg}svg"
    assert b"pacs.example" not in path.read_bytes()


def test_another_link_gives_another_picture_and_no_escapes_for_the_terminal() -> None:
    text = qr_code.as_text(LINK)
    assert text != qr_code.as_text(LINK.replace("abc", "abd"))
    assert set(text) <= set("█▀▄ \n")


def test_a_file_that_exists_or_has_no_suffix_of_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "there.png").write_text("mine")
    (tmp_path / "link.png").symlink_to(tmp_path / "victim.png")
    for name in ("there.png", "link.png", "link.pdf", "png", "nowhere/link.png"):
        with pytest.raises(QrCodeImpossible), qr_code.new_file(tmp_path / name):
            raise AssertionError("it was opened")
    assert (tmp_path / "there.png").read_text() == "mine"
    assert not (tmp_path / "victim.png").exists()


def test_a_file_is_removed_if_nothing_came_of_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), qr_code.new_file(tmp_path / "link.png"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "hello", "https://pacs.example/", f"{LINK}\n{LINK}", LINK.replace("1.2.3", "1.x"), "javascript:1"]
)
def test_a_text_that_is_no_link_to_studies_is_refused(text: str) -> None:
    with pytest.raises(QrCodeImpossible, match="not a link to studies"):
        qr_code.check_link(text)


def test_the_longest_link_fits_and_a_longer_one_is_refused() -> None:
    fitting = LINK + "x" * (qr_code.LONGEST - len(LINK))
    qr_code.check_link(fitting)
    assert qr_code.as_text(fitting)
    with pytest.raises(QrCodeImpossible, match="no QR code can hold"):
        qr_code.check_link(fitting + "x")
