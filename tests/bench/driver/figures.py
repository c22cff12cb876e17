"""What is measured of servers that run: each figure by a function of (bench, server, number of the round) that
returns what was measured, as JSON can hold it."""

import time

from . import proc

OUTSTANDING = 128
PACED_RATE = 20000
CONNECTIONS, PIPELINED = 10, 20
STEP = 50000  # rounds begin at other queries of the file

SETTLE_SECONDS = 0.3  # after it loaded, or answered: what a server does then is not what is measured


def memory(bench, server, _):
    """What it holds once every name was asked for (None where we may not see it); and whether all of it is
    answered right."""
    whole = bench.udp.run(server, warmup=0, outstanding=OUTSTANDING, count=server.zone.query_count)
    time.sleep(SETTLE_SECONDS)
    pids = server.pids()
    return {"pss": proc.pss_bytes(pids) or None, "peak": proc.peak_bytes(pids), "answers": whole}


def cpu(bench, server, number):
    """As many queries as it answers."""
    return bench.udp.run(server, seconds=bench.plan.seconds, outstanding=OUTSTANDING, skip=number * STEP)


def paced(bench, server, number):
    """Far fewer than it could: now it sleeps between them."""
    return bench.udp.run(server, seconds=bench.plan.seconds, rate=PACED_RATE, skip=number * STEP)


def tcp(bench, server, number):
    """As many as it answers, with several under way on each connection."""
    return bench.tcp.run(server, seconds=bench.plan.seconds, sockets=CONNECTIONS,
                         outstanding=CONNECTIONS * PIPELINED, skip=number * STEP)


def tcp_single(bench, server, number):
    """The same with one query at a time on each connection."""
    return bench.tcp.run(server, seconds=bench.plan.seconds, sockets=CONNECTIONS, outstanding=CONNECTIONS,
                         skip=number * STEP)
