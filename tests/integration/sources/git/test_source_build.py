from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import BundleFailed, ExtensionInvalid, PackageUnavailable
from ohifbuild.packages.package import read_packages
from ohifbuild.patches.series import load
from ohifbuild.sources import bundle
from ohifbuild.sources.components import Component, contents_of

from .conftest import TAG, Built, make, make_upstream, scripts, write_extension

PATCH = """
name = "all-headers"
reason = "The small monorepo copies one header, as OHIF does; all are wanted."
releases = ">=3.12.0 <3.13"

[[change]]
files = ["platform/core/index.js"]
matches = 1
rule.pattern = "return { Authorization };"
fix = "return { Authorization, ...service.getAuthorizationHeader() };"

[[change.after]]
matches = 1
rule.pattern = "return { Authorization, ...$SERVICE.getAuthorizationHeader() };"
"""


def room_of(cache: Cache) -> Path:
    (tree,) = (cache.root / "room").glob("*/tree")
    return tree


def test_a_release_is_cloned_installed_and_bundled(built: Built) -> None:
    names = {path.name for path in built.viewer.path.iterdir()}
    assert {"index.html", "app-config.js"} < names
    assert not any(name.endswith(".map") for name in names)
    assert "function leftPad" in scripts(built.viewer)  # from the registry, and not minified
    assert built.viewer.release.commit == built.upstream.git("rev-parse", f"{TAG}^{{commit}}")
    assert [line.split()[0] for line in built.reporter.lines if line[0] in "CIB"] == ["Clone", "Install", "Bundle"]


def test_what_is_in_the_bundle_is_listed_and_nothing_else(built: Built) -> None:
    """What is read and then dropped is not in it; what is copied is, and the bundler, whose runtime it holds."""
    contents = contents_of(built.viewer.path)
    assert "nobody needs this" not in scripts(built.viewer)
    assert [(item.name, item.version, item.licence) for item in contents.components] == [
        ("@ohif/app", "3.12.0", ""),
        ("@ohif/core", "3.12.0", ""),
        ("@ohif/extension-default", "3.12.0", ""),
        ("@ohif/logo", "3.12.0", "MIT"),
        ("left-pad", "1.3.0", "WTFPL"),
        ("webpack", "5.95.0", "MIT"),
    ]
    assert contents.complete
    by_name = {item.name: item.integrity for item in contents.components}
    assert by_name["left-pad"].startswith("sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy")
    assert by_name["webpack"].startswith("sha512-")
    assert not by_name["@ohif/core"]


def test_no_script_of_a_package_runs(built: Built) -> None:
    assert not (room_of(built.cache) / "a-script-ran").exists()


def test_what_a_build_does_without_is_not_installed(built: Built) -> None:
    tree = room_of(built.cache)
    assert (tree / "node_modules" / "webpack").is_dir()
    assert not (tree / "node_modules" / "husky").exists()
    assert (tree / "package.json").read_bytes() == (built.upstream.path / "package.json").read_bytes()


def test_nothing_changed_costs_no_step_and_no_source(built: Built) -> None:
    reporter = SilentReporter()
    again = built.again(remote="/nowhere", offline=True, reporter=reporter)
    assert again == built.viewer
    assert not reporter.lines


def test_another_folder_gives_the_same_bytes_under_the_same_names(built: Built, tmp_path: Path) -> None:
    other = Cache(tmp_path / "a" / "rather" / "different" / "folder")
    other.root.mkdir(parents=True)
    for kind in ("yarn", "npm"):  # only so that nothing is fetched twice
        (other.root / kind).symlink_to(built.cache.root / kind)
    assert digest_of_tree(make(built.upstream, other).path) == digest_of_tree(built.viewer.path)


def test_a_patch_changes_the_bundle_and_installs_nothing_again(built: Built, tmp_path: Path) -> None:
    for number, text in enumerate((PATCH.replace("...service", "...before"), PATCH)):
        folder = tmp_path / str(number) / "all-headers"
        folder.mkdir(parents=True)
        (folder / "patch.toml").write_text(text)
    built.again(patches=load(tmp_path / "0"))  # completes what a test before may have left
    reporter = SilentReporter()
    viewer = built.again(patches=load(tmp_path / "1"), reporter=reporter)
    assert viewer.key != built.viewer.key
    assert "...service" in scripts(viewer)
    assert "...service" not in scripts(built.viewer)
    assert not any(line.startswith(("Clone", "Install")) for line in reporter.lines)


def test_an_extension_is_compiled_in_as_a_workspace_and_leaves_no_trace(built: Built, tmp_path: Path) -> None:
    root = write_extension(tmp_path / "extension")
    packages = read_packages([root])
    viewer = built.again(packages=packages)
    assert "@clinic/extension-hello" in scripts(viewer)
    assert viewer.compiled == (("@clinic/extension-hello", packages[0].digest[:12]),)
    assert Component("@clinic/extension-hello", "1.0.0") in contents_of(viewer.path).components
    assert built.again(packages=packages) == viewer
    (root / "index.js").write_text("export default { id: 'another' };\n")
    changed = built.again(packages=read_packages([root]))
    assert "id: 'another'" in scripts(changed)
    assert "extension-hello'" not in scripts(changed)


def test_an_extension_with_a_name_of_ohifs_or_for_another_ohif_is_refused(built: Built, tmp_path: Path) -> None:
    taken = write_extension(tmp_path / "taken", name="@ohif/extension-default")
    with pytest.raises(ExtensionInvalid, match="OHIF already has a package '@ohif/extension-default'"):
        built.again(packages=read_packages([taken]))
    newer = write_extension(tmp_path / "newer", peerDependencies={"@ohif/core": ">=3.13 <4"})
    with pytest.raises(ExtensionInvalid, match=r"requires @ohif/core >=3\.13 <4, but this OHIF has 3\.12\.0"):
        built.again(packages=read_packages([newer]))


