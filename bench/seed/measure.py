"""Runs a program and writes one JSON line to descriptor 3: its exit status, how long it took (ms), the CPU time it and
its children used (user and system, ms) and the most memory it held (MB). Arguments: the program and its own.

A process of its own because wait4 tells all that exactly, and because a child forked by a small process does not begin
with the memory of a big one."""

import json
import os
import sys
import time

started = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 3)])
_, status, used = os.wait4(pid, 0)
took = time.perf_counter() - started
report = {
    "status": os.waitstatus_to_exitcode(status),
    "wallMs": took * 1000,
    "cpuMs": (used.ru_utime + used.ru_stime) * 1000,
    "peakMb": used.ru_maxrss / 1024,
}
os.write(3, json.dumps(report).encode())
