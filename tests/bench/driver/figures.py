"""What is measured of the servers of one zone, all of which run: each figure in rounds, the servers in turn, so
that what the machine does besides meets all of them alike."""

import time

from . import proc
from .generator import Generator
from .server import Failed

OUTSTANDING = 128
PACED_RATE = 20000
SETTLE_SECONDS = 0.1
SLOW_LOAD_SECONDS = 8  # servers that load for longer do it twice only


class Measured:
    """All that was measured of one zone: rounds[server][figure] is a list with a value for each round; failures
    says of each server that failed, why."""

    def __init__(self, zone):
        self.zone = zone
        self.rounds = {}
        self.failures = {}

    def add(self, server, figure, value):
        self.rounds.setdefault(server.name, {}).setdefault(figure, []).append(value)

    def fail(self, server, reason):
        self.failures[server.name] = str(reason)


class Bench:
    """One zone and its servers on `serve_cpu`, the generator on `load_cpu`, for so many `rounds` of `seconds`."""

    def __init__(self, measured, plan, say):
        self.measured = measured
        self.plan = plan
        self.say = say
        self.udp = Generator("udpgen", plan.load_cpu)
        self.tcp = Generator("tcpgen", plan.load_cpu)
        self.servers = []

    # rounds -----------------------------------------------------------------------------------------

    def in_turn(self, figure, measure, rounds=None):
        """measure(server, round) for each server in each round; what it returns is added."""
        for number in range(rounds or self.plan.rounds):
            self.say(f"{self.measured.zone.name}: {figure}, round {number + 1} of {rounds or self.plan.rounds}")
            for server in list(self.servers):
                self.guarded(server, figure, measure, number)

    def guarded(self, server, figure, measure, number):
        """A server that fails is out of what follows, and the report says so."""
        try:
            value = measure(server, number)
            if value is not None:
                self.measured.add(server, figure, value)
        except Failed as failed:
            self.say(str(failed))
            self.measured.fail(server, failed)
            self.servers.remove(server)
            server.stop()

    # loading ----------------------------------------------------------------------------------------

    def load(self, servers, rounds):
        """Starts all, in each round but the last to end them again."""
        self.servers = list(servers)
        for server in servers:
            server.prepare()
        slow = set()

        def start(server, number):
            is_last = number == rounds - 1
            if server in slow and not is_last:
                return None
            seconds = server.start()
            if seconds > SLOW_LOAD_SECONDS:
                slow.add(server)
            if not is_last:
                server.stop()
            return seconds

        self.in_turn("load", start, rounds)
        for server in self.servers:
            proc.pin(server.pids(), {self.plan.serve_cpu})
        time.sleep(SETTLE_SECONDS)

    # answering --------------------------------------------------------------------------------------

    def whole(self, server, _):
        """Every query of the file once: is all answered right?"""
        return self.udp.run(server, warmup=0, outstanding=OUTSTANDING, count=self.plan.queries)

    def saturated(self, server, number):
        return self.udp.run(server, seconds=self.plan.seconds, outstanding=OUTSTANDING, skip=number * 50000)

    def paced(self, server, number):
        return self.udp.run(server, seconds=self.plan.seconds, rate=PACED_RATE, skip=number * 50000)
