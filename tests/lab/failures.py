"""Failures on purpose, and what they cost: each is played at one site while the clients ask on, and returns an
Outcome. The promises are the project's; the demonstration shows them, the tests hold them."""

import shutil
import signal
import time
from dataclasses import dataclass, field

from network import CLIENTS, wait_for

SITE = "fra"  # where things fail: the site nearest to c1
DRAIN_MIN_MS = 1000  # as site_node.py configures it
OBSERVE_S = 1.0  # how long the clients are watched after the last act


@dataclass
class Outcome:
    name: str
    promise: str = ""
    detected_ms: float | None = None   # anycastd's (or the guard's) own record
    withdrawn_ms: float | None = None  # gone from the neighbour's kernel, both families
    moved_ms: float | None = None      # first query of the nearest client that another site answered, both families
    sent: int = 0
    lost: int | None = 0               # None: there is no other site that could have answered
    wrong: list = field(default_factory=list)  # what must not happen on any machine
    late: list = field(default_factory=list)   # what a busy machine may be to blame for, once

    @property
    def faults(self):
        return self.wrong + self.late

    def check(self, condition, fault):
        if not condition:
            self.wrong.append(fault)

    def within(self, value, limit_ms, what):
        if value is None:
            self.wrong.append(f"{what}: never")
        elif value >= limit_ms:
            self.late.append(f"{what} after {value:.1f} ms, promised: under {limit_ms} ms")

    def lost_none(self):
        self.check(not self.lost, f"{self.lost} of {self.sent} queries lost")


def ms(later_ns, earlier_ns):
    return None if later_ns is None else (later_ns - earlier_ns) / 1e6


def withdrawn_ns(lab, site, from_ns):
    """When the neighbour's kernel had no route to the site any more, in either family."""
    left = [lab.watches[site].left(prefix, site, from_ns) for prefix in lab.prefixes]
    return None if None in left else max(left)


def wait_withdrawn(lab, site, from_ns, seconds=10):
    return wait_for(f"{site}'s routes to leave the neighbour",
                    lambda: withdrawn_ns(lab, site, from_ns), seconds)


def moved_ns(queries, leaving):
    """The sending of the first query, address by address, after which nobody but another site answered."""
    moments = []
    for address in {query.address for query in queries}:
        moment = None
        for query in (q for q in queries if q.address == address):
            if not query.answered or query.node == leaving:
                moment = None
            elif moment is None:
                moment = query.sent_ns
        if moment is None:
            return None
        moments.append(moment)
    return max(moments, default=None)


def measure(lab, outcome, from_ns, leaving=None):
    """Watches the clients a while longer, then fills in what they lost and when they moved."""
    until_ns = time.monotonic_ns() + int(OBSERVE_S * 1e9)
    for client in lab.clients.values():
        client.settle(until_ns)
    for name, client in lab.clients.items():
        queries = client.between(from_ns, until_ns)
        outcome.sent += len(queries)
        outcome.lost += sum(not query.answered for query in queries)
        if lab.anycast and leaving and CLIENTS[name] == leaving:
            outcome.moved_ms = ms(moved_ns(queries, leaving), from_ns)
    if leaving and not lab.anycast:
        outcome.lost = None


def moves_within(lab, outcome, limit_ms):
    """Where there is no second site, traffic cannot move: the withdrawal stands for it."""
    if lab.anycast:
        outcome.promise = f"traffic moved in under {limit_ms} ms"
        outcome.within(outcome.moved_ms, limit_ms, "traffic moved")
    else:
        outcome.promise = f"withdrawn in under {limit_ms} ms"
        outcome.within(outcome.withdrawn_ms, limit_ms, "withdrawn")


def first_withdrawal(site, from_ns):
    for event in site.events(from_ns):
        if event["event"] == "level" and event["to"] != "normal":
            return event["mono_ns"]
    return None


def recover(lab, site):
    """Until the site announces again and its client is back."""
    lab.sites[site].wait_normal()
    for client, near in CLIENTS.items():
        if near == site:
            lab.wait_served(client, site)


def kill_dnsd(lab):
    outcome = Outcome("kill -9 of dnsd")
    site = lab.sites[SITE]
    at_ns = site.kill("dnsd")
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    measure(lab, outcome, at_ns, leaving=SITE)
    outcome.detected_ms = ms(first_withdrawal(site, at_ns), at_ns)
    moves_within(lab, outcome, 20)
    site.start_dnsd()
    recover(lab, SITE)
    return outcome


def hang_dnsd(lab):
    outcome = Outcome("dnsd hangs (SIGSTOP)")
    site = lab.sites[SITE]
    at_ns = time.monotonic_ns()
    site.signal("dnsd", signal.SIGSTOP)
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    measure(lab, outcome, at_ns, leaving=SITE)
    outcome.detected_ms = ms(first_withdrawal(site, at_ns), at_ns)
    moves_within(lab, outcome, 600)
    site.signal("dnsd", signal.SIGCONT)
    recover(lab, SITE)
    return outcome


