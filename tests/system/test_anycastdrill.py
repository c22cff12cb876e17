"""anycastdrill with processes that stand in for the daemons: what it breaks it puts right, however it ends."""

import grp
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dnsd import is_sanitized, wait_for

PROGRAM = Path(os.environ.get("PROXIMA_BUILDDIR", ".")).resolve() / "anycastctl" / "anycastdrill"
LISTENER = """
import os, select, socket, sys
path, *lifelines = sys.argv[1:]
s = socket.socket(socket.AF_UNIX)
try:
    os.unlink(path)
except FileNotFoundError:
    pass
s.bind(path)
s.listen(100)
watched = [s]
for lifeline in lifelines:
    watched.append(socket.socket(socket.AF_UNIX))
    watched[-1].connect(lifeline)
print("up", flush=True)
while select.select(watched, [], [])[0] == [s]:
    s.accept()[0].close()
"""


class Daemon:
    """Listens at `path`, as a daemon's control socket does."""

    def __init__(self, path, **identity):
        self.process = subprocess.Popen([sys.executable, "-c", LISTENER, str(path)], stdout=subprocess.PIPE,
                                        **identity)
        self.process.stdout.readline()

    def state(self):
        return state_of(self.process.pid)


def state_of(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return None


def listener(path):
    """The pid of who listens there; None: nobody."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return None
        return int.from_bytes(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)


class Client:
    """A connection to anycastdrill that stays open."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rw")

    def ask(self, **request):
        self.file.write(json.dumps(request) + "\n")
        self.file.flush()
        return self.line()

    def line(self):
        return json.loads(self.file.readline())

    def close(self):
        self.file.close()
        self.socket.close()


class Helper:
    def __init__(self, folder):
        self.folder = folder
        self.conf = folder / "anycastdrill.conf"
        self.log = folder / "log"
        self.dnsd_path = folder / "dnsd.sock"
        self.started = folder / "listener.py"
        self.started.write_text(LISTENER)
        self.lifeline = socket.socket(socket.AF_UNIX)  # with its end, whatever was started ends
        self.lifeline.bind(str(folder / "lifeline"))
        self.lifeline.listen(100)
        self.process = None
        self.write_conf(start=True)

    def write_conf(self, start):
        command = (f'start = ["{sys.executable}", "{self.started}", "{self.dnsd_path}", "{self.folder}/lifeline"];'
                   if start else "")
        self.conf.write_text(f'group = "{grp.getgrgid(os.getgid()).gr_name}";\nrun_dir = "{self.folder}/run";\n'
                             f'dnsd = {{ socket = "{self.dnsd_path}"; {command} }};\n')
        self.conf.chmod(0o644)

    def start(self, wrapper=()):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*wrapper, PROGRAM, "-c", self.conf], stderr=log, stdin=subprocess.DEVNULL)
        wait_for(lambda: self.process.poll() is None and listener(self.folder / "run" / "drill.sock"), "anycastdrill")
        if is_sanitized():
            self.status()  # its loop turns: the thread sanitizer may lose a signal that meets a thread's first wait

    def client(self):
        return Client(self.folder / "run" / "drill.sock")

    def status(self):
        client = self.client()
        reply = client.ask(cmd="status")
        client.close()
        return reply

    def note(self):
        return (self.folder / "run" / "broken.json").exists()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.wait(30) == 0, self.log.read_text()


@pytest.fixture
def helper(tmp_path):
    helper = Helper(tmp_path)
    helper.start()
    yield helper
    helper.stop()
    helper.lifeline.close()
    text = helper.log.read_text()
    assert "Sanitizer" not in text and "runtime error" not in text, text


@pytest.fixture
def dnsd(helper):
    dnsd = Daemon(helper.dnsd_path)
    yield dnsd
    dnsd.process.kill()
    dnsd.process.wait()


def begin_stop(helper, for_ms):
    client = helper.client()
    reply = client.ask(cmd="begin", act="dnsd-stop", for_ms=for_ms)
    assert (reply["ok"], reply["event"]) == (True, "begun")
    return client


def stop_dnsd(helper, dnsd):
    client = begin_stop(helper, 600_000)
    wait_for(lambda: dnsd.state() == "T", "a stopped dnsd")
    return client


def goes_on(helper, dnsd):
    wait_for(lambda: dnsd.state() in ("S", "R"), "dnsd to go on")
    wait_for(lambda: not helper.note(), "the note to be gone")


def test_it_ends_when_its_time_is_over(helper, dnsd):
    client = begin_stop(helper, 300)
    over = client.line()
    assert (over["event"], over["problem"]) == ("over", "")
    goes_on(helper, dnsd)
    assert client.file.readline() == ""


def test_it_ends_when_asked_to(helper, dnsd):
    client = stop_dnsd(helper, dnsd)
    broken = helper.status()["broken"]
    assert broken["act"] == "dnsd-stop" and 0 < broken["left_ms"] <= 600_000
    assert helper.note()
    assert helper.client().ask(cmd="end")["ok"]
    assert client.line()["event"] == "over"
    goes_on(helper, dnsd)
    assert helper.status()["broken"] is None


