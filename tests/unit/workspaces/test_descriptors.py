"""Run-time plugin descriptors of OHIF 3.14."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ohifbuild.workspaces.descriptors import Descriptor, read_descriptor
from ohifbuild.workspaces.read import read_workspace

INTEGRITY = "sha384-" + base64.b64encode(bytes(48)).decode()
GOOD: dict[str, Any] = {
    "packageName": "@acme/extension-foo",
    "importPath": "/plugins/extension-foo/1.0.0/index.umd.js",
    "globalName": "@acme/extension-foo",
    "coreVersionRange": ">=3.14.0-beta.0 <4",
    "integrity": INTEGRITY,
    "styles": ["/plugins/extension-foo/1.0.0/index.css"],
}


def test_a_descriptor_is_read_and_written_as_ohif_has_it() -> None:
    found, problems = read_descriptor(GOOD, "extensions[0]")
    assert problems == []
    assert isinstance(found, Descriptor)
    assert found.written() == GOOD
    esm = {"packageName": "a", "importPath": "/plugins/a.js"}
    read, problems = read_descriptor(esm, "modes[0]")
    assert (problems, read and read.written()) == ([], esm)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"packageName": "../x"}, "packageName is '../x'"),
        ({"packageName": 7}, "packageName is 7; expected text"),
        ({"importPath": ""}, "importPath is ''"),
        ({"importPath": "plugin.js"}, "expected a path such as"),
        ({"importPath": "//evil.example/x.js"}, "expected a path such as"),
        ({"importPath": "http://evil.example/x.js"}, "expected a path such as"),
        ({"importPath": "data:text/javascript,1"}, "expected a path such as"),
        ({"importPath": "/a/../../x.js"}, "expected a path such as"),
        ({"importPath": "/a'+alert(1)+'.js"}, "expected a path such as"),
        ({"importPath": "https://cdn.example/x.js", "integrity": ""}, "integrity is missing"),
        ({"globalName": "a b"}, "globalName is 'a b'"),
        ({"coreVersionRange": "newest"}, "coreVersionRange is 'newest'"),
        ({"integrity": "md5-AAAA"}, "integrity is 'md5-AAAA'"),
        ({"integrity": "sha384-AAAA"}, "integrity is 'sha384-AAAA'"),
        ({"styles": "x.css"}, "styles is 'x.css'"),
        ({"styles": ["javascript:1"]}, "styles is ['javascript:1']"),
        ({"async": True}, "extensions[0].async is unknown"),
    ],
)
def test_a_descriptor_that_ohif_would_refuse_is_refused_with_its_place(change: dict[str, Any], why: str) -> None:
    found, problems = read_descriptor({**GOOD, **change}, "extensions[0]")
    assert found is None
    assert any(problem.startswith("extensions[0].") and why in problem for problem in problems)


def test_the_descriptors_of_a_workspace_are_read_and_each_is_named_as_left_out(write: Any) -> None:
    body = (
        "extensions: [{ packageName: 'a', importPath: '/plugins/a.js' }, '@ohif/extension-default',"
        " 'https://x.example/y.js'], modes: []"
    )
    root = write({"ohif.config.json": {}, "config/app-config.js": f"window.config = {{ {body} }};"})
    workspace = read_workspace(root)
    assert workspace.descriptors == (Descriptor("a", "/plugins/a.js"),)
    assert set(workspace.left_out) == {"extensions[0] (a)", "extensions[2]"}
