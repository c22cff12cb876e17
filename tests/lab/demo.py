"""The demonstration: three anycast sites, two clients, and failures with their price."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

import failures
from lab_run import Lab
from network import CLIENTS


class Screen:
    """Progress lines with the time since the start; colours only on a terminal."""

    def __init__(self):
        self.start = time.monotonic()
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def step(self, text):
        print(f"[{time.monotonic() - self.start:6.1f} s] {text}", flush=True)

    def title(self, text):
        print(f"\n{self.paint('1', text)}", flush=True)

    def text(self, text=""):
        print(text, flush=True)


def number(value, unit="ms"):
    return "–" if value is None else f"{value:.1f} {unit}"


def times(outcome):
    """Those that there are, in words."""
    named = (("detected", outcome.detected_ms), ("withdrawn at the neighbour", outcome.withdrawn_ms),
             ("traffic moved", outcome.moved_ms))
    said = [f"{name} after {number(value)}" for name, value in named if value is not None]
    return ", ".join(said) or "no route changed"


def lost(outcome):
    return "–" if outcome.lost is None else f"{outcome.lost} of {outcome.sent}"


def verdict(screen, outcome):
    if outcome.faults:
        return screen.paint("31", "NOT KEPT: " + "; ".join(outcome.faults))
    return screen.paint("32", "kept")


def show_sites(screen, lab):
    for site in lab.sites.values():
        screen.title(f"anycastctl status, at {site.name}")
        screen.text(site.ctl("status").stdout.rstrip())


def show_catchment(screen, lab):
    screen.title("Which site answers whom (NSID)")
    for name, client in lab.clients.items():
        answers = client.serving()
        by_family = ", ".join(f"{address} from {answers.get(i, 'nobody')}"
                              for i, address in enumerate(lab.addresses))
        screen.text(f"  {name} (near {CLIENTS[name]}): {by_family}")


def play(screen, lab):
    outcomes = []
    screen.title(f"Failures at {failures.SITE}, while each client asks {rate(lab)} queries a second")
    for failure in failures.ALL:
        outcome = failure(lab)
        outcomes.append(outcome)
        screen.step(f"{outcome.name}: {times(outcome)}, "
                    f"lost {lost(outcome)}: {verdict(screen, outcome)}")
    return outcomes


def rate(lab):
    return f"{next(iter(lab.clients.values())).rate:,}"


COLUMNS = "  {:<38} {:>10} {:>10} {:>10} {:>15}  {}"


def table(screen, outcomes):
    screen.title("What came out")
    screen.text(COLUMNS.format("failure", "detected", "withdrawn", "moved", "lost", "promise"))
    for o in outcomes:
        screen.text(COLUMNS.format(
            o.name, number(o.detected_ms), number(o.withdrawn_ms), number(o.moved_ms),
            lost(o), f"{o.promise}: {verdict(screen, o)}"))
    kept = sum(not o.faults for o in outcomes)
    screen.text()
    if kept == len(outcomes):
        screen.text(screen.paint("1;32", f"All {kept} promises kept."))
    else:
        screen.text(screen.paint("1;31", f"{len(outcomes) - kept} of {len(outcomes)} promises NOT kept."))


def keep(screen, lab):
    """Prints how to look around, and leaves the lab running until it is interrupted."""
    inside = lab.way_in()
    site = next(iter(lab.sites.values()))
    screen.title("The lab goes on until you press Ctrl-C. From another terminal:")
    for what, command in (
        ("a site's status", f"{lab.programs.ctl} --socket {site.folder}/anycastd.sock status"),
        ("a site's BIRD", f"birdc -s {site.router.socket} show protocols"),
        ("a shell at a site", " ".join([*site.namespace.wrap(["bash"])])),
    ):
        screen.text(f"  {what + ':':<20} {inside}{command}")
    screen.text(f"  sites: {', '.join(lab.sites)}; configuration and logs: {lab.folder}"
                + (" (in the lab's own mounts)" if inside else ""))
    try:
        signal.pause()
    except KeyboardInterrupt:
        screen.step("ending what was started")


def save_logs(lab, build):
    """The lab's /run goes with it; what a person needs to understand a failure stays."""
    target = build / "lab-logs"
    for path in (*lab.folder.glob("*/*.log"), *lab.folder.glob("*/*.jsonl")):
        site = target / path.parent.name
        site.mkdir(parents=True, exist_ok=True)
        (site / path.name).write_bytes(path.read_bytes())
    return target


def main(arguments, lab_class=Lab):
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the lab running, and say how to look around")
    parser.add_argument("--build", type=Path, default=Path(os.environ.get("PROXIMA_BUILDDIR", ".")),
                        help="where the programs were built")
    options = parser.parse_args(arguments)
    screen = Screen()
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    lab = lab_class(options.build.resolve())
    try:
        lab.start(screen.step)
        screen.step("up: everything announced, everybody served")
        show_sites(screen, lab)
        show_catchment(screen, lab)
        outcomes = play(screen, lab)
        table(screen, outcomes)
        if options.keep:
            keep(screen, lab)
        return int(any(o.faults for o in outcomes))
    except KeyboardInterrupt:
        screen.step("interrupted: ending what was started")
        return 130
    except Exception as error:
        screen.text(f"demo: {error}")
        screen.text(f"demo: the sites' logs are in {save_logs(lab, options.build)}")
        return 1
    finally:
        lab.close()
