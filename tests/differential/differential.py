#!/usr/bin/python3
"""differential.py - asks dnsd, Knot DNS, NSD and BIND the same random questions over the same random zones, and
explains every difference by the table in differ/rules.py. `make differential` starts it; the modules of differ/ know
the rest, one thing each."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / "bench"), str(TESTS / "system")]

from differ import report, servers  # pylint: disable=wrong-import-position
from differ.run import QUESTIONS, SEED, Run  # pylint: disable=wrong-import-position
from driver.programs import built  # pylint: disable=wrong-import-position
from driver.server import Failed  # pylint: disable=wrong-import-position
from driver.zones import Skipped  # pylint: disable=wrong-import-position

README = TESTS / "differential" / "README.md"


def parse(arguments):
    p = argparse.ArgumentParser(description="Compares dnsd's answers with those of other servers.")
    p.add_argument("--seed", type=int, default=int(os.environ.get("PROXIMA_SEED", SEED)), help="of zones and questions")
    p.add_argument("--questions", type=int, default=QUESTIONS, metavar="N", help=f"how many to ask ({QUESTIONS:,})")
    p.add_argument("--servers", default=",".join(servers.BY_NAME), metavar="LIST", help="the peers to compare with")
    p.add_argument("--json", metavar="FILE", default=built("differential.json"), help="what was found")
    p.add_argument("--write-results", action="store_true", help="put the table into tests/differential/README.md")
    options = p.parse_args(arguments)
    unknown = set(options.servers.split(",")) - set(servers.BY_NAME)
    if unknown:
        p.error(f"unknown servers: {', '.join(sorted(unknown))}; there are {', '.join(servers.BY_NAME)}")
    return options


def say(line):
    print(f"differential: {line}", file=sys.stderr, flush=True)


def main():
    options = parse(sys.argv[1:])
    wanted = [servers.BY_NAME[name] for name in options.servers.split(",")]
    missing = servers.missing(wanted)
    if missing:
        say(f"SKIPPED, not installed: {', '.join(missing)} (./bootstrap differential installs them)")
    run = Run(options.seed, options.questions, [kind for kind in wanted if kind.name not in missing])
    if not run.peers:
        sys.exit("differential: there is nobody to compare with")
    say(f"seed {options.seed}, {options.questions:,} questions")
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        try:
            run.go(folder)
        except (Failed, Skipped) as problem:
            sys.exit(f"differential: {problem}")
    result = report.make(run)
    Path(options.json).write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(report.text(result), end="")
    if options.write_results:
        README.write_text(report.put_into(README.read_text(encoding="utf-8"), result), encoding="utf-8")
    say(f"{len(run.unexplained)} differences without explanation; {options.json} has all")
    return 1 if run.unexplained else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("differential: interrupted; nothing is left running")
