"""The zones that are measured: what is in them, and where their files are."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

NAMES = {"leaf": 1000000, "tld": 1000000, "hosting": 100000, "signed": 100000, "small": 45}
ALL = ("leaf", "tld", "hosting", "signed", "root", "small")
ROOT_FILE = "root"  # the file of the zone "."
DNSSEC_TYPES = {"DS", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "ZONEMD", "CDS", "CDNSKEY", "TYPE63"}


class Skipped(Exception):
    """This zone cannot be had here; the text says why."""


@dataclass
class Zone:
    """One zone, or for hosting many, that a run serves."""

    name: str
    folder: Path
    records: int
    names: int = 0
    needs_dnssec: bool = False  # servers that cannot serve signed zones are left out

    def __post_init__(self):
        self.files = self.folder / "zones"  # each file named for its zone
        self.queries = self.folder / "queries"
        self.file_names = sorted(os.listdir(self.files))
        self.query_count = count_queries(self.queries)

    def warm(self):
        """Has all its files in the page cache, so that whoever loads first does not wait for the disk."""
        for name in self.file_names:
            with open(self.files / name, "rb") as file:
                while file.read(1 << 20):
                    pass

    @property
    def origins(self):
        return [origin_of(name) for name in self.file_names]


def origin_of(file_name):
    return "." if file_name == ROOT_FILE else file_name


def count_queries(path):
    with open(path, "rb") as file:
        items = file.read()
    count = at = 0
    while at < len(items):
        at += 3 + (items[at + 1] << 8) + items[at + 2]
        count += 1
    return count


def count_records(files):
    """In zone files with one record a line."""
    records = 0
    for path in files.iterdir():
        with open(path, "rb") as file:
            records += sum(1 for line in file if line[:1] not in (b"$", b";", b"\n"))
    return records


def without_dnssec(zone):
    """The folder of the same zone's files without DNSSEC records, for a server that takes none."""
    plain = zone.folder / "plain"
    if not plain.exists():
        making = zone.folder / "plain.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        for name in zone.file_names:
            with open(zone.files / name, encoding="ascii") as lines, \
                    open(making / name, "w", encoding="ascii") as kept:
                kept.writelines(line for line in lines if not is_dnssec_line(line))
        making.rename(plain)
    return plain


def is_dnssec_line(line):
    """Of a zone file with one record a line."""
    return any(field in DNSSEC_TYPES for field in line.split(None, 5)[1:4])
