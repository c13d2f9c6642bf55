"""Compresses beforehand what servers send compressed: ``x.js.br`` and ``x.js.gz`` beside ``x.js``.

Brotli's qualities differ in time by two orders of magnitude and in size by a quarter. Measured on OHIF 3.12.0, on one
core: the entry chunk (7.8 MB minified) takes 13.8 s for 19.0% at quality 11, 7.5 s for 19.4% at 10, 1.0 s for 21.3% at
9; the image codecs (8.3 MB of wasm) 15.5 s for 17.1% at 11, 0.6 s for 19.5% at 9. So what every visit loads gets 10,
wasm 9, and the ONNX runtime (``ort/``, 107 MB, fetched only by tools that segment with a model) and other rare parts 5.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from ohifbuild.console import Meter

SUFFIXES = frozenset({".js", ".mjs", ".css", ".html", ".json", ".wasm", ".svg", ".xml", ".webapp", ".txt"})
SMALLEST = 1024
EVERY_VISIT, CODECS, SELDOM = 10, 9, 5
RARE = ("ort/", "dicom-microscopy-viewer/")
# A larger window than brotli's default of 4 MB: the entry chunk alone is larger.
WINDOW = 24


def compressible(name: str, size: int) -> bool:
    """Whether a file of this name (POSIX path in the dist) and size in bytes is worth it."""
    return size >= SMALLEST and Path(name).suffix in SUFFIXES


def compress_all(root: Path, names: Iterable[str], meter: Meter | None = None) -> None:
    """Writes the compressed siblings of ``names`` (POSIX paths under ``root``); the same bytes give the same bytes.

    A sibling that would not be smaller is left out.
    """
    # Longest first: the entry chunk takes as long as all others together.
    ordered = sorted(names, key=lambda name: -_cost(root, name))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for size in pool.map(lambda name: _compress(root / name, name), ordered):
            if meter:
                meter.advance(size)


def _cost(root: Path, name: str) -> int:
    return (root / name).stat().st_size << 2 * _quality(name)


def _quality(name: str) -> int:
    if name.startswith(RARE):
        return SELDOM
    return CODECS if name.endswith(".wasm") else EVERY_VISIT


def _compress(path: Path, name: str) -> int:
    data = path.read_bytes()
    quality = _quality(name)
    mode = brotli.MODE_GENERIC if path.suffix == ".wasm" else brotli.MODE_TEXT
    _write(path, ".br", brotli.compress(data, mode=mode, quality=quality, lgwin=WINDOW), len(data))
    _write(path, ".gz", gzip.compress(data, compresslevel=6 if quality == SELDOM else 9, mtime=0), len(data))
    return len(data)


def _write(path: Path, suffix: str, compressed: bytes, size: int) -> None:
    if len(compressed) < size:
        path.with_name(path.name + suffix).write_bytes(compressed)
