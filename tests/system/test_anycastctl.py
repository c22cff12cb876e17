"""anycastctl against a control socket that says what the test wants: what a person sees, and the exit status."""

import json
import os
import re
import socket
import subprocess
import threading
from pathlib import Path

import pytest

PROGRAM = Path(os.environ.get("PROXIMA_BUILDDIR", ".")) / "anycastctl" / "cli" / "anycastctl"


class FakeDaemon:
    """Answers each request with the next reply (a list is a stream), and remembers the requests."""

    def __init__(self, path, replies):
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self._serve, args=(replies,), daemon=True).start()

    def _serve(self, replies):
        for reply in replies:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rw") as file:
                self.requests.append(json.loads(file.readline()))
                for line in reply if isinstance(reply, list) else [reply]:
                    file.write(json.dumps(line) + "\n")
                    file.flush()


@pytest.fixture
def daemon(tmp_path):
    fakes = []

    def start(*replies, name="anycastd.sock"):
        fakes.append(FakeDaemon(tmp_path / name, replies))
        return fakes[-1]

    yield start
    for fake in fakes:
        fake.listener.close()


def run(tmp_path, *arguments):
    return subprocess.run(
        [PROGRAM, "--socket", tmp_path / "anycastd.sock", "--dnsd-socket", tmp_path / "dnsd.sock",
         *arguments],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
        env={**os.environ, "USER": "alice", "SUDO_USER": "alice"},
    )


GOOD = {"cause": "ok", "class": "good", "text": "answering, and everything agrees", "evidence": "",
        "age_ms": 60000}
AUTO = {"intent": "auto", "age_ms": None, "left_ms": None, "reason": "", "by": ""}


def family(number, **changes):
    return {"family": number, "prefixes": ["192.0.2.0/24"], "health": GOOD, "decided": "normal",
            "age_ms": 11520000, "reason": "healthy", "decided_for": "ok", "actual": "normal",
            "problem": "", "exports": ["up"], "exports_of": 1, "exports_problem": "", "next": None,
            "queries_per_second": None, **changes}


def status(**changes):
    return {
        "ok": True, "node": "fra", "node_id": 1, "version": "0.1.0", "time_unix_ms": 0,
        "uptime_ms": 90061000, "healthy": True,
        "services": [{"name": "dns", "order": AUTO, "families": [family(4), family(6)]}],
        "dnsd": {"connected": True, "report_age_ms": 40, "queries_per_second": 1203.7, "node": "fra",
                 "state": "serving", "version": "0.1.0", "pid": 1, "started_unix": 0, "workers": 2,
                 "zones": {"serving": 2, "stale": 0, "expired": 0, "failed": 0},
                 "watched": [{"name": "example.test.", "state": "serving", "serial": 7,
                              "expires_s": None}], "counters": {}},
        "bird": {"connected": True, "problem": "", "version": "2.0.12", "last_reboot": "",
                 "last_reconfiguration": "",
                 "sessions": [{"name": "up", "established": True, "info": "Established",
                               "since": "10:00"}]},
        "guard": {"connected": True, "bird_connected": True}, "alarms": [],
        "host": [{"check": "disk", "state": "good", "detail": "900 MiB free"},
                 {"check": "clock", "state": "good", "detail": "synchronised"},
                 {"check": "conntrack", "state": "off", "detail": ""}], **changes,
    }


def test_status_of_a_healthy_node(daemon, tmp_path):
    daemon(status(services=[{"name": "dns", "order": AUTO, "families": [family(4, queries_per_second=1203.7), family(6)]}]))
    done = run(tmp_path, "status")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == """\
fra: healthy, everything announced

SERVICE  FAMILY  ANNOUNCED  SINCE       QUERIES  HEALTH  WHY
dns      IPv4    normal     3 h 12 min  1204/s   ok      healthy
dns      IPv6    normal     3 h 12 min  -        ok      healthy

dnsd    serving, version 0.1.0; zones: 2 serving, 0 stale, 0 expired, 0 failed; 1203 queries/s; reported 40 ms ago
BIRD    version 2.0.12; 1 of 1 BGP sessions established
guard   has the lease, and could act
host    good: disk, clock
anycastd version 0.1.0, up 1 d 1 h
"""


