"""What the system tests of dnsd share."""

import pytest

from dnsd import Dnsd
from new_dnsd import new_dnsd  # noqa: F401: a fixture
from patience import within  # noqa: F401: a fixture

BOTH = ("127.0.0.1@0", "::1@0")


@pytest.fixture(scope="module")
def served():
    """One dnsd with the example zone for all tests of a file that only ask."""
    dnsd = Dnsd(listen=BOTH)
    with dnsd:
        yield dnsd
