"""What a run measures: from the command line, and what is usual."""

import argparse
import os
from dataclasses import dataclass, field

from . import peers, zones, zonerun

USUAL_FIGURES = {
    "leaf": zonerun.NAMES,
    "tld": ("load", "memory", "cpu"),
    "hosting": ("load", "memory", "cpu"),
    "root": ("memory", "cpu"),
    "signed": ("load", "memory", "cpu"),
    "small": ("cpu",),
}
QUICK_FIGURES = ("load", "memory", "cpu", "paced", "tcp", "reload", "restart")
QUICK_SERVERS = ("dnsd", "gdnsd", "nsd", "knot", "echo")
QUICK_NAMES = 200000
MINUTES, QUICK_MINUTES = 25, 2.5  # from then on, one round of each figure has to do
# What hardly varies, or takes long, is not repeated as often; where the machine's share is largest, more often.
FEWER_ROUNDS = {"memory": 1, "memory_restarted": 1, "reload_memory": 2, "reload": 3}
MORE_ROUNDS = {"paced": 2}  # times
QUICK_ROUNDS = {"memory": 1, "memory_restarted": 1, "reload_memory": 1, "reload": 2, "tcp": 2, "tcp_single": 2}

EPILOG = """\
Servers that are not installed are left out, and the report says so; ./bootstrap bench installs all. The server has one
CPU and the generator another. Environment: QUICK=1 is --quick. Ctrl-C ends all that was started.

examples:
  make bench BENCH_ARGS='--zones leaf --servers dnsd,gdnsd --figures cpu --rounds 9'
  make bench QUICK=1
  make bench BENCH_ARGS=--write-results     # the last run becomes tests/bench/RESULTS.md
"""


@dataclass
class Plan:
    zones: tuple
    servers: tuple
    figures: tuple  # empty: those that are usual for each zone
    rounds: int
    seconds: float
    names: int  # of each zone; 0: as many as it usually has
    root_zone: str
    is_quick: bool
    budget_seconds: float
    serve_cpu: int = 0
    load_cpu: int = 1
    left_out: list = field(default_factory=list)  # what a full run would measure too

    def figures_of(self, zone):
        return self.figures or USUAL_FIGURES[zone]

    def rounds_of(self, figure):
        if not self.is_quick and figure in MORE_ROUNDS:
            return self.rounds * MORE_ROUNDS[figure]
        return min(self.rounds, (QUICK_ROUNDS if self.is_quick else FEWER_ROUNDS).get(figure, self.rounds))


def words(allowed):
    """A type for argparse: names with commas between them, each of which has to be one of `allowed`."""

    def parse(text):
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        for name in names:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(allowed)}")
        return names

    return parse


def parser(default_root):
    p = argparse.ArgumentParser(prog="make bench BENCH_ARGS='...'", epilog=EPILOG,
                                formatter_class=argparse.RawDescriptionHelpFormatter,
                                description="Measures dnsd and every installed peer side by side, in one run.")
    p.add_argument("--quick", action="store_true", default=os.environ.get("QUICK", "") not in ("", "0"),
                   help=f"less than 3 minutes: leaf with {QUICK_NAMES:,} names and the fastest peers only")
    p.add_argument("--zones", type=words(zones.ALL), help=f"of {', '.join(zones.ALL)}")
    p.add_argument("--servers", type=words(tuple(peers.BY_NAME)), help=f"of {', '.join(peers.BY_NAME)}")
    p.add_argument("--figures", type=words(zonerun.NAMES), help=f"of {', '.join(zonerun.NAMES)}")
    p.add_argument("--rounds", type=int, help="of each figure; the best counts (5, --quick 3)")
    p.add_argument("--seconds", type=float, help="of each round under load (1.5, --quick 1)")
    p.add_argument("--minutes", type=float, help="after so many, figures get one round only "
                   f"({MINUTES}, --quick {QUICK_MINUTES})")
    p.add_argument("--names", type=int, default=0, help="in each made zone, instead of as many as usual")
    p.add_argument("--root-zone", metavar="FILE", default=os.environ.get("PROXIMA_ROOT_ZONE", default_root),
                   help="a file of the root zone, one record a line (%(default)s)")
    p.add_argument("--output", metavar="NAME", help="write NAME.json and NAME.txt (bench in the build folder)")
    p.add_argument("--write-results", action="store_true",
                   help="measure nothing; make tests/bench/RESULTS.md from the JSON of --output or of the last run")
    return p


def parse(arguments, default_root):
    """(Plan, options) from the command line."""
    options = parser(default_root).parse_args(arguments)
    quick = options.quick
    plan = Plan(zones=options.zones or (("leaf",) if quick else zones.ALL),
                servers=options.servers or (QUICK_SERVERS if quick else tuple(peers.BY_NAME)),
                figures=options.figures or (QUICK_FIGURES if quick else ()),
                rounds=options.rounds or (3 if quick else 5),
                seconds=options.seconds or (1.0 if quick else 1.5),
                names=options.names or (QUICK_NAMES if quick else 0),
                root_zone=options.root_zone, is_quick=quick,
                budget_seconds=60 * (options.minutes or (QUICK_MINUTES if quick else MINUTES)))
    plan.left_out = left_out(plan)
    return plan, options


def left_out(plan):
    """What of the whole this plan has not, as lines for the report."""
    lines = []
    for title, chosen, whole in (("zones", plan.zones, zones.ALL), ("servers", plan.servers, tuple(peers.BY_NAME))):
        if missing := [name for name in whole if name not in chosen]:
            lines.append(f"{title}: {', '.join(missing)}")
    if plan.figures and (missing := [name for name in zonerun.NAMES if name not in plan.figures]):
        lines.append(f"figures: {', '.join(missing)}")
    if plan.names:
        lines.append(f"size: zones of {plan.names:,} names only")
    return lines
