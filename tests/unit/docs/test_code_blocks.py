"""Every block of code on a page is parsed, and every ``ohifbuild`` command line is one that the program takes.

``text`` blocks are output, addresses and drawings: there is nothing to parse. HAProxy itself reads ``haproxy``
blocks, in ``tests/integration/docs``.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import yaml
from ast_grep_py import SgNode, SgRoot

import ohifbuild
from ohifbuild.commands.main import cli
from ohifbuild.config.package_source import folders_of, parse_source
from ohifbuild.config.recipe import Recipe
from ohifbuild.patches.load import load_folder
from site_pages.markdown import ROOT
from site_pages.messages import messages

BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(ohifbuild [^`\n]+)`(?!`)")
TOLD = re.compile(r"(?::|with|Or) (ohifbuild [a-z].*)")
END = re.compile(r"[;,.](?:\s|$)| < ")
KEYS = {field.alias or name for name, field in Recipe.model_fields.items()}
ENDS = frozenset({"&&", "||", "|", ";", "(", ")", "&"})
STANDS_FOR = {"KIND": "nginx"}
TEMPLATE = "extension-template/README.md"


@dataclass(frozen=True)
class Block:
    page: str
    language: str
    code: str


def texts() -> Iterator[tuple[str, str]]:
    """Every page that is written by hand, by name. Of the generated ones, those of errors have commands: see below."""
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / TEMPLATE]):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


BLOCKS = [Block(page, found["language"], found["code"]) for page, text in texts() for found in BLOCK.finditer(text)]


def blocks(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def named(block: Block) -> str:
    return f"{block.page}-{block.code[:30].strip()}"


def commands_in(script: str) -> Iterator[list[str]]:
    """The simple commands of a shell script, as words; redirections and assignments are left out."""
    for line in re.sub(r"\\\n\s*", " ", script).splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in ENDS:
                yield [each for at, each in enumerate(words) if not (">" in each or (at and words[at - 1] == ">"))]
                words = []
            elif words or not re.fullmatch(r"\w+=.*", word, re.DOTALL):
                words.append(word)


def ohifbuild_commands(script: str) -> list[list[str]]:
    """The arguments of every call of ``ohifbuild`` in a shell script."""
    return [words[1:] for words in commands_in(script) if words and Path(words[0]).name == "ohifbuild"]


def parse(words: list[str]) -> None:
    """What click does with a command line before it calls the command.

    Raises:
        click.ClickException: the program would refuse the words.
    """
    command: click.Command = cli
    context = click.Context(cli, info_name="ohifbuild")
    if "--help" in words:
        words.remove("--help")
    while isinstance(command, click.Group):
        if not words or words[0].startswith("-"):
            return
        found = command.get_command(context, words[0])
        if found is None:
            raise click.UsageError(f"There is no command '{words[0]}'.")
        command, words, context = found, words[1:], click.Context(found, info_name=words[0], parent=context)
    command.make_context(str(context.info_name), list(words), parent=context.parent)


def test_every_block_names_its_language_and_none_is_unknown() -> None:
    known = {"sh", "toml", "json", "yaml", "js", "ts", "python", "haproxy", "text"}
    assert {(block.page, block.language) for block in BLOCKS if block.language not in known} <= {(TEMPLATE, "")}


@pytest.mark.parametrize("block", blocks("sh"), ids=named)
def test_a_shell_block_is_correct_and_its_commands_exist(block: Block) -> None:
    subprocess.run(["bash", "-n"], input=block.code, text=True, check=True, capture_output=True)
    for words in ohifbuild_commands(block.code):
        parse(words)


def test_every_command_line_in_a_sentence_exists() -> None:
    found = {(page, line) for page, text in texts() for line in INLINE.findall(BLOCK.sub("", text))}
    assert len(found) > 30
    for page, line in sorted(found):
        for words in ohifbuild_commands(line):
            try:
                parse([STANDS_FOR.get(word, word) for word in words if word != "…"])
            except click.MissingParameter:
                pass  # a sentence may name a command without its arguments
            except click.ClickException as error:
                pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_every_command_that_an_error_tells_to_run_exists() -> None:
    said = [text for message in messages() for text in (message.cause, message.fix)]
    found = {END.split(line)[0] for text in said for line in TOLD.findall(text)}
    assert len(found) > 25
    for line in sorted(found):
        (words,) = ohifbuild_commands(line)
        try:
            parse(["x" if word == "…" else word for word in words])
        except click.BadParameter:
            pass  # what is named after an option, or left out, is that of a case
        except click.ClickException as error:
            pytest.fail(f"{line}: {error.format_message()}")


@pytest.mark.parametrize("block", blocks("toml"), ids=named)
def test_a_toml_block_is_a_recipe_or_a_patch(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = tomllib.loads(block.code)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    if set(shown) <= KEYS:
        for folder in (*folders_of(shown.get("extensions", ())), *shown.get("patches", ()), *shown.get("claims", ())):
            (here / folder).mkdir()
            (here / folder / "package.json").write_text("{}")
        for source in map(parse_source, shown.get("extensions", ())):
            if source.kind == "tarball":
                (here / source.place).touch()
        Recipe.of(shown)
    else:
        (here / shown["name"]).mkdir()
        (here / shown["name"] / "patch.toml").write_text(block.code)
        assert [patch.name for patch in load_folder(here)] == [shown["name"]]


@pytest.mark.parametrize("block", blocks("json"), ids=named)
def test_a_json_block_is_a_value_or_the_members_of_an_object(block: Block) -> None:
    json.loads(block.code if block.code.startswith(("{", "[")) else f"{{{block.code}}}")


@pytest.mark.parametrize("block", blocks("yaml"), ids=named)
def test_a_yaml_block_holds_objects(block: Block) -> None:
    assert all(isinstance(document, dict) for document in yaml.safe_load_all(block.code))


@pytest.mark.parametrize("block", [*blocks("js"), *blocks("ts"), *blocks("python")], ids=named)
def test_a_script_has_no_syntax_error(block: Block) -> None:
    assert not faulty(block.code, block.language)


def faulty(code: str, language: str) -> bool:
    if language == "python":
        try:
            ast.parse(code)
        except SyntaxError:
            return True
        return False
    root = SgRoot(code, {"js": "javascript", "ts": "typescript"}[language]).root()
    return root.find(kind="ERROR") is not None or any(map(is_missing, leaves(root)))


def leaves(node: SgNode) -> Iterator[SgNode]:
    children = node.children()
    if not children:
        yield node
    for child in children:
        yield from leaves(child)


def is_missing(leaf: SgNode) -> bool:
    """Whether the parser invented this token, because the code lacks it."""
    return leaf.range().start.index == leaf.range().end.index


@pytest.mark.parametrize("block", blocks("python"), ids=named)
def test_a_python_block_imports_public_names_only(block: Block) -> None:
    for node in ast.walk(ast.parse(block.code)):
        if isinstance(node, ast.ImportFrom) and node.module == "ohifbuild":
            assert [each.name for each in node.names if each.name not in ohifbuild.__all__] == []


@pytest.mark.parametrize(
    "line",
    [
        "ohifbuild bild",
        "ohifbuild build --versoin 3.12.0",
        "ohifbuild build extra",
        "ohifbuild diff dist",
        "ohifbuild deploy nginz dist --output out",
        "cd x && ohifbuild serve dist --dicomweb",
    ],
)
def test_a_wrong_command_line_is_found(line: str) -> None:
    (words,) = ohifbuild_commands(line)
    with pytest.raises(click.ClickException):
        parse(words)


@pytest.mark.parametrize(
    ("language", "code"),
    [("js", "const = 1;"), ("js", "f(;"), ("ts", "interface { a: ; }"), ("python", "def f(:\n  1")],
)
def test_a_syntax_error_is_found(language: str, code: str) -> None:
    assert faulty(code, language)


def test_the_commands_of_a_script_are_found_behind_others() -> None:
    script = "A=1 ohifbuild build \\\n  --offline > log && ./bin/ohifbuild demo dist  # ohifbuild x\necho ohifbuild"
    assert ohifbuild_commands(script) == [["build", "--offline"], ["demo", "dist"]]
