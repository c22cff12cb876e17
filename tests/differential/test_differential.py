"""dnsd and each peer that is installed: no difference without a rule that explains it."""

import os
import tempfile

import pytest

import conftest
from differ import report, servers
from differ.run import QUESTIONS, SEED, Run

seed = int(os.environ.get("PROXIMA_SEED", SEED))
count = int(os.environ.get("PROXIMA_QUESTIONS", QUESTIONS))


@pytest.fixture(scope="module", name="run")
def _run():
    missing = servers.missing(servers.PEERS)
    run = Run(seed, count, [kind for kind in servers.PEERS if kind.name not in missing])
    if run.peers:
        with tempfile.TemporaryDirectory(prefix="differential-") as folder:
            run.go(folder)
        conftest.tables.append(report.text(report.make(run)))
    return run


@pytest.mark.parametrize("peer", servers.BY_NAME)
def test_every_difference_is_explained(run, peer):
    if peer not in run.peers:
        pytest.skip(f"SKIPPED: {peer} is not installed (./bootstrap differential installs it)")
    unexplained = ["\n".join(report.case_lines(case)) for case in run.unexplained if case.peer == peer]
    assert not unexplained, f"PROXIMA_SEED={seed}: {len(unexplained)} unexplained:\n" + "\n\n".join(unexplained[:5])
    assert run.same[peer] > count / 2, "most answers are the same, or nothing was compared"
