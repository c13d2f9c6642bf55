"""npm's settings about registries, the proxy and certificates, for a program that does not read all of them itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ohifbuild.core.processes import output
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.tools.toolchain import NodeTools


@dataclass(frozen=True)
class NpmSettings:
    """What the user's and the system's npmrc and the environment say.

    ``registry`` is '' if npm names none; ``scopes`` are the registries of scopes.
    """

    registry: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
    proxies: Mapping[str, str] = field(default_factory=dict)
    cafile: str = ""

    def registry_of(self, package: str) -> str:
        """The registry that a package comes from, with a slash at the end; '' if npm names none."""
        scope = package.partition("/")[0] if package.startswith("@") else ""
        registry = self.scopes.get(scope, self.registry).rstrip("/")
        return f"{registry}/" if registry else ""


def npm_settings(tools: NodeTools) -> NpmSettings:
    """Asks npm, in a folder without settings of its own.

    Raises:
        ToolFailed: npm refuses its own configuration.
    """
    with temporary_folder() as folder:
        (Path(folder) / "package.json").write_text("{}", encoding="utf-8")
        command: list[str | Path] = [tools.npm, "config", "list", "--json", "--no-workspaces", "--no-update-notifier"]
        return parsed(json.loads(output(command, cwd=Path(folder), env=tools.env)))


def parsed(values: Mapping[str, object]) -> NpmSettings:
    """The settings in npm's own JSON."""
    without = values.get("noproxy") or ""
    proxies = {
        "HTTP_PROXY": values.get("proxy"),
        "HTTPS_PROXY": values.get("https-proxy") or values.get("proxy"),
        "NO_PROXY": ",".join(map(str, without)) if isinstance(without, list) else without,
    }
    return NpmSettings(
        str(values.get("registry") or ""),
        {key.removesuffix(":registry"): str(url) for key, url in values.items() if key.endswith(":registry")},
        {name: str(value) for name, value in proxies.items() if value},
        str(values.get("cafile") or ""),
    )
