"""Processor time of a process and those below it: what they did, also after they have ended."""

import subprocess
import sys

from propdesk.boot.bench_cpu import spent_s

BURN = """
import subprocess, sys, time
def burn(s):
    while time.process_time() < s: pass
if len(sys.argv) > 1:
    subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
burn(0.3)
sys.stdout.write("done"); sys.stdout.flush()
sys.stdin.read()
"""
CHILD = "import time\nwhile time.process_time() < 0.3: pass"


def test_what_a_process_and_its_ended_child_have_spent() -> None:
    command = [sys.executable, "-c", BURN, CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"done"
        spent = spent_s(process.pid)
        process.communicate()
    assert spent >= 0.55, "three tenths each, in steps of hundredths"
    assert spent_s(process.pid) == 0.0, "it is gone"
