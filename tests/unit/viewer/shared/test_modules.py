"""Which modules a viewer shares is read from its bundles, webpack's and Rspack's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.viewer.shared.bundles import read_bundles
from ohifbuild.viewer.shared.modules import SharedModule, SharedModules, find_shared, package_of
from small_bundles import RSPACK, WEBPACK, write_bundles


@pytest.fixture
def webpack(tmp_path: Path) -> SharedModules:
    return find_shared(read_bundles(write_bundles(tmp_path, WEBPACK)))


@pytest.fixture
def rspack(tmp_path: Path) -> SharedModules:
    return find_shared(read_bundles(write_bundles(tmp_path, RSPACK)))


def test_the_list_of_chunks_has_the_name_that_the_bundler_gave_it(webpack: SharedModules) -> None:
    assert webpack.chunk_list == "webpackChunk"


def test_react_is_found_through_the_module_that_it_forwards_to(webpack: SharedModules) -> None:
    assert webpack.modules["react"] == SharedModule("5", (), True, {"useState": "useState", "version": "version"})


def test_a_common_js_module_that_is_one_function_has_no_list_of_names(webpack: SharedModules) -> None:
    assert webpack.modules["classnames"] == SharedModule("7", (), True, None)


def test_shortened_names_come_from_the_comments_of_those_who_use_them(webpack: SharedModules) -> None:
    assert webpack.modules["@ohif/core"].exports == {"useSystem": "Jg", "default": "Ay", "cn": "cn"}


def test_an_export_that_nobody_names_is_not_shared(webpack: SharedModules) -> None:
    assert "qz" not in (webpack.modules["@ohif/core"].exports or {}).values()


def test_a_copy_for_workers_is_not_the_apps(webpack: SharedModules) -> None:
    assert "OnlyInAWorker" not in (webpack.modules["@ohif/core"].exports or {})


def test_a_plugin_has_the_chunks_that_the_app_loads_for_it(webpack: SharedModules) -> None:
    plugin = webpack.modules["@ohif/extension-default"]
    assert (plugin.id, plugin.chunks) == ("40", ("1", "2"))
    assert webpack.modules["@ohif/mode-basic"].chunks == ("2",)


def test_names_that_are_not_shortened_stay(webpack: SharedModules) -> None:
    assert webpack.modules["@ohif/mode-basic"].exports == {"basicLayout": "basicLayout", "default": "default"}


def test_a_module_in_a_chunk_is_reached_by_what_is_loaded_anyway(webpack: SharedModules) -> None:
    assert webpack.modules["@cornerstonejs/tools"].chunks == ("1", "2")


def test_names_are_also_read_in_chunks_that_chunks_load(webpack: SharedModules) -> None:
    assert webpack.modules["@cornerstonejs/tools"].exports == {"addTool": "Ru", "ToolGroup": "sM"}


def test_a_file_in_a_package_has_its_own_specifiers(webpack: SharedModules) -> None:
    assert webpack.modules["@cornerstonejs/tools/dist/esm"] == webpack.modules["@cornerstonejs/tools"]


def test_rspack_writes_methods_and_other_comments(rspack: SharedModules) -> None:
    assert rspack.chunk_list == "rspackChunk"
    assert rspack.modules["@ohif/core"].exports == {"useSystem": "Jg", "default": "Ay"}
    assert rspack.modules["react"].exports == {"useState": "useState", "version": "version"}


def test_comments_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    contradiction = {
        **RSPACK,
        "app.bundle.1a.js": RSPACK["app.bundle.1a.js"].replace("(0,src", "src/* .useOther */.Jg; (0,src"),
    }
    with pytest.raises(ReleaseUnsupported, match="useSystem"):
        find_shared(read_bundles(write_bundles(tmp_path, contradiction)))


def test_a_minified_bundle_is_refused(tmp_path: Path) -> None:
    minified = {
        "app.bundle.1a.js": "(()=>{var e={5(e,t,n){e.exports=n(6)}},t=self.webpackChunk=self.webpackChunk||[]})();"
    }
    with pytest.raises(ReleaseUnsupported, match="minified"):
        read_bundles(write_bundles(tmp_path, minified))


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("react", "react"),
        ("react/jsx-runtime", "react"),
        ("@ohif/core/src/x", "@ohif/core"),
        ("@ohif/core", "@ohif/core"),
    ],
)
def test_the_package_of_an_import(specifier: str, package: str) -> None:
    assert package_of(specifier) == package