def test_it_ends_when_who_asked_is_gone(helper, dnsd):
    stop_dnsd(helper, dnsd).close()
    goes_on(helper, dnsd)


def test_it_ends_when_the_helper_is_stopped(helper, dnsd):
    client = stop_dnsd(helper, dnsd)  # held: its end would end the act
    helper.process.terminate()
    helper.process.wait()
    goes_on(helper, dnsd)
    client.close()


def test_a_killed_helper_leaves_it_to_the_next(helper, dnsd):
    client = stop_dnsd(helper, dnsd)  # held: its end would end the act
    helper.process.kill()
    helper.process.wait()
    assert dnsd.state() == "T" and helper.note()
    helper.start()
    goes_on(helper, dnsd)
    assert "reverted-after-restart act=dnsd-stop" in helper.log.read_text()
    client.close()


def test_a_stopped_process_that_dies_is_no_error(helper, dnsd):
    client = stop_dnsd(helper, dnsd)
    dnsd.process.kill()
    dnsd.process.wait()
    helper.client().ask(cmd="end")
    over = client.line()
    assert over["problem"] == "" and "gone" in over["how"]


def kill_dnsd(helper, dnsd, for_ms):
    client = helper.client()
    assert client.ask(cmd="begin", act="dnsd-kill", for_ms=for_ms)["event"] == "begun"
    assert dnsd.process.wait(30) == -signal.SIGKILL
    return client


def test_a_killed_daemon_is_started_at_the_end(helper, dnsd):
    client = kill_dnsd(helper, dnsd, 200)
    assert client.line()["how"] == "started"
    assert listener(helper.dnsd_path) not in (None, dnsd.process.pid)
    wait_for(lambda: not helper.note(), "the note to be gone")


def test_a_daemon_that_its_manager_starts_is_over_at_once(helper, dnsd):
    client = kill_dnsd(helper, dnsd, 600_000)
    again = Daemon(helper.dnsd_path)
    assert "service manager" in client.line()["how"]
    again.process.kill()
    again.process.wait()


def test_a_killed_helper_leaves_the_start_to_the_next(helper, dnsd):
    client = kill_dnsd(helper, dnsd, 600_000)
    helper.process.kill()
    helper.process.wait()
    assert listener(helper.dnsd_path) is None
    helper.start()
    wait_for(lambda: listener(helper.dnsd_path), "a new dnsd")
    client.close()


@pytest.mark.skipif(Path("/run/systemd/system").exists(), reason="here systemd would start it")
def test_who_cannot_be_started_is_said(helper, dnsd):
    helper.stop()
    helper.write_conf(start=False)
    helper.start()
    over = kill_dnsd(helper, dnsd, 200).line()
    assert "nobody starts dnsd" in over["problem"]
    assert helper.status()["broken"] is None


@pytest.mark.parametrize("request_, reason", [
    ({"cmd": "begin", "act": "reboot", "for_ms": 1000}, "there is no act"),
    ({"cmd": "begin", "act": "dnsd-stop", "for_ms": 600_001}, "600000"),
    ({"cmd": "begin", "act": "dnsd-stop", "for_ms": 1}, "100"),
    ({"cmd": "begin", "act": "dnsd-stop"}, "for_ms"),
    ({"cmd": "begin", "for_ms": 1000}, "act"),
    ({"cmd": "begin", "act": "dnsd-servfail", "for_ms": 1000}, "zones"),
    ({"cmd": "begin", "act": "bird-kill", "for_ms": 1000}, "bird.ctl"),
    ({"cmd": "begin", "act": "link-drop", "for_ms": 1000}, "BIRD"),
    ({"cmd": "run", "path": "/bin/sh"}, "begin, end, status"),
])
def test_what_is_wrong_breaks_nothing(helper, dnsd, request_, reason):
    helper.stop()
    helper.conf.write_text(helper.conf.read_text() + f'bird = {{ socket = "{helper.folder}/bird.ctl"; }};\n')
    helper.start()
    reply = helper.client().ask(**request_)
    assert not reply["ok"] and reason in reply["error"]
    assert dnsd.state() in ("S", "R") and not helper.note()


def test_one_at_a_time(helper, dnsd):
    client = stop_dnsd(helper, dnsd)
    reply = helper.client().ask(cmd="begin", act="dnsd-kill", for_ms=1000)
    assert not reply["ok"] and "one at a time" in reply["error"]
    assert dnsd.state() == "T"
    client.close()
    goes_on(helper, dnsd)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_others_are_refused_even_if_they_reach_the_socket(helper, dnsd):
    path = helper.folder / "run" / "drill.sock"
    for folder in (path, *path.parents):
        if folder != Path("/") and folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(0o777 if folder == path else 0o755)
    program = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
               "s.sendall(b'{\"cmd\": \"begin\", \"act\": \"dnsd-kill\", \"for_ms\": 1000}\\n'); "
               "print(s.makefile().readline())")
    said = subprocess.run(["/usr/bin/python3", "-c", program, str(path)], capture_output=True, text=True, user=65534,
                          group=65534, extra_groups=[], check=True).stdout
    assert "only root" in said
    assert dnsd.state() in ("S", "R")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can be somebody else")
