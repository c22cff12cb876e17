"""What bird-config writes, between real routers: sessions come up, levels arrive, and nothing leaks."""

import itertools
import os
import re
import tempfile
from pathlib import Path

import pytest

from network import SITES_ASN, wait_for
from sessions import ASN_A, ASN_B, HIJACKED, INVALID, PASSWORDS, SERVICE4, SERVICE6, STAYRTR, TABLE, VALID, Sessions
from site_node import Programs

ALL = {"up_a_4", "up_a_6", "up_b_4", "up_b_6"}


@pytest.fixture(scope="module")
def net():
    reason = os.environ.get("PROXIMA_LAB_WHY_NOT")
    if reason:
        pytest.skip(f"network namespaces are not to be had here: {reason}")
    folder = Path(tempfile.mkdtemp(prefix="proxima-sessions-", dir="/run"))
    net = Sessions(folder, Programs(Path(os.environ["PROXIMA_BUILDDIR"])))
    try:
        net.start()
        wait_for("all sessions", lambda: net.established() == ALL, 30)
        yield net
    finally:
        net.stop()


@pytest.fixture
def announced(net):
    for family in (4, 6):
        net.enable("normal", family)
    for router in (net.a, net.b):
        for prefix in (SERVICE4, SERVICE6):
            wait_for(f"{prefix} to be heard", lambda: net.seen(router, prefix))
    yield net
    for family in (4, 6):
        net.disable("normal", family)


def routes(router, command):
    return set(re.findall(r"^(\S+/\d+)", router.ask(command), re.M))


def test_bfd_watches_all_sessions(net):
    wait_for("BFD", lambda: len(re.findall(r"\bUp\b", net.node.ask("show bfd sessions"))) == 4)


def test_nothing_is_announced_before_anybody_says_so(net):
    assert net.ever_seen_by_b() == set()
    for router in (net.a, net.b):
        assert not routes(router, "show route protocol n4") and not routes(router, "show route protocol n6")


@pytest.mark.skipif(not STAYRTR, reason="no RPKI server: apt-get install stayrtr")
def test_full_table_comes_in_without_what_is_ours_or_invalid(net):
    wait_for("the RPKI server", lambda: INVALID in net.node.ask("show route table rpki4"))
    wait_for("the table, validated", lambda: routes(net.node, "show route table master4") >= set(TABLE) - {INVALID}
             and not routes(net.node, f"show route {INVALID} table master4"))
    assert INVALID in routes(net.node, "show route table up_a_4_routes")
    got = routes(net.node, "show route table master4")
    assert VALID in got and not got & set(HIJACKED)


def test_default_means_a_default_route_only(net):
    assert routes(net.node, "show route table up_b_4_routes where source = RTS_BGP") == {"0.0.0.0/0"}


def test_route_that_leads_nowhere_is_not_used(net):
    """b's next hop is one that the host only knows by a route of its own: an unreachable default route in the kernel
    would cut it off."""
    assert "unreachable" in net.node.ask("show route 0.0.0.0/0 table up_b_4_routes")
    assert not routes(net.node, "show route 0.0.0.0/0 table master4")
    assert "default" not in net.node.namespace.run("ip", "route")


def test_levels_arrive_as_agreed_with_each_provider(announced):
    net, us = announced, str(SITES_ASN)
    marks = f"({us}, 1, 1) ({us}, 2, %d)"
    assert net.seen(net.a, SERVICE4) == (us, "", marks % 1) == net.seen(net.b, SERVICE6)
    for level, number in (("backup", 2), ("leaving", 4)):
        net.enable(level)
        wait_for(level, lambda: marks % number in net.seen(net.b, SERVICE4)[2])
        assert net.seen(net.b, SERVICE4) == (" ".join([us] * 4), f"({ASN_B},80)", marks % number)
        wait_for(level, lambda: net.seen(net.a, SERVICE4)
                 == (" ".join([us] * 3), f"({ASN_A},80)", f"{marks % number} ({ASN_A}, 1, 80)"))
    net.enable("drain")
    for router in (net.a, net.b):
        wait_for("drain", lambda: net.seen(router, SERVICE4) == (" ".join([us] * 4), "(65535,0)", marks % 3))
    for level in ("drain", "leaving", "backup"):
        net.disable(level)
    wait_for("normal", lambda: net.seen(net.b, SERVICE4) == (us, "", marks % 1))
    assert net.seen(net.b, SERVICE6) == (us, "", marks % 1)


def test_changes_of_levels_are_never_a_withdrawal(announced):
    """Nor is any of it more than one update, through two tables."""
    net = announced
    log = net.b.folder / "bird.log"
    before = len(log.read_text())
    for level in ("backup", "drain"):
        net.enable(level)
        wait_for(level, lambda: net.seen(net.b, SERVICE4)[1])
    net.disable("backup")
    net.disable("drain")
    wait_for("normal", lambda: not net.seen(net.b, SERVICE4)[1])
    changes = re.findall(rf"n4\.ipv4 > (\w+) .*{SERVICE4}", log.read_text()[before:])
    assert changes and "removed" not in changes and "withdrawn" not in changes


