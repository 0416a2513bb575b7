"""How a process of ours ends."""

import subprocess
import sys

import pytest

TELL_AND_LEAVE = """
import atexit
import {library}
from workers.processes import leave
atexit.register(print, "taken down")
print("said", end="")
leave(3)
"""


@pytest.mark.parametrize(("library", "said"), [("temporalio.client", "said"), ("psycopg", "saidtaken down\n")])
def test_only_who_used_temporal_leaves_without_taking_the_interpreter_down(library: str, said: str) -> None:
    code = TELL_AND_LEAVE.format(library=library)
    left = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (left.returncode, left.stdout, left.stderr) == (3, said, "")
