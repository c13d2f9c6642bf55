"""Every error that a user can see: one class, one exit code and one documentation page for each.

The library raises these errors; only ``commands/main.py`` prints them and turns them into an exit status. Exit codes
are part of the public interface, because scripts test them. The documentation has a page for each error; a unit test
checks that codes and pages are unique. Ranges: 10 recipe and release, 20 cache and packages, 30 toolchain and git,
40 patches, injection and bundling, 50 output, 60 verify, 70 serve, deploy and doctor,
80 lock, reproducibility, audit and pipelines, 90 shares, and whatever finds its own range full.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

DOCUMENTATION = "https://ohifbuild.github.io/ohifbuild/errors/"


class OhifbuildError(Exception):
    """An error that a user can see.

    Args:
        what: what happened, in one sentence.
        cause: the likely cause, in one sentence.
        fix: the next command to run or what to change, in one sentence.
        details: further lines, such as the end of a program's output.

    ``documentation`` is the URL of the error's page; a subclass without its own ``exit_code`` has its parent's page.
    """

    exit_code: ClassVar[int] = 1
    documentation: ClassVar[str] = DOCUMENTATION

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "exit_code" in vars(cls):
            cls.documentation = f"{DOCUMENTATION}{re.sub(r'(?<!^)(?=[A-Z])', '-', cls.__name__).lower()}/"

    def __init__(self, what: str, *, cause: str = "", fix: str = "", details: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.fix = fix
        self.details = details


class InternalError(OhifbuildError):
    """An unexpected error: a defect in ohifbuild."""

    exit_code = 1


class RecipeError(OhifbuildError):
    """The recipe, or a flag that replaces one of its keys, is invalid; ``details`` lists every mistake."""

    exit_code = 10


class UnknownRelease(OhifbuildError):
    """The OHIF release does not exist; ``fix`` names the nearest ones."""

    exit_code = 11


class OriginUnavailable(OhifbuildError):
    """The chosen origin (the published package or git) cannot provide this release."""

    exit_code = 12


class CacheUnusable(OhifbuildError):
    """The cache folder, or the place of a result, cannot be written or locked."""

    exit_code = 20


class DiskFull(OhifbuildError):
    """The disk, or the user's quota, is full."""

    exit_code = 21


class NotInCache(OhifbuildError):
    """The cache lacks something that the build needs, and ``--offline`` forbids downloading it."""

    exit_code = 22


class DownloadFailed(OhifbuildError):
    """A package could not be downloaded."""

    exit_code = 23


class IntegrityMismatch(OhifbuildError):
    """A download does not match its pinned digest; nothing of it was unpacked."""

    exit_code = 24


class PackageDamaged(OhifbuildError):
    """A package is truncated, is not what it claims to be, or has a path outside its folder."""

    exit_code = 25


class PackageUnknown(OhifbuildError):
    """The registry does not have the package, or not this version of it."""

    exit_code = 26


class CacheInUse(OhifbuildError):
    """The cache cannot be pruned because another ohifbuild uses it."""

    exit_code = 27


class StoreUnusable(OhifbuildError):
    """The shared store's URL cannot be used on this machine."""

    exit_code = 28


class ToolMissing(OhifbuildError):
    """A program that the build needs is not installed and cannot be downloaded."""

    exit_code = 30


class ToolFailed(OhifbuildError):
    """A program failed; ``details`` holds the end of its output."""

    exit_code = 31


class TagMoved(OhifbuildError):
    """A release's tag does not name the pinned commit; ``details`` names both commits."""

    exit_code = 32


class PackageUnavailable(OhifbuildError):
    """The registry does not have a package that the release's lockfile names."""

    exit_code = 33


class ExtensionInvalid(OhifbuildError):
    """An extension or mode package cannot be injected."""

    exit_code = 40


class ReleaseUnsupported(OhifbuildError):
    """The release's files do not have the layout that ohifbuild expects."""

    exit_code = 41


class PatchInvalid(OhifbuildError):
    """A patch is invalid: its file, a key or a rule; ``details`` lists every mistake."""

    exit_code = 42


class PatchDrift(OhifbuildError):
    """A patch does not match the source; nothing was written. ``details`` shows where the code is now."""

    exit_code = 43


class PatchConflict(OhifbuildError):
    """Two patches change the same syntax node; nothing was written. ``details`` names both."""

    exit_code = 44


class BundleFailed(OhifbuildError):
    """OHIF's bundler failed; ``details`` holds the end of its log."""

    exit_code = 45


class FileSystemFailed(OhifbuildError):
    """A disk or a file system failed, or it cannot do what ohifbuild needs: locks, or renaming a folder."""

    exit_code = 51


