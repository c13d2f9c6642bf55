from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.packages.package import digest_of_packages, read_packages


def package(root: Path, **parts: object) -> Path:
    root.mkdir(exist_ok=True)
    (root / "index.js").write_text("export default { id: 'mine' };")
    document = {"name": "mine", "version": "1.0.0", "ohifbuild": parts or {"extension": "./index.js"}}
    (root / "package.json").write_text(json.dumps(document))
    return root


def ohif_package(root: Path, **changes: object) -> Path:
    (root / "src").mkdir(parents=True, exist_ok=True)
    values = {"name": "@clinic/x", "version": "1.2.3", "keywords": ["ohif-extension"], "module": "src/index.tsx"}
    (root / "package.json").write_text(json.dumps({**values, **changes}))
    (root / "src/index.tsx").write_text("export default { id: 'x' };\n")
    return root


def test_the_ohifbuild_key_keeps_a_package_for_run_time_and_a_keyword_does_not(tmp_path: Path) -> None:
    plain, mode, run_time = read_packages(
        [
            ohif_package(tmp_path / "a"),
            ohif_package(tmp_path / "b", name="b", keywords=["ohif-mode"]),
            package(tmp_path / "c"),
        ]
    )
    assert (plain.kind, plain.entry, plain.only_at_run_time) == ("extensions", "./src/index.tsx", False)
    assert (mode.kind, mode.entry, mode.only_at_run_time) == ("modes", "./src/index.tsx", False)
    assert run_time.only_at_run_time


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "../../x"}, "npm does not allow its name"),
        ({"name": None}, "npm does not allow its name"),
        ({"module": "../m/src/index.tsx"}, "not a path in the package"),
        ({"module": "\ud800"}, "not a path in the package"),
        ({"version": "../../../etc"}, "npm does not allow its version"),
        ({"version": "1.0.0/../../x"}, "npm does not allow its version"),
        ({"version": ["1.0.0"]}, "npm does not allow its version"),
        ({"keywords": []}, "neither ohif-extension nor ohif-mode"),
    ],
)
def test_an_ohif_package_that_cannot_be_used_is_refused(changes: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(ExtensionInvalid, match=words):
        read_packages([ohif_package(tmp_path / "n", **changes)])


def test_all_problems_of_all_packages_are_reported_together(tmp_path: Path) -> None:
    roots = [ohif_package(tmp_path / "a", name="../x", module="../no.js"), ohif_package(tmp_path / "b", keywords=[])]
    with pytest.raises(ExtensionInvalid, match="3 problems") as refusal:
        read_packages(roots)
    for words in ("npm does not allow its name", "'../no.js', which is not a path", "neither ohif-extension nor"):
        assert words in refusal.value.details


def test_a_package_without_a_default_export_is_used_only_where_another_imports_it(tmp_path: Path) -> None:
    library, user = (
        ohif_package(tmp_path / "a"),
        ohif_package(tmp_path / "b", name="b", dependencies={"@clinic/x": "*"}),
    )
    (library / "src/index.tsx").write_text("export const words = 'x';\n")
    with pytest.raises(ExtensionInvalid, match="has no default export, and no other package"):
        read_packages([library, user])
    (user / "src/index.tsx").write_text("import { words } from '@clinic/x';\nexport default { id: 'b', words };\n")
    found, _ = read_packages([library, user])
    assert (found.library, found.extension, found.modes) == ("./src/index.tsx", None, ())
    assert "taken for a library" in found.notes[0]


def test_two_packages_with_the_same_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtensionInvalid, match="also has the name 'mine'"):
        read_packages([package(tmp_path / "a"), package(tmp_path / "b")])


def test_the_digest_depends_only_on_what_can_get_into_a_viewer(tmp_path: Path) -> None:
    root = ohif_package(tmp_path / "a")
    first = digest_of_packages(read_packages([root]))
    (root / "node_modules").mkdir()
    (root / "node_modules/x").write_text("x")
    assert digest_of_packages(read_packages([root])) == first
    (root / "src/index.tsx").write_text("export default { id: 'y' };\n")
    assert digest_of_packages(read_packages([root])) != first
    assert digest_of_packages([]) != first


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"modes": "./index.js"}, "not a list of different modules"),
        ({"modes": ["./index.js", "./index.js"]}, "not a list of different modules"),
        ({"extension": "../../etc/passwd"}, "not a path in the package"),
        ({"extension": "./nowhere.js"}, "does not exist"),
        ({"extension": 7}, "not a path in the package"),
        ({"modes": []}, "neither an extension nor modes"),
        ({"extension": "./index.js", "early": "./index.js"}, "unknown key 'early'"),
    ],
)
def test_a_package_that_names_wrong_modules_is_refused(tmp_path: Path, parts: dict[str, Any], why: str) -> None:
    with pytest.raises(ExtensionInvalid, match=why):
        read_packages([package(tmp_path / "a", **parts)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"name": "x"}',
        '{"name": "x", "ohifbuild": 3}',
        '{"name": 7, "ohifbuild": {"modes": ["./index.js"]}}',
        '{"name": "../x", "ohifbuild": {"modes": ["./index.js"]}}',
        "[" * 200_000,
    ],
)
def test_what_is_no_package_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "package.json").write_text(text)
    with pytest.raises(ExtensionInvalid):
        read_packages([tmp_path])


def test_a_password_in_the_address_of_a_package_is_not_shown(tmp_path: Path) -> None:
    roots = {f"https://me:s3cret@host/{name}#{'0' * 40}": tmp_path / name for name in "ab"}
    for known in (roots, dict([next(iter(roots.items()))])):
        with pytest.raises(ExtensionInvalid) as caught:
            read_packages(known)
        error = caught.value
        assert "s3cret" not in f"{error.what} {error.cause} {error.fix} {error.details}"
        assert "https://***@host/a" in f"{error.what} {error.details}"