def test_an_import_that_is_not_there_is_named_with_its_line(built: Built, tmp_path: Path) -> None:
    root = write_extension(tmp_path / "extension")
    (root / "index.js").write_text("\nimport nothing from 'not-installed';\nexport default { nothing };\n")
    with pytest.raises(BundleFailed, match="it imports 'not-installed', which does not exist") as failure:
        built.again(packages=read_packages([root]))
    assert f"{root / 'index.js'}:2:1: " in failure.value.details
    assert "dependencies" in failure.value.fix
    assert "logs" in failure.value.details


@pytest.mark.parametrize(
    "text",
    [
        "import secret from 'SECRET'; export default { id: 'hello', secret };",
        "export default { id: 'hello', secret: new URL('SECRET', import.meta.url) };",
    ],
)
def test_no_file_of_this_machine_gets_into_a_viewer(built: Built, text: str, tmp_path: Path) -> None:
    extension = write_extension(tmp_path / "hello")
    (tmp_path / "secret.json").write_text('"of this machine"')
    (extension / "index.js").write_text(text.replace("SECRET", str(tmp_path / "secret.json")))
    with pytest.raises(BundleFailed):
        built.again(packages=read_packages([extension]))


def test_source_that_cannot_be_read_is_named_with_its_line(built: Built, tmp_path: Path) -> None:
    root = write_extension(tmp_path / "extension")
    (root / "index.js").write_text("export default {{{;\n")
    with pytest.raises(BundleFailed, match="Module parse failed") as failure:
        built.again(packages=read_packages([root]))
    assert f"{root / 'index.js'}:1:17: " in failure.value.details
    assert "1 | export default {{{;" in failure.value.details


@pytest.mark.parametrize("found_by", ["reading", "webpack"])
def test_names_that_are_not_exported_are_refused_with_their_places_and_new_homes(
    found_by: str, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """webpack only warns, and the extension dies in the browser. Most is found before it runs."""
    if found_by == "webpack":
        monkeypatch.setattr("ohifbuild.sources.git.check_imports", lambda tree, places, allowed: [])
    root = write_extension(tmp_path / "extension")
    (root / "lib.js").write_text("export const present = 1;\n")
    (root / "index.js").write_text(
        "import { label,\n  headersOf as headers } from '@ohif/extension-default';\n"
        "import { presnt } from './lib';\nimport * as core from '@ohif/core';\n"
        "export default { id: 'x', text: [label(1), headers, presnt, core.gone, core.label] };\n"
    )
    with pytest.raises(BundleFailed, match="4 faults keep your packages from use") as failure:
        built.again(packages=read_packages([root]))
    details, index = failure.value.details, root / "index.js"
    assert f"{index}:1:10: @ohif/extension-default has no export 'label'.\n    1 | import {{ label," in details
    assert "import { label } from '@ohif/core';" in details
    assert f"{index}:2:3: @ohif/extension-default has no export 'headersOf'" in details
    assert f"{index}:3:10: ./lib has no export 'presnt'" in details
    assert "nearest name that it exports is 'present'" in details
    assert f"{index}:5:66: @ohif/core has no export 'gone'" in details
    assert "core.label" not in details.replace("core.gone, core.label", "")
    assert ("The whole log" in details) is (found_by == "webpack")


def test_a_bundler_without_memory_is_explained(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "HEAP_MB", 8)
    with pytest.raises(BundleFailed) as failure:
        built.again()
    assert "ran out of memory" in failure.value.cause


def test_a_half_made_room_is_completed(built: Built, tmp_path: Path) -> None:
    """What a build that was killed in its installation leaves: no marker, half of the packages, strange files."""
    tree = room_of(built.cache)
    (tree / ".ohifbuild-installed").unlink()
    (tree / "node_modules/left-pad/index.js").unlink()
    (tree / "platform/core/index.js").write_text("half")
    (tree / "platform/app/dist").mkdir(exist_ok=True)
    (tree / "platform/app/dist/stranger.js").write_text("alert(1)")
    (tree / "extensions/stranger").mkdir()
    (built.viewer.path.parent).rename(tmp_path / "base")
    again = built.again()
    assert digest_of_tree(again.path) == digest_of_tree(tmp_path / "base" / "dist")
    assert not (tree / "extensions/stranger").exists()


def test_a_package_that_the_registry_lacks_is_named_with_its_dependent(built: Built, tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path / "upstream")
    lockfile = upstream.path / "yarn.lock"
    with nothing_there() as address:
        before, entry = lockfile.read_text().split("left-pad@1.3.0:")
        url = f"{address}/left-pad/-/left-pad-1.3.0.tgz"
        lockfile.write_text(
            f"{before}left-pad@1.3.0:" + entry.replace("integrity", f'resolved "{url}"\n  integrity', 1)
        )
        upstream.commit(tag=TAG)
        cache = Cache(tmp_path / "cache")
        cache.root.mkdir()
        (cache.root / "npm").symlink_to(built.cache.root / "npm")
        with pytest.raises(
            PackageUnavailable, match=r"does not have left-pad@1\.3\.0 \(required by @ohif/core\)"
        ) as failure:
            make(upstream, cache)
    assert failure.value.fix.startswith("Use a registry that has the package")


@contextmanager
def nothing_there() -> Iterator[str]:
    """A registry that has nothing."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Nothing(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
