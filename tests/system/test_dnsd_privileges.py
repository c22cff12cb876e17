"""What dnsd gives up after it has opened its sockets, and that it can still do its work."""

import os
import pwd
import signal
from pathlib import Path

import pytest

from anycastd import Anycastd
from dnsd import example_zone

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give it up")


@pytest.fixture
def dnsd(new_dnsd):
    dnsd = new_dnsd(extra='user = "nobody";')
    dnsd.folder.chmod(0o755)
    dnsd.control = dnsd.folder / "run" / "dnsd.sock"
    dnsd.report = dnsd.folder / "run" / "report.sock"
    dnsd.write_conf(dnsd.conf.read_text().replace(f'run_dir = "{dnsd.folder}"', f'run_dir = "{dnsd.folder}/run"'))
    with dnsd:
        yield dnsd


def status_of(task):
    lines = (task / "status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def test_no_thread_keeps_a_right(dnsd):
    uid = str(pwd.getpwnam("nobody").pw_uid)
    tasks = list(Path(f"/proc/{dnsd.process.pid}/task").iterdir())
    assert len(tasks) >= 4  # main, log, two workers
    for task in tasks:
        status = status_of(task)
        assert set(status["Uid"].split()) == {uid}
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapAmb"], 16) == 0
        assert status["NoNewPrivs"] == "1"


def test_folder_and_sockets_are_its_own(dnsd):
    uid = pwd.getpwnam("nobody").pw_uid
    assert (dnsd.folder / "run").stat().st_uid == dnsd.control.stat().st_uid == uid
    assert dnsd.control.stat().st_mode & 0o777 == 0o660


def test_it_reports_reloads_and_leaves(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        os.chmod(dnsd.report, 0o666)
        assert anycastd.accept().receive()["descriptors"] == 1
        dnsd.write_zone("example.com", example_zone(2))
        assert dnsd.ask("reload")["loaded"] == 1 and dnsd.serial() == 2
        dnsd.process.send_signal(signal.SIGTERM)
        anycastd.receive_until(lambda report: report["state"] == "stopping")
        anycastd.say(withdrawn=True)
        anycastd.wait_end()
    assert dnsd.wait() == 0
    assert not dnsd.control.exists()


def test_unknown_user_is_told(new_dnsd):
    dnsd = new_dnsd(extra='user = "no-such-user";')
    dnsd.start(wait=False)
    assert dnsd.wait() == 1
    assert "no-such-user" in dnsd.log_text()
