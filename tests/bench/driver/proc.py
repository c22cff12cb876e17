"""Processes as /proc shows them: who belongs to a server, on which CPU it runs, how much memory it holds."""

import os
import re
import time


def session_pids(leader):
    """All processes of the session that `leader` began: a server and what it forked."""
    pids = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and _session(entry) == leader:
            pids.append(int(entry))
    return sorted(pids)


def _session(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            state, _, _, session = file.read().rpartition(")")[2].split()[:4]
    except OSError:
        return None
    return None if state in "ZX" else int(session)


def pin(pids, cpus):
    """All threads of `pids` run on `cpus` from now on, and those that they make."""
    for pid in pids:
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except FileNotFoundError:
            continue
        for thread in threads:
            try:
                os.sched_setaffinity(int(thread), cpus)
            except ProcessLookupError:
                pass


def parse_kb(text, key):
    """The bytes that a line such as `Pss:  120 kB` of /proc names; 0 if there is none."""
    found = re.search(rf"^{key}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _read(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:  # it has gone
        return ""


def pss_bytes(pids):
    """Memory that is held, shared pages (mapped images, too) divided among those who share them."""
    return sum(parse_kb(_read(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in pids)


def peak_bytes(pids):
    """The most that each ever held, added: exact for one process, too much for several that share pages."""
    return sum(parse_kb(_read(f"/proc/{pid}/status"), "VmHWM") for pid in pids)


def forget_peak(pids):
    """The peak is counted from now on."""
    for pid in pids:
        try:
            with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
        except OSError:
            pass



def cpu_busy(seconds=0.2):
    """The share of all CPUs that was in use meanwhile."""
    before = _cpu_times()
    time.sleep(seconds)
    after = _cpu_times()
    total = sum(after) - sum(before)
    idle = (after[3] + after[4]) - (before[3] + before[4])
    return 1 - idle / total if total else 0.0


def _cpu_times():
    return [int(value) for value in _read("/proc/stat").splitlines()[0].split()[1:9]]
