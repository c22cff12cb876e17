"""What systemd would do, where a scenario wants it: who ends is started again, 200 ms later."""

import threading
import time

RESTART_S = 0.2  # RestartSec of the units
PAUSE_S = 0.01
ROLES = ("bird", "anycastguard", "anycastd", "dnsd")


class Supervisor:
    """Over `roles` of `sites`; a context manager. `restarts` is what it has started: [(monotonic ns, site, role)];
    `started` is called with site and role after each."""

    def __init__(self, sites, roles=ROLES, started=lambda site, role: None):
        self.started = started
        self.watched = [(site, role) for site in sites for role in roles]
        self.ended = {}  # (site, role) -> when it is due
        self.held = {}
        self.restarts = []
        self.problem = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        if self.problem:
            raise self.problem

    def hold(self, site, role, seconds):
        """Who ends next is started again after so long, not before."""
        self.held[site, role] = seconds

    def _loop(self):
        try:
            while not self.ending.wait(PAUSE_S):
                for one in self.watched:
                    self._look_at(*one)
        except RuntimeError as error:  # a program that does not start at all
            self.problem = error

    def _look_at(self, site, role):
        if not site.is_dead(role):
            return
        now = time.monotonic()
        if (site, role) not in self.ended:
            self.ended[site, role] = now + self.held.pop((site, role), RESTART_S)
        if now < self.ended[site, role]:
            return
        del self.ended[site, role]
        self.restarts.append((time.monotonic_ns(), site.name, role))
        site.start_role(role)
        self.started(site, role)
