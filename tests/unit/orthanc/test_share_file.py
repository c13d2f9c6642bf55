from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import share_file
from ohifbuild.orthanc.configuration import SCRIPTS
from share_file import GRACE_SECONDS, FileUnusable, ShareFile, ShareRefused
from token_file import LONGEST_FILE, TokenFile, digest_of, id_of

STUDY, OTHER = "1.2.3", "1.2.4"
DAY = 86400.0
FORMAT_1 = {
    digest_of("old"): {"studies": [STUDY], "expires": "2999-01-01T00:00:00+00:00"},
    digest_of("root"): {"everything": True},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "link.json").write_text("{}")
    write(tmp_path, {})
    return tmp_path


def write(folder: Path, entries: Any) -> None:
    (folder / "tokens.json").write_text(entries if isinstance(entries, str) else json.dumps(entries))


def entries(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "tokens.json").read_text()))


def granted(folder: Path, token: str) -> bool:
    return TokenFile(folder / "tokens.json", print).grant(token) is not None


def test_a_share_is_added_listed_extended_and_revoked(folder: Path) -> None:
    file, until = ShareFile(folder), time.time() + DAY
    share = file.add([STUDY, OTHER, STUDY], "secret", until, "  for Dr Ray ")
    assert (share.note, share.studies) == ("for Dr Ray", (STUDY, OTHER))
    assert share.created == pytest.approx(time.time(), abs=5)
    assert share.expires == pytest.approx(until, abs=1)
    assert file.shares() == [share]
    assert granted(folder, "secret")
    assert file.extend(share.id[:3], until + DAY).expires == pytest.approx(until + DAY, abs=1)
    assert file.revoke(share.id).id == share.id
    assert file.shares() == []
    assert not granted(folder, "secret")


