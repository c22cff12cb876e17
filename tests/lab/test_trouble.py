"""Trouble that needs a network around the node: what the neighbour and the clients see of it.

All tests share one lab: each puts right what it broke, also when it fails."""

import signal
import time

from failures import SITE
from network import PREFIX4, PREFIX6, SERVICE4, wait_for
from outcome import Outcome, count_lost, ms, recover, wait_withdrawn, watch


def changes_since(lab, at_ns):
    return [c for c in lab.watches[SITE].changes if c.at_ns >= at_ns]


def test_stopping_dnsd_leaves_in_order(lab):
    """SIGTERM: drained, withdrawn, lingered; then it ends by itself, and nobody has noticed."""
    site, outcome = lab.sites[SITE], Outcome("SIGTERM of dnsd")
    at_ns = time.monotonic_ns()
    stopped = site.process("dnsd")
    site.signal("dnsd", signal.SIGTERM)
    assert stopped.wait(20) == 0
    assert not site.levels()
    def reasons():
        return [e["reason"] for e in site.events(at_ns) if e["event"] == "level"]
    wait_for("the last event", lambda: len(reasons()) >= 4)  # two families to drain, then withdrawn
    assert reasons() == ["stopping"] * 4
    site.start_dnsd()
    recover(lab, SITE)
    watch()
    count_lost(lab, outcome, at_ns)
    assert outcome.lost == 0, f"{outcome.lost} of {outcome.sent}"


def test_missing_address_withdraws_only_its_family(lab):
    site, watch = lab.sites[SITE], lab.watches[SITE]
    at_ns = time.monotonic_ns()
    site.namespace.ip(f"addr del {SERVICE4}/32 dev lo")
    try:
        wait_for("IPv4 to be withdrawn", lambda: site.levels() == {("6", "normal")})
        wait_for("the neighbour to know", lambda: watch.left(PREFIX4, SITE, at_ns))
    finally:
        site.namespace.ip(f"addr add {SERVICE4}/32 dev lo")
    withdrawn = wait_for("the event", lambda: [e for e in site.events(at_ns) if e["event"] == "level" and e["to"] == "withdrawn"])
    assert {e["cause"] for e in withdrawn} == {"address_missing"}
    assert not watch.left(PREFIX6, SITE, at_ns)
    recover(lab, SITE)


def test_broken_zone_never_withdraws(lab):
    """The served version stays, and the site only steps behind the others: the same push may have
    broken all of them."""
    site, outcome = lab.sites[SITE], Outcome("broken zone")
    zone = site.files.zones / "example.test.zone"
    good = zone.read_text()
    at_ns = time.monotonic_ns()
    zone.write_text(good + "broken 1h1 IN A 192.0.2.1\n")
    site.signal("dnsd", signal.SIGHUP)
    try:
        wait_for("level backup", lambda: site.levels() == {("4", "backup"), ("6", "backup")})
    finally:
        zone.write_text(good.replace("2026082201", "2026082202"))
        site.signal("dnsd", signal.SIGHUP)
    recover(lab, SITE)
    watch()
    count_lost(lab, outcome, at_ns)
    assert outcome.lost == 0, f"{outcome.lost} of {outcome.sent}"
    assert not any(e["to"] == "withdrawn" for e in site.events(at_ns) if e["event"] == "level")


def test_configure_changes_no_route(lab):
    site = lab.sites[SITE]
    at_ns = time.monotonic_ns()
    assert "Reconfigur" in site.router.ask("configure")
    wait_for("BIRD to be done", lambda: "up and running" in site.router.ask("configure status"))
    assert site.normal()
    assert changes_since(lab, at_ns) == []


def test_restarted_guard_changes_no_route(lab):
    site = lab.sites[SITE]
    at_ns = site.kill("anycastguard")
    try:
        wait_for("anycastd to miss its guard", lambda: site.healthy() is False)
    finally:
        site.start_guard()
    wait_for("the guard to be back", site.healthy)
    assert changes_since(lab, at_ns) == []


def test_hung_anycastd_changes_no_route(lab):
    """Nor takes it its own stall for dnsd's when it goes on."""
    site = lab.sites[SITE]
    at_ns = time.monotonic_ns()
    site.signal("anycastd", signal.SIGSTOP)
    log = site.folder / "anycastguard.log"
    try:
        wait_for("the guard to miss the lease", lambda: "lease-lost" in log.read_text())
    finally:
        site.signal("anycastd", signal.SIGCONT)
    wait_for("anycastd to go on", site.healthy)
    assert changes_since(lab, at_ns) == []


def test_hung_bird_is_left_by_its_neighbour(lab):
    """BFD: three intervals of 50 ms; nobody at this site could have done anything."""
    site, outcome = lab.sites[SITE], Outcome("BIRD hangs")
    at_ns = time.monotonic_ns()
    site.signal("bird", signal.SIGSTOP)
    try:
        outcome.withdrawn_ms = ms(wait_withdrawn(lab, SITE, at_ns), at_ns)
    finally:
        site.signal("bird", signal.SIGCONT)
    recover(lab, SITE)
    assert outcome.withdrawn_ms < 1000
