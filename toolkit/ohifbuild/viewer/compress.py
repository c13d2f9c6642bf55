"""Writes the compressed files that servers send: ``x.js.br`` and ``x.js.gz`` beside ``x.js``.

Brotli's qualities differ in time by a factor of 100 and in size by a quarter. Measured on OHIF 3.12.0 with one core:
the entry chunk (7.8 MB minified) takes 13.8 s for 19.0% at quality 11, 7.5 s for 19.4% at 10, and 1.0 s for 21.3% at 9.
The image codecs (8.3 MB of wasm) take 15.5 s for 17.1% at 11, and 0.6 s for 19.5% at 9. So files that every visit loads
get quality 10, and wasm gets 9. Rare parts get 3, such as the ONNX runtime (``ort/``, 113 MB), which is loaded only by
tools that segment with a model that is even larger.

Both compressors are wheels whose versions ``pyproject.toml`` pins and a lock names. Python's ``zlib`` module uses the
system's zlib, which produces different bytes on other systems. libdeflate is also faster: 0.23 s for the entry chunk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import brotli
import deflate

from ohifbuild.core.console import Meter

SUFFIXES = frozenset({".js", ".mjs", ".css", ".html", ".json", ".wasm", ".svg", ".xml", ".webapp", ".txt"})
SMALLEST = 1024
EVERY_VISIT, CODECS, SELDOM = 10, 9, 3
GZIP_BEST, GZIP_SELDOM = 9, 6
RARE = ("ort/", "dicom-microscopy-viewer/")
# 16 MB. Brotli's default window of 4 MB is smaller than the entry chunk.
WINDOW = 24
# Bytes between two checks whether to stop: at most a second of brotli's work.
STRIDE = 1 << 20


def compressors() -> dict[str, str]:
    """The version, by name, of each compressor; they decide the bytes of the compressed files."""
    return {"brotli": version("brotli"), "libdeflate": version("deflate")}


def compressible(name: str, size: int) -> bool:
    """Whether a file is worth compressing; ``name`` is its POSIX path in the dist, ``size`` is in bytes."""
    return size >= SMALLEST and Path(name).suffix in SUFFIXES


def compress_all(root: Path, names: Iterable[str], meter: Meter | None = None) -> None:
    """Writes the compressed siblings of ``names`` (POSIX paths under ``root``); the result is deterministic.

    No sibling is written that would not be smaller. Ctrl-C stops it within about a second; then some siblings are
    missing.
    """
    stop = threading.Event()
    # The longest first: the entry chunk takes as long as all other files together.
    ordered = sorted(names, key=lambda name: -_cost(root, name))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for size in pool.map(lambda name: _compress(root / name, name, stop), ordered):
                if meter:
                    meter.advance(size)
        finally:
            stop.set()


def _cost(root: Path, name: str) -> int:
    return (root / name).stat().st_size << 2 * _quality(name)


def _quality(name: str) -> int:
    if name.startswith(RARE):
        return SELDOM
    return CODECS if name.endswith(".wasm") else EVERY_VISIT


def _compress(path: Path, name: str, stop: threading.Event) -> int:
    data = path.read_bytes()
    quality = _quality(name)
    mode = brotli.MODE_GENERIC if path.suffix == ".wasm" else brotli.MODE_TEXT
    _write(path, ".br", _brotli(data, mode, quality, stop), len(data))
    # libdeflate writes neither a time nor a name to the header.
    gzipped = deflate.gzip_compress(data, GZIP_SELDOM if quality == SELDOM else GZIP_BEST)
    _write(path, ".gz", bytes(gzipped), len(data))
    return len(data)


def _brotli(data: bytes, mode: int, quality: int, stop: threading.Event) -> bytes:
    work = brotli.Compressor(mode=mode, quality=quality, lgwin=WINDOW)
    return b"".join([*map(work.process, _strides(data, stop)), work.finish()])


def _strides(data: bytes, stop: threading.Event) -> Iterator[bytes]:
    for start in range(0, len(data), STRIDE):
        if stop.is_set():
            raise CancelledError
        yield data[start : start + STRIDE]


def _write(path: Path, suffix: str, compressed: bytes, size: int) -> None:
    if len(compressed) < size:
        path.with_name(path.name + suffix).write_bytes(compressed)
