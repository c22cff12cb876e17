"""The rows of the report: what is made of the rounds. Pure: numbers in, numbers out."""

from dataclasses import dataclass
from typing import Callable

LESS, MORE = "less", "more"
FLOOR = "echo"  # it answers nothing right
LATE_US = 500  # a generator that sent so much later than due in each round had not its CPU for itself
SATURATED = 0.95  # a generator that was busy for a greater share of the time was the limit


@dataclass(frozen=True)
class Row:
    key: str
    figure: str  # whose rounds it is made of
    title: str
    unit: str
    better: str  # less or more
    of_round: Callable  # (what one round gave, records of the zone) -> number
    digits: int = 2
    is_worst: bool = False  # the worst round counts, not the best

    def value(self, rounds, records):
        numbers = [self.of_round(result, records) for result in rounds]
        numbers = [number for number in numbers if number is not None]
        if not numbers:
            return None
        return min(numbers) if (self.better == LESS) != self.is_worst else max(numbers)


def _field(*path, factor=1):
    def get(result, _):
        for key in path:
            result = result[key]
        return None if result is None else result * factor
    return get


ROWS = (
    Row("load_s", "load", "load: exec to right answers", "s", LESS, lambda seconds, _: seconds, 3),
    Row("restart_s", "restart", "start from what was kept, page cache warm", "s", LESS, lambda seconds, _: seconds, 3),
    Row("restart_cold_s", "restart_cold", "start from what was kept, read from disk", "s", LESS,
        lambda seconds, _: seconds, 3),
    Row("memory_mb", "memory", "memory, all names asked for (PSS)", "MB", LESS, _field("pss", factor=1e-6), 0),
    Row("record_bytes", "memory", "memory per record", "B", LESS,
        lambda result, records: result["pss"] and result["pss"] / records, 0),
    Row("restarted_bytes", "memory_restarted", "memory per record, after a start from what was kept", "B", LESS,
        lambda result, records: result["pss"] and result["pss"] / records, 0),
    Row("peak_mb", "memory", "peak memory, loading included", "MB", LESS, _field("peak", factor=1e-6), 0),
    Row("cpu_us", "cpu", "CPU per query", "µs", LESS, _field("server_cpu_us")),
    Row("qps", "cpu", "answers per second", "1000/s", MORE, _field("qps", factor=1e-3), 0),
    Row("bytes", "cpu", "bytes of a response", "B", LESS, _field("response_bytes"), 0),
    Row("paced_cpu_us", "paced", "CPU per query at 20,000/s", "µs", LESS, _field("server_cpu_us")),
    Row("paced_p50_us", "paced", "p50 at 20,000/s", "µs", LESS, _field("latency_us", "p50"), 0),
    Row("paced_p99_us", "paced", "p99 at 20,000/s", "µs", LESS, _field("latency_us", "p99"), 0),
    Row("tcp_cpu_us", "tcp", "TCP, 20 under way on each of 10: CPU per query", "µs", LESS, _field("server_cpu_us")),
    Row("tcp_qps", "tcp", "TCP, 20 under way on each of 10: answers", "1000/s", MORE, _field("qps", factor=1e-3), 0),
    Row("tcp1_cpu_us", "tcp_single", "TCP, one under way on each of 10: CPU per query", "µs", LESS,
        _field("server_cpu_us")),
    Row("tcp1_qps", "tcp_single", "TCP, one under way on each of 10: answers", "1000/s", MORE,
        _field("qps", factor=1e-3), 0),
    Row("reload_s", "reload", "reload, 1 % changed: until served", "s", LESS, _field("seconds"), 3),
    Row("reload_lost", "reload", "lost in a reload at 1,000/s (worst round)", "", LESS, _field("during", "lost"), 0,
        is_worst=True),
    Row("reload_worst_ms", "reload", "worst latency in a reload", "ms", LESS,
        _field("during", "latency_us", "max", factor=1e-3)),
    Row("calm_worst_ms", "reload", "worst latency before it", "ms", LESS,
        _field("before", "latency_us", "max", factor=1e-3)),
    Row("reload_peak", "reload_memory", "peak memory in a reload, to that before (worst round)", "×", LESS,
        _field("ratio"), is_worst=True),
)


def values(rounds, records):
    """{row key: {server: value}} of one zone's {server: {figure: [what a round gave]}}."""
    table = {}
    for row in ROWS:
        found = {server: row.value(figures[row.figure], records)
                 for server, figures in rounds.items() if row.figure in figures}
        if found:
            table[row.key] = found
    return table


def answer_rounds(figures):
    """All rounds of the figures of one server that a load generator measured: [(figure, result)]."""
    for figure, results in figures.items():
        for result in results:
            if isinstance(result, dict):
                result = result.get("answers", result)
            if isinstance(result, dict) and "wrong" in result:
                yield figure, result


def wrong_servers(rounds):
    """{figure: the servers of which it counts for nothing, because an answer was not right}."""
    found = {}
    for server, figures in rounds.items():
        for figure, result in answer_rounds(figures):
            if result["wrong"] and server != FLOOR:
                found.setdefault(figure, set()).add(server)
    return found


def notes(server, figures):
    """What a reader of the table has to know of one server's rounds, as sentences."""
    lines = []
    for figure in figures:
        results = [result for name, result in answer_rounds(figures) if name == figure]
        wrong, lost, sent = (sum(result[key] for result in results) for key in ("wrong", "lost", "sent"))
        if wrong and server != FLOOR:
            lines.append(f"{server}, {figure}: {wrong:,} of {sent:,} answers were not right")
        if lost:
            lines.append(f"{server}, {figure}: {lost:,} of {sent:,} queries got no answer")
        if figure in ("cpu", "tcp", "tcp_single") and results and \
                max(result["generator_busy"] for result in results) > SATURATED:
            lines.append(f"{server}, {figure}: the generator was the limit of the answers per second")
        if figure == "paced" and results and (late := min(result["late_max_us"] for result in results)) > LATE_US:
            lines.append(f"{server}, {figure}: the generator itself was late by {late / 1e3:.1f} ms, "
                         "so p99 tells of the machine")
    return lines


def spread(figures):
    """How much greater the middle round's CPU per query was than the least: tells how quiet the machine was."""
    costs = sorted(result["server_cpu_us"] for result in figures.get("cpu", []))
    return costs[len(costs) // 2] / costs[0] - 1 if costs and costs[0] else 0.0
