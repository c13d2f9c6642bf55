from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.errors import PackageDamaged
from ohifbuild.unpack import unpack


def tarball(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname = kind, mode, link
    return info


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def test_files_keep_their_contents_and_only_their_executable_bit(tmp_path: Path, into: Path) -> None:
    unpack(tarball(tmp_path, (member("package/a.js"), b"a"), (member("package/bin/b", mode=0o6777), b"b")), into)
    assert (into / "package/a.js").read_bytes() == b"a"
    assert (into / "package/a.js").stat().st_mode & 0o7777 == 0o644
    assert (into / "package/bin/b").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("name", ["/etc/passwd", "../evil", "package/../../evil", "a\\..\\evil"])
def test_a_name_outside_the_folder_is_refused(tmp_path: Path, into: Path, name: str) -> None:
    with pytest.raises(PackageDamaged, match="outside the package"):
        unpack(tarball(tmp_path, (member(name), b"evil")), into)
    assert not list(into.iterdir())
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_whatever_is_neither_a_file_nor_a_folder_is_refused(tmp_path: Path, into: Path, kind: bytes) -> None:
    with pytest.raises(PackageDamaged, match="neither a file nor a folder"):
        unpack(tarball(tmp_path, (member("package/a", kind, link="/etc/passwd"), b"")), into)
    assert not list(into.iterdir())


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(PackageDamaged, match="twice"):
        unpack(tarball(tmp_path, (member("a"), b"1"), (member("a"), b"2")), into)


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(PackageDamaged, match="twice"):
        unpack(tarball(tmp_path, (member("a"), b"1"), (member("a/b"), b"2")), into)


def test_an_archive_of_nothing_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(PackageDamaged, match="empty"):
        unpack(tarball(tmp_path), into)


@given(cut=st.integers(min_value=1, max_value=200))
def test_a_truncated_archive_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    path = tarball(folder, (member("a"), bytes(range(256)) * 40))
    path.write_bytes(path.read_bytes()[: -min(cut, path.stat().st_size)])
    with pytest.raises(PackageDamaged):
        unpack(path, folder / "into")


@given(noise=st.binary(max_size=400), zipped=st.booleans())
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes, zipped: bool) -> None:
    folder = tmp_path_factory.mktemp("noise")
    path = folder / "package.tgz"
    path.write_bytes(gzip.compress(noise) if zipped else noise)
    with pytest.raises(PackageDamaged):
        unpack(path, folder / "into")


def test_a_bomb_is_refused_before_it_fills_the_disk(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ohifbuild.unpack.MAX_BYTES", 1000)
    with pytest.raises(PackageDamaged, match="more than any package"):
        unpack(tarball(tmp_path, (member("a"), b"\0" * 2000)), into)
    assert not list(into.iterdir())