def test_status_of_a_sick_node_says_why_and_what_comes_next(daemon, tmp_path):
    dead = {"cause": "dnsd_dead", "class": "local-fatal", "text": "dnsd is not running",
            "evidence": "its process ended", "age_ms": 2500}
    order = {"intent": "drain", "age_ms": 61000, "left_ms": 1800000, "reason": "new kernel",
             "by": "alice (uid 1000)"}
    families = [
        family(4, health=dead, decided="withdrawn", actual="withdrawn", reason="cause"),
        family(6, actual="drain", decided="withdrawn", reason="hold",
               problem="BIRD has no protocol svc_dns_6_drain", outlook="announces again in 8 s if probes go on passing"),
    ]
    daemon(status(healthy=False, services=[{"name": "dns", "order": order, "families": families}],
                  dnsd={"connected": False}, guard={"connected": False, "bird_connected": False},
                  bird={"connected": False, "problem": "connect /run/bird/bird.ctl: refused"},
                  alarms=["dnsd is gone: systemctl status dnsd"],
                  host=[{"check": "disk", "state": "bad", "detail": "state_dir: 3 MiB free, fewer than 64"},
                        {"check": "route6", "state": "unknown", "detail": ""}],
                  checks=[{"name": "ntp", "service": "", "class": "soft", "state": "passes", "detail": "", "age_ms": 9000,
                           "ran_ms": 40},
                          {"name": "upstream", "service": "dns", "class": "wrong", "state": "fails",
                           "detail": "exit status 1: no answer", "age_ms": 9000, "ran_ms": 40}]))
    done = run(tmp_path, "status")
    assert done.returncode == 1
    for line in (
        "fra: NOT HEALTHY",
        "host    good: nothing; not known: route6",
        "checks  1 of 2 pass",
        "checks  upstream (wrong) fails for 9 s: exit status 1: no answer",
        "host    disk: state_dir: 3 MiB free, fewer than 64",
        "dns      IPv4    withdrawn                  3 h 12 min  -        dnsd_dead  because of its health",
        "dns      IPv6    drain (wanted: withdrawn)  3 h 12 min  -        ok         healthy again, in its hold time",
        "  dns: ordered to drain by alice (uid 1000), 1 min 1 s ago: new kernel, ends in 30 min",
        "  dns IPv4: dnsd is not running for 2 s: its process ended",
        "  dns IPv6: BIRD has no protocol svc_dns_6_drain",
        "  dns IPv6: announces again in 8 s if probes go on passing",
        "  ALARM: dnsd is gone: systemctl status dnsd",
        "dnsd    does not report: is it running? try systemctl status dnsd",
        "BIRD    not connected: connect /run/bird/bird.ctl: refused",
    ):
        assert line in done.stdout.splitlines()


def test_what_is_true_of_several_rows_is_said_once(daemon, tmp_path):
    dead = {"cause": "dnsd_dead", "class": "local-fatal", "text": "dnsd is not running", "evidence": "process 7 ended",
            "age_ms": 5000}
    gone = {"decided": "withdrawn", "actual": "withdrawn", "reason": "cause", "health": dead, "outlook": "announces again"}

    def services(**of_web):
        return [{"name": "dns", "order": AUTO, "families": [family(4, **gone), family(6, **gone)]},
                {"name": "web", "order": AUTO, "families": [family(4, **{**gone, **of_web})]}]
    later = {**dead, "age_ms": 6000}
    daemon(status(healthy=False, services=services(health=later)),
           status(healthy=False, services=services(outlook="stays until anycastctl resume")))
    notes = [line for line in run(tmp_path, "status").stdout.splitlines() if line.startswith("  ")]
    assert notes == ["  all services: dnsd is not running for 5 s: process 7 ended", "  all services: announces again"]
    notes = [line for line in run(tmp_path, "status").stdout.splitlines() if line.startswith("  ")]
    assert notes[1:] == ["  dns IPv4, dns IPv6: announces again", "  web IPv4: stays until anycastctl resume"]


