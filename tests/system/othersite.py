"""Another site, as far as this one can see of it: a BIRD on a loopback address, with a session to the node's BIRD into
its fleet tables."""

import tempfile
from pathlib import Path

from node import PREFIXES, Bird, free_port

ASN = 64500
HERE, THERE = "127.0.0.2", "127.0.0.3"
NODE_ID = 2
NUMBERS = {"normal": 1, "backup": 2, "drain": 3, "leaving": 4}
TIMES = """
probe = { interval = "50ms"; timeout = "200ms"; };
policy = { fall = 2; rise = 2; hold = "300ms"; flap_cycles = 4; flap_half_life = "10s"; settle = "300ms"; };
drain = { min = "300ms"; max = "600ms"; linger = "300ms"; };
"""


def session(name, local, neighbor, channels):
    return f"""protocol bgp {name} {{
    local {local[0]} port {local[1]} as {ASN};
    neighbor {neighbor[0]} port {neighbor[1]} as {ASN};
    multihop; strict bind yes;
    connect delay time 1; connect retry time 1; error wait time 1, 2; hold time 9;
    {channels}
}}
"""


def level_protocol(family, level):
    """A static route that is marked as this site's, at that level."""
    return f"""protocol static l{family}_{level} {{
    disabled yes;
    ipv{family} {{ import filter {{
        bgp_large_community.add(({ASN}, 1, {NODE_ID}));
        bgp_large_community.add(({ASN}, 2, {NUMBERS[level]}));
        accept;
    }}; }};
    route {PREFIXES[family]} blackhole;
}}
"""


class OtherSite:
    """A context manager. `conf` is what the node's bird.conf needs to see it."""

    def __init__(self):
        here, there = (HERE, free_port([HERE])), (THERE, free_port([THERE]))
        self.conf = "ipv4 table fleet4;\nipv6 table fleet6;\n" + session(
            "fleet_other", here, there,
            "ipv4 { table fleet4; igp table master4; import all; export none; };"
            "ipv6 { table fleet6; igp table master6; import all; export none; };")
        own = session("node", there, here,
                      "ipv4 { import none; export all; next hop self; };"
                      "ipv6 { import none; export all; next hop address 2001:db8::3; };")
        levels = "".join(level_protocol(family, level) for family in PREFIXES for level in NUMBERS)
        self.folder = tempfile.TemporaryDirectory(prefix="proxima-other-")
        self.bird = Bird(Path(self.folder.name), "router id 10.0.0.2;\nprotocol device {}\n" + own + levels)

    def announce(self, level):
        """At this level only; None: not at all."""
        if level:
            self.bird.ask(f'enable "l?_{level}"')
        for other in NUMBERS:
            if other != level:
                self.bird.ask(f'disable "l?_{other}"')

    def __enter__(self):
        self.bird.start()
        return self

    def __exit__(self, *_):
        self.bird.end()
        self.folder.cleanup()


def seen_levels(status):
    """{node_id: {levels}} of the other sites, as the node's status has them."""
    return {site["node_id"]: {service["level"] for service in site["services"]} for site in status["fleet"]["sites"]}
