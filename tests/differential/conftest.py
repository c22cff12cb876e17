"""Where the modules are that these tests share, and the table at the end."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "bench"), str(TESTS / "system")]

from new_dnsd import new_dnsd  # noqa: E402, F401: a fixture

tables = []  # texts for the end


def pytest_terminal_summary(terminalreporter):
    for table in tables:
        terminalreporter.write_line(table)
