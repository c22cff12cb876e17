"""One zone: all servers that can serve it are started and measured, figure by figure, in rounds with the servers
in turn, so that what the machine does besides meets all of them alike."""

import contextlib
import time

from . import figures, proc, reloading, starting
from .generator import Generator
from .peers import Dnsd, Echo
from .server import Failed

# The figures in the order in which they are measured: (name, function, who takes part).
NAME_SERVERS, ALL, DNSD = "name servers", "all", "dnsd"
FIGURES = {
    "memory": [("memory", figures.memory, NAME_SERVERS)],
    "cpu": [("cpu", figures.cpu, ALL)],
    "paced": [("paced", figures.paced, ALL)],
    "tcp": [("tcp", figures.tcp, ALL), ("tcp_single", figures.tcp_single, ALL)],
    "restart": [("restart", starting.restart, DNSD), ("restart_cold", starting.restart_cold, DNSD),
                ("memory_restarted", figures.memory, DNSD)],
    "reload": [("reload_memory", reloading.reload_memory, NAME_SERVERS),
               ("reload", reloading.reload, NAME_SERVERS)],
}
NAMES = ("load", *FIGURES)
EDITING = ("reload", "reload_memory")  # each round with a new version of the zone
UNPINNED = ("reload", "reload_memory", "restart", "restart_cold")  # these may use all CPUs


class ZoneRun:
    """Measures the server `kinds` with `zone`, as `plan` says. Afterwards, rounds[server][figure] is a list with what
    each round gave, and failures[server] tells why a server is missing."""

    def __init__(self, plan, maker, zone, say):
        self.plan, self.maker, self.zone, self.say = plan, maker, zone, say
        self.udp = Generator("udpgen", plan.load_cpu)
        self.tcp = Generator("tcpgen", plan.load_cpu)
        self.editions = 1
        self.running = []
        self.before_reloads = {}  # memory of each server: (PSS, resident)
        self.rounds, self.failures, self.unable = {}, {}, []

    def measure(self, kinds):
        with contextlib.ExitStack() as stack:
            for kind in kinds:
                if self.zone.needs_dnssec and not kind.serves_dnssec:
                    self.unable.append(kind.name)
                    continue
                server = stack.enter_context(kind(self.zone))
                server.prepare()
                self.running.append(server)
            self.start_all()
            for group, parts in FIGURES.items():
                if group in self.plan.figures_of(self.zone.name):
                    for name, function, who in parts:
                        self.in_turn(name, function, who, self.plan.rounds_of(name))

    # starting ---------------------------------------------------------------------------------------

    def start_all(self):
        self.zone.warm()
        rounds = self.plan.rounds_of("load") if "load" in self.plan.figures_of(self.zone.name) else 1
        self.in_turn("load", starting.FirstStarts(rounds), ALL, rounds)
        self.pin({self.plan.serve_cpu})
        time.sleep(figures.SETTLE_SECONDS)

    def pin(self, cpus):
        for server in self.running:
            proc.pin(server.pids(), cpus)

    # measuring --------------------------------------------------------------------------------------

    def in_turn(self, name, function, who, rounds):
        if name in UNPINNED:
            self.pin({self.plan.serve_cpu, self.plan.load_cpu})
        for number in range(rounds):
            if number and name != "load" and self.say.seconds() > self.plan.budget_seconds:
                missing = f"{rounds - number} of {rounds} rounds, to save time"
                self.plan.left_out.append(f"{self.zone.name}, {name}: {missing}")
                break
            self.say(f"{self.zone.name}: {name}, round {number + 1} of {rounds}")
            self.editions += name in EDITING
            for server in [server for server in self.running if takes_part(server, who)]:
                self.one(name, function, server, number)

    def one(self, name, function, server, number):
        """A server that fails is out of all that follows, and the report says so."""
        try:
            value = function(self, server, number)
        except Failed as failed:
            self.say(f"FAILED: {failed}")
            self.failures[server.name] = f"{name}: {failed}"
            self.running.remove(server)
            server.stop()
            return
        if value is not None:
            self.rounds.setdefault(server.name, {}).setdefault(name, []).append(value)

    def next_edition(self):
        """(serial, file) of this round's version of the zone."""
        return self.editions, self.maker.edition(self.zone, self.editions)


def takes_part(server, who):
    if who == NAME_SERVERS:
        return not isinstance(server, Echo)
    return who == ALL or isinstance(server, Dnsd)