def test_status_of_what_looking_glasses_see(daemon, tmp_path):
    def glass(name, four, six, problem=""):
        return {"name": name, "problem": problem, "age_ms": 1000, "sees": [
            {"service": "dns", "family": 4, "route": four}, {"service": "dns", "family": 6, "route": six}]}
    daemon(status(looking_glasses=[glass("all", True, True), glass("one", True, False), glass("none", False, False),
                                   glass("new", None, None), glass("lost", True, None, "no answer in time")]))
    rows = [row for row in run(tmp_path, "status").stdout.splitlines() if row.startswith("glass")]
    assert rows == ["glass   all sees dns IPv4, dns IPv6", "glass   one sees dns IPv4, not dns IPv6",
                    "glass   none sees nothing of us", "glass   lost does not tell: no answer in time"]


def test_status_of_a_node_that_nobody_hears(daemon, tmp_path):
    problem = "BIRD has it at normal, but exports it to no session: see birdc show route 192.0.2.0/24 all"
    families = [family(4, exports=[], exports_problem=problem),
                family(6, decided="withdrawn", actual="withdrawn", exports_problem="withdrawn, but")]
    daemon(status(healthy=False, services=[{"name": "dns", "order": AUTO, "families": families}],
                  alarms=[f"dns IPv4: {problem}"]))
    done = run(tmp_path, "status")
    assert done.returncode == 1
    assert done.stdout.startswith(f"""\
fra: NOT HEALTHY

SERVICE  FAMILY  ANNOUNCED                   SINCE       QUERIES  HEALTH  WHY
dns      IPv4    normal (not exported)       3 h 12 min  -        ok      healthy
dns      IPv6    withdrawn (still exported)  3 h 12 min  -        ok      healthy
  ALARM: dns IPv4: {problem}

""")


