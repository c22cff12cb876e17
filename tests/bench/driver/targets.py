"""What dnsd is to reach, in one table, and whether it does. Pure."""

from dataclasses import dataclass

from .rows import FLOOR

BEST = "best"  # of all peers that were measured
OURS = "dnsd"


@dataclass(frozen=True)
class Target:
    zone: str
    row: str  # key of rows.ROWS
    limit: float
    of: str = None  # a peer, or BEST: the limit is of the ratio to it; None: of the value itself
    at_least: bool = False


@dataclass(frozen=True)
class Verdict:
    target: Target
    value: float  # what is compared with the limit; None: could not be measured
    reached: bool  # None: could not be told
    peer: str = None


TARGETS = (
    Target("leaf", "cpu_us", 0.90, of="gdnsd"),
    Target("leaf", "cpu_us", 0.65, of="nsd"),
    Target("tld", "cpu_us", 0.90, of="gdnsd"),
    Target("hosting", "cpu_us", 0.90, of="gdnsd"),
    Target("signed", "cpu_us", 0.65, of=BEST),
    Target("leaf", "load_s", 0.35, of=BEST),
    Target("tld", "load_s", 0.35, of=BEST),
    Target("hosting", "load_s", 0.35, of=BEST),
    Target("leaf", "restart_s", 0.050),
    Target("leaf", "record_bytes", 80),
    Target("tld", "record_bytes", 80),
    Target("leaf", "reload_peak", 1.3),
    Target("leaf", "reload_lost", 0),
    Target("leaf", "reload_worst_ms", 4),
    Target("leaf", "paced_cpu_us", 0.90, of=BEST),
    Target("leaf", "paced_p99_us", 1.00, of=BEST),
    Target("leaf", "tcp_qps", 1.2, of="knot", at_least=True),
    Target("leaf", "tcp1_qps", 1.2, of="knot", at_least=True),
)


def best_peer(values, more=False, wrong=()):
    """The peer with the least (or the greatest) value, of those whose answers are not `wrong`; None if there is
    none."""
    peers = {name: value for name, value in values.items()
             if name not in (OURS, FLOOR, *wrong) and value is not None}
    if not peers:
        return None
    return (max if more else min)(peers, key=peers.get)


def ratio(values, peer):
    """Ours to a peer's; None where one is missing."""
    ours, theirs = values.get(OURS), values.get(peer)
    return ours / theirs if ours is not None and theirs else None


def judge(target, values, wrong=()):
    """`values` is {server: value} of the target's row; `wrong` are servers whose answers were not right."""
    peer = best_peer(values, target.at_least, wrong) if target.of == BEST else target.of
    value = ratio(values, peer) if target.of else values.get(OURS)
    if value is None:
        return Verdict(target, None, None, peer)
    rounded = round(value, 3)
    is_in = rounded >= target.limit if target.at_least else rounded <= target.limit
    return Verdict(target, value, is_in and OURS not in wrong, peer)


def judge_all(tables, wrong):
    """Verdicts on all targets whose row is in `tables`, {zone: {row key: {server: value}}}; `wrong` is
    {zone: {row key: servers}}."""
    return [judge(target, tables[target.zone][target.row], wrong.get(target.zone, {}).get(target.row, ()))
            for target in TARGETS if target.row in tables.get(target.zone, {})]