def test_the_file_holds_no_token_and_only_its_owner_can_read_it(folder: Path) -> None:
    share = ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    text = (folder / "tokens.json").read_text()
    assert "secret" not in text
    assert not share.id.startswith(digest_of("secret")[:4])
    assert (folder / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_a_file_of_format_1_is_read_and_gets_ids_when_a_share_is_added(folder: Path) -> None:
    write(folder, FORMAT_1)
    file = ShareFile(folder)
    (old,) = file.shares()
    assert (old.note, old.created, old.studies) == ("", None, (STUDY,))
    assert entries(folder) == FORMAT_1
    file.extend(old.id, time.time() + DAY)  # which an older filter must still read
    assert all(set(entry) <= {"studies", "expires", "everything"} for entry in entries(folder).values())
    file.add([OTHER], "new", time.time() + DAY)
    assert entries(folder)[digest_of("old")]["id"] == old.id == file.shares()[0].id
    assert granted(folder, "old")
    assert granted(folder, "root")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock by so many days from now."""
    now = time.time()

    def move(days: float) -> None:
        monkeypatch.setattr(time, "time", lambda: now + days * DAY)

    return move


def test_a_share_is_removed_a_month_after_it_was_found_expired_and_administrators_at_once(
    folder: Path, clock: Callable[[float], None]
) -> None:
    def expired(seconds: float) -> str:
        return share_file._moment(time.time() - seconds)

    write(
        folder,
        {
            digest_of("lasts"): {"studies": [STUDY]},
            digest_of("long ago"): {"studies": [STUDY], "expires": expired(GRACE_SECONDS + DAY)},
            digest_of("killed"): {"everything": True, "expires": expired(1)},
        },
    )
    with ShareFile(folder).administrator() as token:
        assert granted(folder, token)
        assert set(entries(folder)) == {digest_of("lasts"), digest_of("long ago"), digest_of(token)}
    for days, names in ((29, ["lasts", "long ago"]), (31, ["lasts"])):
        clock(days)
        with ShareFile(folder).administrator():
            pass
        assert set(entries(folder)) == set(map(digest_of, names))
    assert json.loads((folder / "expired.json").read_text()) == {}


@pytest.mark.parametrize("days", [3650.0, -3650.0])
def test_a_clock_that_jumps_for_a_while_removes_no_share(
    folder: Path, clock: Callable[[float], None], days: float
) -> None:
    file = ShareFile(folder)
    share = file.add([STUDY], "good", time.time() + DAY)
    clock(days)
    for token in ("one", "two"):
        file.add([OTHER], token, time.time() + DAY)
    clock(0)
    file.add([OTHER], "three", time.time() + DAY)
    assert share in file.shares()
    assert granted(folder, "good")


@pytest.mark.parametrize("found", ["", "[1]", '{"a": "b"}', '{"a": null}', "{" * 9000, "pipe"])
def test_a_damaged_list_of_expired_shares_counts_as_empty(folder: Path, found: str) -> None:
    if found == "pipe":
        os.mkfifo(folder / "expired.json")
    else:
        (folder / "expired.json").write_text(found)
    write(folder, {digest_of("old"): {"studies": [STUDY], "expires": "2020-01-01T00:00:00Z"}})
    ShareFile(folder).add([STUDY], "new", time.time() + DAY)
    assert set(json.loads((folder / "expired.json").read_text())) == {digest_of("old")}


@pytest.mark.parametrize("prefix", ["", "0", "f" * 12, "\x1b[2J", "g"])
def test_an_id_that_names_no_share_is_refused(folder: Path, prefix: str) -> None:
    write(folder, {digest_of("root"): {"everything": True, "id": "0" * 12}})
    for change in (ShareFile(folder).revoke, lambda each: ShareFile(folder).extend(each, 1.0)):
        with pytest.raises(ShareRefused, match="there is no share") as caught:
            change(prefix)
        assert str(caught.value).isprintable()
    assert granted(folder, "root")


def test_an_empty_id_does_not_name_the_only_share(folder: Path) -> None:
    ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    with pytest.raises(ShareRefused, match="there is no share"):
        ShareFile(folder).revoke("")


def test_an_id_that_names_two_shares_is_refused(folder: Path) -> None:
    write(folder, {digest_of(name): {"studies": [STUDY], "id": f"ab{name * 10}"} for name in "12"})
    with pytest.raises(ShareRefused, match="2 shares begin with ab"):
        ShareFile(folder).revoke("ab")
    assert ShareFile(folder).revoke("ab1").id == "ab1111111111"


@pytest.mark.parametrize("note", ["a\nb", "a\r", "\x1b]0;x\x07", "\u202eabc", "\ud800", "x" * 201, "a\u2028b", "\x7f"])
def test_a_note_that_could_act_on_a_terminal_is_refused(folder: Path, note: str) -> None:
    with pytest.raises(ShareRefused, match="printable"):
        ShareFile(folder).add([STUDY], "secret", time.time() + DAY, f"a{note}b")
    assert entries(folder) == {}


def a_link(path: Path) -> None:
    path.with_name("elsewhere").write_text("{}")
    path.symlink_to("elsewhere")


REPLACEMENTS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "a symbolic link": a_link,
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "empty": lambda path: path.write_text(""),
    "cut off": lambda path: path.write_text(json.dumps(FORMAT_1)[:-5]),
    "a list": lambda path: path.write_text("[]"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "not UTF-8": lambda path: path.write_bytes(b'{"\xff": 1}'),
    "huge": lambda path: path.write_text(" " * (LONGEST_FILE + 1)),
    "a newer format": lambda path: path.write_text(json.dumps({digest_of("t"): {"studies": [STUDY], "pin": "1"}})),
    "tokens in clear": lambda path: path.write_text('{"my-token": {"studies": ["1.2.3"]}}'),
}


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_whatever_is_no_token_file_is_refused_and_left_as_it_is(folder: Path, replacement: str) -> None:
    path = folder / "tokens.json"
    path.unlink()
    REPLACEMENTS[replacement](path)
    before = path.lstat() if os.path.lexists(path) else None
    file = ShareFile(folder)
    for change in (
        file.shares,
        lambda: file.add([STUDY], "secret", time.time() + DAY),
        lambda: file.revoke("0"),
        lambda: file.administrator().__enter__(),
    ):
        with pytest.raises(FileUnusable) as caught:
            change()
        assert "my-token" not in str(caught.value)
    after = path.lstat() if os.path.lexists(path) else None
    assert (before and (before.st_ino, before.st_mtime_ns)) == (after and (after.st_ino, after.st_mtime_ns))


def test_a_link_at_the_name_of_the_new_file_is_not_followed(folder: Path) -> None:
    victim = folder / "victim"
    victim.write_text("precious")
    (folder / ".tokens.json.new").symlink_to(victim)
    ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    assert victim.read_text() == "precious"
    assert not (folder / "tokens.json").is_symlink()


def test_a_link_that_appears_at_the_last_moment_is_not_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = folder / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(Path, "unlink", lambda path, **_: path.symlink_to(victim))
    with pytest.raises(FileExistsError):
        ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    assert victim.read_text() == "precious"
    assert entries(folder) == {}


def test_a_lock_that_somebody_keeps_is_named_after_a_while(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_file, "LOCK_SECONDS", 0.0)
    with (folder / "link.json").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(FileUnusable, match="another process has locked it"):
            ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    assert ShareFile(folder).add([STUDY], "secret", time.time() + DAY)


def test_only_the_owner_and_root_can_change_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(PermissionError, match="only its owner and root"):
        ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    assert entries(folder) == {}


def test_the_owner_of_the_file_stays(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(folder / "tokens.json", 1234, 1235)
    ShareFile(folder).add([STUDY], "secret", time.time() + DAY)
    facts = (folder / "tokens.json").stat()
    assert (facts.st_uid, facts.st_gid, facts.st_mode & 0o777) == (1234, 1235, 0o600)


ADDER = """
import sys, time
from pathlib import Path
from share_file import ShareFile
for number in range(int(sys.argv[2])):
    ShareFile(Path(sys.argv[1])).add(["1.2.3"], f"{sys.argv[3]}-{number}", time.time() + 1000)
"""


def started(folder: Path, script: str, *arguments: object) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    return subprocess.Popen([sys.executable, "-c", script, str(folder), *map(str, arguments)], env=env)


def test_of_shares_that_eight_processes_add_at_once_none_is_lost(folder: Path) -> None:
    children = [started(folder, ADDER, 10, name) for name in "abcdefgh"]
    assert [child.wait(60) for child in children] == [0] * 8
    assert len(ShareFile(folder).shares()) == 80
    assert all(granted(folder, f"{name}-{number}") for name in "abcdefgh" for number in range(10))


KILLED = """
import os, signal, sys, time
from pathlib import Path
import share_file
from share_file import ShareFile
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "after":
    replace = Path.replace
    Path.replace = lambda *names: (replace(*names), die())
else:
    module, name = sys.argv[2].rsplit(".", 1)
    setattr({"os": os, "Path": Path, "json": share_file.json}[module], name, die)
ShareFile(Path(sys.argv[1])).add(["1.2.3"], "second", time.time() + 1000)
"""


@pytest.mark.parametrize("step", ["json.dumps", "Path.unlink", "os.fdopen", "os.fsync", "Path.replace", "after"])
def test_a_writer_that_is_killed_leaves_a_valid_file_and_no_lock(folder: Path, step: str) -> None:
    file = ShareFile(folder)
    file.add([STUDY], "first", time.time() + DAY)
    assert started(folder, KILLED, step).wait(60) == -9
    assert granted(folder, "first")
    assert granted(folder, "second") is (step == "after")
    file.add([OTHER], "third", time.time() + DAY)
    assert len(file.shares()) == (3 if step == "after" else 2)
    assert not (folder / ".tokens.json.new").exists()


def test_what_a_file_holds_is_printed_safely() -> None:
    assert share_file.printable("a\x1b[31m\n\u202eb") == "a\ufffd[31m\ufffd\ufffdb"


def test_an_id_of_format_1_does_not_show_the_digest() -> None:
    assert id_of(digest_of("t"), {}) not in digest_of("t")