def test_json_is_the_daemons_and_carries_the_exit_status(daemon, tmp_path):
    daemon(status(), status(healthy=False))
    done = run(tmp_path, "status", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["services"][0]["families"][1]["actual"] == "normal"
    assert run(tmp_path, "status", "--json").returncode == 1


def test_hostile_text_does_not_steer_the_terminal(daemon, tmp_path):
    daemon(status(alarms=["\x1b[2Jgone\nfoo"]))
    assert "ALARM: ?[2Jgone?foo" in run(tmp_path, "status").stdout


@pytest.mark.parametrize("arguments, expected", [
    (["drain", "--for", "30m", "--reason", "new kernel"],
     {"intent": "drain", "for_ms": 1800000, "reason": "new kernel"}),
    (["withdraw", "--service", "dns"], {"intent": "withdrawn", "service": "dns"}),
    (["withdraw", "--force"], {"intent": "withdrawn", "force": True}),
    (["announce", "--for", "1h30m"], {"intent": "forced", "for_ms": 5400000}),
    (["resume"], {"intent": "auto"}),
])
def test_orders(daemon, tmp_path, arguments, expected):
    fake = daemon({"ok": True, "warning": "it could not be stored", "status": status()})
    done = run(tmp_path, *arguments)
    assert done.returncode == 0
    assert fake.requests == [{"cmd": "order", "user": "alice", **expected}]
    assert done.stderr == "anycastctl: warning: it could not be stored\n"
    assert "fra: healthy" in done.stdout


def test_an_order_shows_what_bird_has_made_of_it(daemon, tmp_path):
    families = [family(4, decided="drain", actual=""), family(6, decided="drain", actual="drain")]
    early = status(services=[{"name": "dns", "order": AUTO, "families": families}])
    families = [family(4, decided="drain", actual="drain"), families[1]]
    fake = daemon({"ok": True, "status": early}, early,
                  status(services=[{"name": "dns", "order": AUTO, "families": families}]))
    done = run(tmp_path, "drain")
    assert [request["cmd"] for request in fake.requests] == ["order", "status", "status"]
    assert "IPv4    drain" in done.stdout and "unknown" not in done.stdout


@pytest.mark.parametrize("intent, cause, headline", [
    ("withdrawn", GOOD, "fra: AWAY BY ORDER, or on the way; healthy"),
    ("auto", GOOD, "fra: NOT HEALTHY"),
    ("withdrawn", {**GOOD, "cause": "dnsd_dead", "class": "local-fatal"}, "fra: NOT HEALTHY"),
])
def test_who_was_sent_away_is_not_called_ill(daemon, tmp_path, intent, cause, headline):
    families = [family(4, decided="withdrawn", actual="withdrawn", reason="operator", health=cause)]
    order = {**AUTO, "intent": intent, "age_ms": 1000, "by": "alice (uid 1000)"}
    daemon(status(healthy=False, services=[{"name": "dns", "order": order, "families": families}]))
    done = run(tmp_path, "status")
    assert done.stdout.startswith(headline + "\n") and done.returncode == 1
    assert ("dns: ordered to withdraw by alice (uid 1000)" in done.stdout) == (intent != "auto")


def test_a_refused_order_says_why(daemon, tmp_path):
    daemon({"ok": False, "error": "there is no service \"web\" on this node"})
    done = run(tmp_path, "drain", "--service", "web")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "anycastctl: there is no service \"web\" on this node\n"


@pytest.mark.parametrize("arguments, reason", [
    ([], "which command? See anycastctl --help"),
    (["frobnicate"], 'there is no command "frobnicate": see anycastctl --help'),
    (["status", "--for", "3s"], "status takes no --for"),
    (["status", "twice"], 'status: "twice" is one word too many'),
    (["drain", "--for", "0s"], "--for 0s: must be longer than nothing"),
    (["drain", "--for", "soon"], '--for soon: "soon" is not a duration'),
    (["history", "--last", "0"], "--last 0: must be a number from 1 to 1000"),
    (["announce"], "a forced announcement needs an end: say for how long"),
])
def test_wrong_words(tmp_path, arguments, reason):
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"anycastctl: {reason}")


def test_no_daemon(tmp_path):
    done = run(tmp_path, "status")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"anycastctl: cannot reach anycastd at {tmp_path}/anycastd.sock: No such file or directory: "
        "is it running? try: systemctl status anycastd\n")
    assert "birdc 'disable \"svc_*\"'" in done.stderr


def test_history(daemon, tmp_path):
    event = {"time": "2026-08-22T10:11:12.345Z", "mono_ns": 1, "node": "fra", "event": "level",
             "service": "dns", "family": 4, "from": "normal", "to": "withdrawn", "cause": "dnsd_dead",
             "change": 12, "after_ms": 0.10000000000000001, "steps": [1, 2]}
    fake = daemon({"ok": True, "events": [event]})
    done = run(tmp_path, "history", "--last", "5")
    assert done.stdout == ('2026-08-22T10:11:12.345Z  #12  level  dns IPv4  normal > withdrawn  '
                           'cause="dnsd_dead" after_ms=0.1\n')
    assert fake.requests == [{"cmd": "history", "last": 5}]


def test_what_was_found_at_start_is_no_change(daemon, tmp_path):
    event = {"time": "2026-08-22T10:11:12.345Z", "event": "level", "service": "dns", "family": 4, "from": "withdrawn",
             "to": "normal", "reason": "adopted", "change": 12}
    daemon({"ok": True, "events": [event]})
    assert run(tmp_path, "history").stdout.split()[1:6] == ["#12", "level", "dns", "IPv4", "found"]