@pytest.mark.parametrize("act", ["dnsd-stop", "dnsd-kill"])
def test_it_needs_no_more_rights_than_its_unit_gives(tmp_path, act):
    """A daemon of another user, reached by group, and all capabilities gone but the unit's."""
    nobody = 65534
    for folder in tmp_path.parents:
        if folder.stat().st_mode & 0o5 != 0o5 and folder != Path("/"):
            folder.chmod(0o755)
    tmp_path.chmod(0o755)
    helper = Helper(tmp_path)
    helper.write_conf(start=False)
    open_to_nobody = tmp_path / "daemon"
    open_to_nobody.mkdir()
    os.chown(open_to_nobody, nobody, nobody)
    path = open_to_nobody / "dnsd.sock"
    helper.conf.write_text(helper.conf.read_text().replace(str(helper.dnsd_path), str(path)))
    dnsd = Daemon(path, user=nobody, group=nobody, extra_groups=[])
    path.chmod(0o660)
    helper.start(["setpriv", "--bounding-set", "-all,+kill,+net_admin,+setgid", "--groups", str(nobody)])
    client = helper.client()
    assert client.ask(cmd="begin", act=act, for_ms=600_000)["ok"]
    if act == "dnsd-kill":
        assert dnsd.process.wait(30) == -signal.SIGKILL
        dnsd = Daemon(path, user=nobody, group=nobody, extra_groups=[])
        path.chmod(0o660)
    else:
        wait_for(lambda: dnsd.state() == "T", "a stopped dnsd")
        helper.client().ask(cmd="end")
    assert client.line()["problem"] == ""
    assert dnsd.state() in ("S", "R")
    helper.stop()
    dnsd.process.kill()
    dnsd.process.wait()


FAKE_BIRD = """
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(10)
print("up", flush=True)
while True:
    c = s.accept()[0]
    c.sendall(b"0001 BIRD 2.0.12 ready.\\n")
    if c.recv(1000) == b"show protocols all\\n":
        c.sendall(b"1002-fleet_nyc  BGP  ---  up  08:00\\n1006-  BGP state:  Established\\n     Neighbor address: 192.0.2.9\\n"
                  b"1002-transit  BGP  ---  up  08:00\\n1006-  BGP state:  Established\\n     Neighbor address: 198.51.100.5\\n"
                  b"0000 \\n")
    c.close()
"""


def can_make_networks():
    """Root, with the tools, where a network namespace has nftables."""
    return os.geteuid() == 0 and all(map(shutil.which, ("unshare", "setpriv", "nsenter", "nft"))) and not subprocess.run(
        ["unshare", "--net", "nft", "list", "tables"], capture_output=True).returncode


@pytest.mark.skipif(not can_make_networks(), reason="needs root, a network namespace and nft")
@pytest.mark.parametrize("end", ["asked", "killed"])
def test_a_silent_link_is_restored(tmp_path, end):
    """Only the provider's address is dropped; and if the helper is killed, the kernel takes the table away."""
    helper = Helper(tmp_path)
    helper.write_conf(start=False)
    helper.conf.write_text(helper.conf.read_text() + f'bird = {{ socket = "{tmp_path}/bird.ctl"; }};\n')
    bird = subprocess.Popen([sys.executable, "-c", FAKE_BIRD, str(tmp_path / "bird.ctl")], stdout=subprocess.PIPE)
    bird.stdout.readline()
    network = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo up; exec sleep infinity"], stdout=subprocess.PIPE)
    network.stdout.readline()
    inside = ["nsenter", f"--net=/proc/{network.pid}/ns/net"]

    def rules():
        return subprocess.run([*inside, "nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout

    helper.start([*inside, "setpriv", "--bounding-set", "-all,+kill,+net_admin,+setgid"])
    client = helper.client()
    assert client.ask(cmd="begin", act="link-drop", for_ms=600_000)["ok"]
    text = rules()
    assert text.count("198.51.100.5") == 2 and "192.0.2.9" not in text and "policy accept" in text
    if end == "asked":
        helper.client().ask(cmd="end")
        assert client.line()["problem"] == ""
    else:
        helper.process.kill()
        helper.process.wait()
    wait_for(lambda: "proxima_drill" not in rules(), "the table to be gone")
    if end == "killed":
        assert helper.note()
        helper.start()
        wait_for(lambda: not helper.note(), "the note to be gone")
    helper.stop()
    for process in (bird, network):
        process.kill()
        process.wait()


def test_a_configuration_that_others_may_write_is_refused(tmp_path):
    helper = Helper(tmp_path)
    done = subprocess.run([PROGRAM, "-c", helper.conf, "--check-config"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "anycastdrill: no mistakes found\n")
    helper.conf.chmod(0o666)
    done = subprocess.run([PROGRAM, "-c", helper.conf, "--check-config"], capture_output=True, text=True)
    assert done.returncode == 1 and "chmod go-w" in done.stderr
