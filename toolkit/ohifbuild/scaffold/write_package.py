"""Writes a new package: the whole folder, or nothing."""

from __future__ import annotations

from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import PackageNotCreated
from ohifbuild.core.temporary import held_folder
from ohifbuild.scaffold.package_files import package_files
from ohifbuild.scaffold.package_request import PackageRequest


def write_package(request: PackageRequest) -> tuple[str, ...]:
    """Writes the package to the request's folder, with its parents.

    Returns:
        The paths of the files in the package.

    Raises:
        PackageNotCreated: somebody has put something into the folder in the meantime, or its name is not possible.
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    files, target = package_files(request), request.into
    try:
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with held_folder(target.parent, ".ohifbuild-new-") as work:
                made = work / "package"
                for name, text in files.items():
                    path = made / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8", newline="\n")
                # POSIX: replaces an empty folder, and fails on one that is not empty.
                made.rename(target)
    except OSError as error:
        raise PackageNotCreated(
            f"The folder {target} cannot be written: {error.strerror}.",
            cause="Something is in it since the command began, or its name is too long.",
            fix="Choose another folder with --into.",
        ) from error
    return tuple(files)
