"""One lab for all tests; where namespaces are forbidden they are skipped, and counted as skipped."""

import os
from pathlib import Path

import pytest

import demo
from lab_run import Lab

BUILD = Path(os.environ.get("PROXIMA_BUILDDIR", "."))


@pytest.fixture(scope="session")
def lab():
    reason = os.environ.get("PROXIMA_LAB_WHY_NOT")
    if reason:
        pytest.skip(f"network namespaces are not to be had here: {reason}")
    lab = Lab(BUILD.resolve())
    try:
        lab.start(print)
        yield lab
    finally:
        demo.save_logs(lab, BUILD)
        lab.close()
