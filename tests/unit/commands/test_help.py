"""What a person reads of the command line: every command has one line in the list, a help text and an example."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from ohifbuild.commands.lazy_group import COMMANDS
from ohifbuild.commands.main import cli


def every_command(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


EVERY = dict(every_command())


def test_the_list_of_commands_says_what_the_command_says_of_itself_and_cuts_nothing() -> None:
    listed = CliRunner().invoke(cli, ["--help"]).output
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", listed, re.MULTILINE)
        assert (EVERY[name].help or "").partition("\n")[0] == line


@pytest.mark.parametrize("name", EVERY)
def test_a_commands_first_sentence_fits_a_list_of_commands(name: str) -> None:
    assert EVERY[name].get_short_help_str(limit=60) == (EVERY[name].help or "").partition("\n")[0]


@pytest.mark.parametrize("name", EVERY)
def test_a_commands_help_shows_an_example_that_its_parser_takes(name: str) -> None:
    shown = CliRunner().invoke(cli, [*name.split(), "--help"]).output
    examples = re.findall(r"^ +(ohifbuild .*)$", shown.partition("Example")[2], re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(example)[1:]
        group: click.Command = cli
        while isinstance(group, click.Group):
            child = group.get_command(click.Context(group), words.pop(0))
            assert child is not None
            group = child
        group.make_context("example", words)


@pytest.mark.parametrize("name", EVERY)
def test_every_option_of_a_command_is_explained(name: str) -> None:
    options = [item for item in EVERY[name].params if isinstance(item, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_help_imports_no_command() -> None:
    program = (
        "import sys; from ohifbuild.commands.main import cli; cli.main(['--help'], standalone_mode=False);"
        "print([name for name in sys.modules if name.split('.')[0] in ('rich', 'aiohttp', 'pydantic', 'playwright')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_refused_with_the_nearest_one() -> None:
    result = CliRunner().invoke(cli, ["buidl", "--version", "v3-stable"])
    assert result.exit_code == 2
    assert "There is no command 'buidl'. The nearest is 'build'." in result.output