@pytest.mark.skipif(not STAYRTR, reason="no RPKI server: apt-get install stayrtr")
def test_new_roa_is_applied_to_routes_that_are_there(net):
    assert VALID in routes(net.node, f"show route {VALID} table master4")
    try:
        net.write_roas(f"AS{ASN_B}")
        wait_for("the route to be invalid", lambda: not routes(net.node, f"show route {VALID} table master4"))
        assert VALID in routes(net.node, f"show route {VALID} table up_a_4_routes")
    finally:
        net.write_roas(f"AS{ASN_A}")
    wait_for("the route to be valid", lambda: routes(net.node, f"show route {VALID} table master4"))


# ---- --apply -----------------------------------------------------------------------------------------------------


@pytest.fixture
def edited(net):
    """bgp.conf and the operator's own file are put right again, and applied."""
    folder = net.node.folder
    conf = (folder / "bgp.conf").read_text()
    yield net
    (folder / "bgp.conf").write_text(conf)
    (folder / "local.conf").write_text("")
    assert net.bird_config("--apply").returncode == 0
    wait_for("all sessions", lambda: net.established() == ALL, 30)


def withdrawals(log, since):
    return re.findall(rf"n[46]\.ipv[46] > removed .*", log.read_text()[since:])


def test_apply_changes_what_is_to_change_and_no_announcement(announced, edited):
    net, log = edited, edited.b.folder / "bird.log"
    since = len(log.read_text())
    net.edit("backup = { prepend = 3;", "backup = { prepend = 5;")
    done = net.bird_config("--apply")
    assert (done.returncode, done.stderr) == (0, "")
    assert net.established() == ALL and not withdrawals(log, since)
    net.enable("backup")
    wait_for("five more", lambda: net.seen(net.b, SERVICE4)[0] == " ".join([str(SITES_ASN)] * 6))
    net.disable("backup")


def test_blackholed_address_goes_to_who_has_a_community_for_it(announced, edited):
    net, hole = edited, "192.0.2.77/32"
    net.edit('hold = "9s"', 'blackholes = [ "192.0.2.77" ]; hold = "9s"')
    assert net.bird_config("--apply").returncode == 0
    wait_for("the address at b", lambda: net.seen(net.b, hole))
    assert net.seen(net.b, hole) == (str(SITES_ASN), f"({ASN_B},666)", "")
    assert net.seen(net.b, SERVICE4) and net.seen(net.a, SERVICE4) and not net.seen(net.a, hole)


def test_sessions_of_the_operators_own_file_are_refused(announced, edited):
    """One with b that exports everything, in a file that is included in turn: BIRD does not even get to see it."""
    net, folder = edited, edited.node.folder
    (folder / "more.conf").write_text(
        "protocol bgp mine { local 198.51.100.13 as 64500; neighbor 198.51.100.10 as 64502; multihop 2;"
        'password "secret, too"; ipv4 { import none; export all; }; }\n')
    (folder / "local.conf").write_text('include "more.conf";\n')
    done = net.bird_config("--apply")
    assert done.returncode == 2 and "has protocol bgp mine: BGP sessions stand in bgp.conf" in done.stderr
    assert "mine" not in net.node.ask("show protocols")


def test_apply_takes_back_what_brings_a_session_down(announced, edited):
    """A password that the other side does not have."""
    net, password = edited, edited.node.folder / "a.password"
    passwords = net.node.folder / "passwords.conf"
    before = passwords.read_text()
    password.write_text("a typing error\n")
    try:
        done = net.bird_config("--apply", "--wait", "4s")
    finally:
        password.write_text(PASSWORDS["a"] + "\n")
    assert done.returncode == 2 and "session up_a_" in done.stderr and "Rolled back" in done.stderr
    assert passwords.read_text() == before
    wait_for("all sessions", lambda: net.established() == ALL, 30)


# ---- leaks: whatever is wrong, b never sees a route of a's -------------------------------------------------------

def replaced(old, new):
    def change(conf):
        assert re.search(old, conf, re.M | re.S), old
        return re.sub(old, new, conf, flags=re.M | re.S)
    return change


def all_of(*changes):
    def change(conf):
        for one in changes:
            conf = one(conf)
        return conf
    return change


SESSION_OPEN = replaced(r"export filter up_b_4_out;", "export all;")
PIPE_OPEN = replaced(r"(protocol pipe up_b_4_pipe .*?)import filter services_out;", r"\1import all;")
TEST_OPEN = replaced(r"function is_service\(\)(.*?)\{", r"function is_service()\1{ return true;")
NO_LIMIT = replaced(r"(table up_b_4_routes;.*?)export limit \d+ action block;", r"\1")
NO_ROLE = replaced(r"local role customer;", "")

