"""anycastd and anycastguard as programs: the command line, broken configurations, signals, disks that are full."""

import os
import signal
import socket
import subprocess

import pytest

from dnsd import SECONDS, wait_for
from node import BIRD, BOTH_NORMAL, BUILD, Node

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

PROGRAMS = ("anycastd", "anycastguard")


def run(program, *arguments):
    return subprocess.run([BUILD / "anycastctl" / program, *arguments], capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL)


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


def test_a_dry_run_is_anycastds():
    """The guard goes by the setting: what it does must not depend on how somebody starts it."""
    assert "--dry-run" in run("anycastd", "--help").stdout
    assert "--dry-run" not in run("anycastguard", "--help").stdout
    assert run("anycastguard", "--dry-run").returncode == 2
    node = Node()
    assert run("anycastd", "-c", node.conf, "--dry-run", "--check-config").returncode == 0


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


def opened_for_writing(path):
    """Its descriptor once somebody reads there; None while nobody does."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_signal_during_the_start_is_obeyed_after_it(number):
    node = Node()
    try:
        os.mkfifo(node.folder / "orders.json")  # it waits there, in the middle of its start, until we write
        node.start_program("anycastd")
        orders = wait_for(lambda: opened_for_writing(node.folder / "orders.json"), "reader of the orders")
        node.signal(number, "anycastd")
        with open(orders, "w") as file:
            file.write('{"v": 1, "orders": []}')
        if number == signal.SIGHUP:
            node.wait_log("anycastd", "reloaded")
            node.signal(signal.SIGTERM, "anycastd")
        assert node.pid("anycastd").wait(SECONDS) == 0
    finally:
        node.end()


def test_terminated_guard_leaves_quietly():
    with Node() as node:
        node.stop("anycastguard")
        node.wait_status(lambda status: not status["guard"]["connected"])
        wait_for(lambda: not (node.folder / "lease.sock").exists(), "the end of its socket")
        assert node.bird.levels() == BOTH_NORMAL


# the service manager, and what it gives ------------------------------------------------------------


class Manager:
    """The service manager's end: a program that it starts, and what that says to it."""

    def __init__(self, folder, watchdog_us="100000"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        self.socket.settimeout(SECONDS)
        self.environment = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": watchdog_us}

    def start(self, program, node):
        return subprocess.Popen([BUILD / "anycastctl" / program, "-c", node.conf], env=self.environment,
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def hear(self, *expected):
        """The next text that begins with one of these; the watchdog's come in between."""
        while True:
            text = self.socket.recv(4096).decode()
            if text.startswith(expected):
                return text
            assert text == "WATCHDOG=1"


@pytest.mark.parametrize("program", PROGRAMS)
def test_service_manager_hears_when_bird_is_known(program, tmp_path):
    node, manager = Node(), Manager(tmp_path)
    try:
        node.bird.start()
        process = manager.start(program, node)
        assert manager.hear("READY=1") == "READY=1\nSTATUS=BIRD's state is known"
        manager.hear("WATCHDOG=1")
        process.terminate()
        manager.hear("STOPPING=1")
        assert process.wait(SECONDS) == 0
    finally:
        node.end()


@pytest.mark.parametrize("program", PROGRAMS)
def test_dnsd_need_not_wait_for_bird(program, tmp_path):
    """dnsd is started after anycastd: a BIRD that does not come must not keep it from that for ever."""
    node, manager = Node(), Manager(tmp_path)
    try:
        process = manager.start(program, node)
        manager.hear("WATCHDOG=1")  # and nothing of READY before
        assert manager.hear("READY=1") == "READY=1\nSTATUS=waiting for BIRD: see anycastctl check"
        process.terminate()
        assert process.wait(SECONDS) == 0
    finally:
        node.end()


def test_watchdog_hears_nothing_of_a_hung_loop(tmp_path):
    node, manager = Node(), Manager(tmp_path)
    try:
        process = manager.start("anycastd", node)
        manager.hear("WATCHDOG=1")
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        manager.socket.settimeout(0)
        with pytest.raises(BlockingIOError):
            while True:  # what was sent before
                manager.socket.recv(4096)
        manager.socket.settimeout(0.5)  # ten intervals of the watchdog
        with pytest.raises(TimeoutError):
            manager.socket.recv(4096)
        manager.socket.settimeout(SECONDS)
        process.send_signal(signal.SIGCONT)
        manager.hear("WATCHDOG=1")
        process.kill()
        process.wait()
    finally:
        node.end()


def oom_score_adj(pid):
    return int(open(f"/proc/{pid}/oom_score_adj", encoding="ascii").read())


def test_status_says_how_the_daemons_are_protected():
    """What they could take, and neither more nor less: as root all of it."""
    with Node() as node:
        status = node.status()
        pid = node.pid("anycastd").pid
        assert status["oom_score_adj"] == oom_score_adj(pid)
        assert status["nice"] == os.getpriority(os.PRIO_PROCESS, pid)
        dnsd = node.dnsd.command("status")
        assert dnsd["oom_score_adj"] == oom_score_adj(node.pid("dnsd").pid)
        assert dnsd["nice"] == os.getpriority(os.PRIO_PROCESS, node.pid("dnsd").pid)
        if may("nice"):
            assert status["nice"] == -10
        if may("oom"):
            assert status["oom_score_adj"] == -900 and dnsd["oom_score_adj"] == -800
            assert oom_score_adj(node.pid("anycastguard").pid) == -1000


def may(what):
    """Containers differ in what their root may do."""
    script = {"nice": "import os; os.nice(-10)",
              "oom": 'import os; os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1000")'}
    return subprocess.run(["/usr/bin/python3", "-c", script[what]], capture_output=True, check=False).returncode == 0
