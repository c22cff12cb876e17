"""Plays the scenarios, each so many times at the sites in turn, and keeps what came out. What fails is counted, and
the lab is healed, or built anew: one failure costs one repetition."""

import contextlib
import random
import signal
import time
from dataclasses import asdict, dataclass, field

import demo
from lab_run import Lab
from network import SITES
from supervisor import ROLES

from .settings import Skipped

FEWEST_RUNS = 3  # also when time runs out
TRIES = 3


def site_of(number):
    """Where a repetition is played."""
    return SITES[number % len(SITES)]


@dataclass
class Played:
    """All repetitions of one scenario."""

    name: str
    title: str
    outcomes: list = field(default_factory=list)  # as dictionaries
    failed: list = field(default_factory=list)    # what went wrong, with the repetition
    disturbed: int = 0  # repetitions that were played again, because sessions fell by themselves
    skipped: str = ""
    wanted: int = 0
    seconds: float = 0


class Runner:
    def __init__(self, plan, build, say):
        self.plan = plan
        self.build = build
        self.say = say
        self.lab = None
        self.started = time.monotonic()

    def play_all(self):
        """[Played]; whatever happens, nothing is left running."""
        all_played = []
        try:
            for number, scenario in enumerate(self.plan.scenarios):
                all_played.append(self.play(scenario, self.runs(number)))
        finally:
            self.close_lab()
        return all_played

    def runs(self, number):
        """As many as planned, or fewer if the rest would not be done in time."""
        rest = self.plan.scenarios[number:]
        left = self.started + self.plan.minutes * 60 - time.monotonic()
        planned = self.plan.runs_of(rest[0])
        share = left / max(1, sum(self.plan.seconds_of(s) for s in rest))
        return planned if share >= 1 else max(min(FEWEST_RUNS, planned), int(planned * share))

    # one scenario -------------------------------------------------------------------------------

    def play(self, scenario, runs):
        played, begun = Played(scenario.name, scenario.title, wanted=runs), time.monotonic()
        try:
            self.have_lab()
            with scenario.setting(self.lab):
                self.lab.start_clients(self.plan.rate)
                for number in range(runs):
                    self.play_undisturbed(scenario, number, played)
        except Skipped as reason:
            played.skipped = str(reason)
        except Exception as error:  # the setting itself: the rest needs a lab that is as it should be
            played.failed.append(f"the lab: {error}")
            self.close_lab()
        played.seconds = time.monotonic() - begun
        self.say(closing_line(played))
        return played

    def play_undisturbed(self, scenario, number, played):
        """Once, and again where the machine was too busy to keep all sessions up."""
        for _ in range(TRIES):
            outcome, before, what = self.play_once(scenario, number)
            if scenario.breaks_sessions or self.lab.sessions() == before:
                break
            played.disturbed += 1
        if outcome:
            played.outcomes.append({"site": site_of(number), **asdict(outcome)})
            self.tell_missed(scenario, number, played.outcomes[-1])
        if what:
            self.note_failure(played, number, what)

    def play_once(self, scenario, number):
        """(Outcome or None, the sessions before, what went wrong)"""
        self.lab.random = random.Random(f"{self.plan.seed}/{scenario.name}/{number}")
        self.lab.wait_calm()
        before = self.lab.sessions()
        try:
            outcome = scenario.play(self.lab, site_of(number))
            return outcome, before, outcome.wrong
        except RuntimeError as error:
            self.heal()
            return None, before, [str(error)]

    def tell_missed(self, scenario, number, outcome):
        """A worst case that is worse than it may be: why, the logs of that moment tell."""
        missed = [f"{t.figure} is {outcome[t.figure]}" for t in scenario.targets
                  if t.statistic == "worst" and (outcome[t.figure] is None or outcome[t.figure] > t.limit)]
        if missed:
            logs = demo.save_logs(self.lab, self.build / f"missed-{scenario.name}-{number + 1}")
            self.say(f"  {scenario.name}, run {number + 1} at {site_of(number)}: {', '.join(missed)} (logs: {logs})")

    def note_failure(self, played, number, what):
        line = f"run {number + 1} at {site_of(number)}: {'; '.join(what)}"
        played.failed.append(line)
        logs = demo.save_logs(self.lab, self.build)
        self.say(f"  {played.name}, {line} (logs: {logs})")

    # the lab ------------------------------------------------------------------------------------

    def have_lab(self):
        if not self.lab:
            self.lab = Lab(self.build)
            try:
                self.lab.start(lambda line: None)
            except RuntimeError:
                self.say(f"  the lab does not come up (logs: {demo.save_logs(self.lab, self.build)})")
                raise

    def close_lab(self):
        if self.lab:
            self.lab.close()
        self.lab = None

    def heal(self):
        """After a failure: all goes on, is there, is told what it is usually told."""
        for site in self.lab.sites.values():
            for role in ROLES:
                if site.is_dead(role):
                    site.start_role(role)
                site.signal(role, signal.SIGCONT)
            with contextlib.suppress(RuntimeError):
                site.namespace.run("nft", "delete table netdev cut")
            self.lab.neighbours[site.name].ask(f"enable {site.name}")
            site.ctl("resume", check=False)
            site.restart(site.files.choices)
        self.lab.wait_calm()


def closing_line(played):
    if played.skipped:
        return f"{played.title}: skipped: {played.skipped}"
    bad = f", {len(played.failed)} WENT WRONG" if played.failed else ""
    return f"{played.title}: {len(played.outcomes)} runs in {played.seconds:.0f} s{bad}"
