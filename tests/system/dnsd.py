"""A dnsd of one's own for a test: in a folder of its own, on ports that the kernel chooses, ended by pid."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from pathlib import Path

import dns.message
import dns.query

PROGRAM = Path(os.environ.get("PROXIMA_BUILDDIR", ".")).resolve() / "dnsd" / "dnsd"
SECONDS = 60  # that anything may take, under sanitizers on a busy machine
PATIENCE = 'tcp = { idle_timeout = "5m"; };'  # a client on a busy machine may need more than the usual 10 s
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:")

EXAMPLE = """\
$ORIGIN example.com.
$TTL 1h
@       SOA   ns1 hostmaster {serial} 3h 15m 1w 10m
        NS    ns1
        NS    ns2
        MX    10 mail
ns1     A     192.0.2.1
        AAAA  2001:db8::1
ns2     A     192.0.2.2
mail    A     192.0.2.25
www     A     192.0.2.80
        AAAA  2001:db8::80
alias   CNAME www
chain   CNAME alias
*.wild  TXT   "from the wildcard"
a.ent   A     192.0.2.99
old     DNAME www.example.net.
sub     NS    ns.sub
        DS    12346 8 2 {digest}
ns.sub  A     192.0.2.200
big     TXT   {big}
"""


def example_zone(serial=1):
    big = " ".join(f'"{i:03}{"x" * 200}"' for i in range(20))  # 4 KB: too large for UDP
    return EXAMPLE.format(serial=serial, digest="ab" * 32, big=big)


def large_zone(names):
    return example_zone(7) + "".join(f"h{i} A 192.0.2.{i % 256}\n" for i in range(names))


def is_sanitized():
    """True for a build with a sanitizer, which is slower and handles signals of its own."""
    return any(runtime in PROGRAM.read_bytes() for runtime in (b"__asan_init", b"__tsan_init"))


class Dnsd:
    """A running dnsd; a context manager."""

    def __init__(self, zones=None, listen=("127.0.0.1@0",), workers=2, extra="", node="test1", environment=None):
        self.folder = Path(tempfile.mkdtemp(prefix="dnsd-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.node = node
        self.listen = listen
        self.workers = workers
        self.extra = extra
        self.environment = environment or {}
        self.zones = {}
        self.process = None
        self.ports = {}
        self.conf = self.folder / "dnsd.conf"
        self.control = self.folder / "dnsd.sock"
        self.report = self.folder / "report.sock"
        self.log = self.folder / "log"
        (self.folder / "zones").mkdir()
        for name, text in (zones if zones is not None else {"example.com": example_zone()}).items():
            self.write_zone(name, text)
        self.write_conf()

    # its files ----------------------------------------------------------------------------------

    def zone_file(self, name):
        return self.folder / "zones" / f"{name.strip('.') or 'root'}.zone"

    def write_zone(self, name, text):
        """Replaces the file as an editor does: another inode, at once."""
        self.zones.setdefault(name, "")
        new = self.folder / "new"
        new.write_text(text)
        new.rename(self.zone_file(name))

    def write_slow_zone(self, name):
        """One that takes a second to load: 2,000,000 names. Sanitizers make that of fewer."""
        self.zone_file("hosts").write_text("".join(f"h{i} A 192.0.2.1\n" for i in range(100000)))
        times = 3 if is_sanitized() else 20
        self.write_zone(name, example_zone() + "".join(f"$INCLUDE hosts.zone x{i}\n" for i in range(times)))

    def write_conf(self, text=None):
        zones = ",\n".join(f'  {{ name = "{name}"; file = "{self.zone_file(name).name}"; {more} }}'
                           for name, more in self.zones.items())
        listen = ", ".join(f'"{address}"' for address in self.listen)
        patience = "" if "tcp = " in self.extra else PATIENCE
        self.conf.write_text(text if text is not None else f"""\
