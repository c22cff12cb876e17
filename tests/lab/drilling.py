"""anycastdrill at a site, and drills there: as an operator runs them, with the lab in place of systemd."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess

from network import wait_for


class Helper:
    """anycastdrill of one site; a context manager. What it starts (a dead daemon) is its child, or init's."""

    def __init__(self, site):
        self.site = site
        self.folder = site.folder / "drill"
        self.socket = self.folder / "drill.sock"
        self.conf = site.folder / "anycastdrill.conf"
        self.process = None
        self.conf.write_text(
            f'run_dir = "{self.folder}";\n'
            f'dnsd = {{ socket = "{site.folder}/dnsd.sock"; '
            f'start = ["{site.programs.dnsd}", "-c", "{site.folder}/dnsd.conf"]; }};\n'
            f'anycastd = {{ socket = "{site.folder}/anycastd.sock"; '
            f'start = ["{site.programs.anycastd}", "-c", "{site.folder}/anycastd.conf"]; }};\n'
            f'bird = {{ socket = "{site.router.socket}"; start = ["{site.programs.bird}", "-f", "-c", '
            f'"{site.folder}/bird.conf", "-s", "{site.router.socket}"]; }};\n'
        )

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def start(self):
        program = self.site.programs.build / "anycastctl" / "anycastdrill"
        with open(self.site.folder / "anycastdrill.log", "ab") as log:
            self.process = self.site.namespace.start([program, "-c", self.conf], stdout=log, stderr=log)
        wait_for("anycastdrill", lambda: self.ask("status", check=False))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, command, check=True):
        """Its reply to one command; None if it does not answer and `check` is false."""
        program = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
                   "s.sendall(sys.argv[2].encode() + b'\\n'); print(s.makefile().readline())")
        done = subprocess.run(["/usr/bin/python3", "-c", program, str(self.socket), json.dumps({"cmd": command})],
                              capture_output=True, text=True)
        if done.returncode and not check:
            return None
        return json.loads(done.stdout)

    def broken(self):
        """The name of the act that is under way, or None."""
        broken = self.ask("status")["broken"]
        return broken and broken["act"]

    def log_text(self):
        return (self.site.folder / "anycastdrill.log").read_text()


class Drill:
    """anycastctl drill run, under way; its report when it has ended."""

    def __init__(self, site, helper, name, *arguments):
        folder = site.folder
        command = [site.programs.ctl, "drill", "run", name, "--yes", "--json", "--socket", folder / "anycastd.sock",
                   "--dnsd-socket", folder / "dnsd.sock", "--drill-socket", helper.socket, *arguments]
        self.process = site.namespace.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = None

    def wait(self, seconds=240):
        """(exit status, report or None, what it complained of)"""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, json.loads(out) if out.strip() else None, err


def sees_others(site, count):
    """Whether its anycastd has that many other sites at `normal`, for all that it announces."""
    fleet = json.loads(site.ctl("status", "--json").stdout)["fleet"]
    return fleet["live"] and sum(all(service["level"] == "normal" for service in other["services"])
                                 for other in fleet["sites"]) == count


def daemon_pid(site, role):
    """The pid behind a daemon's socket: it may be one that anycastdrill has started."""
    path = {"dnsd": site.folder / "dnsd.sock", "anycastd": site.folder / "anycastd.sock",
            "bird": site.router.socket}[role]
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return None
        return struct.unpack("iii", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def process_state(pid):
    """"S", "T" (stopped), … as /proc has it; None if it is gone."""
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


def take_back(site):
    """What anycastdrill has started becomes the lab's own again: other tests signal the lab's children."""
    for role in ("bird", "anycastd", "dnsd"):
        if site.is_dead(role):
            wait_for(f"the end of {role}", lambda: has_ended(site, role))
            site.start_role(role)


def has_ended(site, role):
    """Kills who listens for the role; whether nobody does."""
    pid = daemon_pid(site, role)
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return not pid
