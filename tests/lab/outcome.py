"""What a failure did, and what it cost: measured from outside, at the neighbour and by the clients."""

import time
from dataclasses import dataclass, field

from network import CLIENTS, wait_for

OBSERVE_S = 0.4  # how long the clients are watched after the last act


@dataclass
class Outcome:
    name: str
    promise: str = ""
    detected_ms: float | None = None   # anycastd's (or the guard's) own record
    withdrawn_ms: float | None = None  # gone from the neighbour's kernel, both families
    moved_ms: float | None = None      # first query of the nearest client that another site answered, both families
    backup_ms: float | None = None     # the neighbour has it at a level below `normal`
    back_ms: float | None = None       # after the repair: answered by the site again
    changes: int | None = None         # of the neighbour's kernel routes to the site
    withdrawals: int | None = None     # how many sites took back all that they announced
    sent: int = 0
    lost: int | None = 0               # None: there is no other site that could have answered
    wrong: list = field(default_factory=list)  # what must not happen on any machine
    late: list = field(default_factory=list)   # what a busy machine may be to blame for, once

    @property
    def faults(self):
        return self.wrong + self.late

    def check(self, condition, fault):
        if not condition:
            self.wrong.append(fault)

    def within(self, value, limit_ms, what):
        if value is None:
            self.wrong.append(f"{what}: never")
        elif value >= limit_ms:
            self.late.append(f"{what} after {value:.1f} ms, promised: under {limit_ms} ms")

    def lost_none(self):
        self.check(not self.lost, f"{self.lost} of {self.sent} queries lost")


def ms(later_ns, earlier_ns):
    return None if later_ns is None else (later_ns - earlier_ns) / 1e6


def withdrawn_ns(lab, site, from_ns):
    """When the neighbour's kernel had no route to the site any more, in either family."""
    left = [lab.watches[site].left(prefix, site, from_ns) for prefix in lab.prefixes]
    return None if None in left else max(left)


def wait_withdrawn(lab, site, from_ns, seconds=10):
    return wait_for(f"{site}'s routes to leave the neighbour",
                    lambda: withdrawn_ns(lab, site, from_ns), seconds)


def moved_ns(queries, leaving):
    """The sending of the first query, address by address, after which nobody but another site answered."""
    moments = []
    for address in {query.address for query in queries}:
        moment = None
        for query in (q for q in queries if q.address == address):
            if not query.answered or query.node == leaving:
                moment = None
            elif moment is None:
                moment = query.sent_ns
        if moment is None:
            return None
        moments.append(moment)
    return max(moments, default=None)


def watch():
    """Lets the clients ask on for a while; returns the moment after."""
    time.sleep(OBSERVE_S)
    return time.monotonic_ns()


def count_lost(lab, outcome, from_ns):
    """What all clients sent and lost since a moment."""
    until_ns = time.monotonic_ns()
    for client in lab.clients.values():
        client.settle(until_ns)
        queries = client.between(from_ns, until_ns)
        outcome.sent += len(queries)
        outcome.lost += sum(not query.answered for query in queries)


def count_left(lab, outcome, from_ns, leaving, until_ns):
    """What was lost since `leaving` went, also when it came back; and when its client had moved, while it was gone."""
    count_lost(lab, outcome, from_ns)
    if not lab.anycast:
        outcome.lost = None
        return
    for name, near in CLIENTS.items():
        if near == leaving:
            outcome.moved_ms = ms(moved_ns(lab.clients[name].between(from_ns, until_ns), leaving), from_ns)


def first_withdrawal(site, from_ns):
    for event in site.events(from_ns):
        if event["event"] == "level" and event["to"] != "normal":
            return event["mono_ns"]
    return None


def recover(lab, site):
    """Until the site announces again and its client is back."""
    lab.sites[site].wait_normal()
    for client, near in CLIENTS.items():
        if near == site and client in lab.clients:
            lab.wait_served(client, site)
