"""The reports of verify: JSON, JUnit XML, one HTML page, and a table for the terminal."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.core.disk import disk_errors, require_writable
from ohifbuild.verification.evidence import Evidence
from ohifbuild.verification.redact import Redactor
from ohifbuild.verification.report import evidence_json, html_page, junit

WRITERS = {"report.json": evidence_json.render, "junit.xml": junit.render, "report.html": html_page.render}


def check_report_place(folder: Path) -> None:
    """Checks, before any work, that reports can be written to a folder.

    Raises:
        DiskFull, CacheUnusable: they cannot.
    """
    require_writable(folder / min(WRITERS))


def write_reports(evidence: Evidence, redactor: Redactor, folder: Path) -> tuple[Path, ...]:
    """Writes ``report.json``, ``junit.xml`` and ``report.html``, all of them or none, and returns their paths.

    Raises:
        InternalError: one of them contains a token; nothing is written.
        DiskFull, CacheUnusable: the folder cannot be written.
    """
    texts = {folder / name: render(evidence) for name, render in WRITERS.items()}
    for path, text in texts.items():
        redactor.check(text, path.name)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = {path: path.with_name(f".{path.name}.part") for path in texts}
        for path, part in unfinished.items():
            part.write_text(texts[path], encoding="utf-8")
        for path, part in unfinished.items():
            part.replace(path)
    return tuple(texts)