node = "{self.node}";
listen = [{listen}];
workers = {self.workers};
run_dir = "{self.folder}";
zone_dir = "{self.folder}/zones";
state_dir = "{self.folder}/state";
zones = (
{zones}
);
{patience}
{self.extra}
""")

    # its life -----------------------------------------------------------------------------------

    def start(self, wait=True, stderr=None):
        """Starts it, and waits for READY=1 as a service manager does."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(self.folder / "notify"))
            (self.folder / "notify").chmod(0o666)  # also for a dnsd that becomes somebody else
            manager.settimeout(0.1)
            environment = {**os.environ, **self.environment, "NOTIFY_SOCKET": str(self.folder / "notify")}
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen([PROGRAM, "-c", self.conf], env=environment,
                                                stdin=subprocess.DEVNULL, stderr=stderr or log)
            if wait:
                wait_for(lambda: self.is_ready(manager), "READY=1 from dnsd")
        (self.folder / "notify").unlink()
        if wait:
            self.ports = dict(self.addresses())
        return self

    def is_ready(self, manager):
        assert self.process.poll() is None, f"dnsd ended with {self.process.returncode}:\n{self.log_text()}"
        try:
            return manager.recv(4096).startswith(b"READY=1")
        except TimeoutError:
            return False

    def addresses(self):
        for listen in self.ask("status")["listen"]:
            host, port = listen["address"].split("@")
            yield host, int(port)

    def wait(self):
        return self.process.wait(SECONDS)

    def stop(self):
        """Ends it as a service manager does, and looks at what it leaves."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
        status = self.wait()
        assert not self.complaints(), self.complaints()
        assert status == 0, f"dnsd ended with {status}:\n{self.log_text()}"

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, traceback):
        try:
            if kind is None:
                self.stop()
        finally:
            self.kill()

    def log_text(self):
        return self.log.read_text(errors="replace")

    def complaints(self):
        """What a sanitizer wrote."""
        text = self.log_text()
        found = SANITIZER.search(text)
        return text[found.start():] if found else ""

    def wait_for_log(self, pattern, since=0):
        """Waits until the log has a line like that."""
        return wait_for(lambda: re.search(pattern, self.log_text()[since:]), f"{pattern} in the log")

    # asking it ----------------------------------------------------------------------------------

    def command(self, cmd, **arguments):
        """One command of the control socket, and its reply."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            client.connect(str(self.control))
            client.sendall(json.dumps({"cmd": cmd, **arguments}).encode() + b"\n")
            return json.loads(client.makefile().readline())

    def ask(self, cmd, **arguments):
        reply = self.command(cmd, **arguments)
        assert reply["ok"], reply
        return reply

    def zone(self, name):
        """What the control socket says of one zone."""
        (zone,) = self.ask("zones", zone=name)["zones"]
        return zone

    def counters(self):
        return self.ask("stats")["counters"]

    def udp(self, name, rdtype="A", host="127.0.0.1", rdclass="IN", **options):
        query = dns.message.make_query(name, rdtype, rdclass, **options)
        return dns.query.udp(query, host, SECONDS, self.ports[host])

    def tcp(self, name, rdtype="A", host="127.0.0.1", rdclass="IN", **options):
        query = dns.message.make_query(name, rdtype, rdclass, **options)
        return dns.query.tcp(query, host, SECONDS, self.ports[host])

    def serial(self, name="example.com", host="127.0.0.1"):
        return self.udp(name, "SOA", host).answer[0][0].serial

    def connect(self, host="127.0.0.1"):
        """A TCP connection."""
        client = socket.create_connection((host, self.ports[host]), SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client


def wait_for(condition, what, seconds=SECONDS):
    """Waits until `condition()` is true, and returns its value."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"no {what} within {seconds} s")


def question(id, name="www.example.com", rdtype="A"):
    return dns.message.make_query(name, rdtype, id=id).to_wire()


QUESTION = question(4711)


def framed(*messages):
    """Messages as TCP has them: each behind its length."""
    return b"".join(len(wire).to_bytes(2, "big") + wire for wire in messages)


def receive_exactly(client, count):
    data = b""
    while len(data) < count:
        more = client.recv(count - len(data))
        if not more:
            raise EOFError(f"closed after {len(data)} of {count} bytes")
        data += more
    return data


def receive_message(client):
    """One message of a TCP connection, parsed."""
    return dns.message.from_wire(receive_exactly(client, int.from_bytes(receive_exactly(client, 2), "big")))
