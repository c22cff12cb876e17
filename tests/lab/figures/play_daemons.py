"""dnsd, anycastd, the guard: killed, hung, wrong."""

import signal
import time

import failures
from announced import NORMAL
from network import wait_for
from outcome import Outcome, count_left, first_withdrawal, ms, recover, watch

POLL_S = 0.002
HANG_S = 1.0


def wait_heard(lab, name, what, condition, seconds=10):
    """When the neighbour's table first fulfilled `condition` ({prefix: level}), on the monotonic clock."""
    deadline = time.monotonic() + seconds
    while not condition(lab.heard(name)):
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds} s in vain for {name} {what}")
        time.sleep(POLL_S)
    return time.monotonic_ns()


def is_reduced(levels):
    return NORMAL not in levels.values()


def crash_with_core(lab, name):
    """SIGSEGV; the core is as large as what is loaded."""
    outcome, site = Outcome("SIGSEGV of dnsd"), lab.sites[name]
    core = site.folder / "core"
    core.unlink(missing_ok=True)
    process = site.process("dnsd")

    def repair():
        process.wait(30)
        outcome.check(process.returncode == -signal.SIGSEGV, f"dnsd ended with {process.returncode}")
        outcome.check(dumps_elsewhere() or core.exists(), "no core was dumped")
        core.unlink(missing_ok=True)
        site.start_dnsd()

    at_ns = time.monotonic_ns()
    site.signal("dnsd", signal.SIGSEGV)
    failures.follow(lab, outcome, name, at_ns, repair)
    return outcome


def dumps_elsewhere():
    with open("/proc/sys/kernel/core_pattern", encoding="ascii") as file:
        return file.read().strip() != "core"


def fail_zone(site, for_s=60):
    """From now on what is asked for the zone is answered SERVFAIL, while dnsd reports that all is well."""
    site.ask_dnsd("fail", zones=["example.test"], for_ms=int(for_s * 1000))


def mend_zone(site):
    fail_zone(site, 0)


def wrong_answers(lab, name):
    """First `backup`, and since others announce, withdrawn after the policy's settle time."""
    outcome, site = Outcome("wrong answers"), lab.sites[name]
    at_ns = time.monotonic_ns()
    fail_zone(site)
    try:
        outcome.backup_ms = ms(wait_heard(lab, name, "to step back", is_reduced), at_ns)
        outcome.withdrawn_ms = ms(wait_heard(lab, name, "to withdraw", lambda levels: not levels), at_ns)
        watched_ns = watch()
    finally:
        mend_zone(site)
    outcome.detected_ms = ms(first_withdrawal(site, at_ns), at_ns)
    recover(lab, name)
    count_left(lab, outcome, at_ns, name, watched_ns)
    return outcome


def hang_anycastd(lab, name):
    outcome, site = Outcome("anycastd hangs"), lab.sites[name]
    at_ns = site.hang("anycastd")
    time.sleep(HANG_S)
    site.wake("anycastd")
    wait_for("anycastd to go on", site.healthy)
    watch()
    failures.nothing_happened(lab, outcome, name, at_ns)
    return outcome


def kill_guard(lab, name):
    outcome, site = Outcome("the guard is killed"), lab.sites[name]
    at_ns = site.kill("anycastguard")
    wait_for("anycastd to miss its guard", lambda: site.healthy() is False)
    site.start_guard()
    wait_for("the guard to be back", site.healthy)
    watch()
    failures.nothing_happened(lab, outcome, name, at_ns)
    return outcome


def crash_without_anycastd(lab, name):
    """anycastd has been gone for a while when dnsd dies: the guard is alone."""
    outcome, site = Outcome("dnsd dies without anycastd"), lab.sites[name]
    site.kill("anycastd")
    time.sleep(HANG_S)
    follow_guard(lab, outcome, name, site.kill("dnsd"), site.start_anycastd)
    return outcome


def crash_with_hung_anycastd(lab, name):
    outcome, site = Outcome("dnsd dies while anycastd hangs"), lab.sites[name]
    site.hang("anycastd")
    follow_guard(lab, outcome, name, site.kill("dnsd"), lambda: site.wake("anycastd"))
    return outcome


def hang_without_anycastd(lab, name):
    outcome, site = Outcome("dnsd hangs, anycastd is gone"), lab.sites[name]
    site.kill("anycastd")
    at_ns = site.hang("dnsd")

    def repair():
        site.wake("dnsd")
        site.start_anycastd()

    failures.follow(lab, outcome, name, at_ns, repair)
    outcome.detected_ms = None
    return outcome


def follow_guard(lab, outcome, name, at_ns, repair_anycastd):
    def repair():
        repair_anycastd()
        lab.sites[name].start_dnsd()

    failures.follow(lab, outcome, name, at_ns, repair)
    outcome.detected_ms = None  # the guard has no event log
