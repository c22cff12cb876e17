"""The benchmark's pure parts: what is made of the rounds, and whether a target is reached."""
import struct

import pytest

QUERY = struct.pack(">6H", 7, 0, 1, 0, 0, 0) + b"\4leaf\4test\0" + struct.pack(">HH", 6, 1)


def load_round(cost=2.0, qps=400000, wrong=0, lost=0, busy=0.5, late=20):
    return {"server_cpu_us": cost, "qps": qps, "wrong": wrong, "lost": lost, "sent": 1000, "response_bytes": 70,
            "generator_busy": busy, "late_max_us": late, "latency_us": {"p50": 30, "p99": 90, "max": 500}}


def response(flags=0x8400, answers=0, authority=0, rcode=0, tail=b""):
    return struct.pack(">6H", 7, flags | rcode, 1, answers, authority, 0) + QUERY[12:] + tail


# --- rows ---------------------------------------------------------------------------------------------

def test_the_best_round_counts(bench):
    rounds = {"dnsd": {"cpu": [load_round(2.5, 300000), load_round(2.1, 390000), load_round(2.2, 410000)],
                       "memory": [{"pss": 8000, "peak": 9000}]}}
    table = bench("rows").values(rounds, records=100)
    assert table["cpu_us"] == {"dnsd": 2.1}
    assert table["qps"] == {"dnsd": 410}
    assert table["record_bytes"] == {"dnsd": 80}
    assert "paced_cpu_us" not in table


def test_of_failings_the_worst_round_counts(bench):
    def reload(lost, worst):
        return {"seconds": 1, "during": {"lost": lost, "latency_us": {"max": worst}},
                "before": {"latency_us": {"max": 100}}}

    table = bench("rows").values({"nsd": {"reload": [reload(0, 5000), reload(3, 4000)]}}, 1)
    assert table["reload_lost"] == {"nsd": 3}
    assert table["reload_worst_ms"] == {"nsd": 4}


def test_notes_tell_what_makes_a_figure_worth_less(bench):
    figures = {"cpu": [load_round(wrong=3), load_round(busy=0.99)], "load": [1.0],
               "paced": [load_round(lost=2, late=9000), load_round(late=2000)]}
    notes = bench("rows").notes("knot", figures)
    assert notes == ["knot, cpu: 3 of 2,000 answers were not right",
                     "knot, cpu: the generator was the limit of the answers per second",
                     "knot, paced: 2 of 2,000 queries got no answer",
                     "knot, paced: the generator itself was late by 2.0 ms, so p99 tells of the machine"]
    assert bench("rows").notes("echo", {"cpu": [load_round(wrong=3)]}) == []


def test_spread_tells_how_quiet_the_machine_was(bench):
    figures = {"cpu": [load_round(2.0), load_round(3.0), load_round(9.0)]}
    assert bench("rows").spread(figures) == pytest.approx(0.5)
    assert bench("rows").spread({"load": [1.0]}) == 0


# --- targets ------------------------------------------------------------------------------------------

@pytest.fixture
def target(bench):
    return bench("targets").Target


def test_a_target_relative_to_a_peer(bench, target):
    judge = bench("targets").judge
    wanted = target("leaf", "cpu_us", 0.90, of="gdnsd")
    assert judge(wanted, {"dnsd": 2.7, "gdnsd": 3.0, "nsd": 1.0}).reached is True
    missed = judge(wanted, {"dnsd": 2.71, "gdnsd": 3.0})
    assert (missed.reached, missed.peer, missed.value) == (False, "gdnsd", pytest.approx(0.9033, abs=1e-4))


def test_the_best_peer_is_neither_we_nor_the_floor_nor_one_that_is_wrong(bench, target):
    values = {"dnsd": 2.0, "echo": 0.1, "pdns": 1.0, "knot": 4.0, "nsd": 5.0}
    verdict = bench("targets").judge(target("signed", "cpu_us", 0.65, of="best"), values, wrong={"pdns"})
    assert (verdict.peer, verdict.value, verdict.reached) == ("knot", 0.5, True)
    assert bench("targets").best_peer(values, more=True) == "nsd"


def test_what_is_to_be_at_least(bench, target):
    wanted = target("leaf", "tcp_qps", 1.2, of="knot", at_least=True)
    assert bench("targets").judge(wanted, {"dnsd": 120, "knot": 100}).reached is True
    assert bench("targets").judge(wanted, {"dnsd": 119, "knot": 100}).reached is False


def test_an_absolute_target(bench, target):
    wanted = target("leaf", "reload_lost", 0)
    assert bench("targets").judge(wanted, {"dnsd": 0, "nsd": 5}).reached is True
    assert bench("targets").judge(wanted, {"dnsd": 1}).reached is False


def test_wrong_answers_reach_nothing_and_what_is_missing_is_not_judged(bench, target):
    wanted = target("leaf", "cpu_us", 0.90, of="gdnsd")
    assert bench("targets").judge(wanted, {"dnsd": 1.0, "gdnsd": 3.0}, wrong={"dnsd"}).reached is False
    assert bench("targets").judge(wanted, {"dnsd": 1.0, "nsd": 3.0}).reached is None
    assert bench("targets").judge_all({"small": {"cpu_us": {"dnsd": 1.0}}}, {}) == []


