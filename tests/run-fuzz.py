#!/usr/bin/python3
"""Runs libFuzzer targets for a bounded time, or keeps what they found.

    run-fuzz.py check [--seconds N] TARGET...    each target in turn; a table, and how to replay what broke
    run-fuzz.py keep TARGET...                   the kept corpus of each becomes the smallest that reaches as much;
                                                 what has a name of its own stays

A TARGET is a program tests/fuzz/fuzz_NAME of a build with --enable-fuzz. Its kept inputs are tests/fuzz/corpus/NAME
in the source folder (PROXIMA_SRCDIR); what it finds beyond them is gathered in tests/fuzz/found/NAME of the build folder
(PROXIMA_BUILDDIR), where the next run goes on from. tests/fuzz/NAME.dict, if it is there, has the target's words.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# Of one input; libFuzzer's own default would let a hang look like a slow run.
LIMITS = ["-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]
# An input is kept for the code that it reaches, not for how often it does.
KEEP_FEW = ["-use_counters=0"]

PULSE = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+) .*corp: (\d+)/")
FOUND_NAME = re.compile(r"[0-9a-f]{40}")  # libFuzzer's, for what it found
REPRODUCER = re.compile(r"Test unit written to (\S+)")


@dataclass
class Target:
    program: Path
    kept: Path
    found: Path
    artifacts: Path
    dictionary: Path

    @property
    def name(self):
        return self.program.name.removeprefix("fuzz_")

    @classmethod
    def of(cls, program, source, build):
        program = Path(program).resolve()
        name = program.name.removeprefix("fuzz_")
        inputs = build / "tests/fuzz"
        return cls(program, source / "tests/fuzz/corpus" / name, inputs / "found" / name,
                   inputs / "broken" / name, source / f"tests/fuzz/{name}.dict")

    def command(self, *options):
        words = [f"-dict={self.dictionary}"] if self.dictionary.exists() else []
        return [str(self.program), *LIMITS, *words, f"-artifact_prefix={self.artifacts}/", *options]


@dataclass
class Outcome:
    """What a run came to."""
    target: Target
    runs: int = 0
    coverage: int = 0
    inputs: int = 0
    status: int = 0
    reproducer: str = ""

    def read(self, line):
        """Takes a line of libFuzzer's, if it tells something."""
        if pulse := PULSE.match(line):
            self.runs, self.coverage, self.inputs = map(int, pulse.groups())
        elif broken := REPRODUCER.search(line):
            self.reproducer = broken.group(1)

    @property
    def result(self):
        if self.status == 0:
            return "ok"
        return f"BROKEN, exit status {self.status}"


def show_progress(outcome):
    if sys.stdout.isatty():
        print(f"\r  {outcome.target.name:10} {outcome.runs:10} runs", end="", flush=True)


def fuzz(target, seconds):
    """One bounded run; all that it wrote is beside what it found."""
    outcome = Outcome(target)
    for folder in (target.found, target.artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    command = target.command(f"-max_total_time={seconds}", "-report_slow_units=10", str(target.found), str(target.kept))
    log = target.artifacts.parent / f"{target.name}.log"
    with log.open("w") as out, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                                errors="replace") as process:
        for line in process.stderr:
            out.write(line)
            outcome.read(line)
            show_progress(outcome)
    outcome.status = process.returncode
    return outcome


def row(cells):
    name, runs, coverage, inputs, result = cells
    return f"{name:10} {runs:>10} {coverage:>9} {inputs:>7}  {result}"


def print_outcome(outcome):
    if sys.stdout.isatty():
        print("\r", end="")
    print(row((outcome.target.name, outcome.runs, outcome.coverage, outcome.inputs, outcome.result)), flush=True)


def print_broken(outcome):
    """Where the finding is, and the command that shows it again."""
    target = outcome.target
    print(f"\n{target.name}: see {target.artifacts.parent}/{target.name}.log")
    if outcome.reproducer:
        print(f"  input   {outcome.reproducer}")
        print(f"  replay  PROXIMA_SRCDIR={shlex.quote(os.environ.get('PROXIMA_SRCDIR', '.'))} "
              f"{shlex.quote(str(target.program))} {shlex.quote(outcome.reproducer)}")


def check(targets, seconds):
    print(f"{len(targets)} targets, {seconds} s each")
    print(row(("target", "runs", "coverage", "inputs", "result")), flush=True)
    outcomes = []
    for target in targets:
        outcomes.append(fuzz(target, seconds))
        print_outcome(outcomes[-1])
    broken = [outcome for outcome in outcomes if outcome.status != 0]
    for outcome in broken:
        print_broken(outcome)
    return 1 if broken else 0


def replace_kept(kept, chosen):
    """Makes `kept` hold the inputs `chosen`, and of others only those that a person has named."""
    missing = {path.read_bytes(): path.name for path in chosen}
    for path in kept.iterdir():
        if missing.pop(path.read_bytes(), None) is None and FOUND_NAME.fullmatch(path.name):
            path.unlink()
    for content, name in missing.items():
        (kept / name).write_bytes(content)


def keep(targets):
    for target in targets:
        target.kept.mkdir(parents=True, exist_ok=True)
        target.found.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            command = target.command("-merge=1", *KEEP_FEW, folder, str(target.kept), str(target.found))
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  errors="replace", check=False)
            if done.returncode:
                print(f"{done.stderr[-2000:]}\n{target.name}: cannot be merged", file=sys.stderr)
                return 1
            replace_kept(target.kept, list(Path(folder).iterdir()))
        sizes = [path.stat().st_size for path in target.kept.iterdir()]
        print(f"{target.name:10} {len(sizes):5} inputs {sum(sizes):8} bytes", flush=True)
    return 0


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("check", "keep"))
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("targets", nargs="+", metavar="TARGET")
    options = parser.parse_args(arguments)
    source = Path(os.environ.get("PROXIMA_SRCDIR", "."))
    build = Path(os.environ.get("PROXIMA_BUILDDIR", "."))
    targets = [Target.of(program, source, build) for program in options.targets]
    return check(targets, options.seconds) if options.action == "check" else keep(targets)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
