"""Checks of the viewer's files: whether they are there, as built, and with the right media types."""

from __future__ import annotations

from ohifbuild.doctor.checks.compression import compress_once, compression_problem, is_as_built
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.decompress import shows_page
from ohifbuild.doctor.fetch_files import INDEX
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence, FileEvidence, ViewerEvidence

SCRIPT_TYPES = ("text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript")
TYPES = {
    ".js": SCRIPT_TYPES,
    ".mjs": SCRIPT_TYPES,
    ".css": ("text/css",),
    ".wasm": ("application/wasm",),
    ".json": ("application/json",),
}
BLANK_PAGE = "If a script does not load, or is HTML ('Unexpected token <'), the page is blank."


def files(evidence: Evidence) -> Finding:
    """Whether the files that the page loads exist."""
    check = Check("files", "Files")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    missing = [(file, text) for file in viewer.files if (text := _absence(file.answer))]
    if not missing and viewer.absent:
        return check.wrong(
            f"The server lacks scripts of the dist ({len(viewer.absent)}), such as {viewer.absent[0]}.",
            "The page opens, and fails where it needs them (ChunkLoadError).",
            "Copy the whole dist again, its page last.",
        )
    if not missing:
        return check.right(f"All {len(viewer.files)} files that were requested exist.")
    file, text = missing[0]
    more = f" {len(missing) - 1} more files are missing too." if len(missing) > 1 else ""
    if file.answer.status in (401, 403):
        change = "Serve the viewer's files without a password, and make them readable: chmod -R a+rX FOLDER"
    elif file.answer.failure:
        change = "Read the server's error log: its answer is incomplete or too slow."
    else:
        change = (
            "Copy the whole dist again, its page last, and clear any cache in front: the page names files of another "
            "build."
        )
    name = viewer.page.settings.public_url + file.name
    return check.wrong(f"{name} {text}.{more}", BLANK_PAGE, change)


def _absence(answer: Answer) -> str:
    """What is wrong with the answer for a file, in words that follow its name; '' if the file exists."""
    if answer.failure:
        return "is incomplete" if answer.status else "does not arrive in time"
    if answer.status != 200:
        return f"is answered {answer.status}"
    return "is answered with a web page" if shows_page(answer) else ""


def integrity(evidence: Evidence) -> Finding:
    """Whether files match the dist's manifest, and their compression matches their headers."""
    check = Check("integrity", "As built")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    for file in _present(viewer):
        problem = compression_problem(file)
        if problem:
            return check.wrong(
                f"{file.name} is {problem}.",
                "Browsers cannot read the script, and the page is blank.",
                compress_once(file, _present(viewer)),
            )
    known = _known(viewer)
    changed = [file.name for file in known if not is_as_built(file)]
    if changed:
        return check.wrong(
            f"These files are not as built: {', '.join(changed[:3])}{' and more' if len(changed) > 3 else ''}.",
            "Files of different builds do not work together, and this is not the dist that was verified.",
            "Copy the whole dist again, and clear any cache in front. To change a setting, build again or move the "
            "dist: ohifbuild build, ohifbuild move",
        )
    if not known:
        return check.not_checked("the dist's manifest is not served.")
    return check.right(f"{len(known)} files that were requested match the manifest.")


def stale(evidence: Evidence) -> Finding:
    """Whether a cache in front of the server sends files of another build."""
    check = Check("stale", "Caches in front")
    if evidence.viewer is None:
        return check.not_checked()
    known = _known(evidence.viewer)
    old = [file for file in known if not is_as_built(file) and _is_from_cache(file.answer)]
    if old:
        age = f", {old[0].answer.get('age')[:12]} seconds old" if old[0].answer.get("age") else ""
        return check.wrong(
            f"{old[0].name} comes from a cache{age}, and does not match the manifest.",
            "Page and configuration are of different builds: the page is blank, or has old settings.",
            "Clear that cache, and make it obey Cache-Control: no-cache, so that it only keeps files with a hash.",
        )
    if not known:
        return check.not_checked("the dist's manifest is not served.")
    return check.right("None sends old files.")


def _is_from_cache(answer: Answer) -> bool:
    status = " ".join((answer.get("x-cache"), answer.get("x-cache-status"), answer.get("cf-cache-status"))).lower()
    return answer.get("age").strip() not in ("", "0") or "hit" in status or "stale" in status


def _known(viewer: ViewerEvidence) -> list[FileEvidence]:
    """The files that are in the manifest, with the page."""
    page = FileEvidence(INDEX, viewer.page_answer, viewer.page_expected)
    return [file for file in (page, *_present(viewer)) if file.expected and file.answer.whole]


def media_types(evidence: Evidence) -> Finding:
    """Whether files have the media types that browsers require."""
    check = Check("media-types", "Media types")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    wrong = [(file, _suffix(file.name)) for file in _present(viewer) if not _is_typed(file)]
    if not wrong:
        return check.right("Scripts, modules, styles and WebAssembly have the right types.")
    # Types that stop the page come before those that only make it slow.
    file, suffix = min(wrong, key=lambda item: list(TYPES).index(item[1]))
    effects = {
        ".wasm": "WebAssembly is not compiled while it loads: compressed images appear late, or not at all.",
        ".json": "Programs that read the file may refuse it.",
    }
    kind = TYPES[suffix][0]
    sent = f"as {file.answer.media_type}" if file.answer.media_type else "without a media type"
    return check.wrong(
        f"{file.name} is sent {sent}, not as {kind}.",
        effects.get(suffix, "Browsers refuse the file: the page is blank, or has no styles."),
        f"nginx: types {{ {kind} {suffix[1:]}; }} beside 'include mime.types'\nApache: AddType {kind} {suffix}",
    )


def missing_file(evidence: Evidence) -> Finding:
    """Whether a missing file is answered 404, and not with the page."""
    check = Check("missing-file", "Missing files")
    if evidence.viewer is None or not evidence.viewer.missing.status:
        return check.not_checked()
    answer = evidence.viewer.missing
    if answer.status in (404, 410):
        return check.right("A missing file is answered 404.")
    return check.note(
        f"A missing script is answered {answer.status}{' with a web page' if shows_page(answer) else ''}.",
        "After an update, browsers with the old page get HTML instead of a script ('Unexpected token <').",
        "Answer routes with the page, and names of missing files with 404; see docs/reference/serving.md.",
    )


def _present(viewer: ViewerEvidence) -> list[FileEvidence]:
    return [file for file in viewer.files if not _absence(file.answer)]


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2]


def _is_typed(file: FileEvidence) -> bool:
    return file.answer.media_type in TYPES.get(_suffix(file.name), (file.answer.media_type,))
