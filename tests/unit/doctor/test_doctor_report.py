from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from ohifbuild.doctor.checks import CAUSES, CHECKS
from ohifbuild.doctor.findings import Finding, Report, report
from ohifbuild.doctor.terminal import show


def finding(check: str, state: str = "wrong", **texts: str) -> Finding:
    return Finding(check, check.capitalize(), state, **{"found": f"{check} found.", **texts})  # type: ignore[arg-type]


def printed(document: Report, width: int = 80) -> str:
    stream = StringIO()
    show(document, Console(file=stream, width=width, highlight=False))
    return stream.getvalue()


def test_causes_come_first_and_other_faults_name_the_first_cause_of_the_chain() -> None:
    found = [finding("c"), finding("b"), finding("ok", "right"), finding("a"), finding("n", "note")]
    made = report("x", found, causes={"c": ("b",), "b": ("a", "ok"), "a": ("ok",)})
    assert [(one.check, one.because) for one in made.findings] == [
        ("a", ""),
        ("c", "a"),
        ("b", "a"),
        ("n", ""),
        ("ok", ""),
    ]
    assert made.document()["cause"] == "a"
    assert not made.document()["ok"]


def test_faults_that_stop_the_viewer_come_first() -> None:
    made = report("x", [replace(finding("a"), stops=False), finding("b"), finding("c")], causes={"c": ("b",)})
    assert [one.check for one in made.wrong] == ["b", "a", "c"]


def test_secrets_and_control_characters_are_removed() -> None:
    made = report(
        "x\x1b[31m",
        [finding("a", found="to\x07ken: s3%2Bcret s3+cret", effect="\x9b1m\u202e", change="one\ntwo\x00")],
        causes={},
        secrets=("s3%2Bcret", "s3+cret"),
    )
    text = printed(made)
    assert "s3" not in text
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\x00"} & set(text)
    assert made.findings[0].change == "one\ntwo?"


def test_the_table_fits_a_narrow_terminal_and_commands_are_not_wrapped() -> None:
    command = "ohifbuild deploy nginx DIST --certificate /etc/ssl/certificate.pem --key /etc/ssl/private/key.pem"
    made = report(
        "x",
        [
            finding("a", found="word " * 40, effect="word " * 40, change=command),
            finding("b", "right", found="word " * 40),
            finding("u", "untried", found="no."),
            finding("v", "untried", found="no."),
        ],
        causes={},
    )
    lines = printed(made).splitlines()
    assert [line for line in lines if len(line.rstrip()) > 80] == [f"   {command}"]
    assert [line.rstrip() for line in lines if "Not checked" in line] == ["-     Not checked U, V: no."]


def test_a_fault_names_its_cause() -> None:
    text = printed(report("x", [finding("a"), finding("b")], causes={"b": ("a",)}))
    assert "See 1 below." in text
    assert "b found. (Caused by 1.)" in text
    assert "2." not in text


def test_every_check_is_documented(healthy: Any) -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "doctor.md").read_text()
    text = text.partition("## Checks of a package")[0]
    documented = re.findall(r"^\| `([a-z0-9-]+)` \| [^|]+ \|$", text, re.MULTILINE)
    assert documented == [check(healthy.evidence).check for check in CHECKS]
    assert all(cause in documented for causes in CAUSES.values() for cause in causes)
