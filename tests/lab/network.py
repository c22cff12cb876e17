"""The lab's internet: three providers in a ring, behind each a site and a client.

        c1 ── t-fra ───────── t-nyc ── c2          t-*: provider routers (BIRD, eBGP, BFD)
               │  \\           /  │                fra, nyc, sin: sites; each announces the same prefixes
              fra   t-sin ───┘   nyc               c*: clients
                    /   \\
                  sin    c3
"""

import signal
import subprocess
import time
from pathlib import Path

import birdtalk
from netns import AS_UNITS_DO, OTHER_MACHINES, Namespace, link

SITES = ("fra", "nyc", "sin")
CLIENTS = {"c1": "fra", "c2": "nyc", "c3": "sin"}  # client -> the site that is nearest to it
SERVICE4, SERVICE6 = "192.0.2.53", "2001:db8:53::53"
PREFIX4, PREFIX6 = "192.0.2.0/24", "2001:db8:53::/48"
SITES_ASN = 64500
GAP_TABLE = 100
HERE = Path(__file__).resolve().parent


def number(site):
    return SITES.index(site) + 1


def provider_asn(site):
    return SITES_ASN + number(site)


def link4(site):
    """Base of the /30 between a site and its provider: the provider has +1, the site +2."""
    return f"198.51.100.{number(site) * 4}"


def unicast4(site):
    """A site's own address, which no other site has."""
    return host4(link4(site), 2)


def link6(site):
    return f"2001:db8:1:{number(site)}"


def host4(base, offset):
    head, last = base.rsplit(".", 1)
    return f"{head}.{int(last) + offset}"


def wait_for(what, condition, seconds=15):
    """Waits until `condition` gives something true and returns it; says what did not come."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.01)


class Router:
    """A BIRD in a namespace; its files are in `folder`."""

    def __init__(self, namespace, folder, bird, nice=AS_UNITS_DO):
        self.namespace = namespace
        self.nice = nice
        self.folder = folder
        self.bird = bird
        self.socket = folder / "bird.ctl"
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self):
        with open(self.folder / "bird.out", "ab") as output:
            self.process = self.namespace.start(
                [self.bird, "-f", "-c", self.folder / "bird.conf", "-s", self.socket],
                nice=self.nice, stdout=output, stderr=subprocess.STDOUT,
            )
        wait_for(f"BIRD of {self.namespace.name}", self._answers)

    def _answers(self):
        if self.process.poll() is not None:
            said = (self.folder / "bird.out").read_text().strip()
            raise RuntimeError(f"BIRD of {self.namespace.name} ended: {said}")
        try:
            return "is up" in self.ask("show status")
        except RuntimeError:
            return False

    def ask(self, command):
        """birdc's answer to one command."""
        return birdtalk.ask(self.socket, command)

    def established(self):
        lines = self.ask("show protocols").splitlines()
        sessions = [line for line in lines if " BGP " in line]
        return sessions and all("Established" in line for line in sessions)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.send_signal(signal.SIGCONT)
            self.process.wait()


class Network:
    """Hosts, cables and the providers' routers. The sites themselves are site.py's."""

    def __init__(self, folder, bird):
        self.folder = folder
        self.hosts = {}
        for name in (*SITES, *(f"t-{s}" for s in SITES), *CLIENTS):
            self.hosts[name] = Namespace(name)
        self._cables()
        self.routers = {f"t-{s}": self._router(s, bird) for s in SITES}
        for router in self.routers.values():
            router.start()

    def _cables(self):
        for site in SITES:
            transit = self.hosts[f"t-{site}"]
            transit.sysctl("net.ipv4.ip_forward", "1")
            transit.sysctl("net.ipv6.conf.all.forwarding", "1")
            link(transit, self.hosts[site], link4(site), link6(site))
            # The host's own way out, worse than BGP's: replies leave while BIRD restarts, and when a
            # new session announces before its routes have come in.
            self.hosts[site].ip(f"route add default via {host4(link4(site), 1)} metric 4096")
            self.hosts[site].ip(f"-6 route add default via {link6(site)}::1 metric 4096")
            self.hosts[site].ip(f"addr add {SERVICE4}/32 dev lo")
            self.hosts[site].ip(f"addr add {SERVICE6}/128 dev lo nodad")
        for i, (a, b) in enumerate(self._ring()):
            link(self.hosts[f"t-{a}"], self.hosts[f"t-{b}"], f"198.51.100.{128 + i * 4}",
                 f"2001:db8:1:1{i}")
        for i, (client, site) in enumerate(CLIENTS.items()):
            base4, base6 = f"203.0.113.{i * 4}", f"2001:db8:c:{i + 1}"
            link(self.hosts[f"t-{site}"], self.hosts[client], base4, base6)
            self.hosts[client].ip(f"route add default via {host4(base4, 1)}")
            self.hosts[client].ip(f"-6 route add default via {base6}::1")
            self._bridge_gaps(client, site)

    def _bridge_gaps(self, client, site):
        """BIRD replaces an IPv6 route on Linux by deleting the old one and adding the new. A provider's router has no such
        gap: what comes from the client meanwhile goes to the next provider."""
        router = self.hosts[f"t-{site}"]
        i, (_, other) = next((i, pair) for i, pair in enumerate(self._ring()) if pair[0] == site)
        router.ip(f"-6 rule add iif {client} lookup {GAP_TABLE} pref 40000")
        router.ip(f"-6 route add default via 2001:db8:1:1{i}::2 dev t-{other} table {GAP_TABLE}")

    @staticmethod
    def _ring():
        return (("fra", "nyc"), ("nyc", "sin"), ("sin", "fra"))

    def _router(self, site, bird):
        name = f"t-{site}"
        folder = self.folder / name
        router = Router(self.hosts[name], folder, bird, OTHER_MACHINES)
        (folder / "bird.conf").write_text((HERE / "conf" / "transit.conf").read_text())
        (folder / "node.conf").write_text(
            f'log "{folder}/bird.log" all;\n'
            f"define ROUTER_ID = 10.0.1.{number(site)};\n"
            f"define LOCAL_ASN = {provider_asn(site)};\n"
        )
        sessions = [f"protocol bgp {site} from site "
                    f"{{ neighbor {unicast4(site)} as {SITES_ASN}; }}"]
        for i, (a, b) in enumerate(self._ring()):
            if site in (a, b):
                other, offset = (b, 2) if site == a else (a, 1)
                sessions.append(f"protocol bgp to_{other} from peer "
                                f"{{ neighbor {host4(f'198.51.100.{128 + i * 4}', offset)} "
                                f"as {provider_asn(other)}; }}")
        (folder / "peers.conf").write_text("\n".join(sessions) + "\n")
        return router

    def close(self):
        for router in self.routers.values():
            router.stop()
        for host in self.hosts.values():
            host.close()
