"""The tutorial, followed to the letter with a real Orthanc: from nothing to a shared study.

The commands run as root in a mount namespace with folders of their own for ``/srv``, Orthanc's studies and systemd's
units. Two things are not done, because other tests do them: packages of the system are requested from ``system.py``,
and the viewer is not verified. ``OHIFBUILD_WHOLE_TUTORIAL=1`` also installs ohifbuild into a new environment and
verifies the viewer, which takes minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ohifbuild.core.processes import find_program
from ohifbuild.verification.dataset import write_dataset
from ohifbuild.verification.dataset.contents import ORDINARY
from system import browser_installed, installed, orthanc_installed

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "tutorial.md"
SHOWN_STUDY = "1.2.840.113619.2.1"
WHOLE = "OHIFBUILD_WHOLE_TUTORIAL"
MOST_COMMANDS, MOST_SECONDS = 6, 600

SYSTEMCTL = """#!/bin/sh
# Stands for systemd: starts Orthanc as its user, as the unit of Debian with the drop-in says.
case "$1" in
daemon-reload) exit 0 ;;
restart)
  command=$(sed -n 's/^ExecStart=\\(.\\)/\\1/p' /etc/systemd/system/orthanc.service.d/ohifbuild.conf)
  setpriv --reuid orthanc --regid orthanc --clear-groups sh -c "exec $command" \
    < /dev/null > "$WORK/orthanc.log" 2>&1 &
  echo $! > "$WORK/orthanc.pid" ;;
*) exit 1 ;;
esac
"""

PREPARE = """
mount -t tmpfs none /srv
mount -t tmpfs none /etc/systemd/system
mount -t tmpfs none /var/lib/orthanc
mount -t tmpfs none /var/log/orthanc
chown orthanc /var/lib/orthanc /var/log/orthanc
nsenter --net="$NETWORK" ip link set lo up
"""

# Debian's Orthanc as its unit starts it, which gets a study before the tutorial begins.
STORE = """
import pathlib, subprocess, sys, time, urllib.request
user = ["setpriv", "--reuid", "orthanc", "--regid", "orthanc", "--clear-groups"]
child = subprocess.Popen([*user, "/usr/sbin/Orthanc", "--logdir=/var/log/orthanc", "/etc/orthanc"])
try:
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")):
        if path.is_file():
            request = urllib.request.Request("http://localhost:8042/instances", path.read_bytes())
            until = time.monotonic() + 60
            while True:
                try:
                    urllib.request.urlopen(request).close()
                    break
                except OSError:
                    assert child.poll() is None and time.monotonic() < until
finally:
    child.terminate()
    child.wait(60)