def test_history_without_anycastd_is_the_event_log(daemon, tmp_path):
    event = {"time": "2026-08-22T10:11:12.345Z", "mono_ns": 1, "node": "fra", "event": "level", "service": "dns",
             "family": 4, "from": "normal", "to": "withdrawn", "cause": "dnsd_dead", "change": 12}
    log = tmp_path / "events.jsonl"
    log.write_text("".join(json.dumps({**event, "change": n}) + "\n" for n in range(10, 13)) + '{"torn by a ful\n')
    settings = tmp_path / "anycastd.conf"
    settings.write_text(f'node = "fra"; node_id = 1; event_log = "{log}"; services = ({{ name = "dns"; '
                        'prefixes = ["192.0.2.0/24"]; addresses = ["192.0.2.53"]; zones = ["example.test"]; });')
    done = run(tmp_path, "history", "--last", "2", "--config", settings)
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["#11", "#12"]
    assert "is it running?" in done.stderr and f"from the event log, {log}" in done.stderr
    assert done.returncode == 0
    done = run(tmp_path, "history", "12", "--config", settings)
    assert done.stdout.startswith("Change 12: dns IPv4, normal > withdrawn\n") and done.returncode == 0
    log.unlink()
    done = run(tmp_path, "history", "--config", settings)
    assert (done.returncode, done.stdout) == (2, "") and f"{log}: No such file" in done.stderr


def test_zones(daemon, tmp_path):
    daemon({"ok": True, "zones": [
        {"name": "example.test.", "state": "stale", "serial": 7, "records": 12, "from": "image",
         "error": "line 3: bad"},
        {"name": ".", "state": "failed", "serial": None, "from": "file", "error": "no such file"}]}, name="dnsd.sock")
    done = run(tmp_path, "zones")
    assert done.stdout == """\
ZONE           STATE   SERIAL  RECORDS  FROM   LAST ERROR
example.test.  stale   7       12       image  line 3: bad
.              failed  -       0        file   no such file
"""


def test_check_names_what_is_wrong(daemon, tmp_path):
    daemon({"ok": True, "zones": []}, name="dnsd.sock")
    sick = status(guard={"connected": False, "bird_connected": False})
    sick["dnsd"]["node"] = "nyc"
    daemon(sick)
    done = run(tmp_path, "check")
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 3
    assert "anycastd: fra, dnsd: nyc" in failed[0]
    assert "is anycastguard running?" in failed[1]
    assert done.stdout.splitlines()[-1].endswith("checks, 3 failed")


def test_check_looks_at_the_host_and_external_checks(daemon, tmp_path):
    daemon({"ok": True, "zones": []}, name="dnsd.sock")
    daemon(status(host=[{"check": "disk", "state": "bad", "detail": "state_dir: 3 MiB free, fewer than 64"},
                        {"check": "route6", "state": "unknown", "detail": ""},
                        {"check": "load", "state": "off", "detail": ""}],
                  checks=[{"name": "ntp", "state": "passes", "detail": ""},
                          {"name": "disks", "state": "not_run", "detail": "it cannot be run"}]))
    done = run(tmp_path, "check")
    assert done.returncode == 1
    for row in (r"FAILED  host: disk +state_dir: 3 MiB free, fewer than 64", r"ok      host: route6 +can't be seen from here",
                r"ok      external check ntp passes *", r"FAILED  external check disks passes +it cannot be run"):
        assert re.search(f"(?m)^{row}$", done.stdout), done.stdout
    assert "host: load" not in done.stdout


@pytest.mark.parametrize("fleet, verdict, detail", [
    ({"live": True, "min_sites": 1, "sites": []}, "ok", "and what each of them announces"),
    ({"live": False, "min_sites": 1, "problem": "no session", "sites": []}, "FAILED", "no session"),
])
def test_check_says_whether_the_other_sites_are_seen(daemon, tmp_path, fleet, verdict, detail):
    daemon({"ok": True, "zones": []}, name="dnsd.sock")
    daemon(status(fleet=fleet))
    (row,) = [row for row in run(tmp_path, "check").stdout.splitlines() if "the other sites can be seen" in row]
    assert row.startswith(f"{verdict} ") and row.endswith(f"  {detail}")


