"""Failures on purpose: each is played at one site while the clients ask on, and returns an Outcome. The promises
are the project's; the demonstration shows them, the tests hold them, the figures repeat them."""

import shutil
import signal
import time

from network import CLIENTS, wait_for
from outcome import (
    OBSERVE_S, Outcome, count_left, count_lost, first_withdrawal, ms, recover, wait_withdrawn, watch,
)

SITE = "fra"  # where things fail, if nobody says otherwise: the site nearest to c1
DRAIN_MIN_MS = 1000  # as site_node.py configures it


def moves_within(lab, outcome, limit_ms):
    """Where there is no second site, traffic cannot move: the withdrawal stands for it."""
    if lab.anycast:
        outcome.promise = f"traffic moved in under {limit_ms} ms"
        outcome.within(outcome.moved_ms, limit_ms, "traffic moved")
    else:
        outcome.promise = f"withdrawn in under {limit_ms} ms"
        outcome.within(outcome.withdrawn_ms, limit_ms, "withdrawn")


def follow(lab, outcome, name, at_ns, repair):
    """After a failure at `at_ns`: until it is withdrawn, a while longer, and until all is well again by `repair`."""
    site = lab.sites[name]
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, name, at_ns), at_ns)
    watched_ns = watch()
    outcome.detected_ms = ms(first_withdrawal(site, at_ns), at_ns)
    repair()
    recover(lab, name)
    count_left(lab, outcome, at_ns, name, watched_ns)


def kill_dnsd(lab, name=SITE):
    outcome, site = Outcome("kill -9 of dnsd"), lab.sites[name]
    follow(lab, outcome, name, site.kill("dnsd"), site.start_dnsd)
    moves_within(lab, outcome, 20)
    return outcome


def hang_dnsd(lab, name=SITE):
    outcome, site = Outcome("dnsd hangs (SIGSTOP)"), lab.sites[name]
    follow(lab, outcome, name, site.hang("dnsd"), lambda: site.wake("dnsd"))
    moves_within(lab, outcome, 600)
    return outcome


def drain(lab, name=SITE):
    outcome, site = Outcome("planned drain and restart", "no query lost"), lab.sites[name]
    at_ns = order_drain(lab, site)
    wait_for("the withdrawal to reach the neighbour", lambda: not lab.heard(name))
    outcome.withdrawn_ms = ms(time.monotonic_ns(), at_ns)
    outcome.detected_ms = ms(first_withdrawal(site, at_ns), at_ns)
    stopped = site.process("dnsd")
    site.signal("dnsd", signal.SIGTERM)
    outcome.check(stopped.wait(20) == 0, f"dnsd ended with {stopped.returncode}")
    site.start_dnsd()
    site.ctl("resume")
    recover(lab, name)
    watch()
    count_lost(lab, outcome, at_ns)
    if lab.anycast:
        outcome.moved_ms = drained_ms(lab, name, at_ns)
        outcome.lost_none()
    else:
        outcome.promise, outcome.lost = "announced until drained, then withdrawn", None
        outcome.check(outcome.withdrawn_ms >= DRAIN_MIN_MS, "withdrawn before it was drained")
    return outcome


def order_drain(lab, site):
    """Returns the moment before. The other sites are seen five times a second: they may have come back just now."""
    force = [] if lab.anycast else ["--force"]  # without another site the floor forbids it
    words = ("drain", "--reason", "restart of dnsd", *force)

    def accepted():
        at_ns = time.monotonic_ns()
        return at_ns if site.ctl(*words, check=False).returncode in (0, 1) else None

    return wait_for("the drain to be accepted", accepted)


def drained_ms(lab, name, from_ns):
    """When the nearest client's queries went to another site first: what level `drain` alone achieves."""
    client = next(c for c, near in CLIENTS.items() if near == name)
    for query in lab.clients[client].between(from_ns, time.monotonic_ns()):
        if query.answered and query.node != name:
            return ms(query.sent_ns, from_ns)
    return None


def kill_anycastd(lab, name=SITE):
    outcome, site = Outcome("kill -9 of anycastd", "no route change, no query lost"), lab.sites[name]
    at_ns = site.kill("anycastd")
    time.sleep(OBSERVE_S)
    site.start_anycastd()
    wait_for("anycastd to be back", site.healthy)
    watch()
    nothing_happened(lab, outcome, name, at_ns)
    return outcome


def nothing_happened(lab, outcome, name, at_ns):
    """No route to the site has changed at its neighbour, and nobody has lost a query."""
    count_lost(lab, outcome, at_ns)
    outcome.changes = sum(change.at_ns >= at_ns for change in lab.watches[name].changes)
    outcome.check(not outcome.changes, "a route changed at the neighbour")
    outcome.lost_none()


def kill_both(lab, name=SITE):
    outcome, site = Outcome("kill -9 of anycastd and dnsd", "withdrawn in under 100 ms"), lab.sites[name]

    def repair():
        site.start_anycastd()
        site.start_dnsd()

    follow(lab, outcome, name, site.kill("anycastd", "dnsd"), repair)
    outcome.detected_ms = None  # the guard's part: it has no event log
    outcome.within(outcome.withdrawn_ms, 100, "withdrawn")
    return outcome


def rise_from_nothing(lab, outcome, name, at_ns, starters):
    """After the death of BIRD and those that watch: each comes back in turn, dnsd last, and nothing may be
    announced before it answers."""
    site = lab.sites[name]

    def repair():
        site.start_bird()
        wait_for("BIRD's sessions", site.router.established)
        outcome.check(not site.levels(), "a new BIRD announced by itself")
        for start in starters:
            start()
        wait_for("anycastd to be back", lambda: site.healthy() is False)
        outcome.check(not site.levels(), "announced without dnsd")
        site.start_dnsd()

    follow(lab, outcome, name, at_ns, repair)
    outcome.detected_ms = None
    return outcome


def kill_all(lab, name=SITE):
    outcome, site = Outcome("kill -9 of BIRD, anycastd and dnsd", "nothing announced that cannot answer"), lab.sites[name]
    return rise_from_nothing(lab, outcome, name, site.kill("bird", "anycastd", "dnsd"), [site.start_anycastd])


def reboot(lab, name=SITE):
    outcome, site = Outcome("loss of power, and reboot", "nothing announced that cannot answer"), lab.sites[name]
    at_ns = site.kill("bird", "anycastguard", "anycastd", "dnsd")
    shutil.rmtree(site.intent)  # /run forgets
    return rise_from_nothing(lab, outcome, name, at_ns, [site.start_guard, site.start_anycastd])


def restart_bird(lab, name=SITE):
    outcome, site = Outcome("restart of BIRD", "announced again only after health is confirmed"), lab.sites[name]
    at_ns = time.monotonic_ns()
    site.router.stop()
    outcome.withdrawn_ms = ms(wait_withdrawn(lab, name, at_ns), at_ns)
    site.start_bird()
    restarted_ns = time.monotonic_ns()
    outcome.check(not site.levels(), "announced before health was confirmed")
    recover(lab, name)
    watch()
    count_lost(lab, outcome, at_ns)
    raised = [e for e in site.events(restarted_ns) if e["event"] == "level" and e["to"] == "normal"]
    outcome.check(len(raised) == 2, "the event log lacks the announcement after the restart")
    if not lab.anycast:
        outcome.lost = None
    return outcome


ALL = (kill_dnsd, hang_dnsd, drain, kill_anycastd, kill_both, restart_bird, kill_all, reboot)
