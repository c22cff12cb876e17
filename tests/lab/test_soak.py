"""The soak, for half a minute: `make lab-soak` goes on for longer."""

from soak.command import Soak, parse


def test_laws_hold(lab):
    lab.wait_calm()
    soak = Soak(lab, parse(["--seconds", "30"]), print)
    print(f"seed {soak.options.seed}")
    soak.run()
    print(soak.so_far())
    assert soak.violations == []
    assert soak.acts.count["commands"] and soak.acts.count["faults"]  # how many, says the machine
    assert soak.judge.could > 0
