"""The zones that are measured: what is in them, and their files, which are made once and kept in the build folder."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

DNSSEC_TYPES = {"DS", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "ZONEMD", "CDS", "CDNSKEY"}


@dataclass
class Zone:
    """One zone, or for hosting many, that a run serves."""

    name: str
    folder: Path
    records: int
    needs_dnssec: bool = False  # servers that cannot serve signed zones are left out

    @property
    def files(self):
        """The folder of zone files, each named for its zone."""
        return self.folder / "zones"

    @property
    def queries(self):
        return self.folder / "queries"

    @property
    def origins(self):
        return sorted(os.listdir(self.files))

    @property
    def origin(self):
        return self.origins[0]


class Skipped(Exception):
    """This zone cannot be had here; the text says why."""


class ZoneMaker:
    """Makes zones with the program zonegen, in `cache`; `say` takes a line of progress."""

    def __init__(self, zonegen, cache, say):
        self.zonegen = zonegen
        self.cache = Path(cache)
        self.say = say

    def make(self, name, names):
        """The zone `name` (small, leaf, tld, hosting, signed) with so many names."""
        folder = self.cache / f"{name}-{names}"
        if not (folder / "done").exists():
            self.say(f"making zone {name}, {names} names")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self.generate(name, folder, names)
            (folder / "done").write_text(f"{self._count(folder / 'zones')}\n", encoding="ascii")
        return Zone(name, folder, int((folder / "done").read_text(encoding="ascii")))

    def generate(self, name, folder, names, edition=1):
        subprocess.run([self.zonegen, name, folder, str(names), str(edition)], check=True)

    @staticmethod
    def _count(files):
        records = 0
        for path in files.iterdir():
            with open(path, "rb") as file:
                records += sum(1 for line in file if line[:1] not in b"$;\n")
        return records


def without_dnssec(zone):
    """The same zone for a server that takes no DNSSEC records: a folder of zone files beside the others."""
    plain = zone.folder / "plain"
    if not plain.exists():
        making = zone.folder / "plain.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        for origin in zone.origins:
            with open(zone.files / origin, encoding="ascii") as all_lines, \
                    open(making / origin, "w", encoding="ascii") as kept:
                kept.writelines(line for line in all_lines if not is_dnssec_line(line))
        making.rename(plain)
    return plain


def is_dnssec_line(line):
    """Of a zone file with one record a line."""
    fields = line.split(None, 5)
    return any(field in DNSSEC_TYPES for field in fields[1:4])
