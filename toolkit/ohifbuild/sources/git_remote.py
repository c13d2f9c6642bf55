"""A git remote: checks its URL, lists its refs, and turns git's failures into our errors.

git gets the URL, which may hold credentials, in its environment, so that the URL is in no process list and in no
configuration file of ohifbuild.
"""

from __future__ import annotations

import difflib
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.core.errors import DiskFull, OhifbuildError, OriginUnavailable, ToolFailed, ToolMissing, UnknownRelease
from ohifbuild.core.processes import output, run, run_within, without_credentials
from ohifbuild.sources import remedies

NAME = "origin"
COMMIT = re.compile(r"[0-9a-f]{40}")
REF = re.compile(r"[A-Za-z0-9][\w.+@/-]{0,200}")
SCP_LIKE = re.compile(r"(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*:(?!/?/)[^:]+")
SCHEMES = ("https", "http", "ssh", "file")
LISTED = re.compile(r"^([0-9a-f]{40})\t(refs/\S+)$", re.MULTILINE)
ANSWER_SECONDS = 8
REFS_SECONDS = 30
PUBLISHED = f"Use the published release: {remedies.PUBLISHED}"
# Prompts, hooks and filters are off, and variables of a calling git (such as a hook that builds) are cleared. Proxies,
# certificates and credential helpers in the user's configuration still apply.
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.autocrlf": "false",
    "core.sparseCheckout": "true",
    "core.sparseCheckoutCone": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
    "submodule.recurse": "false",
    "protocol.version": "2",
    f"remote.{NAME}.promisor": "true",
    f"remote.{NAME}.partialclonefilter": "blob:none",
}
ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "30",
    "GIT_NAMESPACE": "",
    "GIT_CONFIG_PARAMETERS": "",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
    "GIT_TEMPLATE_DIR": "",
    "SSH_ASKPASS_REQUIRE": "never",
}
SSH = "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15"


def remote_answers(source: str, stopped: threading.Event | None = None) -> bool:
    """Whether a git remote answers within ``ANSWER_SECONDS``, and before ``stopped`` is set."""
    try:
        _ls_remote(source, "HEAD", seconds=ANSWER_SECONDS, stopped=stopped)
    except OhifbuildError:
        return False
    return True


def refs_of(source: str) -> dict[str, str]:
    """The commit of each of the remote's branches and tags (``refs/tags/…``).

    Raises:
        OriginUnavailable: the remote does not answer, or it is not a git repository.
        ToolMissing: git is not installed.
    """
    listed = _ls_remote(source, "--heads", "--tags", seconds=REFS_SECONDS)
    refs = {name: commit for commit, name in LISTED.findall(listed)}
    # git lists an annotated tag twice: the tag object and, with ^{}, its commit.
    return {name: refs.get(f"{name}^{{}}", commit) for name, commit in refs.items() if not name.endswith("^{}")}


def full_name(source: str, name: str, refs: Mapping[str, str]) -> str:
    """The full name, such as ``refs/tags/v3.12.0``, of a tag or else of a branch.

    Raises:
        UnknownRelease: the remote has neither; ``fix`` names the nearest ones.
    """
    for ref in (f"refs/tags/{name}", f"refs/heads/{name}"):
        if ref in refs:
            return ref
    known = [ref.split("/", 2)[2] for ref in refs]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)[-3:]
    raise UnknownRelease(
        f"{shown(source)} has no tag or branch '{name}'.",
        cause="The remote does not have the release, or the name is mistyped.",
        fix=f"Choose one of the nearest names: {', '.join(near) or 'none'}",
    )


def check_names(source: str, name: str) -> None:
    """Checks that git can safely get a source, and a tag, branch or commit, as arguments.

    Raises:
        OriginUnavailable: git would read the source as an option or a command, or its transport is not allowed.
        UnknownRelease: the name is not a valid tag, branch or commit.
    """
    parts = urlsplit(source) if "://" in source else None
    if parts:
        valid = parts.scheme in SCHEMES and not (parts.hostname or "x").startswith("-") and "::" not in parts.scheme
    else:
        valid = _is_path(source) or bool(SCP_LIKE.fullmatch(source))
    if not valid or not source.strip() or source.startswith("-") or not source.isprintable():
        raise OriginUnavailable(
            f"The source '{shown(source)[:200]}' is invalid.",
            cause="It is neither an https, ssh or file URL nor a folder. Other transports are unsafe.",
            fix="Give an https or ssh URL, or a folder, with --source.",
        )
    if not REF.fullmatch(name) or ".." in name or name.endswith((".lock", "/", ".")):
        raise UnknownRelease(
            f"'{name[:60]}' is not a valid tag, branch or commit.",
            cause="The name is mistyped.",
            fix="Give a tag such as v3.12.0, a branch, or a commit with its 40 digits.",
        )


