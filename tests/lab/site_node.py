"""One site of the lab: BIRD, dnsd, anycastd and its guard in one namespace."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from announced import announcements
from netns import AS_UNITS_DO
from network import Router, wait_for
from site_files import USUAL, Service, SiteFiles

PATIENCE_S = 5
DAEMONS = ("anycastguard", "anycastd", "dnsd")  # in the order in which they are started


class Programs:
    """Where the built programs are."""

    def __init__(self, build):
        self.build = build
        self.dnsd = build / "dnsd" / "dnsd"
        self.anycastd = build / "anycastctl" / "anycastd"
        self.guard = build / "anycastctl" / "anycastguard"
        self.ctl = build / "anycastctl" / "cli" / "anycastctl"
        self.steady = build / "tests" / "lab" / "steady"
        self.bird = os.environ.get("BIRD") or shutil.which("bird", path="/usr/sbin:/usr/bin:/sbin")


class Site:
    """`host` is where it runs (a Namespace); `bgp` is who it speaks with, in the language of bgp.conf."""

    def __init__(self, name, host, folder, programs, bgp, service=Service(), kernel=True):
        self.name = name
        self.programs = programs
        self.namespace = host
        self.folder = folder
        self.router = Router(self.namespace, self.folder, programs.bird)
        self.files = SiteFiles(name, folder, service, self.router.socket)
        self.files.write_bgp(bgp, kernel)  # kernel=False: BIRD leaves the machine's own routes alone
        self.files.write_daemons()
        self.write_bird()
        self.processes = {}
        self.dumps_core = False
        self.recorded = EventFile(self.files)

    @property
    def intent(self):
        return self.files.intent

    def write_bird(self):
        """As the operator does."""
        subprocess.run([self.programs.ctl, "bird-config", "--config", self.folder / "bgp.conf", "--output", self.folder],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env={**os.environ, "BIRD": self.programs.bird})

    # daemons ------------------------------------------------------------------------------------

    def start_role(self, role):
        {"bird": self.start_bird, "dnsd": self.start_dnsd, "anycastd": self.start_anycastd,
         "anycastguard": self.start_guard}[role]()

    def _start(self, role, command, nice=0):
        command = ["env", *(f"{k}={v}" for k, v in self.files.choices.environment.items()), *command]
        with open(self.folder / f"{role}.log", "ab") as log:
            self.processes[role] = self.namespace.start(command, nice, stdout=log, stderr=subprocess.STDOUT)

    def start_bird(self):
        """As its unit does: whatever the one before was told is forgotten first."""
        for path in self.intent.glob("svc_*.conf"):
            path.unlink(missing_ok=True)
        self.router.start()

    def start_dnsd(self):
        command = [self.programs.dnsd, "-c", self.folder / "dnsd.conf"]
        if self.dumps_core:
            command = ["sh", "-c", 'cd "$0" && ulimit -c unlimited && exec "$@"', self.folder, *command]
        self._start("dnsd", command)

    def start_anycastd(self):
        self._start("anycastd", [self.programs.anycastd, "-c", self.folder / "anycastd.conf"], AS_UNITS_DO)

    def start_guard(self):
        self._start("anycastguard", [self.programs.guard, "-c", self.folder / "anycastd.conf"], AS_UNITS_DO)

    def start(self):
        self.start_bird()
        self.start_daemons()

    def start_daemons(self):
        for role in DAEMONS:
            self.start_role(role)

    def signal(self, role, number):
        self.process(role).send_signal(number)

    def process(self, role):
        return self.router.process if role == "bird" else self.processes[role]

    def is_dead(self, role):
        return self.process(role).poll() is not None

    def hang(self, *roles):
        """Stops all of them; returns the moment before."""
        at_ns = time.monotonic_ns()
        for role in roles:
            self.signal(role, signal.SIGSTOP)
        return at_ns

    def wake(self, *roles):
        for role in roles:
            self.signal(role, signal.SIGCONT)

    def kill(self, *roles):
        """kill -9 of all of them at once; returns the moment before. They are reaped."""
        pids = [self.process(role) for role in roles]
        at_ns = time.monotonic_ns()
        for process in pids:
            process.send_signal(signal.SIGKILL)
        for process in pids:
            process.wait()
        return at_ns

    def stop_daemons(self):
        for role in DAEMONS:
            if role in self.processes and not self.is_dead(role):
                self.kill(role)

    def restart(self, choices=USUAL):
        """The daemons anew, with other choices; BIRD stays."""
        self.stop_daemons()
        self.files.write_daemons(choices)
        self.start_daemons()

    def stop(self):
        self.stop_daemons()
        self.router.stop()

    # what it says -------------------------------------------------------------------------------

    def ctl(self, *arguments, check=True):
        command = [self.programs.ctl, "--socket", self.folder / "anycastd.sock", *arguments]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode not in (0, 1):
            raise RuntimeError(f"anycastctl {' '.join(arguments)}: {done.stderr.strip()}")
        return done

    def ask_dnsd(self, command, **arguments):
        """A command of dnsd's control socket."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(PATIENCE_S)
            control.connect(str(self.folder / "dnsd.sock"))
            control.sendall(json.dumps({"cmd": command, **arguments}).encode() + b"\n")
            reply = json.loads(control.makefile().readline())
        if "error" in reply:
            raise RuntimeError(f"dnsd at {self.name}, {command}: {reply['error']}")
        return reply

    def healthy(self):
        """True or False as anycastd says; None if it does not answer."""
        return {0: True, 1: False}.get(self.ctl("status", check=False).returncode)

    def events(self, since_ns=0):
        """What anycastd recorded since a moment of CLOCK_MONOTONIC."""
        return [event for event in self.recorded.read() if event["mono_ns"] >= since_ns]

    def levels(self):
        """Which levels are up in BIRD: {("4", "normal"), …}."""
        up = set()
        for line in self.router.ask("show protocols").splitlines():
            fields = line.split()
            if fields and fields[0].startswith("svc_dns_") and fields[3] == "up":
                _, _, family, level = fields[0].split("_")
                up.add((family, level))
        return up

    def fleet(self, family):
        """Who announces, as this site's table of the fleet has it: {node id: level's number}."""
        routes = announcements(self.router.ask(f"show route table fleet{family} all"))
        return {node: level for _, node, level in routes}

    def normal(self):
        return self.levels() == {("4", "normal"), ("6", "normal")}

    def wait_normal(self, seconds=20):
        wait_for(f"{self.name} to announce", self.normal, seconds)


class EventFile:
    """The event log, of which each line is read once."""

    def __init__(self, files):
        self.files = files
        self.path, self.offset, self.events = None, 0, []

    def read(self):
        path = self.files.records / "events.jsonl"
        if path != self.path:
            self.path, self.offset = path, 0
        if path.exists():
            with open(path, "rb") as file:
                file.seek(self.offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self.offset += len(line)
                    with contextlib.suppress(ValueError):  # torn by a full disk
                        self.events.append(json.loads(line))
        return self.events
