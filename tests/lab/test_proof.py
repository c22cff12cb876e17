"""What anycastd says to have proven, beside what the neighbour has seen."""

import json
import time

from failures import SITE
from network import PREFIX4, PREFIX6, wait_for
from outcome import recover


def proofs(site, at_ns, to):
    return {event["family"]: event for event in site.events(at_ns) if event["event"] == "proof" and event["to"] == to}


def test_an_ordered_withdrawal_is_proven_up_to_the_queries(lab):
    site, watch = lab.sites[SITE], lab.watches[SITE]
    at_ns = time.monotonic_ns()
    site.ctl("withdraw", "--reason", "to be proven")
    try:
        wait_for("both proofs", lambda: len(proofs(site, at_ns, "withdrawn")) == 2)
        for prefix in (PREFIX4, PREFIX6):
            assert watch.left(prefix, SITE, at_ns), f"the neighbour still has {prefix}"
        for proof in proofs(site, at_ns, "withdrawn").values():
            exports = [step for step in proof["steps"] if step["step"] == "export"]
            assert exports and all(step["state"] == "proven" for step in exports), proof
            queries = proof["steps"][-1]
            assert queries["step"] == "queries" and queries["state"] == "proven", queries
            shown = json.loads(site.ctl("history", str(proof["change"]), "--json").stdout)
            assert shown["proof"]["steps"] == proof["steps"]
    finally:
        site.ctl("resume")
        recover(lab, SITE)
