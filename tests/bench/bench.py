#!/usr/bin/python3
"""bench.py - measures dnsd and its peers side by side. Started by `make bench`."""
import argparse, sys, time
from driver import figures, peers, zones
import os

class Plan: pass

def main():
    p = argparse.ArgumentParser()
    p.add_argument("--zones", default="leaf"); p.add_argument("--servers", default="dnsd,gdnsd,nsd,knot,echo")
    p.add_argument("--rounds", type=int, default=5); p.add_argument("--seconds", type=float, default=2)
    p.add_argument("--figures", default="load,saturated,paced")
    a = p.parse_args()
    plan = Plan(); plan.rounds = a.rounds; plan.seconds = a.seconds; plan.serve_cpu = 0; plan.load_cpu = 1
    build = os.environ.get("PROXIMA_BUILDDIR", ".")
    say = lambda t: print(f"[{time.monotonic()-t0:6.1f}] {t}", file=sys.stderr, flush=True)
    t0 = time.monotonic()
    maker = zones.ZoneMaker(f"{build}/tests/bench/zonegen", f"{build}/tests/bench/cache", say)
    sizes = {"small": 45, "leaf": 1000000, "tld": 1000000, "hosting": 100000}
    for z in a.zones.split(","):
        zone = maker.make(z, sizes[z])
        m = figures.Measured(zone)
        b = figures.Bench(m, plan, say)
        ss = [peers.BY_NAME[n](zone) for n in a.servers.split(",")]
        try:
            b.load(ss, 1)
            for f in a.figures.split(","):
                if f != "load": b.in_turn(f, getattr(b, f))
        finally:
            for s in ss: s.__exit__()
        for n, f in m.rounds.items():
            line = f"{z:8} {n:6} load {min(f['load']):6.2f}"
            for fig in ("saturated", "paced"):
                if fig in f:
                    r = f[fig]
                    line += f"  {fig} {min(x['server_cpu_us'] for x in r):.3f} us  {max(x['qps'] for x in r):.0f} q/s p50 {min(x['latency_us']['p50'] for x in r)} p99 {min(x['latency_us']['p99'] for x in r)} gen {max(x['generator_busy'] for x in r):.2f} wrong {sum(x['wrong'] for x in r)} lost {sum(x['lost'] for x in r)}"
            print(line)
        for n, f in m.failures.items(): print(z, n, "FAILED", f)
main()
