"""What the measurements were made on: for the report."""

import os
import platform
import re


def describe():
    return {"cpu": _field("/proc/cpuinfo", r"model name\s*:\s*(.+)") or platform.machine(),
            "cpus": len(os.sched_getaffinity(0)),
            "memory_gb": round(int(_field("/proc/meminfo", r"MemTotal:\s+(\d+)") or 0) / 1e6, 1),
            "kernel": platform.release(),
            "system": _field("/etc/os-release", r'PRETTY_NAME="(.+)"') or platform.system()}


def _field(path, pattern):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read())
    except OSError:
        return None
    return found[1].strip() if found else None
