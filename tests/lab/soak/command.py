"""The command line of the soak."""

import argparse
import os
import random
import sys
import time
from pathlib import Path

import demo
from announced import AnnouncedWatch
from lab_run import Lab
from supervisor import Supervisor

from .acts import Acts
from .judge import Judge
from .timeline import around
from .truth import Truth

SECONDS = 240
COMMANDS_PER_S = 4.5  # more than a thousand
FAULTS_PER_S = 0.9
REST_S = 30  # at the end all must come to rest


def parse(arguments):
    p = argparse.ArgumentParser(prog="lab-soak", description="Operators' commands and faults at random at three sites at "
                                "once; laws that hold all the time are looked at from outside. Exit status 1: one did not.")
    p.add_argument("--seconds", type=float, default=SECONDS, help="how long (%(default)s)")
    p.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of what is done (random)")
    p.add_argument("--commands", type=float, default=COMMANDS_PER_S, help="per second (%(default)s)")
    p.add_argument("--faults", type=float, default=FAULTS_PER_S, help="per second (%(default)s)")
    p.add_argument("--build", type=Path, default=Path(os.environ.get("PROXIMA_BUILDDIR", ".")),
                   help="where the programs were built")
    return p.parse_args(arguments)


class Soak:
    """One run over a lab that is up. The laws' violations are in `violations`, as texts with their timelines."""

    def __init__(self, lab, options, say):
        self.lab, self.options, self.say = lab, options, say
        self.violations = []

    def run(self):
        sites, random_ = self.lab.sites.values(), random.Random(self.options.seed)
        self.truth = Truth(self.lab.sites)
        with AnnouncedWatch(self.lab) as announced, \
                Supervisor(sites, started=lambda site, role: self.truth.went_on(site.name, [role])) as supervisor:
            self.acts = Acts(self.lab, self.truth, supervisor, random_)
            with Judge(self.lab, self.truth, announced) as self.judge:
                self.play(random_)
                self.rest()
            for at_ns, text in self.judge.violations:
                lines = around(at_ns, self.lab, self.truth, announced, supervisor)
                self.violations.append("\n".join([f"VIOLATED: {text}", *lines]))

    def play(self, random_):
        end = time.monotonic() + self.options.seconds
        rate = self.options.commands + self.options.faults
        told = time.monotonic()
        while time.monotonic() < end and not self.judge.violations:
            time.sleep(random_.expovariate(rate))
            self.acts.end_due()
            if random_.random() * rate < self.options.commands:
                self.acts.command()
            else:
                self.acts.fault()
            if time.monotonic() - told > 30:
                told = time.monotonic()
                self.say(self.so_far())

    def rest(self):
        """Everything goes on, nothing is ordered: all must be well again, by itself."""
        time.sleep(0.5)  # who ended last is started again
        self.acts.end_due(all_of_them=True)
        deadline = time.monotonic() + REST_S
        for site in self.lab.sites.values():
            while site.ctl("resume", check=False).returncode not in (0, 1) and time.monotonic() < deadline:
                time.sleep(0.1)
            self.truth.sites[site.name].intent = "auto"
        try:
            self.lab.wait_calm(REST_S)
        except RuntimeError as error:
            self.judge.accuse(("rest",), f"at the end: {error}")

    def so_far(self):
        count, worst = self.acts.count, self.judge.worst
        return (f"{count['commands']:,} commands ({count['refused']} refused), {count['faults']} faults; "
                f"announced while dead or hung: {1000 * worst['dead']:.0f} ms at most; none announced while one could: "
                f"{1000 * worst['none']:.0f} ms; agreed after {1000 * worst['agree']:.0f} ms of calm at the latest; "
                f"{100 * self.judge.could / max(1, self.judge.looks):.0f} % of the time one could")


def main(arguments):
    options = parse(arguments)
    screen = demo.Screen()
    sys.setswitchinterval(0.0005)
    lab = Lab(options.build.resolve())
    try:
        lab.start(lambda line: None)
        screen.step(f"soak: {options.seconds:.0f} s, seed {options.seed}")
        soak = Soak(lab, options, screen.step)
        soak.run()
        screen.step(soak.so_far())
        for violation in soak.violations:
            screen.text(violation)
        verdict = f"{len(soak.violations)} laws VIOLATED" if soak.violations else "all laws held"
        screen.step(f"{verdict}; again: --seed {options.seed} --seconds {options.seconds:.0f}")
        if soak.violations:
            screen.text(f"the sites' logs are in {demo.save_logs(lab, options.build)}")
        return int(bool(soak.violations))
    except KeyboardInterrupt:
        screen.step("interrupted: ending what was started")
        return 130
    finally:
        lab.close()
