"""The lab itself: whatever ends it ends everything in it."""

import os
import signal
import subprocess
import sys

import pytest

from lab import INSIDE, LIFELINE, why_not
from network import HERE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_the_lab(number):
    reason = why_not()
    if reason:
        pytest.skip(f"network namespaces are not to be had here: {reason}")
    outside = {k: v for k, v in os.environ.items() if k not in (INSIDE, LIFELINE)}
    lab = subprocess.Popen(
        [sys.executable, HERE / "lab.py", "run", "sh", "-c", "sleep 600 & echo up; sleep 600"],
        env=outside, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )
    assert lab.stdout.readline() == b"up\n"
    lab.send_signal(number)
    assert lab.stdout.read() == b""  # its end comes when the last holder is gone
    lab.wait()
    lab.stdout.close()
