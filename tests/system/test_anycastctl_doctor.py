"""anycastctl doctor: on a recorded machine, on this one without anything, beside a real node, and without rights."""

import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from node import BIRD, Node
from dnsd import SECONDS

PROGRAM = Path(os.environ.get("PROXIMA_BUILDDIR", ".")) / "anycastctl" / "cli" / "anycastctl"
MACHINE = Path(__file__).resolve().parent.parent / "data" / "doctor" / "well"
CONFIG = ("--config", "/etc/proxima/anycastd.conf")


def run(*arguments, **options):
    return subprocess.run([PROGRAM, "doctor", *arguments], capture_output=True, text=True, timeout=SECONDS * 3,
                          stdin=subprocess.DEVNULL, check=False, **options)


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    """A recorded machine that is well, but for what git does not keep."""
    root = tmp_path / "machine"
    shutil.copytree(MACHINE, root)
    status = root / "proc/101/status"
    status.write_text(status.read_text().replace("@UID@", str(os.getuid())))
    (root / "run/bird/bird.ctl").chmod(0o660)
    (root / "proc/100/fd").mkdir()
    for inode in range(1001, 1005):
        (root / f"proc/100/fd/{inode}").symlink_to(f"socket:[{inode}]")
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o022)
    return root


def test_well_machine(machine):
    done = run("--root", machine, *CONFIG)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("0 wrong, 0 risky, 0 not looked at, 2 notes, ")
    assert "\nok " not in done.stdout
    assert "ok      prefix-length: Service prefixes are no longer than /24 and /48\n" in run(
        "--root", machine, *CONFIG, "--all").stdout


def test_each_finding_has_its_fix_the_worst_first(machine):
    (machine / "proc/sys/net/ipv4/ip_forward").write_text("1\n")
    (machine / "proc/102/comm").write_text("other\n")
    done = run("--root", machine, *CONFIG)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "wrong   running: anycastguard does not run",
        "        fix: systemctl enable --now anycastguard",
        "risky   forwarding: net.ipv4.ip_forward is on",
        "        fix: sysctl -w net.ipv4.ip_forward=0",
    ]
    assert lines[-1].startswith("1 wrong, 1 risky, ")
    assert done.stderr == ""


def test_only_some_checks_with_their_reasons(machine):
    done = run("--root", machine, *CONFIG, "--only", "forwarding,clock")
    assert done.returncode == 0
    assert [line.split(":")[0].split()[-1] for line in done.stdout.splitlines()[:-1]] == [
        "forwarding", "why", "clock", "why"]
    assert done.stdout.endswith("2 checks are well\n")


def test_json(machine):
    (machine / "proc/sys/net/ipv4/ip_forward").write_text("1\n")
    done = run("--root", machine, *CONFIG, "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["totals"]["risky"] == 1 and told["totals"]["wrong"] == 0
    risky = [row for row in told["findings"] if row["grade"] == "risky"]
    assert risky == [{"grade": "risky", "check": "forwarding", "what": "net.ipv4.ip_forward is on",
                      "fix": "sysctl -w net.ipv4.ip_forward=0", "why": risky[0]["why"]}]
    assert len({row["check"] for row in told["findings"]}) == len(json.loads(run("--list", "--json").stdout))


def test_list():
    done = run("--list")
    assert done.returncode == 0
    assert any(line.startswith("roa ") for line in done.stdout.splitlines())
    for row in json.loads(run("--list", "--json").stdout):
        assert row["check"] and row["title"] and row["why"] and row["fix"]


@pytest.mark.parametrize("arguments, said", [
    (("--only", "rao"), 'there is no check "rao"; did you mean "roa"?'),
    (("--last", "3"), "doctor takes no --last"),
    (("now",), '"now" is one word too many'),
])
def test_wrong_usage(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr and done.stdout == ""


def test_nothing_at_all(tmp_path):
    """A machine without anything of ours: it ends, says what is missing, and what it could not look at."""
    done = run("--config", tmp_path / "none.conf", "--socket", tmp_path / "a.sock", "--dnsd-socket",
               tmp_path / "d.sock", "--bird-conf", tmp_path / "bird.conf", env={"PATH": "/nonexistent"})
    assert done.returncode == 1
    assert f"settings: {tmp_path}/none.conf: No such file or directory" in done.stdout
    assert "wrong   anycastd: cannot reach anycastd" in done.stdout
    assert "anycastd.conf cannot be read" in done.stdout
    assert done.stderr == ""


def test_recorded_machine_is_all_that_is_looked_at(tmp_path):
    """With --root nothing is run and nothing of this machine is read."""
    done = run("--root", tmp_path, *CONFIG, "--json")
    told = json.loads(done.stdout)
    assert not [row for row in told["findings"] if row["check"] == "oom" and row["grade"] != "unseen"]


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become somebody else")
def test_without_rights(machine):
    """What may not be read is said, with the way to see it."""
    conf = machine / "etc/bird/bird.conf"
    conf.chmod(0o600)
    for path in machine.parents:
        if path.owner() == "root" and path != Path("/") and path != Path("/tmp"):
            path.chmod(path.stat().st_mode | 0o055)
    done = run("--root", machine, *CONFIG, "--only", "session-auth", user=65534)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("unseen  session-auth: ")
    assert "Permission denied" in done.stdout and "sudo anycastctl doctor" in done.stdout


@pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")
def test_beside_a_real_node():
    """What daemons and BIRD say is read from their sockets, and BIRD is not changed by it."""
    with Node() as node:
        before = node.bird.levels()
        done = run("--config", node.conf, "--socket", node.control, "--dnsd-socket", node.folder / "dnsd.sock",
                   "--bird-conf", node.folder / "bird.conf", "--json")
        told = json.loads(done.stdout)
        grades = {}
        for row in told["findings"]:
            grades.setdefault(row["check"], []).append(row["grade"])
        for check in ("settings", "anycastd", "dnsd", "guard", "node-name", "zones", "bird", "bird-levels"):
            assert grades[check] == ["ok"], [row for row in told["findings"] if row["check"] == check]
        assert grades["session"] == ["wrong"]  # this BIRD has none
        assert node.bird.levels() == before


class SilentDaemon:
    """Takes connections, and never says anything."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.taken = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        try:
            while True:
                self.taken.append(self.listener.accept())
        except OSError:
            pass


def test_silent_daemons_do_not_hold_it_up(tmp_path):
    """A BIRD and an anycastd that hang: it waits for some seconds, and goes on with the rest."""
    conf = tmp_path / "anycastd.conf"
    conf.write_text((MACHINE / "etc/proxima/anycastd.conf").read_text().replace(
        "/run/bird/bird.ctl", str(tmp_path / "bird.ctl")))
    silent = [SilentDaemon(tmp_path / name) for name in ("bird.ctl", "a.sock")]
    done = run("--config", conf, "--socket", tmp_path / "a.sock", "--dnsd-socket", tmp_path / "d.sock",
               "--only", "bird,anycastd,prefix-length")
    assert done.returncode == 1
    assert "wrong   bird: BIRD did not answer within 3000 ms" in done.stdout
    assert "ok      prefix-length" in done.stdout
    for daemon in silent:
        daemon.listener.close()
