"""The report of a run, from its JSON: as text for a terminal, and as Markdown to be kept."""

from .scenario import FIGURES
from .summary import BY_NAME

CAVEAT = ("Each figure is median / worst of the runs, in milliseconds from the failure on. Withdrawn: the neighbour's kernel "
          "(where a site only steps back first: its BGP table) has no route to the site any more, in neither family. Traffic "
          "moved: the site's client is answered by another site. Lost: queries of all clients together, until all was "
          "well again. The sites are network namespaces of one machine, so there are no milliseconds of distance in it.")
VERDICT = {True: "reached", False: "NOT REACHED", None: "not measured"}


def text(result):
    lines = ["Failures, and what they cost", *facts(result), "", *aligned(goals(result)), "",
             *aligned(scenarios(result)), "", *(f"  {note}" for note in notes(result)), "", closing(result)]
    return "\n".join(lines) + "\n"


def markdown(result):
    lines = ["# Failures, and what they cost", "",
             "Written by `make lab-figures FIGURES_ARGS=--write-results`; do not edit.", "",
             "| | |", "| --- | --- |", *("| " + " | ".join(fact.split(": ", 1)) + " |" for fact in facts(result)), "",
             CAVEAT, "", "## What was to be reached", "", *piped(goals(result)), "",
             "## All scenarios", "", *piped(scenarios(result)), "",
             *(f"- {note}" for note in notes(result)), "", closing(result)]
    return "\n".join(lines) + "\n"


def facts(result):
    m = result["machine"]
    return [f"date: {result['date']}",
            f"machine: {m['cpu']}, {m['cpus']} CPUs, {m['memory_gb']} GB, Linux {m['kernel']}, {m['system']}",
            f"versions: {', '.join(f'{name} {version}' for name, version in result['versions'].items())}",
            f"commit: {result['commit']}",
            f"load: {result['rate']:,} queries a second from each of {result['clients']} clients, one near each site",
            f"seed: {result['seed']}",
            f"time: {result['took_seconds'] / 60:.1f} minutes; load average {result['load']} at the start"]


def closing(result):
    judged = [row for row in result["rows"] if row["reached"] is not None]
    return f"{sum(row['reached'] for row in judged)} of {len(judged)} scenarios as promised"


# tables --------------------------------------------------------------------------------------------

def goals(result):
    table = [["figure", "peers", "to reach", "measured, median / worst", ""]]
    rows = {row["name"]: row for row in result["rows"]}
    for goal in result["goals"]:
        measured = [f"{name}: {', '.join(cell(rows[name], figure) for figure in goal['figures'])}"
                    for name in goal["scenarios"] if name in rows and rows[name]["runs"]]
        table.append([goal["title"], goal["peers"], goal["to_reach"], "; ".join(measured), VERDICT[goal["reached"]]])
    return table


def scenarios(result):
    shown = [figure for figure in FIGURES if any(row["figures"].get(figure) for row in result["rows"])]
    table = [["scenario", "", "runs", *(FIGURES[figure] for figure in shown), "to reach", ""]]
    for row in result["rows"]:
        wanted = "; ".join(target["text"] for target in row["targets"])
        table.append([row["name"], row["title"], str(row["runs"]), *(cell(row, figure) for figure in shown), wanted,
                      row["skipped"] and "skipped" or VERDICT[row["reached"]]])
    return table


def cell(row, figure):
    value = row["figures"][figure]
    if not value:
        return "–"
    digits = 1 if figure.endswith("_ms") else 0
    missing = f" ({value['missing']} never)" if value["missing"] else ""
    return f"{value['median']:,.{digits}f} / {value['worst']:,.{digits}f}{missing}"


def notes(result):
    lines = [f"{name}: {BY_NAME[name].note}" for name in (row["name"] for row in result["rows"]) if BY_NAME[name].note]
    for row in result["rows"]:
        if row["skipped"]:
            lines.append(f"{row['name']}: skipped: {row['skipped']}")
        elif row["wanted"] < result["runs"] and BY_NAME[row["name"]].runs is None:
            lines.append(f"{row['name']}: fewer runs, for want of time")
        if row["disturbed"]:
            lines.append(f"{row['name']}: {row['disturbed']} runs were played again: the machine was too busy to keep all "
                         "BGP sessions up")
        lines += [f"{row['name']}, {line}" for line in row["failed"]]
    return lines


def aligned(table):
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table]


def piped(table):
    lines = ["| " + " | ".join(line) + " |" for line in table]
    return [lines[0], "|" + " --- |" * len(table[0]), *lines[1:]]
