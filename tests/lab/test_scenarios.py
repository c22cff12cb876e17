"""Scenarios of the figures that the demonstration has not, once each. All tests share one lab."""

import random

import pytest

from figures import catalogue, summary

ATTEMPTS = 3  # for promised times only: this machine may be busy with something else for a moment


@pytest.mark.parametrize("scenario", [s for s in catalogue.ALL if s.is_quick], ids=lambda s: s.name)
def test_scenario(lab, scenario):
    lab.random = random.Random(scenario.name)
    for _ in range(ATTEMPTS):
        lab.wait_calm()
        sessions = lab.sessions()
        with scenario.setting(lab):
            outcome = scenario.play(lab, "fra")
        print(outcome)
        if not scenario.breaks_sessions and lab.sessions() != sessions:
            continue
        assert outcome.wrong == []
        targets = [summary.judge(target, summary.statistic([vars(outcome)], target.figure))
                   for target in scenario.targets]
        if all(target["reached"] for target in targets):
            return
    pytest.fail(f"{ATTEMPTS} times not reached, or sessions fell: {outcome}")
