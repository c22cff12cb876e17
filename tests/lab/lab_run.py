"""The whole lab, up and running: the network, three sites, the clients and the neighbours' route watches."""

import os
import tempfile
from pathlib import Path

from network import (
    CLIENTS, PREFIX4, PREFIX6, SERVICE4, SERVICE6, SITES, Network, host4, link4, provider_asn,
    wait_for,
)
from routes import RouteWatch
from site_node import Programs, Site
from steady import Steady


def provider_session(site):
    """The peers/ file of a site: one session for both families, as configs/bird shows it."""
    asn = provider_asn(site)
    return f"""protocol bgp transit from upstream {{
    neighbor {host4(link4(site), 1)} as {asn};
    bfd on;
    ipv4 {{ export filter {{ to_provider(({asn}, 50)); }}; }};
    ipv6 {{ export filter {{ to_provider(({asn}, 50)); }}; }};
}}
"""


class Lab:
    anycast = True  # a withdrawal at one site moves its traffic to another
    addresses = (SERVICE4, SERVICE6)

    def __init__(self, build, say=lambda text: None):
        self.programs = Programs(build)
        self.folder = Path(tempfile.mkdtemp(prefix="proxima-lab-", dir="/run"))
        self.sites, self.clients, self.watches = {}, {}, {}
        say("providers: three routers in a ring, eBGP")
        self.network = Network(self.folder, self.programs.bird)
        self.sites = {
            name: Site(name, self.network.hosts[name], self.folder / name, self.programs,
                       provider_session(name))
            for name in SITES
        }
        say("sites: BIRD, dnsd, anycastd and its guard at fra, nyc and sin")
        for site in self.sites.values():
            site.start()
        self.watches = {name: RouteWatch(self.network.hosts[f"t-{name}"], (PREFIX4, PREFIX6))
                        for name in SITES}
        say("waiting until every site is healthy and announces")
        for site in self.sites.values():
            site.wait_normal()
        wait_for("all BGP sessions", self.sessions_up)
        for site in self.sites.values():
            wait_for(f"{site.name} to call itself healthy", site.healthy)

    def sessions_up(self):
        routers = [*self.network.routers.values(), *(s.router for s in self.sites.values())]
        return all(router.established() for router in routers)

    def start_clients(self):
        for name in CLIENTS:
            self.clients[name] = Steady(
                self.network.hosts[name], self.programs.steady, self.folder / f"{name}.steady",
                "example.test", self.addresses,
            )
        for name, near in CLIENTS.items():
            self.wait_served(name, near)

    def wait_served(self, client, site):
        """Until both service addresses are answered by `site`."""
        wait_for(f"{client} to be served by {site}",
                 lambda: set(self.clients[client].serving().values()) == {site})

    @staticmethod
    def way_in():
        """What to put in front of a command to run it inside, from another terminal."""
        return f"nsenter {os.environ['PROXIMA_LAB_INSIDE']} "

    def close(self):
        for client in self.clients.values():
            client.stop()
        for watch in self.watches.values():
            watch.close()
        for site in self.sites.values():
            site.stop()
        self.network.close()
