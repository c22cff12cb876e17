"""The laws, looked at all the time from outside: what the neighbours have from each site, against what was done to it.

  dead    a site whose dnsd is dead or hangs is announced for no longer than 600 ms
  none    some site announces, unless none could; who was told to leave could not, who has just come back (as a process,
          or to right answers) has his time to rise, and who waits for hold time or flap budget sees within 200 ms that
          the others have gone, if he has a session to one
  agree   within 2 s of calm, what anycastd has decided, BIRD's protocols and the intent folder say the same

Moments at which we ourselves, or the watch of the neighbours, were late are not held against anybody."""

import json
import threading
import time

from netns import be_punctual

PAUSE_S = 0.01
STALL_S = 0.08       # who turned later than this was kept from it
DEAD_S = 0.6
NONE_S = 0.4         # the others are looked at five times a second; then a step, and BIRD
CALM_S, AGREE_S = 2.0, 2.0
# How long each has to be there before a site could answer: announced after `rise`, over sessions that are up.
DNSD_S, ANYCASTD_S, BIRD_S, SESSION_S, ORDER_S, ZONE_S = 2.0, 1.5, 3.5, 3.0, 1.0, 1.5


class Judge:
    """A context manager. `violations` is what it has found: [(monotonic ns, text)]."""

    def __init__(self, lab, truth, announced):
        self.lab, self.truth, self.announced = lab, truth, announced
        self.violations = []
        self.worst = {"dead": 0.0, "none": 0.0, "agree": 0.0}  # seconds, of what was allowed
        self.looks = self.could = 0
        self.ordered = {name: (truth.sites[name].intent, 0.0) for name in lab.sites}
        self.stalled = time.monotonic()  # when we were late last
        self.none_since = None
        self.told = set()
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=loop, daemon=True) for loop in (self._loop, self._agree_loop)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def accuse(self, key, text):
        """Once for each occasion, which `key` names."""
        if key not in self.told:
            self.told.add(key)
            self.violations.append((time.monotonic_ns(), text))

    # dead, none ---------------------------------------------------------------------------------

    def _loop(self):
        be_punctual()
        last = time.monotonic()
        while not self.ending.wait(PAUSE_S):
            now = time.monotonic()
            oldest = min(self.announced.looked_ns.values()) / 1e9
            if now - last > STALL_S or now - oldest > STALL_S:
                self.stalled = now
            last = now
            for name in self.lab.sites:
                self._look_at_dead(name)
            self._look_at_none(now)

    def _look_at_dead(self, name):
        since_ns = self.truth.sites[name].bad.get("dnsd")
        looked_ns, levels = self.announced.looked_ns[name], self.announced.now[name]
        if since_ns is None or not levels or looked_ns < since_ns:
            return
        if self.stalled * 1e9 > since_ns:
            return
        dead_s = (looked_ns - since_ns) / 1e9
        self.worst["dead"] = max(self.worst["dead"], dead_s)
        if dead_s > DEAD_S:
            self.accuse(("dead", name, since_ns),
                        f"{name} is announced, and its dnsd dead or hung for {1000 * dead_s:.0f} ms")

    def _look_at_none(self, now):
        able = [name for name in self.lab.sites if self.could_answer(name, now)]
        self.looks += 1
        self.could += bool(able)
        missing = [prefix for prefix in self.lab.prefixes
                   if not any(prefix in levels for levels in self.announced.now.values())]
        if not able or not missing or now - self.stalled < 0.5:
            self.none_since = None
            return
        self.none_since = self.none_since or now
        self.worst["none"] = max(self.worst["none"], now - self.none_since)
        if now - self.none_since > NONE_S:
            self.accuse(("none", self.none_since), f"no site announces {', '.join(missing)}, and "
                        f"{', '.join(able)} could for {now - self.none_since:.2f} s")

    def could_answer(self, name, now):
        site, good = self.truth.sites[name], self.truth.is_good
        intent, since = self.ordered[name]
        if site.intent != intent:
            self.ordered[name] = intent, since = site.intent, now
        return (good(name, "dnsd", DNSD_S) and good(name, "anycastd", ANYCASTD_S) and good(name, "anycastguard")
                and self.is_connected(name, now) and any(self.is_connected(n, now) for n in self.lab.sites if n != name)
                and not site.is_failing and now - site.mended_ns / 1e9 > ZONE_S
                and intent == "auto" and now - since > ORDER_S)

    def is_connected(self, name, now):
        return (self.truth.is_good(name, "bird", BIRD_S) and
                now - self.announced.down_ns[name] / 1e9 > SESSION_S)

    # agree --------------------------------------------------------------------------------------

    def _agree_loop(self):
        while not self.ending.wait(0.1):
            for name, site in self.lab.sites.items():
                try:
                    self._look_at_agreement(name, site)
                except (RuntimeError, OSError, ValueError, KeyError):
                    continue  # it died while we asked

    def is_calm(self, name):
        site = self.truth.sites[name]
        return not site.bad and time.monotonic_ns() - max(site.touched_ns, *site.good.values()) > CALM_S * 1e9

    def _look_at_agreement(self, name, site):
        began = time.monotonic()
        while self.is_calm(name) and not self.ending.is_set():
            said = statements(site)
            if len(set(map(frozenset, said.values()))) == 1:
                self.worst["agree"] = max(self.worst["agree"], time.monotonic() - began)
                return
            if time.monotonic() - began > AGREE_S and self.stalled < began:
                self.accuse(("agree", name, self.truth.sites[name].touched_ns), f"{name} is calm, and disagrees: " +
                            "; ".join(f"{who}: {words(what)}" for who, what in said.items()))
                return
            time.sleep(0.05)


def statements(site):
    """{who: {(family, level), …}} of what is announced."""
    status = json.loads(site.ctl("status", "--json").stdout)
    decided = {(str(f["family"]), f["decided"]) for f in status["services"][0]["families"]
               if f["decided"] != "withdrawn"}
    files = {tuple(path.stem.split("_")[2:]) for path in site.intent.glob("svc_*.conf")}
    return {"anycastd": decided, "BIRD": site.levels(), "the intent folder": files}


def words(levels):
    return ", ".join(f"IPv{family} {level}" for family, level in sorted(levels)) or "nothing"
