"""A whole node without privileges: a real BIRD with static protocols only, dnsd on loopback addresses, anycastd and its
guard, all in one folder, on free ports, ended by pid."""

import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

from dnsd import PROGRAM, SECONDS, Dnsd, wait_for

BUILD = PROGRAM.parent.parent
BIRD = os.environ.get("BIRD") or shutil.which("bird", path="/usr/sbin:/usr/bin:/sbin")
HOSTS = {4: "127.0.0.53", 6: "::1"}
PREFIXES = {4: "126.0.0.0/7", 6: "::/127"}  # around them: 127.0.0.0/8 and ::1 themselves are bogus to BIRD
LEVELS = {"normal": 210, "backup": 220, "leaving": 225, "drain": 230}

# A site's times, shortened: the behaviour is the same, a test takes a second.
TIMES = """
probe = { interval = "50ms"; timeout = "200ms"; };
policy = { fall = 2; rise = 2; hold = "300ms"; flap_cycles = 4; flap_half_life = "10s"; min_sites = 0; };
drain = { min = "300ms"; max = "1s"; linger = "300ms"; };
"""
# What the machine that tests have is no concern of theirs.
HOST = "host = { load_per_processor = 0; default_route = false; disk_free_mb = 0; };"


BELOW_EPHEMERAL = (20000, 32000)  # what the kernel gives to probes and clients, it may give at any moment


reservations = []  # kept until the process ends


def reserve(port):
    """Keeps a port from the tests that run beside this one, until whom it is for has bound it."""
    name = socket.socket(socket.AF_UNIX)
    name.bind(f"\0proxima-test-port-{port}")  # OSError: another has it
    reservations.append(name)


def free_port(hosts):
    """A port that is free for UDP and TCP on all of them."""
    for _ in range(100):
        port = random.randrange(*BELOW_EPHEMERAL)
        try:
            reserve(port)
            for host in hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(family, kind) as one:
                        one.bind((host, port))
            return port
        except OSError:
            continue
    raise AssertionError("no free port")


@dataclass(frozen=True)
class Service:
    """A service as anycastd.conf has it; `more` are further settings of it."""

    families: tuple = (4, 6)
    zones: tuple = ("example.com",)
    more: str = ""
    prefixes: dict = field(default_factory=lambda: PREFIXES)
    hosts: dict = field(default_factory=lambda: HOSTS)

    def text(self, name, port):
        def quoted(texts):
            return ", ".join(f'"{text}"' for text in texts)
        return (f'{{ name = "{name}"; prefixes = [ {quoted(self.prefixes[f] for f in self.families)} ]; {self.more}\n'
                f"  addresses = [ {quoted(f'{self.hosts[f]}@{port}' for f in self.families)} ]; zones = [ {quoted(self.zones)} ]; }}")


USUAL_SERVICES = {"dns": Service()}


def levels_of(protocols):
    """{(4, "normal"), …}: what is up in the text of `show protocols`, whatever the service."""
    up = set()
    for line in protocols.splitlines():
        fields = line[5:].split() if line[:4].isdigit() else line.split()
        if fields and fields[0].startswith("svc_") and fields[3] == "up":
            _, _, family, level = fields[0].split("_")
            up.add((int(family), level))
    return up


def bird_conf(folder, missing=(), extra="", services=USUAL_SERVICES):
    """A node's bird.conf: its levels but those that are missing, and something of the test's."""
    return "router id 10.0.0.1;\nprotocol device {}\n" + extra + "".join(
        f"""protocol static svc_{name}_{family}_{level} {{
    disabled yes;
    include "{folder}/[i]ntent/svc_{name}_{family}_{level}.conf";
    ipv{family} {{ preference {preference}; }};
    route {service.prefixes[family]} blackhole;
}}
""" for name, service in services.items() for family in service.families for level, preference in LEVELS.items()
        if (family, level) not in missing)


