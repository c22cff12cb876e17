"""What was done to the sites: who is dead or hangs since when, which sessions are down. Told by those who do it."""

import threading
import time
from dataclasses import dataclass, field

from supervisor import ROLES


@dataclass
class SiteTruth:
    """Moments are of the monotonic clock, in ns."""

    bad: dict = field(default_factory=dict)       # role -> dead or hung since
    good: dict = field(default_factory=dict)      # role -> alive and going on since
    cut: bool = False                             # no session to its provider
    is_failing: bool = False                      # a zone is answered SERVFAIL
    mended_ns: int = 0                            # when that was over last
    intent: str = "auto"                          # as ordered last, and accepted
    touched_ns: int = 0                           # when something was done to it last


class Truth:
    def __init__(self, names):
        now = time.monotonic_ns()
        self.lock = threading.Lock()
        self.sites = {name: SiteTruth(good=dict.fromkeys(ROLES, now)) for name in names}
        self.acts = []  # (monotonic ns, site, what)

    def note(self, name, what, at_ns=None):
        at_ns = at_ns or time.monotonic_ns()
        with self.lock:
            self.acts.append((at_ns, name, what))
            self.sites[name].touched_ns = at_ns

    def went_bad(self, name, roles, at_ns):
        for role in roles:
            self.sites[name].bad.setdefault(role, at_ns)

    def went_on(self, name, roles):
        now = time.monotonic_ns()
        for role in roles:
            self.sites[name].bad.pop(role, None)
            self.sites[name].good[role] = now

    def is_good(self, name, role, for_s=0.0):
        site = self.sites[name]
        return role not in site.bad and time.monotonic_ns() - site.good[role] >= for_s * 1e9
