"""The watchdog ends what is silent, and nothing else."""

from __future__ import annotations

import os
import threading
from subprocess import Popen

from ohifbuild.verification.pace import Pace
from ohifbuild.verification.watchdog import Watchdog, kill_group, watchdog


def test_a_browser_that_is_silent_for_too_long_is_ended() -> None:
    ended = threading.Event()
    with watchdog(ended.set, 0.01) as watching:
        assert ended.wait(10)
    assert watching.has_ended


def test_a_browser_on_a_slow_machine_gets_more_time() -> None:
    ended, looked = threading.Event(), threading.Event()
    slowness = [1000.0]

    def measure() -> float:
        looked.set()
        return slowness[0]

    with watchdog(ended.set, 0.01, Pace(measure=measure)):
        assert looked.wait(10)
        assert not ended.is_set()
        slowness[0] = 1.0
        assert ended.wait(10)


def test_a_run_that_ends_in_time_is_left_alone() -> None:
    ended = threading.Event()
    with watchdog(ended.set, 600) as watching:
        watching.alive()
    assert not watching.has_ended
    assert not ended.is_set()


def test_a_sign_of_life_begins_the_time_again() -> None:
    watching = Watchdog(0.0, lambda: None)
    watching.seconds = 600
    watching.alive()
    threading.Timer(0, watching.stop).start()
    watching.watch()
    assert not watching.has_ended


def test_a_process_in_our_own_group_dies_alone() -> None:
    with Popen(["sleep", "600"]) as child:
        assert os.getpgid(child.pid) == os.getpgid(0)
        kill_group(child.pid)
        assert child.wait(10) == -9


def test_a_process_with_its_own_group_takes_its_children_along() -> None:
    with Popen(["sh", "-c", "sleep 600 & echo; wait"], start_new_session=True, text=True, stdout=-1) as child:
        assert child.stdout
        child.stdout.readline()
        kill_group(child.pid)
        assert child.wait(10) == -9
        assert child.stdout.read() == ""  # ends only when no process holds the pipe
