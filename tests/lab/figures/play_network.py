"""BIRD, the machine as a whole, and what is between a site and its provider."""

import time

import failures
from announced import BACKUP
from network import CLIENTS, wait_for
from outcome import Outcome, count_left, ms, recover, wait_withdrawn, watch
from site_node import DAEMONS
from supervisor import RESTART_S, Supervisor

CUT = """table netdev cut {{
    chain in {{ type filter hook ingress device "{device}" priority 0; policy drop; }}
    chain out {{ type filter hook egress device "{device}" priority 0; policy drop; }}
}}"""


def follow_return(lab, outcome, name, at_ns, repair):
    """As failures.follow; and how long after the repair the site's client is back."""
    times = {}

    def timed_repair():
        times["repaired"] = time.monotonic_ns()
        repair()

    failures.follow(lab, outcome, name, at_ns, timed_repair)
    outcome.back_ms = ms(back_ns(lab, name, times["repaired"]), times["repaired"])


def back_ns(lab, name, from_ns):
    """When the site's own clients were answered by it first."""
    return min((query.sent_ns for client, near in CLIENTS.items() if near == name
                for query in lab.clients[client].between(from_ns, time.monotonic_ns())
                if query.answered and query.node == name), default=None)


def kill_bird(lab, name):
    outcome, site = Outcome("kill -9 of BIRD"), lab.sites[name]
    at_ns = site.kill("bird")

    def repair():
        time.sleep(RESTART_S)
        site.start_bird()
        outcome.check(not site.levels(), "a new BIRD announced by itself")

    follow_return(lab, outcome, name, at_ns, repair)
    outcome.detected_ms = None
    return outcome


def hang_bird(lab, name):
    """Its neighbour finds out by BFD; nobody at the site could do anything about it."""
    outcome, site = Outcome("BIRD hangs"), lab.sites[name]
    follow_return(lab, outcome, name, site.hang("bird"), lambda: site.wake("bird"))
    outcome.detected_ms = None
    return outcome


def hang_bird_and_crash(lab, name):
    """Without BFD: the guard ends a BIRD that does not obey."""
    outcome, site = Outcome("BIRD hangs, dnsd dies, no BFD"), lab.sites[name]
    hung = site.process("bird")
    site.hang("bird")
    at_ns = site.kill("dnsd")
    with Supervisor([site], ["bird"]):
        follow_return(lab, outcome, name, at_ns, site.start_dnsd)
    outcome.check(hung.poll() is not None, "the hung BIRD was not ended")
    return outcome


def configure(lab, name):
    """Somebody else types `birdc configure`."""
    outcome, site = Outcome("birdc configure"), lab.sites[name]
    at_ns = time.monotonic_ns()
    outcome.check("Reconfigur" in site.router.ask("configure"), "BIRD did not reconfigure")
    wait_for("BIRD to be done", lambda: "up and running" in site.router.ask("configure status"))
    watch()
    failures.nothing_happened(lab, outcome, name, at_ns)
    return outcome


def pause(lab, name):
    """All that runs at a site stops for 0.2 to 5 s and goes on, as when a virtual machine is moved. Nobody
    may take his own stall for somebody else's."""
    outcome, site = Outcome("everything pauses"), lab.sites[name]
    everything = ("bird", *DAEMONS)
    at_ns = site.hang(*everything)
    time.sleep(0.2 * 25 ** lab.random.random())
    went_on_ns = time.monotonic_ns()
    site.wake(*everything)
    watched_ns = watch()
    wait_for("all BGP sessions", lab.sessions_up)
    recover(lab, name)
    outcome.back_ms = ms(back_ns(lab, name, went_on_ns), went_on_ns)
    count_left(lab, outcome, at_ns, name, watched_ns)
    outcome.moved_ms = None  # a short pause moves nothing
    causes = {e["cause"] for e in site.events(at_ns) if e["event"] == "level" and e["to"] == "withdrawn"}
    outcome.check(not causes, f"withdrew for {', '.join(sorted(causes))}")
    return outcome


def session_down(lab, name):
    """The provider takes the site's only session down. The site is isolated: it says so to the others, by level
    `backup`, and withdraws nothing."""
    outcome, site, neighbour = Outcome("provider session down"), lab.sites[name], lab.neighbours[name]
    at_ns = time.monotonic_ns()
    neighbour.ask(f"disable {name}")
    others = [other for other in lab.sites.values() if other is not site]
    wait_for("the others to see that it is isolated", lambda: all(
        other.fleet(family).get(site.files.number) == BACKUP for other in others for family in "46"))
    outcome.backup_ms = ms(time.monotonic_ns(), at_ns)
    follow_return(lab, outcome, name, at_ns, lambda: neighbour.ask(f"enable {name}"))
    never_withdrawn(outcome, site, at_ns)
    return outcome


def link_drops(lab, name):
    """Not a packet passes between the site and its provider any more, and no device goes down."""
    outcome, site = Outcome("link drops in silence"), lab.sites[name]
    at_ns = time.monotonic_ns()
    site.namespace.run("nft", CUT.format(device=f"t-{name}"))
    follow_return(lab, outcome, name, at_ns, lambda: site.namespace.run("nft", "delete table netdev cut"))
    never_withdrawn(outcome, site, at_ns)
    return outcome


def never_withdrawn(outcome, site, at_ns):
    outcome.check(not any(e["to"] == "withdrawn" for e in site.events(at_ns) if e["event"] == "level"),
                  "withdrew, and was not the one that failed")
