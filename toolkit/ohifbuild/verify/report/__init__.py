"""Verify's findings for readers of every kind: a terminal, JSON, JUnit XML, and one HTML page."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.core.disk import disk_errors
from ohifbuild.verify.evidence import Evidence
from ohifbuild.verify.redact import Redactor
from ohifbuild.verify.report import evidence_json, html_page, junit

WRITERS = {"report.json": evidence_json.render, "junit.xml": junit.render, "report.html": html_page.render}


def write_reports(evidence: Evidence, redactor: Redactor, folder: Path) -> tuple[Path, ...]:
    """Writes ``report.json``, ``junit.xml`` and ``report.html``, all of one run and whole, and returns their paths.

    Raises:
        InternalError: a token is still in one of them; nothing is written then.
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
