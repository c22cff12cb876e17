"""Other name servers for a test, where they are installed: each with the example zone and shared cookie secrets, in a
folder of its own, ended by pid."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from dnsd import SECONDS, example_zone, wait_for

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
PORTS = range(10000, 32000)  # below those that clients get


def free_port():
    """One that nobody has over UDP nor TCP."""
    while True:
        port = random.choice(PORTS)
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Peer:
    """The base of all; a context manager. Kinds say: program; configure(), which writes its files and returns the
    words of its command line."""

    program = None

    def __init__(self, secrets):
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.program}-"))
        self.port = free_port()
        self.secrets = secrets
        self.process = None

    @classmethod
    def path(cls):
        return shutil.which(cls.program, path=PATH)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def zone_file(self):
        return self.write("zone", example_zone())

    def __enter__(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([self.path(), *self.configure()], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        try:
            wait_for(self.answers, f"answer from {self.program}")
        except AssertionError as error:
            self.__exit__()
            raise AssertionError((self.folder / "log").read_text(errors="replace")) from error
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self):
        assert self.process.poll() is None, f"{self.program} ended"
        try:
            query = dns.message.make_query("www.example.com", "A")
            return dns.query.udp(query, "127.0.0.1", 0.2, self.port).answer
        except dns.exception.Timeout:
            return False

    def ask(self, query):
        return dns.query.udp(query, "127.0.0.1", SECONDS, self.port)


class Nsd(Peer):
    program = "nsd"

    def configure(self):
        secrets = self.write("secrets", "".join(f"{secret}\n" for secret in self.secrets))
        return ["-d", "-c", self.write("nsd.conf", f"""\
server:
 ip-address: 127.0.0.1@{self.port}
 server-count: 1
 username: ""
 database: ""
 zonesdir: {self.folder}
 pidfile: {self.folder}/pid
 xfrdfile: {self.folder}/xfrd.state
 xfrdir: {self.folder}
 zonelistfile: {self.folder}/zone.list
 rrl-ratelimit: 0
 answer-cookie: yes
 cookie-secret-file: {secrets}
remote-control:
 control-enable: no
zone:
 name: example.com
 zonefile: {self.zone_file()}
""")]


class Named(Peer):
    """It refuses those whose cookie it does not know."""

    program = "named"

    def configure(self):
        secrets = "".join(f' cookie-secret "{secret}";\n' for secret in self.secrets)
        return ["-g", "-4", "-n", "1", "-c", self.write("named.conf", f"""\
options {{
 directory "{self.folder}";
 listen-on port {self.port} {{ 127.0.0.1; }};
 listen-on-v6 {{ none; }};
 pid-file "{self.folder}/pid";
 session-keyfile none;
 recursion no;
 notify no;
 dnssec-validation no;
 answer-cookie yes;
 require-server-cookie yes;
 cookie-algorithm siphash24;
{secrets}}};
controls {{ }};
zone "example.com" {{ type primary; file "{self.zone_file()}"; }};
""")]


class Knot(Peer):
    """It refuses those whose cookie it does not know. It has the first of the secrets alone."""

    program = "knotd"

    def configure(self):
        return ["-c", self.write("knot.conf", f"""\
server:
    rundir: {self.folder}
    listen: 127.0.0.1@{self.port}
    udp-workers: 1
    tcp-workers: 1
control:
    listen: {self.folder}/control
database:
    storage: {self.folder}
mod-cookies:
  - id: shared
    secret: 0x{self.secrets[0]}
    badcookie-slip: 1
template:
  - id: default
    global-module: mod-cookies/shared
    zonefile-sync: -1
    journal-content: none
zone:
  - domain: example.com
    file: {self.zone_file()}
""")]


KINDS = (Nsd, Named, Knot)
