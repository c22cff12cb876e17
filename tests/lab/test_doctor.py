"""anycastctl doctor at a site with real sessions, addresses and packet filters: what it finds, and that it changes nothing."""

import json
import shutil
import subprocess

import pytest

from failures import SITE
from network import SERVICE4, wait_for


def examine(site):
    """{check: [(grade, what), …]} of all checks."""
    folder = site.folder
    command = [site.programs.ctl, "doctor", "--json", "--config", folder / "anycastd.conf", "--socket",
               folder / "anycastd.sock", "--dnsd-socket", folder / "dnsd.sock", "--bird-conf", folder / "bird.conf"]
    done = subprocess.run(site.namespace.wrap(map(str, command)), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    found = {}
    for row in json.loads(done.stdout)["findings"]:
        found.setdefault(row["check"], []).append((row["grade"], row["what"]))
    return found


WELL = (  # with the configuration that operators copy
    "settings", "anycastd", "dnsd", "guard", "node-name", "zones", "node-id", "node-id-in-bird", "floor", "running",
    "prefix-length", "prefix-route", "session-role", "graceful-restart", "bfd", "export-limit", "leak", "import-limit",
    "limit-action", "bird", "bird-levels", "bird-intent", "folders", "event-log", "bird-socket", "service-address", "address-place", "address-ready", "port",
)


def test_a_site_that_is_well(lab):
    site = lab.sites[SITE]
    levels = site.levels()

    def is_well():  # BFD comes up by and by
        found = examine(site)
        ill = {check: found[check] for check in WELL if found[check][0][0] not in ("ok", "note")}
        assert set(ill) <= {"bfd"}
        return not ill and found

    found = wait_for("BFD to be up", is_well)
    assert any("has neither a password nor TTL security" in what for _, what in found["session-auth"])
    assert site.levels() == levels


def test_a_prefix_on_an_interface(lab):
    """What hides the service's route in BIRD is found at the host and in BIRD."""
    site = lab.sites[SITE]
    site.namespace.ip(f"addr del {SERVICE4}/32 dev lo")
    site.namespace.ip(f"addr add {SERVICE4}/24 dev lo")
    try:
        assert any(grade == "wrong" and "the kernel has a route of it" in what
                   for grade, what in examine(site)["address-place"])
    finally:
        site.namespace.ip(f"addr del {SERVICE4}/24 dev lo")
        site.namespace.ip(f"addr add {SERVICE4}/32 dev lo")


NFT = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin")
TRAP = """\
add table inet trap
add chain inet trap in { type filter hook input priority 0; }
add rule inet trap in ip saddr 203.0.113.99 udp dport 53 drop
"""


@pytest.mark.skipif(not NFT, reason="needs nft: apt-get install nftables")
def test_a_packet_filter(lab):
    site = lab.sites[SITE]
    site.namespace.run(NFT, TRAP)
    try:
        assert examine(site)["firewall"][0][0] == "ok"  # one client's packets are another matter
        site.namespace.run(NFT, "insert rule inet trap in udp dport { 4785, 4784 } drop")
        assert examine(site)["firewall"] == [
            ("wrong", "inet trap, chain in, drops BFD over several hops, UDP port 4784")]
    finally:
        site.namespace.run(NFT, "delete table inet trap")