def test_every_target_is_of_a_row_and_a_zone_that_there_is(bench):
    keys = {row.key for row in bench("rows").ROWS}
    for wanted in bench("targets").TARGETS:
        assert wanted.row in keys
        assert wanted.zone in bench("zones").ALL


# --- report -------------------------------------------------------------------------------------------

@pytest.fixture
def result(bench):
    return bench("report").make({
        "date": "2026-01-01 00:00 UTC", "servers": ["dnsd", "gdnsd", "nsd"], "missing": ["knot"], "left_out": ["x"],
        "versions": {"dnsd": "1.0"}, "rounds": 5, "seconds": 1.5,
        "machine": {"cpu": "CPU", "cpus": 2, "memory_gb": 4, "kernel": "6.1", "system": "Debian"},
        "zones": {"leaf": {"records": 1000, "names": 990, "unable": [], "failures": {"nsd": "load: it broke"},
                           "rounds": {"dnsd": {"cpu": [load_round(2.0)]}, "gdnsd": {"cpu": [load_round(4.0)]}}}}})


def test_the_text_has_values_ratio_verdict_and_failures(bench, result):
    text = bench("report").text(result)
    line = next(line for line in text.splitlines() if "CPU per query, µs" in line)
    assert " ".join(line.split()[4:]) == ("2.00 4.00 0.50 (gdnsd) ≤ 0.9 of gdnsd: reached (0.5); "
                                          "≤ 0.65 of nsd: not measured")
    assert "leaf: nsd FAILED: load: it broke" in text
    assert "not installed: knot" in text
    assert "1 of 2 targets reached" in text


def test_the_markdown_is_made_of_tables_with_as_many_cells_in_each_row(bench, result):
    lines = bench("report").markdown(result).splitlines()
    table = lines[lines.index("## leaf"):]
    assert {line.count("|") for line in table if line.startswith("|")} == {6}


# --- reading ------------------------------------------------------------------------------------------

def test_kinds_of_responses(bench):
    kind_of = bench("ask").kind_of
    assert kind_of(response(answers=1)) == "answer"
    assert kind_of(response(rcode=3)) == "nxdomain"
    assert kind_of(response(flags=0x8000, authority=2)) == "referral"
    assert kind_of(response(authority=1)) == "nodata"
    assert kind_of(response(rcode=2)) == "other"
    assert kind_of(response(flags=0x8600, answers=1)) == "other"


def test_the_serial_of_a_soa(bench):
    rdata = b"\xc0\x0c" * 2 + struct.pack(">5I", 42, 1, 2, 3, 4)
    soa = b"\xc0\x0c" + struct.pack(">HHIH", 6, 1, 3600, len(rdata)) + rdata
    assert bench("ask").serial_of(response(answers=1, tail=soa)) == 42


def test_queries_are_read_back_as_they_are_written(bench, tmp_path):
    (tmp_path / "queries").write_bytes(bench("rootzone").item("nxdomain", "a.test", True) * 3)
    (kind, message), = bench("ask").read_queries(tmp_path / "queries", 1)
    assert kind == "nxdomain"
    assert message[12:20] == b"\1a\4test\0"
    assert message[-4:-2] == b"\x80\0"  # DO
    assert bench("zones").count_queries(tmp_path / "queries") == 3


def test_lines_with_dnssec_records(bench):
    is_dnssec_line = bench("zones").is_dnssec_line
    assert is_dnssec_line("a DS 1 13 2 AB\n")
    assert is_dnssec_line("a. 86400 IN RRSIG A 13 1\n")
    assert not is_dnssec_line("a NS ns1.a\n")


def test_memory_as_proc_tells_it(bench):
    parse_kb = bench("proc").parse_kb
    assert parse_kb("Rss:  5 kB\nPss:      120 kB\nPss_Dirty: 1 kB\n", "Pss") == 120 * 1024
    assert parse_kb("", "Pss") == 0


# --- the command line ---------------------------------------------------------------------------------

def test_quick_says_what_it_leaves_out(bench):
    chosen, _ = bench("plan").parse(["--quick"], "root.zone")
    assert (chosen.zones, chosen.rounds) == (("leaf",), 3)
    assert any(line.startswith("zones: tld, hosting") for line in chosen.left_out)
    assert any("200,000" in line for line in chosen.left_out)


def test_the_whole_leaves_nothing_out(bench, monkeypatch):
    monkeypatch.delenv("QUICK", raising=False)
    chosen, _ = bench("plan").parse([], "root.zone")
    assert chosen.left_out == []
    assert set(chosen.figures_of("leaf")) == set(bench("zonerun").NAMES)
    assert chosen.rounds_of("cpu") >= 5


def test_a_name_that_is_none_is_refused(bench, capsys):
    with pytest.raises(SystemExit):
        bench("plan").parse(["--servers", "dnsd,unbound"], "root.zone")
    assert "unbound is none of dnsd, gdnsd" in capsys.readouterr().err
