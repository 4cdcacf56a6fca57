"""A child's life hangs on its supervisor's, whatever ends that."""

import os
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.unit

SCRIPT = """
import sys, time
from clickstream.entrypoints.child import watch_supervisor
watch_supervisor()
print("up", flush=True)
time.sleep(60)
"""


def test_a_child_stops_when_its_supervisor_is_gone() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with child:
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline() == b"up\n"
        child.stdin.close()
        assert child.wait(timeout=10) == -15


def test_what_is_written_to_the_pipe_does_not_stop_it() -> None:
    theirs, ours = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=theirs, stdout=subprocess.PIPE, start_new_session=True
    )
    os.close(theirs)
    with child:
        assert child.stdout
        assert child.stdout.readline() == b"up\n"
        os.write(ours, b"anything")
        time.sleep(0.2)
        assert child.poll() is None
        os.close(ours)
        assert child.wait(timeout=10) == -15
