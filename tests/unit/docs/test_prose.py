"""The English of the documentation and of the toolkit's messages."""

from __future__ import annotations

import pytest

import prose
from prose import (
    ROOT,
    long_sentences_found,
    modules,
    pages,
    prose_of_module,
    prose_of_page,
    proselint_found,
    sources,
    words_found,
)


def test_all_that_people_read_is_checked() -> None:
    """``nox -s lint`` has the check itself: ``docs/prose.py``."""
    assert ROOT / "README.md" in pages()
    assert min(len(modules()), len(sources()), len(pages())) > 30


def test_a_long_sentence_is_found_and_short_ones_are_not_added_up() -> None:
    words = "word " * 35
    assert not list(long_sentences_found(ROOT / "a.md", f"{words}. {words}\n\n{words}| {words}\n- {words}"))
    (found,) = long_sentences_found(ROOT / "a.md", f"Short.\n\n{words}\nmore. Short.")
    assert str(found) == "a.md:3: a sentence of 36 words; at most 35: 'word word word word word …'"


def test_a_word_is_found_in_its_line_also_across_a_line_break() -> None:
    (found,) = words_found(ROOT / "a.md", "Fine.\n\nThis Cannot\nbe meant.")
    assert str(found) == "a.md:3: 'cannot be meant': write 'is invalid'"


def test_a_part_of_a_word_is_not_the_word() -> None:
    assert not list(words_found(ROOT / "a.md", "We recommend and amend; self-mend."))


def test_what_proselint_dislikes_is_found() -> None:
    found = proselint_found(ROOT / "a.md", "Fine.\n\nAt the end of the day it works.")
    assert {each.line for each in found} == {3}


def test_code_is_not_read() -> None:
    page = "Mend `mend` [mend](mend.md)\n\n```sh\nmend mend\n```\n<a href='mend'>\n"
    assert [each.line for each in words_found(ROOT / "a.md", prose_of_page(page))] == [1, 1]


def test_strings_and_docstrings_of_a_module_are_read_and_names_are_not() -> None:
    source = 'mend = "mend"\n\ndef mend_it():\n    """Does mend it."""\n    raise E(f"Mend {mend} or not.")\n'
    text = prose_of_module(source)
    assert [each.line for each in words_found(ROOT / "a.py", text)] == [4]


def test_the_program_says_what_it_found_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prose, "pages", list)
    monkeypatch.setattr(prose, "sources", list)
    monkeypatch.setattr(prose, "all_texts", lambda: iter([(ROOT / "a.md", "We mend it.")]))
    with pytest.raises(SystemExit) as ended:
        prose.main()
    assert ended.value.code == 1
    assert capsys.readouterr().out == "a.md:1: 'mend': write 'fix'\n"