def test_a_site_without_others_is_not_checked_for_them(daemon, tmp_path):
    daemon({"ok": True, "zones": []}, name="dnsd.sock")
    daemon(status(fleet={"live": False, "min_sites": 0, "problem": "no session", "sites": []}))
    assert "other sites" not in run(tmp_path, "check").stdout


def test_status_lists_the_other_sites(daemon, tmp_path):
    sites = [{"node_id": 2, "services": [{"name": "dns", "family": 4, "level": "normal", "age_ms": 61000},
                                         {"name": "dns", "family": 6, "level": "leaving", "age_ms": 900}]}]
    daemon(status(fleet={"live": True, "min_sites": 1, "problem": "", "sites": sites}))
    assert """
OTHER SITE  SERVICE  FAMILY  ANNOUNCED  SINCE
node 2      dns      IPv4    normal     1 min 1 s
node 2      dns      IPv6    leaving    900 ms
""" in run(tmp_path, "status").stdout


@pytest.mark.parametrize("fleet, line", [
    ({"live": True, "min_sites": 1, "problem": "", "sites": []}, "other sites: none announces anything"),
    ({"live": False, "min_sites": 1, "problem": "no session", "sites": []}, "other sites: not seen: no session"),
])
def test_status_says_that_no_other_site_is_seen(daemon, tmp_path, fleet, line):
    daemon(status(fleet=fleet))
    assert line in run(tmp_path, "status").stdout.splitlines()


def test_a_dry_run_is_said_first(daemon, tmp_path):
    daemon(status(dry_run=True, healthy=False))
    lines = run(tmp_path, "status").stdout.splitlines()
    assert lines[1].startswith("DRY RUN: what is decided below is not done")
    assert "guard   is not told anything in a dry run" in lines


@pytest.mark.parametrize("changes, verdict, detail", [
    ({}, "ok", "exported to 1 of 1 sessions: up"),
    ({"exports": ["a", "b"], "exports_of": 3}, "ok", "exported to 2 of 3 sessions: a, b"),
    ({"exports": [], "exports_of": 2}, "ok", "exported to 0 of 2 sessions"),  # in its grace time
    ({"exports": [], "exports_problem": "it goes to nobody"}, "FAILED", "it goes to nobody"),
    ({"exports": None, "exports_of": None}, "FAILED", "not known: BIRD was not asked yet, or did not say"),
])
def test_check_says_who_hears_it(daemon, tmp_path, changes, verdict, detail):
    daemon({"ok": True, "zones": []}, name="dnsd.sock")
    daemon(status(services=[{"name": "dns", "order": AUTO, "families": [family(4, **changes)]}]))
    rows = run(tmp_path, "check").stdout.splitlines()
    (row,) = [row for row in rows if "service dns, IPv4: heard by the neighbours" in row]
    assert row.startswith(f"{verdict} ") and row.endswith(f"  {detail}")


def test_check_of_a_node_without_bgp(daemon, tmp_path):
    daemon({"ok": True, "zones": []}, name="dnsd.sock")
    silent = status(services=[{"name": "dns", "order": AUTO, "families": [family(4, exports=None)]}])
    silent["bird"]["sessions"] = []
    daemon(silent)
    rows = run(tmp_path, "check").stdout
    assert re.search(r"(?m)^ok .*heard by the neighbours +not known: no BGP session to ask about$", rows)


def test_watch_shows_every_change_until_the_daemon_ends(daemon, tmp_path):
    daemon([status(), status(healthy=False)])
    done = run(tmp_path, "watch")
    assert done.stdout.count("fra: healthy") == 1
    assert done.stdout.count("fra: NOT HEALTHY") == 1
    assert done.stderr == "anycastctl: anycastd ended\n"
    assert done.returncode == 2


def test_help_and_version(tmp_path):
    done = run(tmp_path, "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: anycastctl COMMAND")
    done = run(tmp_path, "drain", "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: anycastctl drain [--for TIME]")
    assert "--force" in done.stdout and "--bird-version" not in done.stdout
    assert run(tmp_path, "--version").stdout.startswith("anycastctl ")
