"""What happened around a moment: what was done, what each anycastd recorded, what the neighbours saw."""

BEFORE_S, AFTER_S = 4.0, 1.0
LEVELS = {1: "normal", 2: "backup", 3: "drain", 4: "leaving"}


def around(at_ns, lab, truth, announced, supervisor):
    """Lines, in the order of time; milliseconds from that moment."""
    rows = [(ns, site, what) for ns, site, what in list(truth.acts)]
    rows += [(ns, site, f"{role} is started again") for ns, site, role in list(supervisor.restarts)]
    rows += [(change.at_ns, change.site, f"the neighbour has {heard(change.levels)}")
             for change in list(announced.changes)]
    rows += [(event["mono_ns"], site.name, described(event)) for site in lab.sites.values()
             for event in site.events() if event["event"] in TOLD]
    chosen = sorted(row for row in rows if at_ns - BEFORE_S * 1e9 <= row[0] <= at_ns + AFTER_S * 1e9)
    return [f"{(ns - at_ns) / 1e6:10.1f} ms  {site}  {what}" for ns, site, what in chosen]


def heard(levels):
    return ", ".join(f"{prefix} at {LEVELS.get(level, level)}" for prefix, level in sorted(levels.items())) or "nothing"


TOLD = {
    "level": "anycastd: IPv{family} {from} → {to}: {reason}, {cause}",
    "health": "anycastd: IPv{family} is {cause} (was {was}) {evidence}",
    "bird-up": "anycastd: connected to BIRD",
    "bird-down": "anycastd: lost BIRD",
    "bird-restarted": "anycastd: BIRD was restarted",
    "drift": "anycastd: IPv{family} drifted to {found}, wanted {wanted}",
    "start": "anycastd: starts",
}


class Blank(dict):
    def __missing__(self, key):
        return "?"


def described(event):
    return TOLD[event["event"]].format_map(Blank(event))
