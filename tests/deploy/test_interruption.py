"""Ctrl-C while a rollout is watched."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from coopnb.deploy.interruption import interruptions


def press() -> None:
    """Press Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_press_is_a_wish_and_the_second_an_exception() -> None:
    """One Ctrl-C must only be told when asked for; a second one must end what hangs; then all is as before."""
    before = signal.getsignal(signal.SIGINT)
    with interruptions() as interrupted:
        assert not interrupted()
        press()
        assert interrupted()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_is_told_nothing() -> None:
    """Where signals cannot be had, a watch must go on as if nobody pressed anything."""
    answers = []

    def watch() -> None:
        with interruptions() as interrupted:
            answers.append(interrupted())

    thread = threading.Thread(target=watch)
    thread.start()
    thread.join(timeout=10)
    assert answers == [False]
