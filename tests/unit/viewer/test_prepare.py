from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import brotli
import pytest

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.viewer.compress import compress_all, compressible
from ohifbuild.viewer.portable import portable_texts
from ohifbuild.viewer.prepare import link_tree

RUNTIME = '__webpack_require__.p = "/";'


@pytest.fixture
def base(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "app.bundle.0a.js").write_text(f"start();{RUNTIME}rest()")
    (dist / "worker.bundle.0b.js").write_text(RUNTIME)
    (dist / "1.bundle.0c.js").write_text('var url = "/unrelated";')
    rules = "a{b:url(/f.woff2)}c{d:url('/g.png')}e{f:url(//host/h)}g{h:url(data:x)}"
    (dist / "app.bundle.css").write_text(f"@import url(https://fonts.example/css?a:1,2&b);{rules}")
    (dist / "manifest.json").write_text('{"src": "/assets/a.png", "start_url": "./index.html"}')
    return dist


def test_files_find_their_public_path_at_run_time(base: Path) -> None:
    texts = dict(portable_texts(base))
    assert sorted(texts) == ["app.bundle.0a.js", "app.bundle.css", "manifest.json", "worker.bundle.0b.js"]
    assert RUNTIME not in texts["app.bundle.0a.js"]
    assert "self.PUBLIC_URL" in texts["worker.bundle.0b.js"]
    assert texts["app.bundle.css"] == "a{b:url(f.woff2)}c{d:url('g.png')}e{f:url(//host/h)}g{h:url(data:x)}"
    assert texts["manifest.json"] == '{"src": "assets/a.png", "start_url": "./index.html"}'


def test_rsbuilds_folders_and_a_minified_runtime_are_known(base: Path) -> None:
    (base / "app.bundle.0a.js").unlink()
    (base / "static/js/async").mkdir(parents=True)
    (base / "static/css").mkdir()
    (base / "static/js/index.0a1b2c3d.js").write_text('(()=>{var e={};e.p="/",e.x.p="/"})()')
    (base / "static/js/async/7.js").write_text('n.p="/";')
    (base / "static/css/index.css").write_text("a{b:url(/static/f.woff2)}")
    texts = dict(portable_texts(base))
    assert texts["static/js/index.0a1b2c3d.js"] == (
        '(()=>{var e={};e.p=self.PUBLIC_URL || new URL("../../", self.location.href).pathname,e.x.p="/"})()'
    )
    assert 'new URL("../../../", self' in texts["static/js/async/7.js"]
    assert texts["static/css/index.css"] == "a{b:url(../../static/f.woff2)}"


def test_imports_at_run_time_use_the_public_path(base: Path) -> None:
    loader = base / "app.bundle.0a.js"
    loader.write_text(f"{RUNTIME} await window.browserImportFunction('/lib/viewer.js'); browserImportFunction(module)")
    text = dict(portable_texts(base))[loader.name]
    assert """browserImportFunction((self.PUBLIC_URL || "/") + 'lib/viewer.js')""" in text
    assert "browserImportFunction(module)" in text


def test_a_bundle_that_loads_a_folder_from_the_root_is_refused(base: Path) -> None:
    (base / "1.bundle.0c.js").write_text("load(`/ort/ort.wasm`)")
    with pytest.raises(ReleaseUnsupported, match=r"1\.bundle\.0c\.js loads /ort/"):
        dict(portable_texts(base))


@pytest.mark.parametrize(
    ("text", "count"), [("", "0 times"), (RUNTIME * 2, "2 times"), ('__webpack_require__.p = "/ohif/";', "0 times")]
)
def test_an_entry_chunk_that_sets_its_path_differently_is_refused(base: Path, text: str, count: str) -> None:
    (base / "app.bundle.0a.js").write_text(text)
    with pytest.raises(ReleaseUnsupported, match=f"must set its public path once, but sets it {count}"):
        dict(portable_texts(base))


def test_compressed_siblings_have_the_same_contents_and_are_deterministic(tmp_path: Path) -> None:
    text = b"the same words again and again; " * 200
    for name in ("a.js", "b.js"):
        (tmp_path / name).write_bytes(text)
    compress_all(tmp_path, ["a.js", "b.js"])
    assert brotli.decompress((tmp_path / "a.js.br").read_bytes()) == text
    assert gzip.decompress((tmp_path / "a.js.gz").read_bytes()) == text
    for suffix in (".br", ".gz"):
        assert (tmp_path / f"a.js{suffix}").read_bytes() == (tmp_path / f"b.js{suffix}").read_bytes()


def test_ctrl_c_stops_the_compression_early_and_passes_through(tmp_path: Path) -> None:
    class Impatient:
        def advance(self, amount: int = 1) -> None:
            raise KeyboardInterrupt

        def total(self, amount: int | None) -> None: ...

        def phase(self, text: str) -> None: ...

    names = [f"{number}.js" for number in range(40)]
    for name in names:
        (tmp_path / name).write_bytes(b"the same words again and again; " * 4000)
    with pytest.raises(KeyboardInterrupt):
        compress_all(tmp_path, names, Impatient())
    assert len(list(tmp_path.glob("*.gz"))) < len(names)


def test_a_sibling_that_would_be_larger_is_left_out(tmp_path: Path) -> None:
    noise = hashlib.shake_256(b"noise").digest(2000)
    (tmp_path / "a.js").write_bytes(noise)
    compress_all(tmp_path, ["a.js"])
    assert [path.name for path in tmp_path.iterdir()] == ["a.js"]


def test_small_files_and_pictures_are_not_compressed() -> None:
    assert compressible("a.js", 5000)
    assert not compressible("a.js", 500)
    assert not compressible("a.png", 5000)


def test_replacing_a_file_in_a_linked_tree_does_not_change_the_source(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "a").mkdir(parents=True)
    (source / "a" / "b.txt").write_text("cache")
    link_tree(source, target)
    assert (target / "a" / "b.txt").read_text() == "cache"
    (target / "a" / "b.txt").unlink()
    (target / "a" / "b.txt").write_text("mine")
    assert (source / "a" / "b.txt").read_text() == "cache"
