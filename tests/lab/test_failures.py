"""Every failure of the demonstration, held to its promise."""

import pytest

import failures
from network import CLIENTS, number, wait_for
from outcome import recover

NORMAL, DRAIN = 1, 3  # as common/level.h numbers the levels

ATTEMPTS = 3  # for promised times only: this machine may be busy with something else for a moment


@pytest.mark.parametrize("failure", failures.ALL, ids=lambda f: f.__name__)
def test_promise_is_kept(lab, failure):
    for _ in range(ATTEMPTS):
        outcome = failure(lab)
        print(outcome)
        assert outcome.wrong == []
        assert outcome.sent > 0
        if not outcome.late:
            return
    pytest.fail(f"{ATTEMPTS} times late: {outcome.late}")


def test_every_client_is_served_by_its_nearest_site(lab):
    for client, site in CLIENTS.items():
        lab.wait_served(client, site)


def test_only_the_service_prefixes_are_announced(lab):
    """What a provider has from a site: exactly the two prefixes."""
    for site, watch in lab.watches.items():
        router = lab.network.routers[f"t-{site}"]
        routes = router.ask(f"show route protocol {site} all")
        prefixes = [line.split()[0] for line in routes.splitlines() if line[:1].isdigit()]
        assert sorted(prefixes) == sorted(watch.prefixes), routes


def test_every_site_sees_the_levels_of_the_others(lab):
    site, number_of = lab.sites[failures.SITE], {name: number(name) for name in lab.sites}
    everybody_normal = dict.fromkeys(number_of.values(), NORMAL)
    for other in lab.sites.values():
        wait_for(f"{other.name} to see all", lambda: [other.fleet(f) for f in "46"] == [everybody_normal] * 2)
    site.ctl("drain", "--reason", "a look at the fleet")
    for other in lab.sites.values():
        wait_for(f"{other.name} to see the drain",
                 lambda: {other.fleet(family).get(number_of[site.name]) for family in "46"} == {DRAIN})
    for other in lab.sites.values():
        wait_for(f"{other.name} to see the withdrawal",
                 lambda: not any(number_of[site.name] in other.fleet(family) for family in "46"))
    site.ctl("resume")
    recover(lab, failures.SITE)
    wait_for("all to announce again", lab.fleet_seen)
