"""What is measured on a busy machine, or on one that stood still for a moment: it may be late twice, not three times."""

import functools

import pytest

from dnsd import is_sanitized

SLOWNESS = 20 if is_sanitized() else 5  # granted to a busy machine; the lab holds the promised times


class Late(AssertionError):
    """It took too long."""


@pytest.fixture
def within(request, record_testsuite_property):
    """Checks a time, and makes it part of the results."""
    def check(ns, ms):
        record_testsuite_property(f"{request.node.name}_ms", round(ns / 1e6, 1))
        if ns >= ms * SLOWNESS * 1e6:
            raise Late(f"{ns / 1e6:.1f} ms")
    return check


def thrice(test):
    """Plays a test again that was late. It makes by itself what it uses up: its fixtures are the same again."""
    @functools.wraps(test)
    def play(*arguments, **fixtures):
        for _ in range(2):
            try:
                return test(*arguments, **fixtures)
            except Late:
                pass
        return test(*arguments, **fixtures)
    return play
