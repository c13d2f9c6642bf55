"""A Node script that answers each line of JSON with one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def json_lines(script: Path) -> Iterator[Callable[[Any], Any]]:
    """Runs a script for the length of the block; yields a function from a question to its answer."""
    with subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as node:
        assert node.stdin
        assert node.stdout
        requests, answers = node.stdin, node.stdout

        def ask(question: Any) -> Any:
            requests.write(json.dumps(question).encode() + b"\n")
            requests.flush()
            line = answers.readline()
            assert line, "Node has ended"
            return json.loads(line)

        yield ask
        requests.close()
