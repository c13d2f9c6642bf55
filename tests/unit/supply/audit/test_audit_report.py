from __future__ import annotations

from ohifbuild.supply.audit import Audit
from ohifbuild.supply.audit.audit_report import as_json, as_markdown
from ohifbuild.supply.audit.bundle_comparison import Verdict

HOSTILE = "+`x` | </td><script>\x1b[31m\nnext"


def test_a_report_counts_verdicts_and_escapes_hostile_text() -> None:
    verdicts = (Verdict("a.js", "identical"), Verdict("b.js", "unexplained", HOSTILE))
    found = Audit("3.12.0", "sha512-x", "a" * 40, "b" * 40, "bun 1.2.23", verdicts)
    assert not found.ok
    text = as_markdown(found)
    assert "| 1 | unexplained |" in text
    (row,) = (line for line in text.splitlines() if "b.js" in line)
    assert row == "| `b.js` | unexplained | `+'x' ¦ </td><script> [31m next` |"
    assert "a.js" not in text
    assert [file["name"] for file in as_json(found)["files"]] == ["a.js", "b.js"]
