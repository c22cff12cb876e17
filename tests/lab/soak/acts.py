"""What may happen at a site: each act is drawn, done, and, where it lasts, ended when it is due. A site is never left
without anycastd and its guard at once: the node is built to bear the loss of either."""

import heapq
import time

from supervisor import ROLES

COMMANDS = (  # weight, arguments
    (55, ("resume",)),
    (15, ("announce", "--for", "2s")),
    (9, ("drain", "--reason", "soak")),
    (9, ("withdraw", "--reason", "soak")),
    (3, ("drain", "--force", "--reason", "soak")),
    (3, ("withdraw", "--force", "--reason", "soak")),
    (6, ("status",)),
)
INTENTS = {"resume": "auto", "announce": "auto", "drain": "drain", "withdraw": "withdrawn"}
WATCHERS = {"anycastd": "anycastguard", "anycastguard": "anycastd"}
SETTLED_S = 1.0  # since when the other watcher must be back


class Acts:
    def __init__(self, lab, truth, supervisor, random):
        self.lab, self.truth, self.supervisor, self.random = lab, truth, supervisor, random
        self.due = []  # heap of (monotonic s, number, what ends an act)
        self.count = {"commands": 0, "refused": 0, "unanswered": 0, "faults": 0}
        self.faults = (  # weight, act
            (4, self.kill), (4, self.hang), (3, self.keep_dead), (2, self.cut_session), (2, self.configure),
            (2, self.pause), (2, self.fail_zone), (2, self.restart_bird),
        )

    # when ---------------------------------------------------------------------------------------

    def after(self, seconds, ending):
        heapq.heappush(self.due, (time.monotonic() + seconds, len(self.truth.acts), ending))

    def end_due(self, all_of_them=False):
        while self.due and (all_of_them or self.due[0][0] <= time.monotonic()):
            heapq.heappop(self.due)[2]()

    def drawn(self, weighted):
        return self.random.choices([act for _, act in weighted], [weight for weight, _ in weighted])[0]

    def site(self):
        return self.lab.sites[self.random.choice(sorted(self.lab.sites))]

    # commands -----------------------------------------------------------------------------------

    def command(self):
        site, words = self.site(), self.drawn(COMMANDS)
        if not self.truth.is_good(site.name, "anycastd", 0.2):
            return
        done = site.ctl(*words, check=False)
        refused = done.returncode not in (0, 1)
        self.truth.note(site.name, f"anycastctl {' '.join(words)}{': ' + done.stderr.strip() if refused else ''}")
        self.count["commands"] += 1
        self.count["refused"] += refused and "refused" in done.stderr
        self.count["unanswered"] += refused and "refused" not in done.stderr
        if not refused and words[0] in INTENTS:
            self.truth.sites[site.name].intent = INTENTS[words[0]]

    # faults -------------------------------------------------------------------------------------

    def fault(self):
        self.count["faults"] += 1
        self.drawn(self.faults)()

    def victim(self):
        """A site, and a role at it that may fail now; None: none may."""
        site, role = self.site(), self.random.choice(ROLES)
        watcher = WATCHERS.get(role)
        may = self.truth.is_good(site.name, role) and (
            not watcher or self.truth.is_good(site.name, watcher, SETTLED_S))
        return (site, role) if may else (None, None)

    def kill(self, site=None, role=None):
        if site is None:
            site, role = self.victim()
        if site is None:
            return
        at_ns = time.monotonic_ns()
        self.truth.note(site.name, f"kill -9 {role}", at_ns)
        self.truth.went_bad(site.name, [role], at_ns)
        site.kill(role)

    def keep_dead(self):
        """dnsd dies, and does not come back for a while."""
        site = self.site()
        if self.truth.is_good(site.name, "dnsd"):
            self.supervisor.hold(site, "dnsd", self.random.uniform(0.7, 2))
            self.kill(site, "dnsd")

    def hang(self):
        site, role = self.victim()
        if site:
            self.stop(site, [role], self.random.uniform(0.1, 2))

    def pause(self):
        site = self.site()
        if all(self.truth.is_good(site.name, role, SETTLED_S) for role in ROLES):
            self.stop(site, ROLES, 0.1 * 15 ** self.random.random())

    def stop(self, site, roles, seconds):
        at_ns = time.monotonic_ns()
        self.truth.note(site.name, f"SIGSTOP {', '.join(roles)} for {seconds:.2f} s", at_ns)
        self.truth.went_bad(site.name, roles, at_ns)
        stopped = [(role, site.process(role)) for role in roles]
        site.hang(*roles)
        self.after(seconds, lambda: self.go_on(site, stopped))

    def go_on(self, site, stopped):
        """Those that were not ended meanwhile, as the guard ends a BIRD."""
        alive = [role for role, process in stopped if site.process(role) is process and process.poll() is None]
        self.truth.note(site.name, f"SIGCONT {', '.join(alive)}")
        site.wake(*alive)
        self.truth.went_on(site.name, alive)

    def cut_session(self):
        site = self.site()
        truth, neighbour = self.truth.sites[site.name], self.lab.neighbours[site.name]
        if truth.cut:
            return
        truth.cut = True
        self.truth.note(site.name, "provider session down")
        neighbour.ask(f"disable {site.name}")
        self.after(self.random.uniform(0.3, 2), lambda: self.join_session(site))

    def join_session(self, site):
        self.lab.neighbours[site.name].ask(f"enable {site.name}")
        self.truth.note(site.name, "provider session up")
        self.truth.sites[site.name].cut = False

    def configure(self):
        site = self.site()
        if self.truth.is_good(site.name, "bird", 0.5):
            self.truth.note(site.name, "birdc configure")
            site.router.ask("configure")

    def restart_bird(self):
        site = self.site()
        if self.truth.is_good(site.name, "bird", SETTLED_S):
            self.truth.note(site.name, "SIGTERM bird")
            self.truth.went_bad(site.name, ["bird"], time.monotonic_ns())
            site.router.stop()

    def fail_zone(self):
        site = self.site()
        truth = self.truth.sites[site.name]
        if truth.is_failing or not self.truth.is_good(site.name, "dnsd", 0.3):
            return
        seconds = self.random.uniform(0.5, 3)
        self.truth.note(site.name, f"a zone is answered SERVFAIL for {seconds:.2f} s")
        truth.is_failing = True
        site.ask_dnsd("fail", zones=["example.test"], for_ms=int(seconds * 1000))
        self.after(seconds, lambda: self.mended(site))

    def mended(self, site):
        self.truth.note(site.name, "the zone is answered again")
        self.truth.sites[site.name].mended_ns = time.monotonic_ns()
        self.truth.sites[site.name].is_failing = False
