from __future__ import annotations

import errno
import gzip
import io
import stat
import tarfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.cache.unpack import unpack
from ohifbuild.core.errors import PackageDamaged


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


def test_files_keep_their_contents_and_of_their_mode_only_the_executable_bit(tmp_path: Path, into: Path) -> None:
    unpack(tarball(tmp_path, (member("package/a.js"), b"a"), (member("package/bin/b", mode=0o6777), b"b")), into)
    assert (into / "package/a.js").read_bytes() == b"a"
    assert (into / "package/a.js").stat().st_mode & 0o7777 == 0o644
    assert (into / "package/bin/b").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("name", ["/etc/passwd", "../evil", "package/../../evil", "a\\..\\evil"])
def test_a_path_outside_the_folder_is_refused(tmp_path: Path, into: Path, name: str) -> None:
    with pytest.raises(PackageDamaged, match="outside the package"):
        unpack(tarball(tmp_path, (member(name), b"evil")), into)
    assert not list(into.iterdir())
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_member_that_is_neither_a_file_nor_a_folder_is_refused(tmp_path: Path, into: Path, kind: bytes) -> None:
    with pytest.raises(PackageDamaged, match="neither a file nor a folder"):
        unpack(tarball(tmp_path, (member("package/a", kind, link="/etc/passwd"), b"")), into)
    assert not list(into.iterdir())


def test_a_file_that_occurs_twice_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(PackageDamaged, match="twice"):
        unpack(tarball(tmp_path, (member("a"), b"1"), (member("a"), b"2")), into)


def test_a_file_that_occurs_twice_with_the_same_bytes_is_one_file(tmp_path: Path, into: Path) -> None:
    """@rollup/plugin-babel 6.1.0 on npm is such a package."""
    unpack(tarball(tmp_path, (member("a/b"), b"1"), (member("a/./b"), b"1")), into)
    assert (into / "a/b").read_bytes() == b"1"


@pytest.mark.parametrize("second", [b"12", b"", b"2"])
def test_a_file_that_occurs_twice_with_other_bytes_is_refused(second: bytes, tmp_path: Path, into: Path) -> None:
    with pytest.raises(PackageDamaged, match="twice"):
        unpack(tarball(tmp_path, (member("a"), b"1"), (member("./a"), second)), into)


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(PackageDamaged, match="twice"):
        unpack(tarball(tmp_path, (member("a"), b"1"), (member("a/b"), b"2")), into)


def test_an_empty_archive_is_refused(tmp_path: Path, into: Path) -> None:
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
def test_random_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes, zipped: bool) -> None:
    folder = tmp_path_factory.mktemp("noise")
    path = folder / "package.tgz"
    path.write_bytes(gzip.compress(noise) if zipped else noise)
    with pytest.raises(PackageDamaged):
        unpack(path, folder / "into")


NAMES = st.lists(st.sampled_from(["a", "b", "package", "..", ".", "", "é", "\\", "x" * 300]), max_size=4).map("/".join)
KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
LINKS = st.sampled_from(["", "..", "/", "a", "../../evil"])


@given(members=st.lists(st.tuples(NAMES, KINDS, LINKS, st.integers(0, 0o7777), st.binary(max_size=3)), max_size=6))
def test_every_member_of_an_archive_stays_in_the_folder(
    tmp_path_factory: pytest.TempPathFactory, members: list[tuple[str, bytes, str, int, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    package = tarball(folder, *((member(name, kind, mode, link), data) for name, kind, link, mode, data in members))
    into = folder / "into"
    into.mkdir()
    with suppress(PackageDamaged):
        unpack(package, into)
    assert {path.name for path in folder.iterdir()} == {"package.tgz", "into"}
    for path in into.rglob("*"):
        mode = path.lstat().st_mode
        assert stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and stat.S_IMODE(mode) in (0o644, 0o755))
    assert not (folder.parent / "evil").exists()


@given(
    flips=st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=12)), min_size=1, max_size=8),
    pax=st.booleans(),
)
def test_altered_headers_are_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, bytes]], pax: bool
) -> None:
    folder = tmp_path_factory.mktemp("altered")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT if pax else tarfile.GNU_FORMAT) as archive:
        for name in ("package/" + "n" * 150, "package/b"):
            archive.addfile(member(name), io.BytesIO())
    data = bytearray(buffer.getvalue())
    for place, bytes_ in flips:
        data[place : place + len(bytes_)] = bytes_
    package = folder / "package.tgz"
    package.write_bytes(gzip.compress(data))
    with suppress(PackageDamaged):
        unpack(package, folder / "into")
    assert {path.name for path in folder.iterdir()} <= {"package.tgz", "into"}


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path: Path, into: Path) -> None:
    header = member("PaxHeader", tarfile.XHDTYPE)
    header.size = 3 * 10**9
    path = tmp_path / "package.tgz"
    path.write_bytes(gzip.compress(header.tobuf() + bytes(100_000)))
    with pytest.raises(PackageDamaged):
        unpack(path, into)


def test_a_long_chain_of_headers_is_refused(tmp_path: Path, into: Path) -> None:
    header = member("PaxHeader", tarfile.XHDTYPE)
    header.size = 0
    path = tmp_path / "package.tgz"
    path.write_bytes(gzip.compress(header.tobuf() * 20_000))
    with pytest.raises(PackageDamaged):
        unpack(path, into)


def test_a_full_disk_is_not_called_a_damaged_package(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        unpack(tarball(tmp_path, (member("a"), b"a")), into)


def test_progress_counts_bytes(tmp_path: Path, into: Path) -> None:
    meter = Mock()
    unpack(tarball(tmp_path, (member("a"), b"abc"), (member("b"), b"de")), into, meter)
    assert [call.args for call in meter.advance.call_args_list] == [(3,), (2,)]


def test_a_bomb_is_refused_before_it_fills_the_disk(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ohifbuild.cache.unpack.MAX_BYTES", 1000)
    with pytest.raises(PackageDamaged, match="more than 1000 bytes"):
        unpack(tarball(tmp_path, (member("a"), b"\0" * 2000)), into)
    assert not list(into.iterdir())
