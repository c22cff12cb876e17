"""One lab for all tests; where namespaces are forbidden they are skipped, and counted as skipped. Who fails while the
machine stands still is played again."""

import os
from pathlib import Path

import pytest

import demo
from failures import SITE
from lab_run import Lab

BUILD = Path(os.environ.get("PROXIMA_BUILDDIR", "."))
TRIES = 3


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


def others_sessions(lab):
    """The providers' sessions with the sites where the tests break nothing."""
    return {end: state for end, state in lab.sessions().items() if end[1] != SITE}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """A machine that stands still for longer than BFD waits (150 ms) takes the sessions of several sites down at once:
    then nobody announces for two seconds, and thousands of queries are lost. Who fails meanwhile was disturbed. The
    sessions with one site say nothing: tests break those on purpose."""
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    lab = pyfuncitem.funcargs.get("lab")
    if lab is None:
        return None
    for number in range(1, TRIES + 1):
        lab.wait_calm(60)
        before = others_sessions(lab)
        try:
            pyfuncitem.obj(**arguments)
            return True
        except Exception as error:
            fallen = sorted(end for end, since in others_sessions(lab).items() if since != before.get(end))
            if not fallen or number == TRIES:
                raise
            print(f"DISTURBED, sessions fell by themselves: {fallen}; played again, it said: {error}")
    return None
