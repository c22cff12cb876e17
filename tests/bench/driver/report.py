"""The report of a run, from its JSON: as text for a terminal, and as Markdown to be kept."""

import textwrap

from . import rows, targets

WIDTH = 110

TITLES = {
    "small": "one zone of {records:,} records",
    "leaf": "one zone of {records:,} A records at random names; of ten queries, one is for a name that does not exist",
    "tld": "one zone of {names:,} delegations, {records:,} records with glue and some DS; all queries get referrals",
    "hosting": "{names:,} zones, {records:,} records",
    "root": "the root zone, {records:,} records; half of the queries get referrals, half NXDOMAIN",
    "signed": "one zone of {names:,} names, signed with NSEC3, {records:,} records; all queries with DO",
}
CAVEAT = ("Whole-process CPU time, all threads, per answered query; one answering thread per server on one CPU, the "
          "generator on another, over loopback. Each figure is the best of its rounds; the servers took turns. Every "
          "answer was checked; a figure with ! counts for nothing, because some were not right.")


def make(result):
    """Adds to the JSON of a run what is made of its rounds: tables and verdicts."""
    tables = {name: rows.values(zone["rounds"], zone["records"]) for name, zone in result["zones"].items()}
    wrong = {name: wrong_cells(zone["rounds"]) for name, zone in result["zones"].items()}
    verdicts = [{"zone": v.target.zone, "row": v.target.row, "limit": v.target.limit, "of": v.target.of,
                 "at_least": v.target.at_least, "peer": v.peer, "value": v.value, "reached": v.reached}
                for v in targets.judge_all(tables, wrong)]
    return {**result, "tables": tables, "wrong": wrong, "verdicts": verdicts, "notes": notes(result)}


def wrong_cells(rounds):
    """{row key: [the servers whose answers were not right when it was measured]}."""
    wrong = rows.wrong_servers(rounds)
    return {row.key: sorted(wrong[row.figure]) for row in rows.ROWS if row.figure in wrong}


def notes(result):
    lines = []
    if result["missing"]:
        lines.append(f"not installed: {', '.join(result['missing'])} (./bootstrap bench installs them)")
    lines += [f"left out: {line}" for line in result["left_out"]]
    for name, zone in result["zones"].items():
        lines += [f"{name}: {server} cannot serve it" for server in zone["unable"]]
        lines += [f"{name}: {server} FAILED: {reason}" for server, reason in zone["failures"].items()]
        for server, figures in zone["rounds"].items():
            lines += [f"{name}: {line}" for line in rows.notes(server, figures)]
    worst = max((rows.spread(figures) for zone in result["zones"].values() for figures in zone["rounds"].values()),
                default=0)
    if worst > 0.15:
        lines.append(f"the machine was not quiet: a middle round cost up to {worst:.0%} more CPU than the best one")
    return lines


# --- cells ------------------------------------------------------------------------------------------

def number(value, digits):
    return "" if value is None else f"{value:,.{digits}f}"


def table_of(zone, result):
    """[header, row, ...] as lists of text for one zone."""
    table = result["tables"][zone]
    servers = [name for name in result["servers"] if any(name in values for values in table.values())]
    lines = [["", *servers, "dnsd to best peer", "target"]]
    for row in rows.ROWS:
        if values := table.get(row.key):
            wrong = result["wrong"][zone].get(row.key, ())
            lines.append([f"{row.title}, {row.unit}" if row.unit else row.title,
                          *(number(values.get(server), row.digits) + "!" * (server in wrong) for server in servers),
                          to_best(row, values, wrong), "; ".join(verdicts_on(zone, row.key, result))])
    return lines


def to_best(row, values, wrong):
    peer = targets.best_peer(values, row.better == rows.MORE, wrong)
    share = targets.ratio(values, peer)
    return "" if share is None else f"{share:.2f} ({peer})"


def verdicts_on(zone, key, result):
    return [verdict(v) for v in result["verdicts"] if (v["zone"], v["row"]) == (zone, key)]


def verdict(v):
    """For example: `reached: 0.85 of gdnsd, 0.9 wanted`."""
    sign = "≥" if v["at_least"] else "≤"
    wanted = f"{sign} {v['limit']:g}" + (f" of {v['peer'] or v['of']}" if v["of"] else "")
    if v["reached"] is None:
        return f"{wanted}: not measured"
    return f"{wanted}: {'reached' if v['reached'] else 'MISSED'} ({v['value']:.3g})"


def heading(zone, result):
    entry = result["zones"][zone]
    return TITLES[zone].format(records=entry["records"], names=entry["names"])


def versions(result):
    return ", ".join(f"{name} {version}" for name, version in result["versions"].items() if name != rows.FLOOR)


def machine(result):
    m = result["machine"]
    return f"{m['cpu']}, {m['cpus']} CPUs, {m['memory_gb']} GB, Linux {m['kernel']}, {m['system']}"


def summary(result):
    reached = sum(v["reached"] is True for v in result["verdicts"])
    return f"{reached} of {len(result['verdicts'])} targets reached"


# --- text -------------------------------------------------------------------------------------------

def text(result):
    lines = [f"dnsd and its peers, {result['date']}", machine(result), versions(result), "",
             *textwrap.wrap(f"{CAVEAT} Rounds: {result['rounds']} of {result['seconds']:g} s.", WIDTH), ""]
    for zone in result["tables"]:
        lines += [f"{zone}: {heading(zone, result)}", *aligned(table_of(zone, result)), ""]
    lines += ["notes:", *(f"  {line}" for line in result["notes"]), ""] if result["notes"] else []
    return "\n".join([*lines, summary(result), ""])


def aligned(table):
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    last = len(widths) - 1
    return ["  " + "  ".join(cell.ljust(width) if column in (0, last) else cell.rjust(width)
                             for column, (cell, width) in enumerate(zip(line, widths))).rstrip()
            for line in table]


# --- Markdown ---------------------------------------------------------------------------------------

def markdown(result):
    lines = ["# dnsd and its peers, side by side", "",
             "Written by `make bench BENCH_ARGS=--write-results`; do not edit.", "",
             "| | |", "| --- | --- |", f"| date | {result['date']} |", f"| machine | {machine(result)} |",
             f"| versions | {versions(result)} |", f"| rounds | {result['rounds']} of {result['seconds']:g} s |",
             f"| targets | {summary(result)} |", "", CAVEAT, ""]
    for zone in result["tables"]:
        header, *body = table_of(zone, result)
        lines += [f"## {zone}", "", heading(zone, result)[0].upper() + heading(zone, result)[1:] + ".", "",
                  pipes(header), pipes(["---"] + ["---:"] * (len(header) - 2) + ["---"]), *map(pipes, body), ""]
    if result["notes"]:
        lines += ["## Notes", "", *(f"- {line}" for line in result["notes"]), ""]
    return "\n".join(lines)


def pipes(cells):
    return f"| {' | '.join(cells)} |"
