"""A node that announces to a neighbour: two BIRDs of this machine, with a BGP session between them on loopback
addresses."""

import subprocess
from contextlib import contextmanager

from dnsd import wait_for
from node import BUILD, PREFIXES, Bird, Node, free_port

SITE, NEIGHBOUR = ("127.0.0.2", 64500), ("127.0.0.3", 64501)
OURS = 'where proto ~ "svc_*"'
# What an operator may have: a better route to the same prefix, here as one that can be switched on and off.
TRAP = f"protocol static trap {{ disabled yes; ipv4 {{ preference 240; }}; route {PREFIXES[4]} blackhole; }}\n"


def session(name, port, local, neighbour, filters, next_hop):
    return f"""protocol bgp {name} {{
    local {local[0]} port {port} as {local[1]};
    neighbor {neighbour[0]} port {port} as {neighbour[1]};
    multihop; strict bind yes;
    connect delay time 1; connect retry time 1; error wait time 1, 2; hold time 9;
    ipv4 {{ {filters} next hop self; }};
    ipv6 {{ {filters} next hop address {next_hop}; }};
}}
"""


@contextmanager
def peered(folder, export=OURS, name="up", extra="", imports="import none;", theirs=()):
    """A node that announces and its neighbour, with a session that is up; `extra` is for anycastd.conf, `theirs` are
    IPv4 routes that the neighbour announces."""
    port = free_port([SITE[0], NEIGHBOUR[0]])
    static = "protocol static theirs { ipv4; " + "".join(f"route {prefix} blackhole; " for prefix in theirs) + "}\n"
    neighbour = Bird(folder, "router id 10.0.0.2;\nprotocol device {}\n" + static + session(
        "site", port, NEIGHBOUR, SITE, 'import all; export where proto = "theirs";', "2001:db8::3"))
    ours = session(name, port, SITE, NEIGHBOUR, f"{imports} export {export};", "2001:db8::2")
    try:
        neighbour.start()
        with Node(bird=TRAP + ours, extra=extra) as node:
            node.wait_status(lambda status: status["bird"]["sessions"][0]["established"])
            yield node, neighbour
    finally:
        neighbour.end()


def wait_route(neighbour, prefix):
    """What a BIRD has sent is with the neighbour a moment later."""
    wait_for(lambda: prefix in neighbour.ask(f"show route {prefix}"), f"{prefix} at the neighbour")


def wait_no_route(neighbour, prefix):
    wait_for(lambda: "Network not found" in neighbour.ask(f"show route {prefix}"), f"end of {prefix} at the neighbour")


def anycastctl(node, *arguments):
    return subprocess.run([BUILD / "anycastctl" / "cli" / "anycastctl", "--socket", node.control,
                           "--dnsd-socket", node.folder / "dnsd.sock", *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
