"""The figures' pure parts: what is made of the repetitions, and how it is told."""

import pytest


def outcome(**figures):
    names = ("detected_ms", "backup_ms", "withdrawn_ms", "moved_ms", "back_ms", "changes", "lost", "withdrawals")
    return {**dict.fromkeys(names), **figures}


def played(name, *outcomes, failed=(), skipped=""):
    return {"name": name, "title": f"the {name}", "outcomes": list(outcomes), "failed": list(failed),
            "skipped": skipped, "disturbed": 0, "wanted": len(outcomes) + len(failed), "seconds": 1}


def run(*all_played):
    return {"played": list(all_played), "rate": 2000, "clients": 3, "seed": 7, "runs": 3, "took_seconds": 90, "load": "0.1",
            "date": "2026-01-01", "commit": "abc", "versions": {"BIRD": "2"},
            "machine": {"cpu": "a", "cpus": 2, "memory_gb": 1, "kernel": "6", "system": "Debian"}}


def row(figures, one):
    return figures("summary").summarize(run(one))["rows"][0]


CRASHES = [outcome(withdrawn_ms=ms, lost=lost) for ms, lost in ((2, 4), (3, 5), (40, 80))]


def test_median_and_worst(figures):
    crash = row(figures, played("crash", *CRASHES))
    assert crash["figures"]["withdrawn_ms"] == {"median": 3, "worst": 40, "missing": 0}
    assert crash["figures"]["backup_ms"] is None
    assert crash["reached"]


@pytest.mark.parametrize("figure, value", [("withdrawn_ms", 50.1), ("lost", 101)])
def test_a_worst_case_misses(figures, figure, value):
    crash = row(figures, played("crash", *CRASHES, {**CRASHES[0], figure: value}, CRASHES[0]))
    assert crash["reached"] is False
    assert [t["figure"] for t in crash["targets"] if not t["reached"]] == [figure]


def test_a_median_misses(figures):
    crash = row(figures, played("crash", *[outcome(withdrawn_ms=11, lost=1)] * 3))
    assert [(t["figure"], t["statistic"]) for t in crash["targets"] if not t["reached"]] == [("withdrawn_ms", "median")]


def test_what_never_happened_is_not_reached(figures):
    crash = row(figures, played("crash", *CRASHES, outcome(lost=1)))
    assert crash["figures"]["withdrawn_ms"]["missing"] == 1
    assert crash["reached"] is False


def test_a_run_that_failed_is_not_reached(figures):
    assert row(figures, played("crash", *CRASHES, failed=["run 4 at fra: waited in vain"]))["reached"] is False


def test_what_was_skipped_is_not_judged(figures):
    assert row(figures, played("clock", skipped="no libfaketime"))["reached"] is None


def test_a_goal_needs_all_its_scenarios(figures):
    def goals(*names):
        result = figures("summary").summarize(run(*(played(name, *CRASHES) for name in names)))
        return {goal["title"]: goal["reached"] for goal in result["goals"]}

    lost = "queries lost in a crash"
    assert goals("crash")[lost] is None
    assert goals("crash", "crash-million", "core", "core-million")[lost] is True


def test_the_report_tells_all(figures):
    result = figures("summary").summarize(run(played("crash", *CRASHES, failed=["run 4 at fra: waited in vain"]),
                                              played("clock", skipped="no libfaketime")))
    for form in (figures("report").text, figures("report").markdown):
        text = form(result)
        assert "3.0 / 40.0" in text
        assert "crash, run 4 at fra: waited in vain" in text
        assert "clock: skipped: no libfaketime" in text
        assert "0 of 1 scenarios as promised" in text
        assert "NOT REACHED" in text


def test_names_of_scenarios_differ(figures):
    names = [scenario.name for scenario in figures("catalogue").ALL]
    assert len(set(names)) == len(names)
    for goal in figures("catalogue").GOALS:
        assert set(goal.scenarios) <= set(names)


def test_fewer_runs_when_time_is_short(figures, monkeypatch):
    command, runner = figures("command"), figures("runner")
    plan, _ = command.parse(["--scenarios", "crash,hang", "--minutes", "100"])
    assert runner.Runner(plan, None, None).runs(0) == command.RUNS
    plan.minutes = 0.5
    assert runner.FEWEST_RUNS < runner.Runner(plan, None, None).runs(0) < command.RUNS
    plan.minutes = 0
    assert runner.Runner(plan, None, None).runs(1) == runner.FEWEST_RUNS
