"""Ctrl-C is neither lost in Playwright nor mistaken for a breakdown of the browser."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.interrupts import interruptible


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_is_raised_at_the_next_check() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), interruptible() as check:
        check()
        press_ctrl_c()
        reached.append("after the signal")
        check()
        reached.append("after the check")
    assert reached == ["after the signal"]


def test_ctrl_c_is_raised_at_the_end_of_the_block_at_the_latest() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        press_ctrl_c()


def test_a_browser_that_ctrl_c_closed_is_not_a_failure() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        press_ctrl_c()
        raise BrowserFailed("The browser has gone.")


def test_a_browser_that_crashed_is_a_failure() -> None:
    with pytest.raises(BrowserFailed), interruptible():
        raise BrowserFailed("The browser has gone.")


def test_the_second_ctrl_c_is_raised_at_once() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), interruptible():
        press_ctrl_c()
        press_ctrl_c()
        reached.append("after the second")
    assert reached == []


def test_signal_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_does_nothing_in_another_thread() -> None:
    ended = []

    def work() -> None:
        with interruptible() as check:
            check()
            ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
