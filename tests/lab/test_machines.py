"""The README's commands on two machines with a systemd each: what is installed starts, is confined as its units say, obeys
systemd, and comes back by it. The configuration is the examples', but for what tells one site from the other."""

import json
import os
import re
import signal
import tempfile
from pathlib import Path

import pytest

import machine
from machine import Machine
from netns import Namespace, link, sh
from network import PREFIX4, PREFIX6, SITES_ASN, Router, wait_for

BUILD = Path(os.environ.get("PROXIMA_BUILDDIR", "."))
SOURCE = Path(os.environ.get("PROXIMA_SRCDIR", ".")).resolve()
UNITS = ("anycastguard", "anycastd", "dnsd")
LINKS = {"fra1": ("198.51.100.0", "2001:db8:1"), "nyc1": ("203.0.113.0", "2001:db8:2")}
SECONDS = 60
CAP_KILL = 5  # of linux/capability.h

UPLINK = """router id 198.51.100.1;
log "{folder}/bird.log" all;
debug protocols {{ states, routes }};
protocol device {{ }}
protocol direct {{ ipv4; ipv6; }}
protocol bfd {{ interface "*" {{ min rx interval 100 ms; min tx interval 100 ms; }}; }}
template bgp customer {{
    ttl security on; bfd on; local role provider;
    connect retry time 1; connect delay time 1; error wait time 1, 1;
}}
"""
SESSION = """protocol bgp {name}_{family} from customer {{
    local {uplink} as 64501; neighbor {site} as {asn};
    ipv{family} {{ import all; export none; }};
}}
"""

# How an operator makes nyc1 of the examples, and what would make the test slow: a drain of minutes, patience with
# somebody who fails again and again.
EDITS = {
    "fra1": "",
    "nyc1": """
sed -i 's/^node = .*/node = "nyc1";/; s/^node_id = .*/node_id = 2;/' node.conf
sed -i 's/neighbor4 = "[^"]*"; neighbor6 = "[^"]*"/neighbor4 = "203.0.113.1"; neighbor6 = "2001:db8:2::1"/' bgp.conf
""",
}
HASTE = """
echo 'drain = { min = "1s"; max = "5s"; linger = "1s"; }; policy = { hold = "1s"; flap_cycles = 10; flap_half_life = "1m"; };' >>anycastd.conf
"""


def readme_blocks():
    """The commands that the README tells to run on a node, block by block."""
    text = (SOURCE / "README.md").read_text()
    section = text[text.index("## Run a node"):]
    section = section[:section.index("\n## ", 1)]
    return [block.strip().splitlines() for block in re.findall(r"^```\n(.*?)^```$", section, re.M | re.S)]


def prefix_of_build():
    makefile = (BUILD / "Makefile").read_text()
    return re.search(r"^prefix = (.*)$", makefile, re.M).group(1)


class Pair:
    """Two machines behind one uplink."""

    def __init__(self, folder):
        self.folder = folder
        self.uplink = Router(Namespace("uplink"), folder / "uplink", "/usr/sbin/bird")
        self.machines = {}
        installed = folder / "installed"
        sh("make", "-C", str(BUILD), "install", f"DESTDIR={installed}")
        for name, (link4, link6) in LINKS.items():
            host = Namespace(name)
            link(self.uplink.namespace, host, link4, link6)
            host.ip(f"route add default via {link4[:-1]}1")
            host.ip(f"-6 route add default via {link6}::1")
            self.machines[name] = Machine(host, folder / name, installed, SOURCE)
        for family in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            self.uplink.namespace.sysctl(family, "1")
        self._write_uplink()

    def _write_uplink(self):
        sessions = [SESSION.format(name=name, family=family, asn=SITES_ASN, site=base + last, uplink=base + first)
                    for name, (link4, link6) in LINKS.items()
                    for family, base, first, last in ((4, link4[:-1], "1", "2"), (6, link6 + "::", "1", "2"))]
        (self.uplink.folder / "bird.conf").write_text(UPLINK.format(folder=self.uplink.folder) + "".join(sessions))

    def start(self):
        self.uplink.start()
        for one in self.machines.values():
            one.boot()
        for name, one in self.machines.items():
            self.follow_readme(name, one)

    @staticmethod
    def follow_readme(name, one):
        install, run = readme_blocks()
        for line in install:
            one.check("bash", "-c", line)
        one.check("bash", "-ec", f"cd /etc/proxima{EDITS[name]}{HASTE}")
        for line in run[:-1]:
            one.check("bash", "-c", line)
        assert run[-1] == "anycastctl check; anycastctl doctor; anycastctl status"

    def heard(self):
        """Which sites the uplink hears with each of the prefixes: {"fra1_4", …}."""
        routes = self.uplink.ask(f"show route for {PREFIX4}") + self.uplink.ask(f"show route for {PREFIX6}")
        return set(re.findall(r"\[(\w+_[46]) ", routes))

    def wait_heard(self, *names):
        wanted = {f"{name}_{family}" for name in names for family in (4, 6)}
        wait_for(f"the prefixes from {names} alone", lambda: self.heard() == wanted, SECONDS)

    def close(self):
        for one in self.machines.values():
            one.close()
            one.host.close()
        self.uplink.stop()
        self.uplink.namespace.close()


@pytest.fixture(scope="module")
def pair():
    reason = os.environ.get("PROXIMA_LAB_WHY_NOT") or machine.why_not()
    if reason:
        pytest.skip(f"no machines here: {reason}")
    if prefix_of_build() != "/usr":
        pytest.skip("this build is for another prefix than /usr, which the README says")
    pair = Pair(Path(tempfile.mkdtemp(prefix="proxima-machines-", dir="/run")))
    try:
        pair.start()
        pair.wait_heard("fra1", "nyc1")
        yield pair
    finally:
        pair.close()


