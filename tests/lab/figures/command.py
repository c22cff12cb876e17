"""The command line of the figures."""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from network import CLIENTS, HERE
from netns import sh
from site_node import Programs

from . import catalogue, report, summary
from .runner import Runner

SOURCE = HERE.parent.parent
RESULTS = HERE / "RESULTS.md"
RATE = 2000
RUNS = 20
MINUTES = 30
BEGIN_SECONDS = 2  # of each: clients anew, often another setting

EPILOG = """\
examples:
  make lab-figures FIGURES_ARGS='--scenarios crash,hang --runs 50'
  make lab-figures FIGURES_ARGS='--runs 2 --write-results'
"""


@dataclass
class Plan:
    scenarios: tuple
    runs: int
    rate: int
    seed: int
    minutes: float

    def runs_of(self, scenario):
        return min(self.runs, scenario.runs or self.runs)

    def seconds_of(self, scenario):
        return BEGIN_SECONDS + self.runs_of(scenario) * scenario.seconds

    def seconds(self):
        return sum(self.seconds_of(scenario) for scenario in self.scenarios)


def scenarios_named(words):
    """A type for argparse: names with commas between them."""
    by_name = {scenario.name: scenario for scenario in catalogue.ALL}
    names = [name.strip() for name in words.split(",") if name.strip()]
    for name in names:
        if name not in by_name:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(by_name)}")
    return tuple(by_name[name] for name in names)


def parse(arguments):
    p = argparse.ArgumentParser(prog="lab-figures", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
                                description="Plays failures over and over in three sites, with steady clients near each, "
                                            "and tells what they cost: median and worst, beside what was to be reached.")
    p.add_argument("--scenarios", type=scenarios_named, metavar="NAME,…", default=catalogue.ALL,
                   help="only these; --list tells their names")
    p.add_argument("--runs", type=int, default=RUNS, help="of each scenario (%(default)s)")
    p.add_argument("--rate", type=int, default=RATE, help="queries per second of each client (%(default)s)")
    p.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of what is random (random)")
    p.add_argument("--minutes", type=float, default=MINUTES,
                   help="after so many the rest is played less often (%(default)s)")
    p.add_argument("--list", action="store_true", help="name the scenarios and end")
    p.add_argument("--write-results", action="store_true", help="keep the report as tests/lab/RESULTS.md")
    p.add_argument("--build", type=Path, default=Path(os.environ.get("PROXIMA_BUILDDIR", ".")),
                   help="where the programs were built; lab-figures.json and .txt are written there")
    options = p.parse_args(arguments)
    return Plan(options.scenarios, options.runs, options.rate, options.seed, options.minutes), options


class Progress:
    """Lines with the time since the start."""

    def __init__(self):
        self.start = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.start

    def __call__(self, line):
        print(f"[{int(self.seconds()) // 60:2}:{int(self.seconds()) % 60:02}] {line}", flush=True)


def version_of(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    words = (done.stdout or done.stderr).split()
    return words[-1] if words else "?"


def commit():
    try:
        changed = "; with changes" if sh("git", "-C", str(SOURCE), "status", "--porcelain", "-uno").strip() else ""
        return sh("git", "-C", str(SOURCE), "rev-parse", "--short=12", "HEAD").strip() + changed
    except (RuntimeError, OSError):
        return "of a release"


def circumstances(plan, programs):
    sys.path.insert(0, str(HERE.parent / "bench"))
    from driver import machine
    return {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "machine": machine.describe(),
            "versions": {"proxima": version_of(programs.anycastd, "--version"),
                         "BIRD": version_of(programs.bird, "--version")},
            "commit": commit(), "rate": plan.rate, "clients": len(CLIENTS), "seed": plan.seed, "runs": plan.runs,
            "load": f"{os.getloadavg()[0]:.1f}"}


def list_scenarios():
    width = max(len(scenario.name) for scenario in catalogue.ALL)
    for scenario in catalogue.ALL:
        wanted = "; ".join(str(target) for target in scenario.targets)
        print(f"  {scenario.name:{width}}  {scenario.title}" + (f" ({wanted})" if wanted else ""))


def main(arguments):
    plan, options = parse(arguments)
    if options.list:
        list_scenarios()
        return 0
    sys.setswitchinterval(0.0005)  # who notes a moment does not wait for who counts
    build, say = options.build.resolve(), Progress()
    say(f"{len(plan.scenarios)} scenarios, {plan.runs} runs each, at {plan.rate:,} queries a second from each client: "
        f"about {min(plan.minutes, plan.seconds() / 60):.0f} minutes; seed {plan.seed}")
    result = circumstances(plan, Programs(build))
    try:
        result["played"] = [asdict(played) for played in Runner(plan, build, say).play_all()]
    except KeyboardInterrupt:
        say("interrupted; nothing is left running")
        return 130
    result["took_seconds"] = round(say.seconds())
    return write(summary.summarize(result), build, options.write_results)


def write(result, build, is_kept):
    (build / "lab-figures.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    (build / "lab-figures.txt").write_text(report.text(result), encoding="utf-8")
    if is_kept:
        RESULTS.write_text(report.markdown(result), encoding="utf-8")
    print("\n" + report.text(result))
    return int(any(row["reached"] is False for row in result["rows"]))
