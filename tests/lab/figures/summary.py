"""What is made of the repetitions: median and worst of each figure, targets reached or not."""

import statistics

from . import catalogue
from .scenario import FIGURES

BY_NAME = {scenario.name: scenario for scenario in catalogue.ALL}


def summarize(result):
    """Adds to the JSON of a run what is made of it."""
    rows = [row(played) for played in result["played"]]
    return {**result, "rows": rows, "goals": [goal(g, rows) for g in catalogue.GOALS]}


def row(played):
    figures = {figure: statistic(played["outcomes"], figure) for figure in FIGURES}
    targets = [judge(target, figures[target.figure]) for target in BY_NAME[played["name"]].targets]
    return {"name": played["name"], "title": played["title"], "runs": len(played["outcomes"]),
            "wanted": played["wanted"], "skipped": played["skipped"], "failed": played["failed"], "disturbed": played["disturbed"],
            "figures": figures, "targets": targets, "reached": reached(played, targets)}


def statistic(outcomes, figure):
    """Median and worst of those that have it; `missing` counts the others. None where no outcome has it."""
    values = [outcome[figure] for outcome in outcomes if outcome[figure] is not None]
    if not values:
        return None
    return {"median": statistics.median(values), "worst": max(values), "missing": len(outcomes) - len(values)}


def judge(target, value):
    measured = value and value[target.statistic]
    return {"figure": target.figure, "statistic": target.statistic, "limit": target.limit, "text": str(target),
            "value": measured, "reached": bool(value and not value["missing"] and measured <= target.limit)}


def reached(played, targets):
    """None where nothing was measured."""
    if played["skipped"] or not played["wanted"]:
        return None
    return not played["failed"] and all(target["reached"] for target in targets)


def goal(wanted, rows):
    """The targets of some scenarios for some figures, as one; None where some were not played."""
    chosen = [row for row in rows if row["name"] in wanted.scenarios and not row["skipped"]]
    targets = [(row, target) for row in chosen for target in row["targets"] if target["figure"] in wanted.figures]
    whole = len(chosen) == len(wanted.scenarios)
    return {"title": wanted.title, "peers": wanted.peers, "to_reach": wanted.to_reach,
            "scenarios": list(wanted.scenarios), "figures": list(wanted.figures),
            "reached": all(t["reached"] for _, t in targets) and not any(r["failed"] for r in chosen) if whole else None}
