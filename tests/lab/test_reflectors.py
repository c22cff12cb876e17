"""The fleet's sessions as bird-config writes them, with reflectors and without: every site sees what all announce, and at
which level, whoever it speaks with."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from netns import Namespace, link
from network import Router, host4, wait_for
from site_node import Programs

SITES = ("x", "y", "z")
NODE = """node = "{name}"; node_id = {number};
asn = 64500;
services = ( {{ name = "dns"; prefixes = ( "192.0.2.0/24", "2001:db8:53::/48" );
               addresses = ( "192.0.2.53", "2001:db8:53::53" ); zones = ( "example.test" ); }} );
members = ( {members} );
fleet = {{ reflectors = [ {reflectors} ]; password_file = "password"; hold = "9s"; }};
sessions = ();
kernel = false;
log = "{folder}/bird.log";
bird = {{ dir = "{folder}"; socket = "{folder}/bird.ctl"; intent_dir = "{folder}/intent"; group = ""; }};
"""


def base(name):
    return f"198.51.100.{4 * SITES.index(name)}"


class Star:
    """Three sites around a router that only forwards."""

    def __init__(self, folder, programs, reflectors):
        self.hosts = {name: Namespace(name) for name in ("hub", *SITES)}
        self.routers = {}
        self.hosts["hub"].sysctl("net.ipv4.ip_forward", "1")
        for name in SITES:
            link(self.hosts["hub"], self.hosts[name], base(name), f"2001:db8:1:{SITES.index(name)}")
            self.hosts[name].ip(f"route add default via {host4(base(name), 1)}")
            self.routers[name] = self._router(folder / name, name, programs, reflectors)

    def _router(self, folder, name, programs, reflectors):
        router = Router(self.hosts[name], folder, programs.bird)
        (folder / "password").write_text("of the fleet\n")
        (folder / "password").chmod(0o600)
        members = ", ".join(f'{{ node = "{other}"; node_id = {i}; address4 = "{host4(base(other), 2)}"; }}'
                            for i, other in enumerate(SITES, 1))
        (folder / "bgp.conf").write_text(NODE.format(
            name=name, number=SITES.index(name) + 1, members=members, folder=folder,
            reflectors=", ".join(f'"{reflector}"' for reflector in reflectors)))
        subprocess.run([programs.ctl, "bird-config", "--config", folder / "bgp.conf", "--output", folder], check=True,
                       env={"BIRD": str(programs.bird)}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return router

    def start(self):
        for router in self.routers.values():
            router.start()
        wait_for("the sessions", lambda: all(router.established() for router in self.routers.values()), 30)

    def seen_by(self, name, family):
        """{node id: level's number} in a site's table of the fleet, in which the best route of each stands first."""
        marks = re.findall(r"\(64500, 1, (\d+)\) \(64500, 2, (\d)\)",
                           self.routers[name].ask(f"show route table fleet{family} all"))
        return {int(node): int(level) for node, level in reversed(marks)}

    def close(self):
        for router in self.routers.values():
            router.stop()
        for host in self.hosts.values():
            host.close()


@pytest.fixture(params=[(), ("x",), ("x", "z")], ids=["full mesh", "one reflector", "two reflectors"])
def star(request):
    reason = os.environ.get("PROXIMA_LAB_WHY_NOT")
    if reason:
        pytest.skip(f"network namespaces are not to be had here: {reason}")
    folder = Path(tempfile.mkdtemp(prefix="proxima-star-", dir="/run"))
    star = Star(folder, Programs(Path(os.environ["PROXIMA_BUILDDIR"]).resolve()), request.param)
    try:
        star.start()
        yield star
    finally:
        star.close()


def test_every_site_sees_all(star):
    for router in star.routers.values():
        for family in "46":
            router.ask(f"enable svc_dns_{family}_normal")
    everybody = {1: 1, 2: 1, 3: 1}
    for name in SITES:
        for family in "46":
            wait_for(f"all, at {name}", lambda: star.seen_by(name, family) == everybody)
    star.routers["y"].ask("enable svc_dns_4_leaving")
    for name in SITES:
        wait_for(f"y leaving, at {name}", lambda: star.seen_by(name, "4") == {1: 1, 2: 4, 3: 1})
    star.routers["y"].ask("disable svc_dns_4_normal")
    star.routers["y"].ask("disable svc_dns_4_leaving")
    for name in SITES:
        wait_for(f"y gone, at {name}", lambda: star.seen_by(name, "4") == {1: 1, 3: 1})
        assert star.seen_by(name, "6") == everybody


def test_nothing_of_it_leaves_the_tables_of_the_fleet(star):
    """A site that does not announce itself does not announce what it hears from others, nor does it route by it."""
    star.routers["x"].ask("enable svc_dns_4_normal")
    wait_for("x, at y", lambda: star.seen_by("y", "4") == {1: 1})
    wait_for("x, at z", lambda: star.seen_by("z", "4") == {1: 1})
    assert "192.0.2.0" not in star.routers["y"].ask("show route table master4")
