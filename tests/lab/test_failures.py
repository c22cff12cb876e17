"""Every failure of the demonstration, held to its promise."""

import pytest

import failures
from network import CLIENTS


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
