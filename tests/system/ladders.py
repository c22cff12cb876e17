"""The steps by which a change of level is proven."""


def steps_of(proof):
    """{"decided": step, "export up": step, …}"""
    return {" ".join(filter(None, (step["step"], step.get("name")))): step for step in proof["steps"]}


def steps_so_far(node, change):
    """Those of a proof that may still be open, or not be there at all."""
    proof = node.command("history", change=change)["proof"]
    return steps_of(proof) if proof else {}


def is_proven_so_far(node, change, name):
    return steps_so_far(node, change).get(name, {}).get("state") == "proven"