def is_authenticated(source: str) -> bool:
    """Whether the transport authenticates the remote. If not, only a known commit can be trusted."""
    return urlsplit(source).scheme != "http"


def address(source: str) -> str:
    """The URL of a source for git. A folder also becomes a URL, because git ignores depth and filters for a path."""
    return Path(source).resolve().as_uri() if _is_path(source) else source


def environment(source: str) -> dict[str, str]:
    """The variables that git gets beside this process's environment; they define ``source`` as the remote ``NAME``."""
    settings = {**SETTINGS, f"remote.{NAME}.url": address(source)}
    existing = os.environ.get("GIT_CONFIG_COUNT", "0")
    start = int(existing) if existing.isdigit() else 0
    env = dict(ENVIRONMENT)
    for number, (key, value) in enumerate(settings.items(), start):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    env["GIT_CONFIG_COUNT"] = str(start + len(settings))
    if not {"GIT_SSH", "GIT_SSH_COMMAND"} & os.environ.keys():
        env["GIT_SSH_COMMAND"] = SSH
    return env


def shown(source: str) -> str:
    """The source without credentials."""
    return without_credentials(source)


@contextmanager
def git_errors(source: str) -> Iterator[None]:
    """Turns git's failures into our errors.

    Raises:
        ToolMissing: git is not installed.
        DiskFull: git reported a full disk.
        OriginUnavailable: git failed for another reason; ``cause`` names the likely one.
    """
    try:
        yield
    except ToolMissing as error:
        raise ToolMissing(
            "The program git was not found.",
            cause="It is not installed, or it is not on the PATH.",
            fix="Install git 2.31 or newer, on Debian and Ubuntu with: sudo apt-get install git",
        ) from error
    except ToolFailed as error:
        raise _explained(source, error.details) from error


def git(*words: str | Path, env: Mapping[str, str], on_line: Callable[[str], None] | None = None) -> str:
    """Runs git with these variables beside this process's environment.

    Args:
        on_line: gets each line of git's output and of its messages.

    Returns:
        git's output, without its messages; "" with ``on_line``.

    Raises:
        ToolMissing, ToolFailed: as ``processes.run``.
    """
    command, whole = ["git", *words], {**os.environ, **env}
    if on_line is None:
        return output(command, env=whole).strip()
    run(command, env=whole, on_line=on_line)
    return ""


MEANINGS = (
    (
        ("certificate", "ssl"),
        "This machine does not trust the certificate: a proxy that decrypts TLS, or a private authority.",
        "Set the authority's certificate with: git config --global http.sslCAInfo FILE",
    ),
    (
        ("dubious ownership", "safe.directory"),
        "The folder belongs to another user, and git does not trust it.",
        "Allow it with: git config --global --add safe.directory FOLDER",
    ),
    (
        (
            "could not resolve",
            "failed to connect",
            "couldn't connect",
            "unable to connect",
            "network is unreachable",
            "timed out",
            "timeout",
            "connection refused",
            "did not complete",
            "no route to host",
            "proxy",
        ),
        "The remote cannot be reached from this network, or it does not answer in time.",
        PUBLISHED,
    ),
    (
        ("authentication failed", "could not read username", "permission denied", "403", "host key verification"),
        "The remote requires credentials, or it does not accept yours.",
        "Test your credentials with: git ls-remote URL",
    ),
    (
        ("not appear to be a git repository", "not found", "does not exist", "not a git repository", "no such file"),
        "It is not a git repository, or you have no permission to read it.",
        "Give another repository with --source URL.",
    ),
)


def _ls_remote(source: str, *words: str, seconds: float, stopped: threading.Event | None = None) -> str:
    options = [word for word in words if word.startswith("-")]
    patterns = [word for word in words if not word.startswith("-")]
    command = ["git", "ls-remote", "--quiet", *options, NAME, *patterns]
    # Not in the current folder, which may be a repository with its own configuration.
    env = {**os.environ, **environment(source)}
    status, text = run_within(seconds, command, cwd=Path(os.sep), env=env, stopped=stopped)
    if status is None:
        text = f"No answer within {seconds:.0f} seconds: timed out."
    if status != 0:
        raise _explained(source, text)
    return text


def _explained(source: str, message: str) -> OhifbuildError:
    text = message.lower()
    if "no space left" in text:
        return DiskFull("No space is left for OHIF's source.", cause="The disk is full.", fix="Free about 3 GB.")
    cause, fix = "git's message above says why.", PUBLISHED
    for words, meaning, remedy in MEANINGS:
        if any(word in text for word in words):
            cause, fix = meaning, remedy
            break
    return OriginUnavailable(
        f"git could not download OHIF's source from {shown(source)}.",
        cause=cause,
        fix=fix,
        details=without_credentials(message.strip()[-1500:]),
    )


def _is_path(source: str) -> bool:
    return "://" not in source and (source.startswith((".", "/", "~")) or Path(source).exists())
