"""anycastd and anycastguard as programs: the command line, broken configurations, signals, disks that are full."""

import signal
import subprocess

import pytest

from dnsd import wait_for
from node import BIRD, BOTH_NORMAL, BUILD, Node

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

PROGRAMS = ("anycastd", "anycastguard")


def run(program, *arguments):
    return subprocess.run([BUILD / "anycastctl" / program, *arguments], capture_output=True, text=True,
                          timeout=30, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_and_version(program):
    done = run(program, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: {program}")
    done = run(program, "--version")
    assert done.returncode == 0 and done.stdout.split()[0] == program


@pytest.mark.parametrize("arguments", [["--nonsense"], ["extra"], ["-c"]])
def test_wrong_usage(arguments):
    done = run("anycastd", *arguments)
    assert done.returncode == 2 and "usage: anycastd" in done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_check_config(program, tmp_path):
    node = Node()
    done = run(program, "-c", node.conf, "--check-config")
    assert done.returncode == 0 and done.stdout == f"{node.conf}: no mistakes found\n"
    broken = tmp_path / "anycastd.conf"
    broken.write_text(node.conf.read_text() + "polcy = { };\n")
    done = run(program, "-c", broken, "--check-config")
    assert done.returncode == 1
    assert f"{broken}:" in done.stderr and 'did you mean "policy"?' in done.stderr
    done = run(program, "-c", tmp_path / "missing.conf")
    assert done.returncode == 1 and "No such file" in done.stderr


def test_second_anycastd_is_refused():
    with Node() as node:
        done = run("anycastd", "-c", node.conf)
        assert done.returncode == 1
        assert "start-failed" in done.stderr and str(node.folder / "report.sock") in done.stderr
        assert node.bird.levels() == BOTH_NORMAL


def test_hangup_reads_times_and_reopens_the_log():
    with Node() as node:
        node.events_path.rename(node.folder / "events.jsonl.1")
        node.conf.write_text(node.conf.read_text().replace('max = "1s"', 'max = "2s"'))
        node.signal(signal.SIGHUP, "anycastd")
        node.wait_log("anycastd", "reloaded")
        node.order("withdrawn")
        node.wait_event("order")
        assert "restart-needed" not in node.log("anycastd")
        node.conf.write_text(node.conf.read_text().replace('interval = "50ms"', 'interval = "60ms"'))
        node.signal(signal.SIGHUP, "anycastd")
        node.wait_log("anycastd", "restart-needed setting=probe")


def test_broken_config_leaves_the_running_one():
    with Node() as node:
        node.conf.write_text("nonsense")
        node.signal(signal.SIGHUP, "anycastd")
        node.wait_log("anycastd", "reload-failed")
        assert f"{node.conf}:" in node.log("anycastd")
        assert node.wait_status(lambda status: status["healthy"])


def test_full_disk_withdraws_all_the_same():
    node = Node()
    node.conf.write_text(node.conf.read_text().replace('"events.jsonl"', '"/dev/full"'))
    with node:
        status = node.wait_status(lambda status: status["alarms"])
        assert any("/dev/full: No space left on device" in alarm for alarm in status["alarms"])
        node.kill("dnsd")
        node.wait_levels(set())
        events = node.command("history", last=100)["events"]
        assert any(event["event"] == "level" and event["to"] == "withdrawn" for event in events)


def test_anycastd_waits_for_bird():
    node = Node()
    try:
        node.dnsd.start()
        node.start_anycastd()
        status = node.wait_status(lambda s: s["dnsd"]["connected"])
        assert not status["bird"]["connected"] and not status["healthy"]
        assert any("systemctl status bird" in alarm for alarm in status["alarms"])
        node.bird.start()
        node.wait_levels(BOTH_NORMAL)
    finally:
        node.end()


def test_terminated_guard_leaves_quietly():
    with Node() as node:
        node.stop("anycastguard")
        node.wait_status(lambda status: not status["guard"]["connected"])
        wait_for(lambda: not (node.folder / "lease.sock").exists(), "the end of its socket")
        assert node.bird.levels() == BOTH_NORMAL
