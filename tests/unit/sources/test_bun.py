from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ohifbuild.core.errors import ToolFailed
from ohifbuild.sources import bun
from ohifbuild.sources.bun import locked_addresses, run_bun, with_addresses
from ohifbuild.sources.installed import installed_versions
from ohifbuild.sources.lockfiles import integrities
from ohifbuild.tools.npm_settings import NpmSettings, parsed
from ohifbuild.tools.toolchain import NodeTools

TOOLS = NodeTools(Path("node"), Path("npm"), {}, "20.0.0", "system")
LOCK = """\
{
  "lockfileVersion": 1,
  "packages": {
    "@ohif/app": ["@ohif/app@workspace:platform/app"],
    "@scope/a": ["@scope/a@1.2.3", "", { "dependencies": { "b": "" } }, "sha512-AAAA=="],
    "@scope/a/b": ["b@2.0.0", "", {}, "sha512-BBBB=="],
    "c": ["c@github:d/c#0123abc", {}, "d-c-0123abc"],
  }
}
"""


def test_a_lockfile_stays_as_it_is_if_npm_names_no_registry() -> None:
    assert with_addresses(LOCK, NpmSettings()) == LOCK


def test_packages_get_the_addresses_of_npms_registries_and_nothing_else_changes() -> None:
    settings = NpmSettings("https://npm.clinic.example/all", {"@scope": "https://scope.example/"})
    found = with_addresses(LOCK, settings)
    assert '["@scope/a@1.2.3", "https://scope.example/@scope/a/-/a-1.2.3.tgz", { "dependencies"' in found
    assert '["b@2.0.0", "https://npm.clinic.example/all/b/-/b-2.0.0.tgz", {}' in found
    back = found.replace("https://scope.example/@scope/a/-/a-1.2.3.tgz", "")
    assert back.replace("https://npm.clinic.example/all/b/-/b-2.0.0.tgz", "") == LOCK


def test_a_failed_installation_leaves_the_lockfile_as_it_was(tmp_path: Path) -> None:
    lockfile = tmp_path / "bun.lock"
    lockfile.write_text(LOCK)
    with pytest.raises(OSError, match="registry"), locked_addresses(lockfile, NpmSettings("https://other.example/")):
        assert lockfile.read_text() != LOCK
        raise OSError("registry")
    assert lockfile.read_text() == LOCK


@pytest.mark.parametrize("offline", [False, True])
def test_bun_starts_without_old_packages_and_reaches_no_host_when_offline(
    offline: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bun.lock").write_text(LOCK)
    halves = [tmp_path / "node_modules", tmp_path / "platform" / "app" / "node_modules"]
    for folder in halves:
        (folder / "half").mkdir(parents=True)
    proxy = "http://proxy.example:8080"
    monkeypatch.setattr(bun, "npm_settings", lambda tools: NpmSettings(proxies={"HTTPS_PROXY": proxy}))
    environments: list[Mapping[str, str]] = []

    def run(command: object, *, cwd: Path, env: Mapping[str, str]) -> None:
        environments.append(env)
        raise ToolFailed("bun failed.")

    monkeypatch.setattr(bun, "run", run)
    with pytest.raises(ToolFailed):
        run_bun(Path("bun"), [], tmp_path, tmp_path / "store", TOOLS, {"NO_PROXY": "registry.example"}, offline=offline)
    assert not any(folder.exists() for folder in halves)
    (env,) = environments
    expected = "http://127.0.0.1:9" if offline else proxy
    assert env["HTTPS_PROXY"] == env["https_proxy"] == expected
    assert env["NO_PROXY"] == ("" if offline else "registry.example")


def test_npms_settings_are_read_with_scopes_proxy_and_certificates() -> None:
    values = {
        "registry": "https://npm.clinic.example",
        "@ohif:registry": "https://ohif.example/",
        "proxy": "http://proxy.example",
        "https-proxy": None,
        "noproxy": ["a.example", "b.example"],
        "cafile": "/etc/ca.pem",
    }
    found = parsed(values)
    assert found.registry_of("react") == "https://npm.clinic.example/"
    assert found.registry_of("@ohif/app") == "https://ohif.example/"
    assert found.registry_of("@cornerstonejs/core") == "https://npm.clinic.example/"
    proxies = {"HTTP_PROXY": "http://proxy.example", "HTTPS_PROXY": "http://proxy.example"}
    assert found.proxies == {**proxies, "NO_PROXY": "a.example,b.example"}
    assert found.cafile == "/etc/ca.pem"
    assert parsed({"noproxy": [""]}) == NpmSettings()


def test_what_bun_installs_is_known_from_its_lockfile(tmp_path: Path) -> None:
    (tmp_path / "bun.lock").write_text(LOCK)
    (tmp_path / "yarn.lock").write_text('b@2:\n  version "1.9.0"\n')
    (tmp_path / "package.json").write_text('{"dependencies": {"b": "2"}}')
    assert installed_versions(tmp_path, "bun@1.2.23")["b"] == {"2.0.0"}
    assert installed_versions(tmp_path, "yarn@1.22.22")["b"] == {"1.9.0"}
    assert integrities(tmp_path)["@scope/a", "1.2.3"] == "sha512-AAAA=="