def status(one):
    return json.loads(one.check("anycastctl", "status", "--json"))


def pid_of(one, unit):
    return one.unit(unit, "MainPID")["MainPID"]


def test_nodes_of_the_readme_are_well(pair):
    for one in pair.machines.values():
        wait_for("check to find nothing", lambda: one.run("anycastctl", "check").returncode == 0, SECONDS)
        assert one.run("systemctl", "--failed", "--no-legend").stdout == ""

def test_units_confine(pair):
    """What the units say is what the processes have: nobody is root, nobody can more than its work needs."""
    one = pair.machines["fra1"]
    capabilities = {"anycastguard": 1 << CAP_KILL, "anycastd": 0, "dnsd": 0}
    for unit, allowed in capabilities.items():
        lines = one.check("cat", f"/proc/{pid_of(one, unit)}/status").splitlines()
        said = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert "0" not in said["Uid"].split(), unit
        assert said["NoNewPrivs"] == "1", unit
        assert int(said["CapEff"], 16) == allowed, unit
        written = one.run("nsenter", "--target", pid_of(one, unit), "--mount", "--root", "--wdns=/", "touch", "/usr/bin/mark")
        assert "Read-only file system" in written.stdout, unit


def test_reload_keeps_the_processes(pair):
    one = pair.machines["fra1"]
    before = [pid_of(one, unit) for unit in UNITS]
    one.check("sed", "-i", "s/^.*IN *SOA.*$/&/; s/2026082201/2026082202/", "/etc/proxima/zones/example.com.zone")
    one.check("systemctl", "reload", "dnsd", "anycastd")
    wait_for("the new serial", lambda: "2026082202" in one.check("anycastctl", "check", "--json"), SECONDS)
    assert [pid_of(one, unit) for unit in UNITS] == before
    assert pair.heard() >= {"fra1_4", "fra1_6"}


def test_who_is_killed_is_started_again(pair):
    one = pair.machines["fra1"]
    for unit in ("anycastguard", "anycastd", "dnsd", "bird"):
        pair.wait_heard("fra1", "nyc1")
        before = pid_of(one, unit)
        one.check("systemctl", "kill", "--signal=KILL", "--kill-whom=main", unit)
        wait_for(f"another {unit}", lambda: pid_of(one, unit) not in ("0", before), SECONDS)
        wait_for(f"{unit} to be ready", lambda: one.run("systemctl", "is-active", unit).returncode == 0, SECONDS)
    pair.wait_heard("fra1", "nyc1")


def test_who_hangs_is_ended_by_its_watchdog(pair):
    """All three at once; a node on which everything hangs is off the air long before that."""
    one = pair.machines["fra1"]
    pair.wait_heard("fra1", "nyc1")
    before = {unit: pid_of(one, unit) for unit in UNITS}
    for unit in UNITS[::-1]:
        one.check("systemctl", "kill", "--signal=STOP", "--kill-whom=main", unit)
    for unit in UNITS:
        wait_for(f"another {unit}", lambda: pid_of(one, unit) not in ("0", before[unit]), SECONDS)
    pair.wait_heard("fra1", "nyc1")


def test_stop_drains(pair):
    one = pair.machines["fra1"]
    pair.wait_heard("fra1", "nyc1")
    one.check("systemctl", "stop", "dnsd")
    pair.wait_heard("nyc1")
    assert one.unit("dnsd", "Result") == {"Result": "success"}
    one.check("systemctl", "start", "dnsd")
    pair.wait_heard("fra1", "nyc1")


def test_drills(pair):
    """The helper's unit lets it do what it is for; a drill is the same by a timer."""
    one = pair.machines["fra1"]
    one.check("systemctl", "enable", "--now", "anycastdrill")
    for name in ("dnsd-crash", "bird-crash", "link-loss"):
        wait_for("a node to drill", lambda: one.run("anycastctl", "check").returncode == 0, SECONDS)
        one.check("anycastctl", "drill", "run", name, "--yes")
    one.check("anycastctl", "drill", "schedule", "controller-crash", "--calendar", "Mon 04:00")
    (timer,) = re.findall(r"\S+drill\S+\.timer", one.check("systemctl", "list-timers", "--all", "--no-pager"))
    wait_for("a node to drill", lambda: one.run("anycastctl", "check").returncode == 0, SECONDS)
    one.check("systemctl", "start", timer.replace(".timer", ".service"))
    assert "controller-crash" in one.check("anycastctl", "drill", "list", "--json")
    one.check("anycastctl", "drill", "schedule", "controller-crash", "--remove")
    assert timer not in one.check("systemctl", "list-timers", "--all", "--no-pager")


def test_shutdown_drains_first(pair):
    """BIRD is the last to go: the site is withdrawn, not lost."""
    one = pair.machines["fra1"]
    pair.wait_heard("fra1", "nyc1")
    log = pair.uplink.folder / "bird.log"
    before = log.stat().st_size
    one.run("systemctl", "start", "--no-block", "poweroff.target")
    one.process.wait(SECONDS)
    said = log.read_bytes()[before:].decode()
    for session, prefix in (("fra1_4.ipv4", PREFIX4), ("fra1_6.ipv6", PREFIX6)):
        backup, withdrawn = (re.search(rf"{session} > {word} {prefix}", said) for word in ("added", "removed"))
        assert backup and withdrawn, said
        assert backup.start() < withdrawn.start() < said.index("Received: Administrative shutdown"), said
    assert pair.heard() == {"nyc1_4", "nyc1_6"}
