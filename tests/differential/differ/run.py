"""One comparison: zones and questions are made, all servers started and asked, and every difference judged."""

import collections
import contextlib
import random

from . import asking, compare, content, questions, rules, servers, world, zonefiles

QUESTIONS = 100000
SEED = 1
BATCH = 5000  # questions whose responses are held at once


class Run:
    """A comparison of dnsd with the server `kinds`, and what it counts."""

    def __init__(self, seed, count, kinds):
        self.seed, self.questions, self.kinds = seed, count, kinds
        self.peers = [kind.name for kind in kinds]
        self.rules = rules.RULES
        self.versions = {kind.name: kind.version() for kind in (servers.Dnsd, *kinds)}
        self.same = collections.Counter(dict.fromkeys(self.peers, 0))
        self.counts = collections.Counter()  # {(peer, rule's id)}
        self.unexplained = []  # Cases
        self.world = None

    def go(self, folder):
        """Does it all; `folder` is for the zones."""
        rng = random.Random(self.seed)
        zones = content.make_all(rng)
        asked = questions.make(zones, self.questions, rng)
        files = zonefiles.ZoneFiles(zones, folder)
        self.world = world.World(files)
        with contextlib.ExitStack() as stack:
            running = [stack.enter_context(kind(files)) for kind in (servers.Dnsd, *self.kinds)]
            for server in running:
                server.prepare()
                server.start()
            for begin in range(0, len(asked), BATCH):
                self.compare(running, asked[begin:begin + BATCH])

    def compare(self, running, queries):
        replies = ask_all(running, queries)
        for index, query in enumerate(queries):
            for peer in self.peers:
                self.judge(compare.Case(self.world, query, peer, replies["dnsd"][index], replies[peer][index]))

    def judge(self, case):
        if not case.respects:
            self.same[case.peer] += 1
            return
        used, left = compare.explain(case, self.rules)
        self.counts.update((case.peer, rule.id) for rule in used)
        if left:
            self.unexplained.append(case)


def ask_all(running, queries):
    """{server: [Reply]}; what anybody truncates is asked of everybody over TCP."""
    first = {server.name: asking.ask_udp(server.port, queries) for server in running}
    cut = [index for index in range(len(queries)) if any(asking.is_truncated(udp[index]) for udp in first.values())]
    replies = {}
    for server in running:
        whole = dict(zip(cut, asking.ask_tcp(server.port, [queries[index] for index in cut])))
        replies[server.name] = [compare.Reply.of(wire, whole.get(index))
                                for index, wire in enumerate(first[server.name])]
    return replies
