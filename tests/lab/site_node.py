"""One site of the lab: BIRD, dnsd, anycastd and its guard in one namespace, configured as an operator would."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from network import HERE, PREFIX4, PREFIX6, SERVICE4, SERVICE6, SITES_ASN, Router, number, wait_for

SOURCE = HERE.parent.parent
ZONES = (("example.test", "example.test.zone"), (".", "root.zone"))

# The defaults are the internet's; the lab shortens them, so that a drain takes seconds.
TIMES = """
policy = { fall = 2; rise = 3; hold = "1s"; flap_cycles = 4; flap_window = "10s"; min_sites = 1; };
drain = { min = "1s"; max = "3s"; linger = "500ms"; };
"""


class Programs:
    """Where the built programs are."""

    def __init__(self, build):
        self.dnsd = build / "dnsd" / "dnsd"
        self.anycastd = build / "anycastctl" / "anycastd"
        self.guard = build / "anycastctl" / "anycastguard"
        self.ctl = build / "anycastctl" / "cli" / "anycastctl"
        self.steady = build / "tests" / "lab" / "steady"
        self.bird = os.environ.get("BIRD") or shutil.which("bird", path="/usr/sbin:/usr/bin:/sbin")


@dataclass(frozen=True)
class Service:
    """What a site serves and announces."""

    addresses: tuple = (SERVICE4, SERVICE6)
    prefix4: str = PREFIX4
    prefix6: str = PREFIX6


class Site:
    """`host` is where it runs (a Namespace); `sessions` is what stands in peers/: {name of the file: text}."""

    def __init__(self, name, host, folder, programs, sessions, service=Service(), kernel=True):
        self.name = name
        self.programs = programs
        self.namespace = host
        self.folder = folder
        self.sessions = sessions
        self.service = service
        self.kernel = kernel  # False: BIRD leaves the machine's own routes alone
        self.folder.mkdir(parents=True, exist_ok=True)
        self.intent = self.folder / "intent"
        self.router = Router(self.namespace, self.folder, programs.bird)
        self.processes = {}
        self._configure_bird()
        self._configure_daemons()

    # configuration ------------------------------------------------------------------------------

    def _configure_bird(self):
        """The operator's configuration with this site's names in it."""
        for name in ("bird.conf", "filters.conf", "services.conf"):
            text = (SOURCE / "configs" / "bird" / name).read_text()
            text = text.replace("/run/[p]roxima/intent/", f"{self.folder}/[i]ntent/")
            text = text.replace(PREFIX4, self.service.prefix4).replace(PREFIX6, self.service.prefix6)
            if not self.kernel:
                text = re.sub("(?m)^protocol kernel .*$", "", text)
            (self.folder / name).write_text(text)
        (self.folder / "node.conf").write_text(
            f'log "{self.folder}/bird.log" all;\n'
            f"define ROUTER_ID = 10.0.0.{number(self.name)};\n"
            f"define NODE_ID = {number(self.name)};\n"
            f"define ASN = {SITES_ASN};\n"
            "define HOLD_S = 9;\ndefine BFD_MS = 50;\ndefine ROUTES_MAX = 1000;\n"
        )
        (self.folder / "peers").mkdir(exist_ok=True)
        for name, text in self.sessions.items():
            (self.folder / "peers" / f"{name}.conf").write_text(text)

    def _configure_daemons(self):
        zones = self.folder / "zones"
        zones.mkdir(exist_ok=True)
        (zones / "example.test.zone").write_text(example_zone(self.name))
        shutil.copy(SOURCE / "tests" / "data" / "zones" / "root.zone", zones / "root.zone")
        (self.folder / "daemon-node.conf").write_text(
            f'node = "{self.name}";\nnode_id = {number(self.name)};\n'
        )
        (self.folder / "dnsd.conf").write_text(
            f'@include "daemon-node.conf"\n'
            f"listen = ({quoted(self.service.addresses)});\n"
            f"workers = 2;\n"
            f'control_socket = "{self.folder}/dnsd.sock";\n'
            f'report_socket = "{self.folder}/report.sock";\n'
            f'zone_dir = "{zones}";\n'
            f'state_dir = "{self.folder}";\n'
            "zones = ("
            + ", ".join(f'{{ name = "{n}"; file = "{f}"; }}' for n, f in ZONES)
            + ");\n"
        )
        (self.folder / "anycastd.conf").write_text(
            f'@include "daemon-node.conf"\n'
            f'control_socket = "{self.folder}/anycastd.sock";\n'
            f'report_socket = "{self.folder}/report.sock";\n'
            f'lease_socket = "{self.folder}/lease.sock";\n'
            f'state_dir = "{self.folder}";\n'
            f'event_log = "{self.folder}/events.jsonl";\n'
            f'bird = {{ socket = "{self.router.socket}"; intent_dir = "{self.intent}"; }};\n'
            + TIMES
            + f'services = ({{ name = "dns"; prefixes = ("{self.service.prefix4}", '
            f'"{self.service.prefix6}"); addresses = ({quoted(self.service.addresses)}); '
            f"zones = ({quoted(name for name, _ in ZONES)}); }});\n"
        )

    # daemons ------------------------------------------------------------------------------------

    def _start(self, role, command):
        log = open(self.folder / f"{role}.log", "ab")
        self.processes[role] = self.namespace.start(command, stdout=log, stderr=subprocess.STDOUT)

    def start_bird(self):
        self.router.start()

    def start_dnsd(self):
        self._start("dnsd", [self.programs.dnsd, "-c", self.folder / "dnsd.conf"])

    def start_anycastd(self):
        self._start("anycastd", [self.programs.anycastd, "-c", self.folder / "anycastd.conf"])

    def start_guard(self):
        self._start("anycastguard", [self.programs.guard, "-c", self.folder / "anycastd.conf"])

    def start(self):
        self.start_bird()
        self.start_guard()
        self.start_anycastd()
        self.start_dnsd()

    def signal(self, role, number):
        self.process(role).send_signal(number)

    def process(self, role):
        return self.router.process if role == "bird" else self.processes[role]

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

    def stop(self):
        for role in ("anycastguard", "anycastd", "dnsd"):
            process = self.processes.get(role)
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
        self.router.stop()

    # what it says -------------------------------------------------------------------------------

    def ctl(self, *arguments, check=True):
        command = [self.programs.ctl, "--socket", self.folder / "anycastd.sock", *arguments]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode not in (0, 1):
            raise RuntimeError(f"anycastctl {' '.join(arguments)}: {done.stderr.strip()}")
        return done

    def healthy(self):
        """True or False as anycastd says; None if it does not answer."""
        return {0: True, 1: False}.get(self.ctl("status", check=False).returncode)

    def events(self, since_ns=0):
        """What anycastd recorded since a moment of CLOCK_MONOTONIC."""
        path = self.folder / "events.jsonl"
        if not path.exists():
            return []
        lines = path.read_text().splitlines()
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return [event for event in events if event["mono_ns"] >= since_ns]

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
        seen = {}
        for line in self.router.ask(f"show route table fleet{family} all").splitlines():
            if "large_community" in line:
                marks = dict(re.findall(r"\(\d+, (\d), (\d+)\)", line))
                seen[int(marks["1"])] = int(marks["2"])
        return seen

    def normal(self):
        return self.levels() == {("4", "normal"), ("6", "normal")}

    def wait_normal(self, seconds=20):
        wait_for(f"{self.name} to announce", self.normal, seconds)


def quoted(texts):
    """A libconfig list's inside."""
    return ", ".join(json.dumps(text) for text in texts)


def example_zone(node):
    return f"""$ORIGIN example.test.
$TTL 1h
@       SOA  ns1 hostmaster ( 2026082201 3h 15m 1w 1h )
        NS   ns1
        NS   ns2.example.test.
ns1     A    {SERVICE4}
        AAAA {SERVICE6}
ns2     A    {SERVICE4}
www     5m A 203.0.113.80
*.wild  TXT  "any name below wild"
whoami  TXT  "{node}"
"""
