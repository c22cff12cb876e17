"""What a scenario is: how it is played, and what shall be reached."""

import contextlib
from dataclasses import dataclass
from typing import Callable

FIGURES = {  # attributes of an Outcome: how a table calls them
    "detected_ms": "detected",
    "backup_ms": "at backup",
    "withdrawn_ms": "withdrawn",
    "moved_ms": "traffic moved",
    "back_ms": "back",
    "changes": "route changes",
    "lost": "lost",
    "withdrawals": "withdrawals",
}


@dataclass(frozen=True)
class Target:
    figure: str
    statistic: str  # "median" or "worst"
    limit: float

    def __str__(self):
        unit = " ms" if self.figure.endswith("_ms") else ""
        which = "" if self.limit == 0 else f", {self.statistic}"
        return f"{FIGURES[self.figure]} ≤ {self.limit:g}{unit}{which}"


def at_most(figure, median=None, worst=None):
    """Targets for one figure."""
    limits = (("median", median), ("worst", worst))
    return tuple(Target(figure, statistic, limit) for statistic, limit in limits if limit is not None)


@contextlib.contextmanager
def as_it_is(_lab):
    yield


@dataclass(frozen=True)
class Scenario:
    name: str   # on the command line
    title: str
    play: Callable  # (lab, name of the site where it happens) -> Outcome
    targets: tuple = ()
    setting: Callable = as_it_is  # (lab) -> context manager, around all repetitions
    breaks_sessions: bool = False  # else: a BGP session that falls meanwhile is the machine's fault, and it is played again
    is_quick: bool = False        # part of `make check-lab`
    runs: int | None = None       # where the usual number would take too long
    seconds: float = 1.2          # that one repetition takes, about
    note: str = ""                # for the reader of the results
