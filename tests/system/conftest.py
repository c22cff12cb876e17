"""What the system tests of dnsd share."""

import pytest

from dnsd import Dnsd

BOTH = ("127.0.0.1@0", "::1@0")


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


@pytest.fixture(scope="module")
def served():
    """One dnsd with the example zone for all tests of a file that only ask."""
    dnsd = Dnsd(listen=BOTH)
    with dnsd:
        yield dnsd