def drain(lab):
    outcome = Outcome("planned drain and restart", "no query lost")
    site = lab.sites[SITE]
    at_ns = time.monotonic_ns()
    site.ctl("drain", "--reason", "restart of dnsd")
    wait_for("the withdrawal to be confirmed", lambda: not site.levels())
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    outcome.detected_ms = ms(first_withdrawal(site, at_ns), at_ns)
    stopped = site.process("dnsd")
    site.signal("dnsd", signal.SIGTERM)
    outcome.check(stopped.wait(20) == 0, f"dnsd ended with {stopped.returncode}")
    site.start_dnsd()
    site.ctl("resume")
    recover(lab, SITE)
    measure(lab, outcome, at_ns)
    if lab.anycast:
        outcome.moved_ms = drained_ms(lab, at_ns)
        outcome.lost_none()
    else:
        outcome.promise, outcome.lost = "announced until drained, then withdrawn", None
        outcome.check(outcome.withdrawn_ms >= DRAIN_MIN_MS, "withdrawn before it was drained")
    return outcome


def drained_ms(lab, from_ns):
    """When the nearest client's queries went to another site first: what level `drain` alone achieves."""
    client = next(c for c, near in CLIENTS.items() if near == SITE)
    for query in lab.clients[client].between(from_ns, time.monotonic_ns()):
        if query.answered and query.node != SITE:
            return ms(query.sent_ns, from_ns)
    return None


def kill_anycastd(lab):
    outcome = Outcome("kill -9 of anycastd", "no route change, no query lost")
    site = lab.sites[SITE]
    at_ns = site.kill("anycastd")
    time.sleep(OBSERVE_S)
    site.start_anycastd()
    wait_for("anycastd to be back", site.healthy)
    measure(lab, outcome, at_ns)
    gone = [lab.watches[SITE].left(p, SITE, at_ns) for p in lab.prefixes]
    outcome.check(gone == [None, None], "a route changed at the neighbour")
    outcome.lost_none()
    return outcome


def kill_both(lab):
    outcome = Outcome("kill -9 of anycastd and dnsd", "withdrawn in under 100 ms")
    site = lab.sites[SITE]
    at_ns = site.kill("anycastd", "dnsd")
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    measure(lab, outcome, at_ns, leaving=SITE)
    outcome.within(outcome.withdrawn_ms, 100, "withdrawn")
    site.start_anycastd()
    site.start_dnsd()
    recover(lab, SITE)
    return outcome


def rise_from_nothing(lab, outcome, at_ns, starters):
    """After the death of BIRD and those that watch: each comes back in turn, dnsd last, and nothing may be
    announced before it answers."""
    site = lab.sites[SITE]
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    measure(lab, outcome, at_ns, leaving=SITE)
    site.start_bird()
    wait_for("BIRD's sessions", site.router.established)
    outcome.check(not site.levels(), "a new BIRD announced by itself")
    for start in starters:
        start()
    wait_for("anycastd to be back", lambda: site.healthy() is False)
    outcome.check(not site.levels(), "announced without dnsd")
    site.start_dnsd()
    recover(lab, SITE)
    return outcome


def kill_all(lab):
    outcome = Outcome("kill -9 of BIRD, anycastd and dnsd", "nothing announced that cannot answer")
    site = lab.sites[SITE]
    at_ns = site.kill("bird", "anycastd", "dnsd")
    return rise_from_nothing(lab, outcome, at_ns, [site.start_anycastd])


def reboot(lab):
    outcome = Outcome("loss of power, and reboot", "nothing announced that cannot answer")
    site = lab.sites[SITE]
    at_ns = site.kill("bird", "anycastguard", "anycastd", "dnsd")
    shutil.rmtree(site.intent)  # /run forgets
    return rise_from_nothing(lab, outcome, at_ns, [site.start_guard, site.start_anycastd])


def restart_bird(lab):
    outcome = Outcome("restart of BIRD", "announced again only after health is confirmed")
    site = lab.sites[SITE]
    at_ns = time.monotonic_ns()
    site.router.stop()
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    site.start_bird()
    restarted_ns = time.monotonic_ns()
    outcome.check(not site.levels(), "announced before health was confirmed")
    recover(lab, SITE)
    measure(lab, outcome, at_ns)
    raised = [e for e in site.events(restarted_ns) if e["event"] == "level" and e["to"] == "normal"]
    outcome.check(len(raised) == 2, "the event log lacks the announcement after the restart")
    outcome.moved_ms = None
    return outcome


ALL = (kill_dnsd, hang_dnsd, drain, kill_anycastd, kill_both, restart_bird, kill_all, reboot)
