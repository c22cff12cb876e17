"""What sites announce, as others have it: read from the tables of their neighbours, once or all the time."""

import re
import threading
import time
from dataclasses import dataclass

import birdtalk
from netns import be_punctual

WITHDRAWN, NORMAL, BACKUP, DRAIN, LEAVING = range(5)  # as common/level.h numbers the levels


def announcements(routes):
    """What the text of `show route … all` says by large communities: (prefix, node id, level) of each route."""
    prefix = None
    for line in routes.splitlines():
        first = line.split(maxsplit=1)[:1]
        if first and not line[0].isspace() and "/" in first[0]:
            prefix = first[0]
        if "large_community" in line:
            said = dict(re.findall(r"\(\d+, (\d), (\d+)\)", line))
            if {"1", "2"} <= said.keys():
                yield prefix, int(said["1"]), int(said["2"])


def heard(router, name):
    """{prefix: level} of what a neighbour's router has from the site."""
    return levels(router.ask(f"show route protocol {name} all"))


def levels(routes):
    return {prefix: level for prefix, _, level in announcements(routes)}


@dataclass(frozen=True)
class Heard:
    at_ns: int
    site: str
    levels: dict  # {prefix: level}; a prefix that is not there is withdrawn
    is_up: bool   # else: there is no session over which it could announce


class AnnouncedWatch:
    """Asks each site's neighbour over and over, and notes the changes. A context manager."""

    PAUSE_S = 0.005

    def __init__(self, lab):
        self.talks = {name: birdtalk.Talk(router.socket) for name, router in lab.neighbours.items()}
        self.prefixes = lab.prefixes
        self.changes = []
        self.now = {name: None for name in self.talks}
        self.looked_ns = {}
        self.down_ns = dict.fromkeys(self.talks, 0)  # when the session with the site was found down last
        self._look()
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        for talk in self.talks.values():
            talk.close()

    def _loop(self):
        be_punctual()
        while not self.ending.wait(self.PAUSE_S):
            self._look()

    def _look(self):
        for name, talk in self.talks.items():
            now = levels(talk.ask(f"show route protocol {name} all"))
            is_up = bool(now) or "Established" in talk.ask(f"show protocols {name}")
            self.looked_ns[name] = time.monotonic_ns()
            if not is_up:
                self.down_ns[name] = self.looked_ns[name]
            if now != self.now[name]:
                self.now[name] = now
                self.changes.append(Heard(self.looked_ns[name], name, now, is_up))

    def withdrawals(self):
        """How often a site took back all that it had announced, over a session that stayed."""
        count, had = 0, {}
        for change in self.changes:
            count += bool(had.get(change.site)) and not change.levels and change.is_up
            had[change.site] = bool(change.levels)
        return count

    def fewest(self):
        """The smallest number of sites that announced at the same time; who had no session did not take anything back."""
        announcing, fewest = {}, len(self.talks)
        for change in self.changes:
            announcing[change.site] = bool(change.levels) or not change.is_up
            if len(announcing) == len(self.talks):
                fewest = min(fewest, sum(announcing.values()))
        return fewest
