"""Every failure a user can meet: one class, one exit code, one message of three parts.

The library raises these; only ``commands/main.py`` turns them into text and an exit status. Exit codes are part of the
public interface (scripts test them) and are listed in ``docs/reference/exit-codes.md``; a unit test keeps them
unique and documented. Ranges: 10 recipe and release, 20 cache and package, 30 toolchain and git, 40 patches,
injection and bundling, 50 output, 60 verify, 70 serve, deploy and doctor, 80 lock and reproducibility.
"""

from __future__ import annotations

from typing import ClassVar


class OhifbuildError(Exception):
    """A failure that a user can meet.

    Args:
        what: one sentence of what happened.
        cause: the likely cause, one sentence.
        fix: the next command to run, or what to change, one sentence or a shell command.
        details: further lines to show below, such as the end of a child's output.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, cause: str = "", fix: str = "", details: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.fix = fix
        self.details = details


class InternalError(OhifbuildError):
    """Something we did not foresee: a defect of ohifbuild's."""

    exit_code = 1


# 10: what the user asked for


class RecipeError(OhifbuildError):
    """The recipe, or the flags that stand for it, cannot be meant. ``details`` lists every mistake."""

    exit_code = 10


class UnknownRelease(OhifbuildError):
    """No such OHIF release; ``fix`` names the nearest ones."""

    exit_code = 11


class OriginUnavailable(OhifbuildError):
    """The origin asked for cannot provide this release."""

    exit_code = 12


# 20: cache, disk and packages


class CacheUnusable(OhifbuildError):
    """The cache folder cannot be written or locked."""

    exit_code = 20


class DiskFull(OhifbuildError):
    """No space left where we must write."""

    exit_code = 21


class NotInCache(OhifbuildError):
    """``--offline`` was given and the cache lacks what the build needs."""

    exit_code = 22


class DownloadFailed(OhifbuildError):
    """A package could not be fetched."""

    exit_code = 23


class IntegrityMismatch(OhifbuildError):
    """What arrived is not what is pinned. Nothing of it was unpacked."""

    exit_code = 24


class PackageDamaged(OhifbuildError):
    """A package is truncated, is not what it claims to be, or tries to leave its folder."""

    exit_code = 25


class PackageUnknown(OhifbuildError):
    """The registry lacks a package, or this version of it."""

    exit_code = 26


class CacheInUse(OhifbuildError):
    """The cache cannot be pruned while a build uses it."""

    exit_code = 27


class StoreUnusable(OhifbuildError):
    """The shared store's address cannot be used on this machine."""

    exit_code = 28


# 30: toolchain and git


class ToolMissing(OhifbuildError):
    """A program the build needs is neither installed nor obtainable."""

    exit_code = 30


class ToolFailed(OhifbuildError):
    """A program ran and failed; ``details`` holds the end of its output."""

    exit_code = 31


class TagMoved(OhifbuildError):
    """A release's tag is not the commit that is pinned; ``details`` names both."""

    exit_code = 32


class PackageUnavailable(OhifbuildError):
    """The registry lacks a package that a release's lockfile names: it cannot be installed from there."""

    exit_code = 33


# 40: patches, injection, bundling


class ExtensionInvalid(OhifbuildError):
    """An extension or mode package cannot be injected."""

    exit_code = 40


class ReleaseUnsupported(OhifbuildError):
    """The release's files do not look as injection expects."""

    exit_code = 41


class PatchInvalid(OhifbuildError):
    """A patch cannot be meant: its file, a key or a rule is broken. ``details`` lists every mistake."""

    exit_code = 42


class PatchDrift(OhifbuildError):
    """A patch does not fit the source; nothing was written. ``details`` shows where the code went."""

    exit_code = 43


class PatchConflict(OhifbuildError):
    """Two patches touch the same node; nothing was written. ``details`` names both."""

    exit_code = 44


class BundleFailed(OhifbuildError):
    """OHIF's bundler failed; ``details`` holds the end of its log."""

    exit_code = 45


# 50: output


class OutputNotOurs(OhifbuildError):
    """The output folder is neither empty nor a dist that ohifbuild wrote."""

    exit_code = 50


# 60: verify


class BrowserMissing(OhifbuildError):
    """No Chromium to drive, and none could be installed."""

    exit_code = 60


class DistInvalid(OhifbuildError):
    """The folder is not a finished dist."""

    exit_code = 61


class ClaimsFailed(OhifbuildError):
    """Verify ran and at least one claim does not hold."""

    exit_code = 62


class BrowserFailed(OhifbuildError):
    """The browser was found but could not be driven."""

    exit_code = 63


class VerifyNotInstalled(OhifbuildError):
    """Python packages that only verify needs are missing; ``fix`` is the command that installs them."""

    exit_code = 64


# 70: serve


class PortInUse(OhifbuildError):
    """The address is taken."""

    exit_code = 70


class ArchiveUnreachable(OhifbuildError):
    """The archive behind ``serve`` does not answer as DICOMweb."""

    exit_code = 71


class OrthancMissing(OhifbuildError):
    """Orthanc, or one of the plugins it needs, is not installed."""

    exit_code = 72


class OrthancUnsuitable(OhifbuildError):
    """The installed Orthanc is too old, or cannot enforce tokens."""

    exit_code = 73


class OrthancFailed(OhifbuildError):
    """Orthanc did not start in time, or ended by itself; ``details`` holds the end of its log."""

    exit_code = 74


class DeployUnsuitable(OhifbuildError):
    """This dist cannot be served in this way."""

    exit_code = 75


class FaultsFound(OhifbuildError):
    """``doctor`` found something wrong; its table says what."""

    exit_code = 76


class LinkInvalid(OhifbuildError):
    """What ``doctor`` was given is not the link of a viewer."""

    exit_code = 77


class CertificateUnusable(OhifbuildError):
    """A server's certificate or key cannot be read, or they do not belong together."""

    exit_code = 78


class ArchiveUnsuitable(OhifbuildError):
    """An archive cannot be verified with: it refuses our credentials, or lacks the studies or tokens."""

    exit_code = 79


# 80: lock and reproducibility


class LockInvalid(OhifbuildError):
    """The lock file cannot be read: conflict marks, a newer format, edited by hand, or not a lock at all."""

    exit_code = 80


class LockDiffers(OhifbuildError):
    """``--locked`` was given and the build would use something else than the lock says; ``details`` says what."""

    exit_code = 81


class ProvenanceMismatch(OhifbuildError):
    """A statement is not about this dist."""

    exit_code = 82


class NotReproducible(OhifbuildError):
    """Two builds of one lock differ; ``details`` names the files."""

    exit_code = 83


class IntegrityBroken(OhifbuildError):
    """A dist is not what its manifest says; ``details`` names the files."""

    exit_code = 84


class PipelineDiffers(OhifbuildError):
    """A pipeline file is there already and is not what we would write; ``details`` is the difference."""

    exit_code = 85


class AuditImpossible(OhifbuildError):
    """A published release cannot be rebuilt: how it was made is not known, or does not fit its source."""

    exit_code = 86


class AuditFailed(OhifbuildError):
    """A published release holds what its source does not give; ``details`` names the files."""

    exit_code = 87


class Interrupted(OhifbuildError):
    """Ctrl-C: stopped cleanly, nothing half-written left."""

    exit_code = 130