"""

# Opens the page of the link, and asks for its study as the viewer does.
OPEN = """
import sys, time, urllib.error, urllib.request
link = sys.stdin.read().strip()
page, _, token = link.partition("#token=")
origin, uid = page.partition("/ohif/")[0], page.partition("StudyInstanceUIDs=")[2]
def status(path, headers={}):
    try:
        with urllib.request.urlopen(urllib.request.Request(path, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
study = f"{origin}/dicom-web/studies/{uid}/metadata"
print(status(page), status(study, {"token": token}), status(study), status(f"{origin}/app/explorer.html"))
"""


LIST = ".venv/bin/ohifbuild share list --deployment /srv/viewer --json"


def commands(page: str) -> list[str]:
    """The commands of a page: each line of its shell blocks, without the ends of lines that go on."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


class Shell:
    """A root shell in a mount namespace with a network of its own; commands run in one folder."""

    def __init__(self, work: Path, children: list[subprocess.Popen[bytes]]) -> None:
        self.work = work
        keep = ["sleep", "infinity"]
        self._mounts = subprocess.Popen(["unshare", "--mount", "--propagation", "private", *keep])
        self._net = subprocess.Popen(["unshare", "--net", *keep])
        children.extend((self._mounts, self._net))
        for child in children:
            await_program(child, keep[0])
        shims = work / "shims"
        shims.mkdir()
        (shims / "systemctl").write_text(SYSTEMCTL)
        (shims / "systemctl").chmod(0o755)
        self._network = f"/proc/{self._net.pid}/ns/net"
        self._env = {
            **os.environ,
            "PATH": f"{shims}:{os.environ['PATH']}:/usr/sbin:/sbin",
            "NETWORK": self._network,
            "WORK": str(work),
        }

    def run(self, command: str, *, text: str = "") -> str:
        """Standard output of a command, which must succeed."""
        inside = ["nsenter", f"--mount=/proc/{self._mounts.pid}/ns/mnt", "bash", "-euc", f"cd '{self.work}'\n{command}"]
        done = subprocess.run(
            inside, env=self._env, input=text, text=True, stdout=subprocess.PIPE, timeout=MOST_SECONDS, check=False
        )
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def run_in_network(self, script: str, *arguments: object, text: str = "") -> str:
        """The same for a Python script, in the network that Orthanc is in."""
        (self.work / "script.py").write_text(script)
        words = " ".join(map(str, (sys.executable, self.work / "script.py", *arguments)))
        return self.run(f"nsenter --net={self._network} {words}", text=text)


def await_program(child: subprocess.Popen[bytes], name: str) -> None:
    """Waits until ``unshare`` has become the program: before that, its namespaces are those of the machine.

    Raises:
        AssertionError: it ended, or did not start in time.
    """
    until = time.monotonic() + 20
    while Path(f"/proc/{child.pid}/comm").read_text().strip() != name:
        assert child.poll() is None, "a namespace cannot be made here"
        assert time.monotonic() < until


@contextmanager
def shell(work: Path) -> Iterator[Shell]:
    children: list[subprocess.Popen[bytes]] = []
    try:
        try:
            root = Shell(work, children)
        except AssertionError as error:
            pytest.skip(str(error))
        yield root
    finally:
        if (work / "orthanc.pid").exists():
            subprocess.run(["kill", (work / "orthanc.pid").read_text().strip()], check=False)
        for child in children:
            child.kill()
            child.wait()


def as_here(command: str, work: Path) -> str | None:
    """A command as it is run; None for one whose work is done already."""
    if command.startswith("apt install "):
        return None
    if "pip install" in command:
        if WHOLE in os.environ:
            return command.replace("ohifbuild[", f"{ROOT}[")
        (work / ".venv").symlink_to(sys.prefix)
        return None
    if "ohifbuild build" in command and WHOLE not in os.environ:
        return f"{command} --no-verify"
    if command.startswith("sh ") or " share add " in command:  # Orthanc is in a network of its own
        return f'nsenter --net="$NETWORK" {command.replace(SHOWN_STUDY, ORDINARY.uid)}'
    return command


def test_six_commands_lead_from_nothing_to_a_shared_study(tmp_path_factory: pytest.TempPathFactory) -> None:
    given = commands(PAGE.read_text())
    assert len(given) <= MOST_COMMANDS
    (packages,) = [command for command in given if command.startswith("apt install ")]
    assert {"orthanc", "orthanc-dicomweb", "orthanc-python", "npm", "git"} <= set(packages.split())
    if os.geteuid() != 0:
        pytest.skip("the tutorial's commands are for root")
    orthanc_installed()
    if WHOLE in os.environ:
        browser_installed()
    for program, package in {"unshare": "util-linux", "ip": "iproute2", "setpriv": "util-linux"}.items():
        installed(program, package)
    assert find_program("node")
    work = tmp_path_factory.mktemp("tutorial")
    work.parent.chmod(0o755)
    write_dataset(work / "dataset")
    seconds, said = dict[str, float](), ""
    with shell(work) as root:
        root.run(PREPARE)
        root.run_in_network(STORE, work / "dataset" / ORDINARY.key)
        for command in given:
            wanted = as_here(command, work)
            if wanted is None:
                continue
            began = time.monotonic()
            said = root.run(wanted)
            seconds[command] = time.monotonic() - began
        answers = root.run_in_network(OPEN, text=said)
        until = time.monotonic() + 20
        while '"last_opened": null' in (listed := root.run(LIST)) and time.monotonic() < until:
            """The access log is written at most a second after a request."""
    for command, each in seconds.items():
        print(f"{each:6.1f} s  {command}")
    print(f"{sum(seconds.values()):6.1f} s  in all")
    shutil.rmtree(work, ignore_errors=True)
    assert said.startswith(f"http://localhost:8042/ohif/viewer?StudyInstanceUIDs={ORDINARY.uid}#token=")
    assert '"times_opened": 0' not in listed
    assert answers.split() == ["200", "200", "403", "403"]
    assert sum(seconds.values()) < MOST_SECONDS