class Bird:
    """BIRD's own process, and what it says of itself."""

    def __init__(self, folder, conf):
        self.folder = folder
        self.socket = folder / "bird.ctl"
        self.process = None
        (folder / "bird.conf").write_text(conf)

    def start(self):
        command = [BIRD, "-f", "-c", self.folder / "bird.conf", "-s", self.socket]
        with open(self.folder / "bird.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.answers, "answer of BIRD")

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def answers(self):
        try:
            return self.ask("show status")
        except OSError:
            return None

    def ask(self, command):
        """One command over a connection of its own; the reply's text."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            client.connect(str(self.socket))
            return BirdTalk(client).ask(command)

    def levels(self):
        return levels_of(self.ask("show protocols"))


class BirdTalk:
    """A connection to BIRD that is kept."""

    def __init__(self, client):
        self.file = client.makefile("rw")
        self._reply()

    def _reply(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise ConnectionResetError("BIRD hung up")
            lines.append(line)
            if line[:4].isdigit() and line[4] == " ":
                return "".join(lines)

    def ask(self, command):
        self.file.write(command + "\n")
        self.file.flush()
        return self._reply()


class Watch:
    """Looks at BIRD's protocols all the time, and notes when what is up changed: [(monotonic ns, {…}), …]."""

    def __init__(self, bird):
        self.changes = []
        self.ending = threading.Event()
        self.client = socket.socket(socket.AF_UNIX)
        self.client.settimeout(SECONDS)
        self.client.connect(str(bird.socket))
        self.talk = BirdTalk(self.client)
        self.look()
        self.thread = threading.Thread(target=self._loop, daemon=True)
        self.thread.start()

    def look(self):
        levels = levels_of(self.talk.ask('show protocols "svc_*"'))
        if not self.changes or self.changes[-1][1] != levels:
            self.changes.append((time.monotonic_ns(), levels))

    def _loop(self):
        try:
            while not self.ending.wait(0.001):
                self.look()
        except OSError:
            self.changes.append((time.monotonic_ns(), None))  # BIRD has gone

    def wait(self, levels, since_ns=0):
        """Waits until that is up; returns when it was seen first, in ns since `since_ns`."""
        def seen():
            at = [at for at, found in self.changes if found == levels and at >= since_ns]
            return at and at[0] - since_ns
        return wait_for(seen, f"{levels} after {self.changes}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        self.client.close()


BOTH_NORMAL = {(4, "normal"), (6, "normal")}


def has_read_back(status):
    """anycastd has seen that BIRD announces: what changes from now on is drift."""
    return all(family["actual"] == "normal" for family in status["services"][0]["families"])


def rate_of(status, service=0, family=0):
    """Queries per second of a service in one family; 0 while that is not known."""
    return status["services"][service]["families"][family]["queries_per_second"] or 0


class Node:
    """A context manager; start() waits until the node announces. `extra` goes into anycastd.conf, `bird` into
    bird.conf."""

    def __init__(self, times=TIMES, host=HOST, missing=(), extra="", bird="", services=USUAL_SERVICES, zones=None):
        hosts = list(dict.fromkeys(service.hosts[f] for service in services.values() for f in service.families))
        port = free_port(hosts)
        self.addresses = [f"{host}@{port}" for host in hosts]
        self.dnsd = Dnsd(zones, listen=self.addresses, node="test1")
        self.folder = self.dnsd.folder  # dnsd's run_dir is anycastd's
        self.bird = Bird(self.folder, bird_conf(self.folder, missing, bird, services))
        self.conf = self.folder / "anycastd.conf"
        self.control = self.folder / "anycastd.sock"
        self.events_path = self.folder / "events.jsonl"
        self.processes = {}
        texts = ",\n  ".join(service.text(name, port) for name, service in services.items())
        self.conf.write_text(f"""\
node = "test1";
node_id = 1;
run_dir = "{self.folder}";
state_dir = ".";
event_log = "events.jsonl";
bird = {{ socket = "bird.ctl"; poll = "200ms"; }};
{times}
{host}
{extra}
services = ( {texts} );
""")

    # its life -----------------------------------------------------------------------------------

    def start_program(self, name):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([BUILD / "anycastctl" / name, "-c", self.conf],
                                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start_anycastd(self):
        self.start_program("anycastd")
        wait_for(self.is_up, "answer of anycastd")

    def start_guard(self):
        self.start_program("anycastguard")

    def start(self):
        self.bird.start()
        self.start_guard()
        self.start_anycastd()
        self.dnsd.start()
        self.wait_levels(BOTH_NORMAL)
        self.wait_status(lambda status: status["guard"]["bird_connected"] and has_read_back(status))
        self.wait_levels(BOTH_NORMAL)  # still: a busy machine may have hung dnsd for a moment meanwhile
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, traceback):
        self.end()
        if kind is None:
            self.check_logs()
            shutil.rmtree(self.folder)

    def pid(self, name):
        return {"bird": self.bird.process, "dnsd": self.dnsd.process, **self.processes}[name]

    def signal(self, number, *names):
        """Sends a signal to all of them at once; returns the moment before."""
        processes = [self.pid(name) for name in names]
        at_ns = time.monotonic_ns()
        for process in processes:
            process.send_signal(number)
        if number == signal.SIGKILL:
            for process in processes:
                process.wait()
        return at_ns

    def kill(self, *names):
        return self.signal(signal.SIGKILL, *names)

    def stop(self, name):
        """Ends it as a service manager does."""
        self.signal(signal.SIGTERM, name)
        assert self.pid(name).wait(SECONDS) == 0, self.log(name)

    def end(self):
        for process in [*self.processes.values(), self.dnsd.process]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.bird.end()

    def log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def check_logs(self):
        """No sanitizer has complained."""
        for name in ("anycastd", "anycastguard"):
            for sign in ("Sanitizer", "runtime error:"):
                assert sign not in self.log(name), self.log(name)

    # what it says -------------------------------------------------------------------------------

    def command(self, cmd, **arguments):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            client.connect(str(self.control))
            client.sendall(json.dumps({"cmd": cmd, **arguments}).encode() + b"\n")
            return json.loads(client.makefile().readline())

    def order(self, intent, **arguments):
        reply = self.command("order", intent=intent, **arguments)
        assert reply["ok"], reply
        return reply

    def status(self):
        return self.command("status")

    def is_up(self):
        try:
            return self.status()
        except OSError:
            return None

    def wait_status(self, condition):
        """Waits for a status that `condition` likes, and returns it."""
        def look():
            status = self.status()
            return status if condition(status) else None
        return wait_for(look, "such status")

    def wait_levels(self, levels):
        return wait_for(lambda: self.bird.levels() == levels, f"{levels} in BIRD")

    def wait_log(self, name, text):
        return wait_for(lambda: text in self.log(name), f"{text} in the log of {name}")

    def events(self, event=None, since_ns=0):
        lines = self.events_path.read_text().splitlines() if self.events_path.exists() else []
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return [e for e in events if event in (None, e["event"]) and e["mono_ns"] >= since_ns]

    def wait_event(self, event, since_ns=0, **fields):
        """Waits for an event with such fields, and returns the first."""
        def look():
            for e in self.events(event, since_ns):
                if all(e.get(key) == value for key, value in fields.items()):
                    return e
            return None
        return wait_for(look, f"event {event} {fields}")

    def intents(self):
        return {path.name for path in (self.folder / "intent").glob("*.conf")}


def is_dead(pidfd, seconds=SECONDS):
    return bool(select.select([pidfd], [], [], seconds)[0])
