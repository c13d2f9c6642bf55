"""The viewer's files: at the right place, as built, of the right type, and compressed as they say."""

from __future__ import annotations

import hashlib

from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.coding import GZIP_MAGIC, gunzipped, shows_page, unbrotlied, unpacked
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather_files import INDEX
from ohifbuild.doctor.gathered import Evidence, FileSeen, ViewerSeen

SCRIPT_TYPES = ("text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript")
TYPES = {
    ".js": SCRIPT_TYPES,
    ".mjs": SCRIPT_TYPES,
    ".css": ("text/css",),
    ".wasm": ("application/wasm",),
    ".json": ("application/json",),
}
NO_START = "A script that does not load, or is HTML ('Unexpected token <'), leaves the page blank."


def public_path(evidence: Evidence) -> Finding:
    """Whether the viewer is at the path that it was built for."""
    about = Check("public-path", "Public path")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    built_for, path = viewer.page.settings.public_url, evidence.address.path
    moved = next((file for file in viewer.files if file.elsewhere), None)
    if moved:
        return about.wrong(
            f"The viewer was built for {built_for} and is served at {moved.elsewhere}: it looks for "
            f"{built_for}{moved.name}, which is at {moved.elsewhere}{moved.name}.",
            "None of its scripts load: a blank page.",
            f"ohifbuild move DIST --public-url {moved.elsewhere}\nor serve it at {built_for}",
        )
    if not f"{path}/".startswith(built_for):
        return about.wrong(
            f"The link's path is {path}, but the viewer was built for {built_for}.",
            "Its router knows no such page: it stays blank, or says 'not found'.",
            f"Give out links to {evidence.address.origin}{built_for}, or: ohifbuild move DIST --public-url PATH",
        )
    return about.right(f"{built_for}, as it was built for.")


def there(evidence: Evidence) -> Finding:
    """Whether what the page loads is there."""
    about = Check("files", "Files")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    gone = [(file, text) for file in viewer.files if (text := _absence(file.answer))]
    if not gone:
        return about.right(f"{len(viewer.files)} looked at, all there.")
    file, text = gone[0]
    more = f", and {len(gone) - 1} more" if len(gone) > 1 else ""
    if file.answer.status in (401, 403):
        change = "Let the viewer's files pass without a password, and the server's user read them: chmod -R a+rX FOLDER"
    elif file.answer.trouble:
        change = "Read the server's error log: it breaks off, or is too slow."
    else:
        change = (
            "Put the whole dist there again, and its page last; if a cache is in front, empty it: the page names files "
            "of another build."
        )
    name = viewer.page.settings.public_url + file.name
    return about.wrong(f"{name} {text}{more}.", NO_START, change)


def _absence(answer: Answer) -> str:
    """What there is in a file's place, in the words after its name; '' if it is there."""
    if answer.trouble:
        return "breaks off" if answer.status else "does not come in time"
    if answer.status != 200:
        return f"is {answer.status}"
    return "is answered with a page" if shows_page(answer) else ""


def integrity(evidence: Evidence) -> Finding:
    """Whether files are what the dist's manifest says, and their compression what their headers say."""
    about = Check("integrity", "As built")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    for file in _present(viewer):
        problem = compression_problem(file)
        if problem:
            return about.wrong(
                f"{file.name} is {problem}.",
                "Browsers read noise where a script should be: a blank page.",
                "Send what is compressed beforehand with Content-Encoding, and do not compress it again: nginx: "
                "gzip_static on; and no 'gzip_types' for it, no Content-Encoding set by hand",
            )
    known = _known(viewer)
    changed = [file.name for file in known if not _is_as_built(file)]
    if changed:
        return about.wrong(
            f"Not as built: {', '.join(changed[:3])}{' and more' if len(changed) > 3 else ''}.",
            "Files of two builds do not fit together, and what was verified is not what runs.",
            "Put the whole dist there again, and empty caches in front. To change a setting, build or move: "
            "ohifbuild build, ohifbuild move",
        )
    if not known:
        return about.untried("the dist's manifest is not served.")
    return about.right(f"{len(known)} files looked at are those of the manifest.")