CONFS = {  # bird.conf itself, edited by hand, or written wrong
    "as it is": lambda conf: conf,
    "the session's filter lets all out": SESSION_OPEN,
    "the pipe lets all through": PIPE_OPEN,
    "both filters, each by itself": all_of(SESSION_OPEN, PIPE_OPEN, NO_LIMIT),
    "no limit, no role": all_of(NO_LIMIT, NO_ROLE),
    "the test of both lets all out": TEST_OPEN,  # last: BIRD 3.3.2 aborts when a limit goes that was hit
}
INTENTS = {  # /run/proxima/intent/svc_dns_4_normal.conf
    "as it is": "disabled no;\n",
    "routes of its own": "disabled no;\nroute 10.200.0.0/16 blackhole;\nroute 0.0.0.0/0 blackhole;\n",
    "another filter": "disabled no;\nipv4 { import all; preference 500; };\n",
    "closes the block": "disabled no;\nipv4;\n}\nprotocol pipe stray {\n table fleet4;\n peer table master4;\n import all;\n"
                        "export none;\n}\nprotocol static stray2 {\n",
}
INCLUDES = {  # the operator's own file
    "none": "",
    "defines what is ours": "define SERVICES4 = [ 0.0.0.0/0{0,32} ];\n",
    "a function of ours": "function is_service() { return true; }\n",
    "static routes": "protocol static mine { ipv4; route 10.201.0.0/16 blackhole; route 0.0.0.0/0 blackhole; }\n",
    "called like ours": "protocol static svc_x_4_normal { ipv4; route 10.202.0.0/16 blackhole; }\n",
    "a pipe to and fro": "ipv4 table side;\nprotocol pipe to_and_fro { table side; peer table master4; import all; export all; }\n",
    "a template like BIRD's examples": "template bgp upstream { local as 64500; ipv4 { import all; export all; }; }\n",
}


def write(net, conf, intent, include):
    (net.node.folder / "local.conf").write_text(include)
    (net.node.folder / "intent" / "svc_dns_4_normal.conf").write_text(intent)
    (net.node.folder / "bird.conf").write_text(conf)


def set_up(net, conf, intent, include):
    """By `configure`; True if BIRD took it."""
    write(net, conf, intent, include)
    taken = net.configure()
    net.settle()
    return taken


def start_with(net, conf, intent, include):
    """A BIRD of its own for it; True if there is one."""
    write(net, conf, intent, include)
    if not net.parses():
        return False
    net.node.stop()
    net.node.start()
    wait_for("all sessions", lambda: net.established() >= ALL, 30)
    wait_for("what could leak", lambda: routes(net.node, "show route table up_a_4_routes") >= set(TABLE), 30)
    net.settle()
    return True


def all_combinations():
    return list(itertools.product(CONFS.values(), INTENTS, INCLUDES))


def one_at_a_time():
    right = "as it is", "as it is", "none"
    return [*((conf, *right[1:]) for conf in CONFS.values()), *((CONFS[right[0]], intent, right[2]) for intent in INTENTS),
            *((CONFS[right[0]], right[1], include) for include in INCLUDES)]


@pytest.fixture
def right_conf(net):
    """bird.conf as it was written; what is made of it is put right again."""
    path = net.node.folder / "bird.conf"
    conf = path.read_text()
    yield conf
    assert set_up(net, conf, INTENTS["as it is"], "")
    (net.node.folder / "intent" / "svc_dns_4_normal.conf").unlink()
    net.node.ask("disable svc_dns_4_normal")
    wait_for("all sessions", lambda: net.established() == ALL, 30)


def test_no_leak_whatever_is_wrong(net, right_conf):
    """Each of bird.conf, intent and include in each of its ways. BIRD 2: all combinations, each by `configure`. BIRD 3.3.2
    aborts when filters change faster than it feeds its tables: what is wrong comes one at a time, and BIRD is started for it."""
    bird3 = "BIRD 3" in net.node.ask("show status")
    refused = {"defines what is ours", "a function of ours", "another filter"}  # by BIRD itself: our names, our channel
    for conf, intent, include in one_at_a_time() if bird3 else all_combinations():
        taken = (start_with if bird3 else set_up)(net, conf(right_conf), INTENTS[intent], INCLUDES[include])
        assert taken == (not refused & {intent, include}), (intent, include)
    assert (start_with if bird3 else set_up)(net, right_conf, INTENTS["as it is"], "")
    wait_for("all sessions", lambda: net.established() == ALL, 30)
    wait_for("the service at b", lambda: net.seen(net.b, SERVICE4))
    wait_for("what could leak", lambda: routes(net.node, "show route table up_a_4_routes") >= set(TABLE))
    assert not net.ever_seen_by_b() & set(TABLE)


def test_leak_would_be_seen(net, right_conf):
    """With all four locks taken off, a's table does get to b: the test above can fail."""
    assert set_up(net, all_of(SESSION_OPEN, PIPE_OPEN, NO_LIMIT, NO_ROLE)(right_conf), "disabled no;\n", "")
    wait_for("the leak", lambda: net.ever_seen_by_b() & set(TABLE), 30)
