"""What the summary of a profile counts."""

from __future__ import annotations

from visits.profile import executed, self_times, summary


def test_an_inner_range_decides_whether_code_ran() -> None:
    whole = {"ranges": [{"startOffset": 0, "endOffset": 100, "count": 1}]}
    idle = {
        "ranges": [{"startOffset": 10, "endOffset": 50, "count": 0}, {"startOffset": 20, "endOffset": 30, "count": 1}]
    }
    assert executed([whole, idle]) == {"characters": 100, "executed": 70}


def test_a_script_without_functions_has_no_code() -> None:
    assert executed([]) == {"characters": 0, "executed": 0}


SAMPLED = {
    "nodes": [
        {"id": 1, "callFrame": {"functionName": "(idle)", "url": "", "lineNumber": -1}},
        {"id": 2, "callFrame": {"functionName": "draw", "url": "http://h/app.js", "lineNumber": 9}},
    ],
    "samples": [1, 2, 2],
    "timeDeltas": [1000, 2000, 500],
}


def test_time_counts_for_what_is_on_top_of_the_stack() -> None:
    scripts, functions = self_times(SAMPLED)
    assert scripts == {"(idle)": 1.0, "/app.js": 2.5}
    assert functions["draw /app.js:10"] == 2.5


def test_a_summary_begins_with_what_took_longest() -> None:
    text = summary("ours", SAMPLED, {"/app.js": {"characters": 100, "executed": 70}})
    assert text.index("/app.js") < text.index("(idle)")
    assert "30 of        100 /app.js" in text
