"""anycastctl drill: what it refuses, how it goes to other sites, what it schedules, and a drill of a node that needs no
privileges. tests/lab plays all of them for real."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from dnsd import SECONDS, wait_for
from node import BIRD, BUILD, Node
from test_anycastctl import FakeDaemon, family, status

PROGRAM = BUILD / "anycastctl" / "cli" / "anycastctl"


def run(tmp_path, *arguments, **environment):
    return subprocess.run(
        [PROGRAM, "drill", *arguments, "--socket", tmp_path / "anycastd.sock", "--drill-socket", tmp_path / "drill.sock",
         "--dnsd-socket", tmp_path / "dnsd.sock"],
        capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL, env={**os.environ, **environment})


def site(level="normal"):
    return {"node_id": 2, "services": [{"name": "dns", "family": 4, "level": level}]}


def drillable(tmp_path, **changes):
    fleet = {"live": True, "min_sites": 1, "sites": [site()]}
    services = [{"name": "dns", "zones": ["example.test."], "families": [family(4)],
                 "order": {"intent": "auto"}}]
    return status(**{"fleet": fleet, "services": services,
                     "drill": {"state_dir": str(tmp_path), "objectives": {"detect": 400}}, **changes})


@pytest.mark.parametrize("changes, reason", [
    ({"healthy": False, "alarms": ["the disk is full"]}, "not healthy (the disk is full)"),
    ({"fleet": {"live": False}}, "needs --force"),
    ({"fleet": {"live": True, "min_sites": 1, "sites": [site("backup")]}}, "0 other sites announce"),
    ({"fleet": {"live": True, "min_sites": 2, "sites": [site()]}}, "1 other sites announce"),
    ({"services": [{"name": "dns", "families": [family(4)], "order": {"intent": "drain"}}]}, "order is in force"),
])
def test_what_is_not_fit_for_a_drill_is_refused(tmp_path, changes, reason):
    daemon = FakeDaemon(tmp_path / "anycastd.sock", [drillable(tmp_path, **changes)])
    done = run(tmp_path, "run", "withdraw", "--yes")
    assert done.returncode == 2 and reason in done.stderr
    assert [request["cmd"] for request in daemon.requests] == ["status"]


def test_nothing_begins_unasked(tmp_path):
    daemon = FakeDaemon(tmp_path / "anycastd.sock", [drillable(tmp_path)])
    done = run(tmp_path, "run", "withdraw")
    assert done.returncode == 2 and "--yes" in done.stderr
    assert "Remaining:  1 other sites" in done.stdout
    assert "Objectives: detect 400.0 ms" in done.stdout
    assert [request["cmd"] for request in daemon.requests] == ["status"]


def test_without_the_helper_nothing_begins(tmp_path):
    FakeDaemon(tmp_path / "anycastd.sock", [drillable(tmp_path)])
    done = run(tmp_path, "run", "dnsd-crash", "--yes")
    assert done.returncode == 2 and "systemctl start anycastdrill" in done.stderr


@pytest.mark.parametrize("arguments, reason", [
    ((), "run, list, show or schedule"), (("dance",), "run, list, show or schedule"), (("run",), "which one?"),
    (("run", "reboot"), "no drill"), (("run", "drain", "now"), "one word too many"),
    (("run", "drain", "--for", "1ms"), "1s to 10m"), (("run", "drain", "--site", "-oProxyCommand=x"), "no name"),
    (("show", "../../etc/passwd"), "no id"), (("schedule", "reboot", "--calendar", "Sun"), "no drill"),
    (("schedule", "drain"), "when?"), (("schedule", "drain", "--calendar", "Sun\nx"), "systemd.time"),
])
def test_wrong_usage(tmp_path, arguments, reason):
    (tmp_path / "drills").mkdir()
    done = run(tmp_path, *arguments, *(["--drills", str(tmp_path / "drills")] if arguments else []))
    assert done.returncode == 2 and reason in done.stderr


# --- other sites -------------------------------------------------------------------------------


@pytest.fixture
def ssh(tmp_path):
    """A program that notes how it was called, and ends as the file `status` says."""
    program = tmp_path / "ssh"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/calls\nread code <{tmp_path}/status\nexit $code\n')
    program.chmod(0o755)
    return program


def calls(tmp_path):
    return (tmp_path / "calls").read_text().splitlines()


@pytest.mark.parametrize("code, expected, sites", [(0, 0, 2), (1, 1, 2), (2, 2, 1), (255, 2, 1)])
def test_sites_one_after_the_other(tmp_path, ssh, code, expected, sites):
    (tmp_path / "status").write_text(f"{code}\n")
    done = run(tmp_path, "run", "dnsd-hang", "--site", "fra1", "--site", "nyc1", "--yes", "--for", "5s",
               ANYCASTCTL_SSH=str(ssh))
    assert done.returncode == expected
    assert calls(tmp_path) == [f"{name} anycastctl drill run dnsd-hang --yes --for 5000ms"
                               for name in ("fra1", "nyc1")][:sites]


def test_the_own_name_means_here(tmp_path, ssh):
    FakeDaemon(tmp_path / "anycastd.sock", [status(), drillable(tmp_path, healthy=False)])
    done = run(tmp_path, "run", "dnsd-hang", "--site", "fra", "--yes", ANYCASTCTL_SSH=str(ssh))
    assert done.returncode == 2 and "not healthy" in done.stderr
    assert not (tmp_path / "calls").exists()


def test_what_a_shell_would_read_is_not_handed_on(tmp_path, ssh):
    (tmp_path / "status").write_text("0\n")
    done = run(tmp_path, "run", "dnsd-hang", "--site", "fra1", "--yes", "--service", "dns;reboot",
               ANYCASTCTL_SSH=str(ssh))
    assert done.returncode == 2 and "cannot be handed" in done.stderr
    assert not (tmp_path / "calls").exists()


# --- schedules ---------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_a_time_that_systemd_does_not_know_is_refused_before_anything_is_written(tmp_path):
    done = run(tmp_path, "schedule", "drain", "--calendar", "Sunn 04:00", ANYCASTCTL_UNITS=str(tmp_path))
    assert done.returncode == 2 and 'anycastctl: --calendar "Sunn 04:00": see systemd.time(7)' in done.stderr
    assert not list(tmp_path.glob("proxima-drill-*"))


def test_schedule(tmp_path):
    units, tools = tmp_path / "units", tmp_path / "tools"
    units.mkdir()
    tools.mkdir()
    systemctl = tools / "systemctl"
    systemctl.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/calls\n')
    systemctl.chmod(0o755)
    environment = {"ANYCASTCTL_UNITS": str(units), "PATH": f"{tools}:{os.environ['PATH']}"}
    done = run(tmp_path, "schedule", "drain", "--calendar", "Sun 04:00", "--print", **environment)
    assert done.returncode == 0 and "OnCalendar=Sun 04:00\n" in done.stdout and not list(units.iterdir())
    assert f"ExecStart={PROGRAM} drill run drain --yes\n" in done.stdout
    assert "No drill is scheduled" in run(tmp_path, "schedule", **environment).stdout
    assert run(tmp_path, "schedule", "drain", "--calendar", "Sun 04:00", **environment).returncode == 0
    assert run(tmp_path, "schedule", **environment).stdout.split() == ["drain", "Sun", "04:00"]
    listed = json.loads(run(tmp_path, "schedule", "--json", **environment).stdout)
    assert listed == [{"name": "drain", "calendar": "Sun 04:00"}]
    assert run(tmp_path, "schedule", "drain", "--remove", **environment).returncode == 0
    assert not list(units.iterdir())
    assert calls(tmp_path) == ["daemon-reload", "enable --now proxima-drill-drain.timer",
                               "disable --now proxima-drill-drain.timer", "daemon-reload"]


# --- a node ------------------------------------------------------------------------------------

needs_bird = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")


def start_drill(node, *arguments):
    return subprocess.Popen(
        [PROGRAM, "drill", "run", *arguments, "--yes", "--json", "--force", "--socket", node.folder / "anycastd.sock",
         "--dnsd-socket", node.dnsd.control], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@needs_bird
def test_a_withdrawal_is_measured_kept_and_reverted():
    with Node() as node:
        node.wait_status(lambda status: status["healthy"])
        drill = start_drill(node, "withdraw")
        out, err = drill.communicate(timeout=2 * SECONDS)
        report = json.loads(out)
        assert not report["problems"], err
        assert report["figures"]["withdraw"] > 0 and report["figures"]["restore"] is not None
        texts = [event["text"] for event in report["events"]]
        assert "begun: order withdrawn" in texts and "healthy again, and announced" in texts
        assert report["earlier"]["runs"] == 0
        node.wait_status(lambda status: status["healthy"])


@needs_bird
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_drill_that_is_cut_short_is_reverted(number):
    with Node() as node:
        node.wait_status(lambda status: status["healthy"])
        for_ms = "3s" if number == signal.SIGKILL else "5m"  # which nobody reverts before its time
        drill = start_drill(node, "withdraw", "--for", for_ms)
        node.wait_status(lambda status: status["services"][0]["order"]["intent"] == "withdrawn")
        node.wait_levels(set())
        drill.send_signal(number)
        out, _ = drill.communicate(timeout=2 * SECONDS)
        if number != signal.SIGKILL:
            assert drill.returncode == 1 and json.loads(out)["verdict"] == "interrupted"
        node.wait_status(lambda status: status["healthy"])
