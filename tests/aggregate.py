#!/usr/bin/python3
"""Counts what was tested: aggregate.py LABEL=FOLDER...

Each FOLDER holds one folder per suite (a unit test program, or pytest), and in it the suite's JUnit
XML and a file `status` with the exit status. A suite that died, wrote nothing, wrote nonsense, or
failed without naming a test counts as one failure under its own name; so does an empty FOLDER.
Prints what failed, a table, and as its last line "N passed, N failed[, N skipped]".
"""
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

KILLED = 128  # shells report "died of signal N" as 128 + N


@dataclass
class Tally:
    passed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)  # (name, message)

    def fail(self, name, message):
        self.failures.append((name, message))

    def add(self, other):
        self.passed += other.passed
        self.skipped += other.skipped
        self.failures += other.failures


def first_line(text):
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines[0] if lines else "no message"


def count_case(case, suite_name, tally):
    problem = case.find("failure")
    if problem is None:
        problem = case.find("error")
    if problem is not None:
        place = case.get("classname") or suite_name
        tally.fail(f"{place}: {case.get('name')}", first_line(problem.get("message") or problem.text))
    elif case.find("skipped") is not None:
        tally.skipped += 1
    else:
        tally.passed += 1


def read_xml(path, suite_name):
    """The tally of one JUnit file."""
    tally = Tally()
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, OSError) as error:
        tally.fail(suite_name, f"results cannot be read: {path}: {error}")
        return tally
    for case in root.iter("testcase"):
        count_case(case, suite_name, tally)
    return tally


def read_status(folder):
    """The exit status, or None where the suite's runner did not live to write it."""
    try:
        return int((folder / "status").read_text())
    except (OSError, ValueError):
        return None


def describe_end(status):
    if status is None:
        return "was interrupted"
    if status > KILLED:
        return f"died of signal {status - KILLED}"
    return f"ended with exit status {status}"


def read_suite(folder):
    """The tally of one suite, which must have both results and an exit status that agrees with them."""
    tally = Tally()
    for path in sorted(folder.glob("*.xml")):
        tally.add(read_xml(path, folder.name))
    status = read_status(folder)
    tests = tally.passed + tally.skipped + len(tally.failures)
    if status is None or status > KILLED or (status != 0 and not tally.failures):
        tally.fail(folder.name, f"{describe_end(status)}, {tests} results before that")
    elif tests == 0:
        tally.fail(folder.name, "no results")
    return tally


def read_group(label, folder):
    tally = Tally()
    suites = sorted(path for path in folder.glob("*") if path.is_dir())
    for suite in suites:
        tally.add(read_suite(suite))
    if not suites:
        tally.fail(label, f"no results in {folder}")
    return tally


def print_report(groups):
    for label, tally in groups:
        for name, message in tally.failures:
            print(f"FAILED {label}: {name}: {message}")
    width = max(len(label) for label, _ in groups)
    print(f"\n{'':{width}}  passed  failed  skipped")
    for label, tally in groups:
        print(f"{label:{width}}  {tally.passed:6}  {len(tally.failures):6}  {tally.skipped:7}")


def closing_line(total):
    line = f"{total.passed} passed, {len(total.failures)} failed"
    return line + (f", {total.skipped} skipped" if total.skipped else "")


def main(arguments):
    pairs = [argument.partition("=") for argument in arguments]
    if not pairs or not all(label and folder for label, _, folder in pairs):
        print("usage: aggregate.py LABEL=FOLDER...", file=sys.stderr)
        return 2
    groups = [(label, read_group(label, Path(folder))) for label, _, folder in pairs]
    total = Tally()
    for _, tally in groups:
        total.add(tally)
    print_report(groups)
    print(closing_line(total))
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
