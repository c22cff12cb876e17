"""The soak's laws, on a lab that is only said to be one."""

import importlib
import time
from types import SimpleNamespace

import pytest

from conftest import TESTS

PREFIXES = ("192.0.2.0/24", "2001:db8:53::/48")
ALL_NORMAL = dict.fromkeys(PREFIXES, 1)
LONG_AGO_NS = 60 * 10 ** 9


@pytest.fixture
def soak(monkeypatch):
    monkeypatch.syspath_prepend(str(TESTS / "lab"))
    return lambda name: importlib.import_module(f"soak.{name}")


@pytest.fixture
def scene(soak):
    """Two sites that have been well for a minute, and announce."""
    names, now = ("fra", "nyc"), time.monotonic_ns()
    truth = soak("truth").Truth(names)
    for site in truth.sites.values():
        site.good = dict.fromkeys(site.good, now - LONG_AGO_NS)
    announced = SimpleNamespace(now={name: dict(ALL_NORMAL) for name in names}, looked_ns=dict.fromkeys(names, now),
                                down_ns=dict.fromkeys(names, 0))
    lab = SimpleNamespace(sites=dict.fromkeys(names), prefixes=PREFIXES)
    judge = soak("judge").Judge(lab, truth, announced)
    judge.stalled = 0
    return SimpleNamespace(truth=truth, announced=announced, judge=judge, now=now)


def look(scene, seconds=0.0):
    """So many seconds later; what the neighbours have is fresh."""
    later = scene.now + int(seconds * 1e9)
    scene.announced.looked_ns = dict.fromkeys(scene.announced.looked_ns, later)
    for name in scene.announced.now:
        scene.judge._look_at_dead(name)
    scene.judge._look_at_none(later / 1e9)
    return [text for _, text in scene.judge.violations]


def test_all_is_well(scene):
    assert look(scene) == []
    assert scene.judge.could == 1


def test_a_dead_site_may_be_announced_for_a_moment(scene):
    scene.truth.went_bad("fra", ["dnsd"], scene.now)
    assert look(scene, 0.59) == []
    assert "fra is announced, and its dnsd dead or hung for 650 ms" in look(scene, 0.65)
    assert len(look(scene, 0.7)) == 1  # once is enough


def test_a_dead_site_that_has_withdrawn_is_well(scene):
    scene.truth.went_bad("fra", ["dnsd"], scene.now)
    scene.announced.now["fra"] = {}
    assert look(scene, 5) == []


def test_what_we_were_late_for_is_excused(scene):
    scene.truth.went_bad("fra", ["dnsd"], scene.now)
    scene.judge.stalled = scene.now / 1e9 + 0.3
    assert look(scene, 0.9) == []


@pytest.mark.parametrize("missing", [PREFIXES, PREFIXES[1:]])
def test_somebody_announces_each_prefix(scene, missing):
    for levels in scene.announced.now.values():
        for prefix in missing:
            del levels[prefix]
    assert look(scene, 1) == []
    assert look(scene, 1.3) == []
    violations = look(scene, 1.5)
    assert len(violations) == 1
    assert f"no site announces {', '.join(missing)}, and fra, nyc could" in violations[0]


@pytest.mark.parametrize("why_not", ["dnsd", "anycastd", "bird", "session", "failing", "ordered", "just ordered"])
def test_none_announces_where_none_could(scene, why_not):
    for name, site in scene.truth.sites.items():
        scene.announced.now[name] = {}
        if why_not in site.good:
            site.bad[why_not] = scene.now
        if why_not == "session":
            scene.announced.down_ns[name] = scene.now
        site.is_failing = why_not == "failing"
        if why_not == "ordered":
            site.intent = "withdrawn"
        if why_not == "just ordered":
            scene.judge.ordered[name] = ("withdrawn", 0)
    assert look(scene, 0.5) == look(scene, 0.9) == []
    assert scene.judge.could == 0


def test_disagreement_in_calm_is_found(scene, soak, monkeypatch):
    judge, site = scene.judge, SimpleNamespace()
    said = {"anycastd": {("4", "normal")}, "BIRD": {("4", "backup")}, "the intent folder": {("4", "normal")}}
    monkeypatch.setattr(soak("judge"), "statements", lambda _: said)
    monkeypatch.setattr(soak("judge"), "AGREE_S", 0.1)
    judge._look_at_agreement("fra", site)
    assert [text for _, text in judge.violations] == [
        "fra is calm, and disagrees: anycastd: IPv4 normal; BIRD: IPv4 backup; the intent folder: IPv4 normal"]
    scene.truth.note("nyc", "something")
    judge._look_at_agreement("nyc", site)  # not calm
    assert len(judge.violations) == 1
