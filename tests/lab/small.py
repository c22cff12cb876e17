"""The small form of the lab, for places where network namespaces are forbidden: one site and its neighbour's BIRD
on loopback addresses and free ports, without privileges. The same daemons and the same failures; there is no second site
to move to, so a withdrawal is shown in the neighbour's table."""

import argparse
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import demo
import failures
from network import PREFIX4, PREFIX6, SITES_ASN, Router, sh, wait_for
from routes import Change
from site_node import Programs, Service, Site
from steady import Steady

LOCAL4, LOCAL6 = "127.0.0.53", "::1"
SITE_BGP, NEIGHBOUR_BGP = "127.0.0.2", "127.0.0.3"


class Host:
    """This machine as it is, with the face of a Namespace."""

    name = "here"

    def wrap(self, command):
        return list(command)

    def start(self, command, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([str(c) for c in command], **options)


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
        self.here = {PREFIX4: False, PREFIX6: False}
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def session(name, local, neighbour, ports, asn, filters4, filters6, next_hop6):
    """One end of an eBGP session between two BIRDs of this machine."""
    return f"""protocol bgp {name} {{
    local {local} port {ports[local]} as {asn[local]};
    neighbor {neighbour} port {ports[neighbour]} as {asn[neighbour]};
    multihop; strict bind yes;
    connect delay time 1; connect retry time 1; error wait time 1, 2; hold time 9;
    ipv4 {{ {filters4} next hop self; }};
    ipv6 {{ {filters6} next hop address {next_hop6}; }};
}}
"""


class SmallLab:
    anycast = False

    def __init__(self, build, say):
        self.programs = Programs(build)
        self.temporary = tempfile.TemporaryDirectory(prefix="proxima-lab-")
        self.folder = Path(self.temporary.name)
        host, name = Host(), failures.SITE
        asn = {SITE_BGP: SITES_ASN, NEIGHBOUR_BGP: SITES_ASN + 1}
        ports = {SITE_BGP: free_port(), NEIGHBOUR_BGP: free_port()}
        say("the neighbour: BIRD on a loopback address, eBGP")
        self.neighbour = Router(host, self.folder / "neighbour", self.programs.bird)
        (self.neighbour.folder / "bird.conf").write_text(
            "router id 10.0.1.1;\nprotocol device {}\n"
            + session(name, NEIGHBOUR_BGP, SITE_BGP, ports, asn, *["import all; export none;"] * 2,
                      "2001:db8::3")
        )
        self.neighbour.start()
        say("the site: BIRD, dnsd, anycastd and its guard")
        dns = free_port()
        self.addresses = (f"{LOCAL4}@{dns}", f"{LOCAL6}@{dns}")
        # The daemons see loopback addresses; what BIRD announces for them are the lab's prefixes.
        service = Service(self.addresses, "127.0.0.0/24", "::1/128")
        export = f"import none; export filter {{ to_provider(({SITES_ASN + 1}, 50)); }};"
        sessions = session("transit", SITE_BGP, NEIGHBOUR_BGP, ports, asn, export, export,
                           "2001:db8::2")
        site = Site(name, host, self.folder / name, self.programs, sessions, service, kernel=False)
        self.sites = {name: site}
        self.clients, self.watches = {}, {}
        site.start()
        say("waiting until the site is healthy and announces")
        site.wait_normal()
        wait_for("the BGP session", self.neighbour.established)
        self.watches = {name: TableWatch(self.neighbour, name)}
        wait_for("the neighbour's table", lambda: all(self.watches[name].here.values()))

    def start_clients(self):
        self.clients["c1"] = Steady(Host(), self.programs.steady, self.folder / "c1.steady",
                                    "example.test", self.addresses)
        self.wait_served("c1", failures.SITE)

    def wait_served(self, client, site):
        wait_for(f"{client} to be served by {site}",
                 lambda: set(self.clients[client].serving().values()) == {site})

    @staticmethod
    def way_in():
        return ""

    def close(self):
        for thing in (*self.clients.values(), *self.sites.values()):
            thing.stop()
        for watch in self.watches.values():
            watch.close()
        self.neighbour.stop()
        self.temporary.cleanup()


def main(arguments, reason):
    print("Playing the small form: one site and a neighbour's BIRD on loopback addresses.")
    return demo.main(arguments, SmallLab)
