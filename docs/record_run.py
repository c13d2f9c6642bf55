"""Records runs of verify for the support matrix: ``python docs/record_run.py DIST.evidence/report.json …``."""

from __future__ import annotations

import sys
from pathlib import Path

from site_pages.runs import FILE, record, recorded, run_of


def main(reports: list[str]) -> None:
    """Adds the runs of these reports to the file."""
    if not reports:
        sys.exit("Usage: python docs/record_run.py REPORT.JSON …")
    known = recorded() if FILE.exists() else []
    FILE.write_text(record([run_of(Path(report)) for report in reports], known), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