class OutputNotOurs(OhifbuildError):
    """The output folder is a file or a link, or it has contents that ohifbuild did not write."""

    exit_code = 50


class BrowserMissing(OhifbuildError):
    """The browser that verify must use is not installed, and ohifbuild did not or could not install it."""

    exit_code = 60


class DistInvalid(OhifbuildError):
    """The folder is not a complete dist that ohifbuild built."""

    exit_code = 61


class ClaimsFailed(OhifbuildError):
    """Verify ran, and at least one claim failed."""

    exit_code = 62


class BrowserFailed(OhifbuildError):
    """The browser is installed but cannot be controlled."""

    exit_code = 63


class VerifyNotInstalled(OhifbuildError):
    """Python packages that only verify needs are missing; ``fix`` is the command that installs them."""

    exit_code = 64


class PortInUse(OhifbuildError):
    """Another program uses the port."""

    exit_code = 70


class ArchiveUnreachable(OhifbuildError):
    """The archive does not answer as a DICOMweb server."""

    exit_code = 71


class OrthancMissing(OhifbuildError):
    """Orthanc, or a plugin that it needs, is not installed."""

    exit_code = 72


class OrthancUnsuitable(OhifbuildError):
    """The installed Orthanc is too old, or cannot enforce tokens."""

    exit_code = 73


class OrthancFailed(OhifbuildError):
    """Orthanc did not start in time, or it stopped; ``details`` holds the end of its log."""

    exit_code = 74


class DeployUnsuitable(OhifbuildError):
    """This dist cannot be deployed with this server."""

    exit_code = 75


class DeploymentDiffers(OhifbuildError):
    """``deploy --check`` found that a deployment would change its folder; ``details`` lists the changes."""

    exit_code = 94


class FaultsFound(OhifbuildError):
    """``doctor`` found at least one fault; its table names them."""

    exit_code = 76


class LinkInvalid(OhifbuildError):
    """The argument of ``doctor`` is not a link to a viewer."""

    exit_code = 77


class CertificateUnusable(OhifbuildError):
    """A server's certificate or key cannot be read, or the two do not match."""

    exit_code = 78


class ArchiveUnsuitable(OhifbuildError):
    """Verify cannot use the archive: it refuses the credentials, or it lacks the studies or the tokens."""

    exit_code = 79


class LockInvalid(OhifbuildError):
    """The lock file is invalid: merge conflict markers, a newer format, edits by hand, or another kind of file."""

    exit_code = 80


class LockDiffers(OhifbuildError):
    """The build would differ from the lock, and ``--locked`` forbids that; ``details`` lists the differences."""

    exit_code = 81


class ProvenanceMismatch(OhifbuildError):
    """A provenance statement is not about this dist."""

    exit_code = 82


class NotReproducible(OhifbuildError):
    """Two builds from one lock differ; ``details`` names the files."""

    exit_code = 83


class IntegrityBroken(OhifbuildError):
    """The dist's files do not match its manifest; ``details`` names the files."""

    exit_code = 84


class PipelineDiffers(OhifbuildError):
    """A pipeline file exists and differs from the one that ohifbuild would write; ``details`` is the difference."""

    exit_code = 85


class AuditImpossible(OhifbuildError):
    """A published release cannot be rebuilt: how it was built is unknown, or does not match its source."""

    exit_code = 86


class AuditFailed(OhifbuildError):
    """A published release holds files that its source does not produce; ``details`` names the files."""

    exit_code = 87


class ShareRefused(OhifbuildError):
    """A share cannot be made or changed as asked: the archive lacks a study, or there is no such share."""

    exit_code = 90


class TokenFileUnusable(OhifbuildError):
    """The token file of a deployment cannot be read or replaced, or another version of ohifbuild reads it."""

    exit_code = 91


class SharesUnavailable(OhifbuildError):
    """Shares cannot be managed here: no deployment, no answer from Orthanc, or a service that cannot do it."""

    exit_code = 92


class QrCodeImpossible(OhifbuildError):
    """No QR code can be made of the text, or it cannot be written to the file."""

    exit_code = 93


class PackageNotCreated(OhifbuildError):
    """A new package cannot be written as asked; ``details`` lists every mistake in its name, modules and folder."""

    exit_code = 95


class WorkspaceInvalid(OhifbuildError):
    """A workspace of OHIF's own tools cannot be read; ``details`` lists every entry that cannot be used."""

    exit_code = 97


class DicomFolderUnusable(OhifbuildError):
    """A folder for ``dev`` holds no DICOM object that can be shown; ``details`` says why each file was skipped."""

    exit_code = 96


class Interrupted(OhifbuildError):
    """The user pressed Ctrl-C; no incomplete files were left."""

    exit_code = 130
