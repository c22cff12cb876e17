"""What a lab is put into for some scenarios, and out of again: context managers over the lab."""

import contextlib
import dataclasses
import sys
from pathlib import Path

from netns import sh
from network import HERE
from site_files import USUAL, Choices

SMALL = Choices(zones={})
DISK = "16m"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


class Skipped(Exception):
    """Why something cannot be measured here."""


def restart_all(lab, choices_of):
    for site in lab.sites.values():
        site.restart(choices_of(site))
    lab.wait_calm()


@contextlib.contextmanager
def chosen(lab, choices_of):
    """All sites restarted with other choices, and with the usual ones at the end."""
    restart_all(lab, choices_of)
    yield
    restart_all(lab, lambda site: USUAL)


def small_zone(lab):
    return chosen(lab, lambda site: SMALL)


def usual_zones(lab):
    return chosen(lab, lambda site: USUAL)


def million_names(lab):
    """The zone `leaf` of the benchmark; made once, kept in the build folder."""
    sys.path.insert(0, str(HERE.parent / "bench"))
    from driver.zonemaker import ZoneMaker
    bench = lab.programs.build / "tests" / "bench"
    if not (bench / "zonegen").exists():
        raise Skipped("tests/bench/zonegen is not built; make lab-figures builds it")
    zone = ZoneMaker(bench / "zonegen", bench / "cache", lambda line: None).make("leaf")
    large = {origin: zone.files / name for origin, name in zip(zone.origins, zone.file_names)}
    return chosen(lab, lambda site: dataclasses.replace(USUAL, zones={**USUAL.zones, **large}))


def with_cores(setting):
    """The same with dnsd free to dump its core, into its folder: where to, the machine's core_pattern says."""
    @contextlib.contextmanager
    def entered(lab):
        for site in lab.sites.values():
            site.dumps_core = True
        try:
            with setting(lab):
                yield
        finally:
            for site in lab.sites.values():
                site.dumps_core = False
    return entered


@contextlib.contextmanager
def small_disk(lab):
    """State and event log on a file system of their own that is soon full."""
    folders = {site.name: site.folder / "records" for site in lab.sites.values()}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
        sh("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder))
    with chosen(lab, lambda site: dataclasses.replace(USUAL, records=folders[site.name])):
        yield
    for folder in folders.values():
        sh("umount", str(folder))


def clock_file(site):
    return site.folder / "clock"


def set_clock(site, seconds):
    """How far the daemons' wall clock is off."""
    fresh = clock_file(site).with_suffix(".new")
    fresh.write_text(f"{seconds:+d}\n")
    fresh.rename(clock_file(site))


def false_clock(lab):
    """The daemons' wall clock is ours to set; the monotonic one is not touched, and what waits by it neither: the "fix"
    of the library lets such waits end at once."""
    if not FAKETIME.exists():
        raise Skipped("libfaketime is not installed (Debian: libfaketime)")
    for site in lab.sites.values():
        set_clock(site, 0)
    return chosen(lab, lambda site: dataclasses.replace(USUAL, environment={
        "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": clock_file(site), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}))


def signed_zone(lab):
    """Beside the usual zones one that is signed."""
    path = HERE.parent / "data" / "zones" / "signed" / "nsec.test.zone"
    return chosen(lab, lambda site: dataclasses.replace(USUAL, zones={**USUAL.zones, "nsec.test": path}))


@contextlib.contextmanager
def without_bfd(lab):
    """The providers' sessions have only their hold time to find out by."""
    configure_all(lab, "bfd = true;", "bfd = false;")
    yield
    configure_all(lab, "bfd = false;", "bfd = true;")


def configure_all(lab, old, new):
    """Changes a setting of all sites' BGP, and applies it as an operator does."""
    for site in lab.sites.values():
        path = site.folder / "bgp.conf"
        text = path.read_text()
        if old not in text:
            raise RuntimeError(f"{path} does not say {old}")
        path.write_text(text.replace(old, new))
        site.write_bird()
        site.router.ask("configure")
    lab.wait_calm()
