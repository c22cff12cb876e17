#!/usr/bin/python3
"""bench.py - measures dnsd and every installed peer side by side, and reports. `make bench` starts it; what is
measured and how, the modules of driver/ know, one thing each."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from driver import machine, peers, plan, report
from driver.programs import built
from driver.zonemaker import ZoneMaker
from driver.zonerun import ZoneRun
from driver.zones import Skipped

SOURCE = Path(os.environ.get("PROXIMA_SRCDIR", Path(__file__).resolve().parents[2]))
RESULTS = SOURCE / "tests" / "bench" / "RESULTS.md"
ROOT_ZONE = SOURCE / "tests" / "data" / "zones" / "root.zone"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Progress:
    """Lines with the time since the start, on standard error."""

    def __init__(self):
        self.start = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.start

    def __call__(self, line):
        print(f"[{int(self.seconds()) // 60:2}:{int(self.seconds()) % 60:02}] {line}", file=sys.stderr, flush=True)


def choose_cpus(chosen):
    """The server's and the generator's, of those that we may use."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        sys.exit("bench: needs two CPUs, one for the server and one for the load generator")
    chosen.serve_cpu, chosen.load_cpu = cpus[:2]


def make_zone(maker, chosen, name):
    if name == "root":
        if not os.path.exists(chosen.root_zone):
            raise Skipped(f"there is no {chosen.root_zone}; give one with --root-zone or PROXIMA_ROOT_ZONE")
        return maker.make_root(chosen.root_zone)
    return maker.make(name, None if name == "small" else chosen.names)


def measure_zones(chosen, kinds, say):
    """{zone: what was measured}; the reasons of those that were skipped are added to the plan's left_out."""
    maker = ZoneMaker(built("tests/bench/zonegen"), Path(built("tests/bench/cache")), say)
    measured = {}
    for name in chosen.zones:
        try:
            zone = make_zone(maker, chosen, name)
        except Skipped as skipped:
            chosen.left_out.append(f"zone {name}: {skipped}")
            continue
        run = ZoneRun(chosen, maker, zone, say)
        run.measure(kinds)
        measured[name] = {"records": zone.records, "names": zone.names, "rounds": run.rounds,
                          "failures": run.failures, "unable": run.unable}
    return measured


def measure(chosen, say):
    kinds = [peers.BY_NAME[name] for name in chosen.servers]
    installed = [kind for kind in kinds if kind.path()]
    result = {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "machine": machine.describe(),
              "servers": [kind.name for kind in installed],
              "versions": {kind.name: kind.version() for kind in installed},
              "missing": [kind.name for kind in kinds if not kind.path()],
              "rounds": chosen.rounds, "seconds": chosen.seconds}
    result["zones"] = measure_zones(chosen, installed, say)
    result["left_out"] = chosen.left_out
    result["took_seconds"] = round(say.seconds())
    return report.make(result)


def end_in_order(number, _):
    """The first signal ends us, and what was started; more of them do not keep us from that."""
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    for number in ENDING:
        signal.signal(number, end_in_order)
    say = Progress()
    chosen, options = plan.parse(sys.argv[1:], ROOT_ZONE)
    output = Path(options.output or built("bench"))
    if options.write_results:
        result = json.loads(output.with_suffix(".json").read_text(encoding="utf-8"))
        RESULTS.write_text(report.markdown(report.make(result)), encoding="utf-8")
        say(f"wrote {RESULTS}")
        return 0
    choose_cpus(chosen)
    result = measure(chosen, say)
    output.with_suffix(".json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    output.with_suffix(".txt").write_text(report.text(result), encoding="utf-8")
    print(report.text(result))
    say(f"wrote {output}.txt and {output}.json")
    return 1 if any(zone["failures"] for zone in result["zones"].values()) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench: interrupted; nothing is left running")
