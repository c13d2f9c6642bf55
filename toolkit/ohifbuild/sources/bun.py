"""What bun 1.2 needs besides its options: npm's settings, the registry in its lockfile, and a way to be offline."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.core.processes import run
from ohifbuild.sources.manifests import MANIFEST_FOLDERS
from ohifbuild.tools.npm_settings import NpmSettings, npm_settings
from ohifbuild.tools.toolchain import NodeTools

LOCKFILE = "bun.lock"
# A package of the registry: its key, its name and version, and the empty address that means npm's own registry.
ENTRY = re.compile(r'^(\s*"[^"\n]+": \["((?:@[^"/@\n]+/)?[^"/@\n]+)@([^":\n]+)", )"",', re.MULTILINE)
# bun has no option for this: a proxy at a port where nothing listens refuses every request at once.
UNREACHABLE_PROXY = "http://127.0.0.1:9"


def run_bun(
    program: Path,
    options: list[str],
    tree: Path,
    store: Path,
    tools: NodeTools,
    env: Mapping[str, str],
    *,
    offline: bool,
) -> None:
    """Runs an installation of bun in ``tree``.

    ``node_modules`` of an earlier, unfinished installation are removed: bun takes a package as installed if its
    package.json is there. The files are copied, so that nothing that changes them changes the store.

    Raises:
        ToolFailed: bun failed.
    """
    remove_modules(tree)
    store.mkdir(parents=True, exist_ok=True)
    settings = npm_settings(tools)
    certificates = [f"--cafile={settings.cafile}"] if settings.cafile else []
    command: list[str | Path] = [program, *options, "--backend=copyfile", f"--cache-dir={store}", *certificates]
    with locked_addresses(tree / LOCKFILE, settings):
        run(command, cwd=tree, env={**env, **_proxies(settings, offline=offline)})


@contextmanager
def locked_addresses(lockfile: Path, settings: NpmSettings) -> Iterator[None]:
    """Until the block ends, the lockfile names the tarballs of the user's registry, if that is not npm's own.

    bun 1.2 takes a package without an address from npm's own registry, whatever its configuration says (1.4 does not).
    The address of a tarball is that of npm's registry API, as yarn 1 assumes too.
    """
    before = lockfile.read_bytes()
    lockfile.write_text(with_addresses(before.decode("utf-8"), settings), encoding="utf-8", newline="")
    try:
        yield
    finally:
        lockfile.write_bytes(before)


def with_addresses(text: str, settings: NpmSettings) -> str:
    """The text of a bun.lock with the addresses of tarballs for each package of the registry in npm's settings."""

    def addressed(found: re.Match[str]) -> str:
        start, name, version = found.groups()
        registry = settings.registry_of(name)
        if not registry:
            return found[0]
        return f'{start}"{registry}{name}/-/{name.rpartition("/")[2]}-{version}.tgz",'

    return ENTRY.sub(addressed, text)


def remove_modules(tree: Path) -> None:
    """Removes every ``node_modules`` of the workspaces in ``tree``."""
    for pattern in MANIFEST_FOLDERS:
        for folder in tree.glob(f"{pattern}node_modules"):
            shutil.rmtree(folder)


def _proxies(settings: NpmSettings, *, offline: bool) -> dict[str, str]:
    proxies = dict(settings.proxies)
    if offline:
        proxies = {"HTTP_PROXY": UNREACHABLE_PROXY, "HTTPS_PROXY": UNREACHABLE_PROXY, "NO_PROXY": ""}
    return proxies | {name.lower(): value for name, value in proxies.items()}