def stale(evidence: Evidence) -> Finding:
    """Whether a cache in front sends files of another build."""
    about = Check("stale", "Caches in front")
    if evidence.viewer is None:
        return about.untried()
    known = _known(evidence.viewer)
    old = [file for file in known if not _is_as_built(file) and _is_from_cache(file.answer)]
    if old:
        age = f", {old[0].answer.get('age')[:12]} seconds old" if old[0].answer.get("age") else ""
        return about.wrong(
            f"{old[0].name} comes from a cache{age}, and is not what the manifest says.",
            "The page and its configuration are of different builds: blank, or with settings of yesterday.",
            "Empty that cache, and let it keep only what is hashed: it has to heed Cache-Control: no-cache.",
        )
    if not known:
        return about.untried("the dist's manifest is not served.")
    return about.right("None sends anything old.")


def _is_from_cache(answer: Answer) -> bool:
    said = " ".join((answer.get("x-cache"), answer.get("x-cache-status"), answer.get("cf-cache-status"))).lower()
    return answer.get("age").strip() not in ("", "0") or "hit" in said or "stale" in said


def _known(viewer: ViewerSeen) -> list[FileSeen]:
    """Files that the manifest knows, the page among them."""
    page = FileSeen(INDEX, viewer.page_answer, viewer.page_expected)
    return [file for file in (page, *_present(viewer)) if file.expected and file.answer.whole]


def compression_problem(file: FileSeen) -> str:
    """What is wrong with a file's compression, in the words after 'is'; '' if nothing is."""
    answer = file.answer
    coding = answer.get("content-encoding")
    body = unpacked(answer)
    if body is None:
        return f"said to be {coding[:20]}, and is not"
    if body.startswith(GZIP_MAGIC) and gunzipped(body) is not None:
        return "compressed twice" if coding else "sent as gzip, without a Content-Encoding that says so"
    if not coding and file.expected and not _is_as_built(file):
        plain = unbrotlied(body)
        if plain and hashlib.sha256(plain).hexdigest() == file.expected.sha256:
            return "sent as brotli, without a Content-Encoding that says so"
    return ""


def _is_as_built(file: FileSeen) -> bool:
    body = unpacked(file.answer)
    wanted = file.expected
    return wanted is not None and body is not None and hashlib.sha256(body).hexdigest() == wanted.sha256


def media_types(evidence: Evidence) -> Finding:
    """Whether files have the types that browsers insist on."""
    about = Check("media-types", "Media types")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    wrong = [(file, _suffix(file.name)) for file in _present(viewer) if not _is_typed(file)]
    if not wrong:
        return about.right("Scripts, modules, styles and WebAssembly are what they are called.")
    # What stops the page before what only slows it down.
    file, suffix = min(wrong, key=lambda item: list(TYPES).index(item[1]))
    effects = {
        ".wasm": "WebAssembly is not compiled as it arrives: compressed images appear late, or not at all.",
        ".json": "What reads it may refuse it.",
    }
    kind = TYPES[suffix][0]
    seen = file.answer.media_type or "nothing in particular"
    return about.wrong(
        f"{file.name} is sent as {seen}, not as {kind}.",
        effects.get(suffix, "Browsers refuse to run it: a blank page, or one without styles."),
        f"nginx: types {{ {kind} {suffix[1:]}; }} beside 'include mime.types'\nApache: AddType {kind} {suffix}",
    )


def missing_file(evidence: Evidence) -> Finding:
    """Whether a file that is not there is 404, and not the page."""
    about = Check("missing-file", "What is missing")
    if evidence.viewer is None or not evidence.viewer.missing.status:
        return about.untried()
    answer = evidence.viewer.missing
    if answer.status in (404, 410):
        return about.right("A file that is not there is 404.")
    return about.note(
        f"A script that is not there is answered {answer.status}{' with a page' if shows_page(answer) else ''}.",
        "After an update, browsers with the old page get HTML for a script ('Unexpected token <').",
        "Answer routes with the page, and names of files with 404, as docs/reference/serving.md says.",
    )


def _present(viewer: ViewerSeen) -> list[FileSeen]:
    return [file for file in viewer.files if not _absence(file.answer)]


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2]


def _is_typed(file: FileSeen) -> bool:
    return file.answer.media_type in TYPES.get(_suffix(file.name), (file.answer.media_type,))
