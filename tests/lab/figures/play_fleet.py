"""What concerns several sites at once, or all: nobody may take the service away from everywhere."""

import contextlib
import errno
import signal
import time

import failures
from announced import AnnouncedWatch
from network import wait_for
from outcome import Outcome, count_lost, watch
from site_files import LASTING, example_zone

from .play_daemons import fail_zone, is_reduced, mend_zone
from .settings import set_clock

LOOK_S = 1.8  # longer than the policy's settle time: who would withdraw, has
CLOCK_S = 0.7
DAY_S = 24 * 60 * 60


@contextlib.contextmanager
def counted(lab, outcome, what):
    """Around what hits the sites: how many withdrew, that no moment was without one, and what was lost until all is
    well again: a query or so, when the providers' tables change all at once."""
    at_ns = time.monotonic_ns()
    with AnnouncedWatch(lab) as announced:
        yield announced
        lab.wait_calm()
    outcome.withdrawals = announced.withdrawals()
    outcome.check(announced.fewest() > 0, f"no site announced for a moment: {what}")
    watch()
    count_lost(lab, outcome, at_ns)


def all_reduced(lab, announced):
    return all(is_reduced(announced.now[name]) for name in lab.sites)


def primary_lost(lab, _name):
    """No new version of the zone can be had anywhere: what is served goes stale. There is no transfer in yet, so the
    reload of a broken file stands for it."""
    outcome = Outcome("all sites lose the primary")
    with counted(lab, outcome, "the zone is stale everywhere") as announced:
        for site in lab.sites.values():
            site.files.write_example(example_zone(site.name) + "broken 1h1 IN A 192.0.2.1\n")
            site.signal("dnsd", signal.SIGHUP)
        wait_for("all sites to step back", lambda: all_reduced(lab, announced))
        time.sleep(LOOK_S)
        for site in lab.sites.values():
            site.files.write_example(example_zone(site.name, 2026082202))
            site.signal("dnsd", signal.SIGHUP)
    return outcome


def signatures_expire(lab, _name):
    """The same signed zone at all sites, whose signatures expire within the hour."""
    outcome = Outcome("signatures expire everywhere")
    good = next(iter(lab.sites.values())).files.choices.zones["nsec.test"].read_text()
    soon = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 3600))
    with counted(lab, outcome, "signatures expire everywhere") as announced:
        put_zone(lab, "nsec.test", good.replace(f" {LASTING} ", f" {soon} "))
        wait_for("all sites to step back", lambda: all_reduced(lab, announced))
        time.sleep(LOOK_S)
        put_zone(lab, "nsec.test", good)
    return outcome


def put_zone(lab, origin, text):
    for site in lab.sites.values():
        (site.files.zones / f"{origin}.zone").write_text(text)
        site.signal("dnsd", signal.SIGHUP)


def all_wrong(lab, _name):
    """The same mistake is pushed to all: a wrong answer here is no worse than one from anywhere else."""
    outcome = Outcome("wrong answers everywhere")
    with counted(lab, outcome, "wrong answers everywhere") as announced:
        for site in lab.sites.values():
            fail_zone(site)
        wait_for("all sites to step back", lambda: all_reduced(lab, announced))
        time.sleep(LOOK_S)
        for site in lab.sites.values():
            mend_zone(site)
    outcome.lost = None
    return outcome


def two_leave(lab, name):
    """One site is withdrawn by order; the two others want to leave at the same moment. One may."""
    outcome, site = Outcome("the last two want to leave"), lab.sites[name]
    others = [other for other in lab.sites.values() if other is not site]
    with AnnouncedWatch(lab) as announced:
        wait_for("the order to be accepted",  # the others are seen five times a second
                 lambda: site.ctl("withdraw", "--reason", "one of three", check=False).returncode in (0, 1))
        wait_for("the order to be carried out", lambda: not announced.now[name])
        wait_for("the others to know", lambda: all(
            site.files.number not in other.fleet(family) for other in others for family in "46"))
        for other in others:
            fail_zone(other)
        wait_for("both to step back", lambda: all(is_reduced(announced.now[other.name]) for other in others))
        time.sleep(LOOK_S)
        outcome.withdrawals = announced.withdrawals() - 1
        for other in others:
            mend_zone(other)
        for other in others:
            other.wait_normal()
        site.ctl("resume")
        lab.wait_calm()
    outcome.check(announced.fewest() > 0, "no site announced for a moment")
    outcome.lost = None
    return outcome


def crash_on_full_disk(lab, name):
    """Nothing can be written any more, neither state nor event log, when dnsd dies."""
    outcome, site = Outcome("dnsd dies, the disk is full"), lab.sites[name]
    filler = site.files.records / "filler"
    fill(filler)
    failures.follow(lab, outcome, name, site.kill("dnsd"), lambda: repair_disk(filler, site))
    outcome.detected_ms = None  # that was to be written, too
    return outcome


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def repair_disk(filler, site):
    filler.unlink()
    site.start_dnsd()


def clock_jumps(lab, _name):
    """The wall clock jumps at all sites at once: two days ahead, two days back, and right again."""
    outcome = Outcome("the clock jumps")
    with counted(lab, outcome, "the clock jumps") as _:
        for seconds in (2 * DAY_S, -2 * DAY_S, 0):
            for site in lab.sites.values():
                set_clock(site, seconds)
            time.sleep(CLOCK_S)
    return outcome
