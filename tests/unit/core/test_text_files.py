from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.text_files import Unreadable, read_text


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("é = 1\n", encoding="utf-8-sig")
    assert read_text(path) == "é = 1\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file"
    path.write_text("a = 1\n", encoding=encoding)
    with pytest.raises(Unreadable, match="it is UTF-16 text; save it again as UTF-8"):
        read_text(path)


def test_another_encoding_a_folder_a_missing_and_a_long_file_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("é".encode("latin-1"))
    with pytest.raises(Unreadable, match="it is not UTF-8 text"):
        read_text(path)
    with pytest.raises(Unreadable, match="Is a directory"):
        read_text(tmp_path)
    with pytest.raises(Unreadable, match="No such file"):
        read_text(tmp_path / "missing")
    path.write_text("x" * 11)
    with pytest.raises(Unreadable, match="more than 10 bytes"):
        read_text(path, longest=10)
