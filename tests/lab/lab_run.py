"""The whole lab, up and running: the network, three sites, the clients and the neighbours' route watches."""

import contextlib
import os
import tempfile
from pathlib import Path

from announced import NORMAL, heard
from network import (
    CLIENTS, PREFIX4, PREFIX6, SERVICE4, SERVICE6, SITES, Network, host4, link4, number,
    provider_asn, unicast4, wait_for,
)
from routes import RouteWatch
from site_node import Programs, Site
from steady import Steady


def bgp(site):
    """Who a site speaks with: its provider, over one session for both families, and the other sites."""
    asn = provider_asn(site)
    members = ", ".join(f'{{ node = "{name}"; node_id = {number(name)}; address4 = "{unicast4(name)}"; }}' for name in SITES)
    return f"""members = ( {members} );
providers = ( {{ name = "transit"; asn = {asn}; one_session = true; bfd = true; import = "full";
                backup = {{ communities = [ "{asn}:50" ]; }}; }} );
sessions = ( {{ provider = "transit"; neighbor4 = "{host4(link4(site), 1)}"; }} );
"""


RATE = 1000  # queries per second of each client, if nobody says otherwise


class LabBase:
    """What runs, and how it is ended: in the reverse order of its start, whatever came up."""

    anycast = True  # a withdrawal at one site moves its traffic to another

    def __init__(self, build, folder):
        self.programs = Programs(build)
        self.folder = Path(folder)
        self.sites, self.clients, self.watches, self.neighbours = {}, {}, {}, {}
        self.ending = contextlib.ExitStack()

    def start_site(self, site):
        self.sites[site.name] = site
        self.ending.callback(site.stop)
        site.start()

    def start_watch(self, name, watch):
        self.watches[name] = watch
        self.ending.callback(watch.close)

    def start_client(self, name, host, rate=RATE):
        self.clients[name] = Steady(host, self.programs.steady, self.folder / f"{name}.steady",
                                    "example.test", self.addresses, rate)
        self.ending.callback(self.clients[name].stop)

    def heard(self, name):
        """What the site's neighbour has from it: {prefix: level's number}."""
        return heard(self.neighbours[name], name)

    def wait_served(self, client, site):
        """Until both service addresses are answered by `site`."""
        wait_for(f"{client} to be served by {site}",
                 lambda: set(self.clients[client].serving().values()) == {site})

    def wait_healthy(self):
        for site in self.sites.values():
            site.wait_normal()
        for site in self.sites.values():
            wait_for(f"{site.name} to call itself healthy", site.healthy)

    def close(self):
        self.ending.close()


class Lab(LabBase):
    """Three sites in network namespaces."""

    addresses = (SERVICE4, SERVICE6)
    prefixes = (PREFIX4, PREFIX6)

    def __init__(self, build):
        super().__init__(build, tempfile.mkdtemp(prefix="proxima-lab-", dir="/run"))

    def start(self, say):
        say("providers: three routers in a ring, eBGP")
        self.network = Network(self.folder, self.programs.bird)
        self.ending.callback(self.network.close)
        say("sites: BIRD, dnsd, anycastd and its guard at fra, nyc and sin")
        self.neighbours = {name: self.network.routers[f"t-{name}"] for name in SITES}
        for name in SITES:
            self.start_site(Site(name, self.network.hosts[name], self.folder / name, self.programs,
                                 bgp(name)))
        for name in SITES:
            self.start_watch(name, RouteWatch(self.network.hosts[f"t-{name}"], self.prefixes))
        say("waiting until every site is healthy and announces")
        self.wait_calm()
        say("clients: one near each site")
        self.start_clients()

    def wait_calm(self, seconds=30):
        """Until all sessions are up, every site is healthy, announces, and sees the others, and all clients are at home."""
        wait_for("all BGP sessions", self.sessions_up, seconds)
        self.wait_healthy()
        wait_for("every site to see the others", self.fleet_seen, seconds)
        for name in self.clients:
            self.wait_served(name, CLIENTS[name])

    def start_clients(self, rate=RATE):
        """Anew, if there were some: what they have noted is forgotten."""
        for client in self.clients.values():
            client.stop()
        for name in CLIENTS:
            self.start_client(name, self.network.hosts[name], rate)
        for name, near in CLIENTS.items():
            self.wait_served(name, near)

    def sessions_up(self):
        routers = [*self.network.routers.values(), *(s.router for s in self.sites.values())]
        return all(router.established() for router in routers)

    def sessions(self):
        """What the providers' sessions are, and since when: {(router, session): (since, state)}."""
        return {(name, fields[0]): (" ".join(fields[4:6]), fields[-1])
                for name, router in self.network.routers.items()
                for fields in map(str.split, router.ask("show protocols").splitlines())
                if len(fields) > 5 and fields[1] == "BGP"}

    def fleet_seen(self):
        """Every site has the announcements of all, at `normal`, in its fleet tables."""
        everybody = {number(name): NORMAL for name in SITES}
        return all(site.fleet(family) == everybody for site in self.sites.values() for family in "46")

    @staticmethod
    def way_in():
        """What to put in front of a command to run it inside, from another terminal."""
        return f"nsenter {os.environ['PROXIMA_LAB_INSIDE']} "
