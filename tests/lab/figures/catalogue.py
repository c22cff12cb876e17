"""All scenarios, in the order in which they are played, and the goals of the project that they show."""

from dataclasses import dataclass

import failures

from . import play_daemons as daemons
from . import play_fleet as fleet
from . import play_network as network
from . import settings
from .scenario import Scenario, at_most

CRASH = (*at_most("withdrawn_ms", 10, 50), *at_most("lost", 20, 100))
UNNOTICED = (*at_most("changes", worst=0), *at_most("lost", worst=0))
NOBODY_WITHDRAWS = at_most("withdrawals", worst=0)
IN_VAIN = at_most("withdrawn_ms", worst=600)  # never announced longer than that while dead or hung

ALL = (
    Scenario("crash", "dnsd: kill -9, root zone", failures.kill_dnsd, CRASH),
    Scenario("crash-small", "dnsd: kill -9, a small zone", failures.kill_dnsd, CRASH, settings.small_zone),
    Scenario("crash-million", "dnsd: kill -9, a million names", failures.kill_dnsd, CRASH, settings.million_names),
    Scenario("core", "dnsd: SIGSEGV, core dumped, root zone", daemons.crash_with_core, CRASH,
             settings.with_cores(settings.usual_zones)),
    Scenario("core-million", "dnsd: SIGSEGV, core dumped, a million names", daemons.crash_with_core, CRASH,
             settings.with_cores(settings.million_names)),
    Scenario("hang", "dnsd: hangs", failures.hang_dnsd, at_most("withdrawn_ms", worst=400)),
    Scenario("wrong", "dnsd: wrong answers", daemons.wrong_answers,
             (*at_most("backup_ms", worst=500), *at_most("withdrawn_ms", worst=1500)),
             note="withdrawn 1 s (policy.settle) after it has stepped back; what is answered wrongly counts as lost",
             seconds=2.8),
    Scenario("drain", "planned drain and restart of dnsd", failures.drain, at_most("lost", worst=0), seconds=3.2),
    Scenario("kill-anycastd", "anycastd: kill -9, dnsd answers", failures.kill_anycastd, UNNOTICED),
    Scenario("hang-anycastd", "anycastd: hangs for 1 s", daemons.hang_anycastd, UNNOTICED, is_quick=True, seconds=1.6),
    Scenario("kill-guard", "guard: kill -9", daemons.kill_guard, UNNOTICED),
    Scenario("kill-both", "anycastd and dnsd: kill -9 at once", failures.kill_both,
             at_most("withdrawn_ms", worst=100)),
    Scenario("crash-alone", "dnsd: kill -9, anycastd gone for 1 s", daemons.crash_without_anycastd,
             at_most("withdrawn_ms", worst=100), is_quick=True, seconds=2.1),
    Scenario("crash-unseen", "dnsd: kill -9, anycastd hangs", daemons.crash_with_hung_anycastd, IN_VAIN, is_quick=True),
    Scenario("hang-alone", "dnsd: hangs, anycastd dead", daemons.hang_without_anycastd, IN_VAIN, is_quick=True),
    Scenario("kill-bird", "BIRD: kill -9", network.kill_bird, at_most("withdrawn_ms", worst=50),
             is_quick=True, breaks_sessions=True, seconds=1.7),
    Scenario("hang-bird", "BIRD: hangs (found by BFD, 3 × 50 ms)", network.hang_bird,
             at_most("withdrawn_ms", worst=300), breaks_sessions=True, seconds=2.8),
    Scenario("hang-bird-crash", "BIRD: hangs, no BFD, and dnsd dies", network.hang_bird_and_crash,
             at_most("withdrawn_ms", worst=2000), settings.without_bfd,
             note="the guard ends a BIRD that has not confirmed a withdrawal for 1 s (guard.confirm)",
             breaks_sessions=True, seconds=3),
    Scenario("restart-bird", "BIRD: restart", failures.restart_bird, breaks_sessions=True, seconds=2),
    Scenario("configure", "BIRD: configured by somebody else", network.configure, UNNOTICED, seconds=0.6),
    Scenario("pause", "the whole site pauses, 0.2 to 5 s", network.pause, breaks_sessions=True, seconds=5),
    Scenario("session-down", "the provider takes the session down: isolated", network.session_down,
             at_most("withdrawn_ms", worst=50),
             note="at backup: the other sites see it there, and count on it no more",
             is_quick=True, breaks_sessions=True, seconds=2.5),
    Scenario("link-drops", "the link drops all packets in silence", network.link_drops,
             at_most("withdrawn_ms", worst=300), breaks_sessions=True, seconds=2.5),
    Scenario("primary-lost", "all sites: zones go stale", fleet.primary_lost, NOBODY_WITHDRAWS,
             note="there is no transfer in yet: the reload of a broken file makes the zone stale",
             is_quick=True, seconds=3.4),
    Scenario("signatures", "all sites: signatures expire within the hour", fleet.signatures_expire, NOBODY_WITHDRAWS,
             settings.signed_zone, seconds=3.5),
    Scenario("all-wrong", "all sites: wrong answers", fleet.all_wrong, NOBODY_WITHDRAWS, seconds=3.4),
    Scenario("two-leave", "the last two sites want to leave", fleet.two_leave, at_most("withdrawals", worst=1),
             seconds=3.8),
    Scenario("disk-full", "dnsd: kill -9, the disk is full", fleet.crash_on_full_disk, CRASH, settings.small_disk),
    Scenario("clock", "all sites: the clock jumps by two days", fleet.clock_jumps,
             NOBODY_WITHDRAWS, settings.false_clock, seconds=4.5),
)


@dataclass(frozen=True)
class Goal:
    title: str
    peers: str
    to_reach: str
    scenarios: tuple
    figures: tuple


GOALS = (
    Goal("crash of the server → withdrawn at the neighbour, root zone and a million names", "1-22 s by default",
         "≤ 10 ms median, ≤ 50 ms worst", ("crash", "crash-million", "core", "core-million"), ("withdrawn_ms",)),
    Goal("hang → withdrawn", "7-105 s", "≤ 400 ms", ("hang",), ("withdrawn_ms",)),
    Goal("wrong answers → `backup`; → withdrawn", "as good as the command they run, 7-22 s",
         "≤ 500 ms; + 1 s to settle", ("wrong",), ("backup_ms", "withdrawn_ms")),
    Goal("controller killed while the server is dead", "stays announced", "≤ 100 ms",
         ("kill-both", "crash-alone"), ("withdrawn_ms",)),
    Goal("controller killed, server answering", "stays (or drops)", "0 route changes, 0 lost",
         ("kill-anycastd",), ("changes", "lost")),
    Goal("queries lost in a planned drain", "–", "0, in all runs", ("drain",), ("lost",)),
    Goal("queries lost in a crash", "thousands", "≤ 20 median, ≤ 100 worst",
         ("crash", "crash-million", "core", "core-million"), ("lost",)),
    Goal("all sites lose the primary at once", "all may withdraw", "0 withdrawals", ("primary-lost",),
         ("withdrawals",)),
)
