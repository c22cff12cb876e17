"""A fixture for whoever tests with a dnsd of his own."""

import pytest

from dnsd import Dnsd


@pytest.fixture
def new_dnsd():
    """Makes dnsds that are gone when the test is."""
    made = []

    def make(**options):
        made.append(Dnsd(**options))
        return made[-1]

    yield make
    for dnsd in made:
        dnsd.kill()
