"""The small form of the lab, for places where network namespaces are forbidden: one site and its neighbour's BIRD
on loopback addresses and free ports, without privileges. The same daemons and the same failures; there is no second site
to move to, so a withdrawal is shown in the neighbour's table."""

import random
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import demo
import failures
from lab_run import LabBase
from netns import with_nice
from network import SITES_ASN, Router, wait_for
from routes import Change
from site_files import Service
from site_node import Site

LOCAL4, LOCAL6 = "127.0.0.53", "::1"
PREFIXES = ("126.0.0.0/7", "::/127")  # around them: 127.0.0.0/8 and ::1 themselves are bogus to BIRD
SITE_BGP, NEIGHBOUR_BGP = "127.0.0.2", "127.0.0.3"
ASN = {SITE_BGP: SITES_ASN, NEIGHBOUR_BGP: SITES_ASN + 1}


class Host:
    """This machine as it is, with the face of a Namespace."""

    name = "here"

    def wrap(self, command):
        return list(command)

    def start(self, command, nice=0, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(with_nice(nice, [str(c) for c in command]), **options)


class TableWatch:
    """The neighbour's table, read over and over from its control socket; with the face of a RouteWatch."""

    PAUSE_S = 0.001

    def __init__(self, router, site):
        self.site = site
        self.changes = []
        self.ending = threading.Event()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(router.socket))
        self.file = self.socket.makefile("rw")
        self.file.readline()  # the greeting
        self.here = dict.fromkeys(PREFIXES, False)
        self.thread = threading.Thread(target=self._loop, daemon=True)
        self.thread.start()

    def _has(self, prefix):
        self.file.write(f"show route {prefix} protocol {self.site}\n")
        self.file.flush()
        found = False
        while True:
            line = self.file.readline()
            found = found or prefix in line
            if not line or line[:4].isdigit() and line[4:5] in (" ", "\n"):
                return found

    def _loop(self):
        while not self.ending.wait(self.PAUSE_S):
            for prefix, before in self.here.items():
                now = self._has(prefix)
                if now != before:
                    self.here[prefix] = now
                    device = self.site if now else None
                    self.changes.append(Change(time.monotonic_ns(), prefix, device))

    def left(self, prefix, device, after_ns):
        for change in list(self.changes):
            if change.at_ns >= after_ns and change.prefix == prefix and change.device != device:
                return change.at_ns
        return None

    def close(self):
        self.ending.set()
        self.thread.join()
        self.socket.close()


def free_port():
    """One below those that the kernel gives to clients, which it may do at any moment."""
    while True:
        port = random.randrange(20000, 32000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET6, kind) as probe:  # for IPv4 as well
                    probe.bind(("::", port))
            return port
        except OSError:
            continue


def session(name, local, neighbour, ports, filters, next_hop6):
    """One end of an eBGP session between two BIRDs of this machine."""
    return f"""protocol bgp {name} {{
    local {local} port {ports[local]} as {ASN[local]};
    neighbor {neighbour} port {ports[neighbour]} as {ASN[neighbour]};
    multihop; strict bind yes;
    connect delay time 1; connect retry time 1; error wait time 1, 2; hold time 9;
    ipv4 {{ {filters} next hop self; }};
    ipv6 {{ {filters} next hop address {next_hop6}; }};
}}
"""


class SmallLab(LabBase):
    """One site and its neighbour."""

    anycast = False
    prefixes = PREFIXES

    def __init__(self, build):
        temporary = tempfile.TemporaryDirectory(prefix="proxima-lab-")
        super().__init__(build, temporary.name)
        self.ending.callback(temporary.cleanup)
        self.ports = {SITE_BGP: free_port(), NEIGHBOUR_BGP: free_port()}
        dns = free_port()
        self.addresses = (f"{LOCAL4}@{dns}", f"{LOCAL6}@{dns}")

    def start(self, say):
        name = failures.SITE
        say("the neighbour: BIRD on a loopback address, eBGP")
        neighbour = self.neighbours[name] = self.start_neighbour(name)
        say("the site: BIRD, dnsd, anycastd and its guard")
        site = Site(name, Host(), self.folder / name, self.programs, "sessions = ();\n", Service(self.addresses, *PREFIXES),
                    kernel=False)
        with open(site.folder / "bird.conf", "a") as conf:
            conf.write(self.site_session())
        self.start_site(site)
        say("waiting until the site is healthy and announces")
        wait_for("the BGP session", neighbour.established)
        self.wait_healthy()
        self.start_watch(name, TableWatch(neighbour, name))
        say("a client")
        self.start_client("c1", Host())
        self.wait_served("c1", name)

    def wait_served(self, client, site):
        """The client is at the site itself: that queries would come is for the neighbour's table to say."""
        wait_for("the neighbour's table", lambda: all(self.watches[site].here.values()))
        super().wait_served(client, site)

    def start_neighbour(self, name):
        router = Router(Host(), self.folder / "neighbour", self.programs.bird)
        everything = "import all; export none;"
        (router.folder / "bird.conf").write_text(
            "router id 10.0.1.1;\nprotocol device {}\n"
            + session(name, NEIGHBOUR_BGP, SITE_BGP, self.ports, everything, "2001:db8::3")
        )
        self.ending.callback(router.stop)
        router.start()
        return router

    def site_session(self):
        """By hand: on ports of its own, which no provider's router would have."""
        export = "import none; export where is_service();"
        return session("transit", SITE_BGP, NEIGHBOUR_BGP, self.ports, export, "2001:db8::2")

    @staticmethod
    def way_in():
        return ""


def main(arguments, reason):
    print("Playing the small form: one site and a neighbour's BIRD on loopback addresses.")
    return demo.main(arguments, SmallLab)
