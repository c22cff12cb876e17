"""What a comparison found, as JSON, as a table for a terminal, and as Markdown."""

import textwrap

import dns.name
import dns.rdata
import dns.rdatatype

from .compare import SECTIONS

SHOWN = 5  # unexplained differences that are printed whole
RDATA_SHOWN = 80
BEGIN, END = "<!-- written by --write-results -->\n", "<!-- end -->\n"


def question_text(case):
    words = [str(dns.name.from_wire(case.name, 0)[0]), dns.rdatatype.to_text(case.rdtype)]
    return " ".join(words + ["+do"] * case.wants_dnssec + [f"+udp={case.limit}"])


def record_text(record):
    owner, rdtype, ttl, rdata = record
    try:
        text = dns.rdata.from_wire(1, rdtype, rdata, 0, len(rdata)).to_text()
    except Exception:  # pylint: disable=broad-except  # a peer may send anything
        text = rdata.hex()
    return f"{dns.name.from_wire(owner, 0)[0]} {ttl} {dns.rdatatype.to_text(rdtype)} {text[:RDATA_SHOWN]}"


def response_lines(reply):
    if reply.problem:
        return [reply.problem]
    response = reply.whole
    lines = [f"rcode {response.rcode} flags {response.flags:04x} edns {response.edns}",
             f"repeated {len(response.repeated)} truncated {reply.is_cut}"]
    for section in SECTIONS:
        lines += [f"{section} {text}" for text in sorted(map(record_text, getattr(response, section)))]
    return lines


def case_lines(case):
    """As a difference: - is dnsd's, + the peer's."""
    ours, theirs = response_lines(case.dnsd_reply), response_lines(case.peer_reply)
    return [f"{question_text(case)}: dnsd (-) and {case.peer} (+)",
            *(f"{' ' if line in theirs else '-'} {line}" for line in ours),
            *(f"+ {line}" for line in theirs if line not in ours)]


def make(run):
    """A dictionary for JSON, from what differential.Run counted."""
    return {
        "seed": run.seed, "questions": run.questions, "versions": run.versions,
        "same": dict(run.same),
        "rules": [{"id": rule.id, "right": rule.right, "why": rule.why, "explains": sorted(rule.explains),
                   "count": {peer: run.counts[peer, rule.id] for peer in run.peers}} for rule in run.rules],
        "unexplained": [{"question": question_text(case), "peer": case.peer, "lines": case_lines(case)}
                        for case in run.unexplained],
    }


def rows(result):
    """Of the table: (rule, counts, who is right, why)."""
    peers = list(result["same"])
    yield "same", [result["same"][peer] for peer in peers], "", "the same in every respect"
    for rule in result["rules"]:
        if any(rule["count"].values()):
            yield rule["id"], [rule["count"][peer] for peer in peers], rule["right"], rule["why"]
    lost = [sum(case["peer"] == peer for case in result["unexplained"]) for peer in peers]
    yield "unexplained", lost, "", "what no rule explains is a failure"


def text(result):
    peers = list(result["same"])
    lines = [f"{'':22}" + "".join(f"{peer:>9}" for peer in peers) + "  right     why"]
    for name, counts, right, why in rows(result):
        first, *others = textwrap.wrap(why, 70)
        lines.append(f"{name:22}" + "".join(f"{count:9,}" for count in counts) + f"  {right:8}  {first}")
        lines += [" " * (34 + 9 * len(peers)) + other for other in others]
    for case in result["unexplained"][:SHOWN]:
        lines += ["", *case["lines"]]
    return "\n".join(lines) + "\n"


def markdown(result):
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    lines = [f"{result['questions']:,} questions, seed {result['seed']}; {versions}.", "",
             "| rule | " + " | ".join(result["same"]) + " | right | why |",
             "| --- |" + " ---: |" * len(result["same"]) + " --- | --- |"]
    for name, counts, right, why in rows(result):
        lines.append(f"| {name} | " + " | ".join(f"{count:,}" for count in counts) + f" | {right} | {why} |")
    return "\n".join(lines) + "\n"


def put_into(page, result):
    """The page with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + markdown(result) + END + after
