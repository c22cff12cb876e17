"""The root zone, from a file that somebody gives, and questions as resolvers ask them: half referrals, half names
that do not exist."""

import random
import shutil
import string
import struct

from .ask import KINDS, SIGNED, TYPE_A, question
from .zones import Zone

QUERIES = 200000
EDNS_DO = struct.pack(">BHHIH", 0, 41, 1232, 0x8000, 0)
EDNS = struct.pack(">BHHIH", 0, 41, 1232, 0, 0)


def make(path, folder):
    """The zone, with its queries, from the file `path`."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "zones").mkdir(parents=True)
    shutil.copyfile(path, folder / "zones" / "root")
    children, records, is_signed = survey(path)
    with open(folder / "queries", "wb") as file:
        for kind, name in questions(children):
            file.write(item(kind, name, is_signed))
    return Zone("root", folder, records, needs_dnssec=is_signed)


def survey(path):
    """Of a zone file with one record a line: (the delegated names, how many records, whether it is signed)."""
    children, records, types = set(), 0, {"NSEC": 0, "RRSIG": 0}
    with open(path, encoding="ascii") as file:
        for line in file:
            fields = line.split(None, 5)
            if len(fields) < 5 or line.startswith(";"):
                continue
            records += 1
            if fields[3] == "NS" and fields[0] != ".":
                children.add(fields[0].lower())
            types[fields[3]] = types.get(fields[3], 0) + 1
    return sorted(children), records, types["RRSIG"] > types["NSEC"]


def questions(children):
    numbers = random.Random(1)
    for _ in range(QUERIES):
        if numbers.random() < 0.5:
            yield "referral", "www." + numbers.choice(children)
        else:
            yield "nxdomain", "".join(numbers.choices(string.ascii_lowercase, k=14)) + "."


def item(kind, name, is_signed):
    """As queries.h describes it."""
    message = bytearray(question(name, TYPE_A) + (EDNS_DO if is_signed else EDNS))
    message[11] = 1
    mark = SIGNED if is_signed and kind == "nxdomain" else 0
    return struct.pack(">BH", KINDS.index(kind) | mark, len(message)) + bytes(message)
