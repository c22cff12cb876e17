"""What dnsd tells anycastd, when, and what its end looks like from there."""

import os
import signal
import time
from pathlib import Path

import pytest

import threads
from anycastd import Anycastd
from dnsd import EXAMPLE, SECONDS, example_zone, is_sanitized, wait_for


SIGNED = Path(os.environ.get("PROXIMA_SRCDIR", ".")) / "tests" / "data" / "zones" / "signed" / "nsec.test.zone"


@pytest.fixture
def dnsd(new_dnsd):
    with new_dnsd(extra='stop_timeout = "0s";') as dnsd:
        yield dnsd


@pytest.fixture
def anycastd(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        yield anycastd.accept()


def test_report_says_all(dnsd, anycastd):
    dnsd.udp("www.example.com")
    counted = ("queries_udp4", "responses", "noerror")  # one after the other, so a report may know some only
    report = anycastd.receive_until(lambda report: all(report["counters"][name] == 1 for name in counted))
    assert report["v"] == 1 and report["node"] == "test1" and report["state"] == "serving"
    assert report["pid"] == dnsd.process.pid
    assert report["zones"] == {"serving": 1, "stale": 0, "expired": 0, "failed": 0}
    assert abs(report["started_unix"] - time.time()) < SECONDS
    assert report["version"] == dnsd.ask("status")["version"]
    assert report["watched"] == []
    assert len(report["workers"]) == 2
    assert all(0 <= report["mono_ns"] - worker["tick_ns"] < 5e9 for worker in report["workers"])


def test_queries_are_told_by_address(new_dnsd):
    with new_dnsd(listen=("127.0.0.1@0", "127.0.0.2@0", "::1@0", "0.0.0.0@0")) as dnsd, Anycastd(dnsd.report) as anycastd:
        anycastd.accept()
        addresses = [f"{host}@{port}" for host, port in dnsd.addresses()]
        for host, times in (("127.0.0.1", 3), ("::1", 2)):
            for _ in range(times):
                dnsd.udp("www.example.com", host=host)
            dnsd.tcp("www.example.com", host=host)
        dnsd.ports["127.0.0.3"] = dnsd.ports["0.0.0.0"]  # no socket of its own
        dnsd.udp("www.example.com", host="127.0.0.3")
        expected = dict(zip(addresses, (4, 0, 3, 1)))
        report = anycastd.receive_until(lambda report: sum(report["addresses"].values()) == 8)
        assert report["addresses"] == expected
        assert dnsd.ask("stats")["listen"] == [{"address": a, "queries": n} for a, n in expected.items()]


def test_reports_come_every_100_ms(dnsd, anycastd):
    reports = [anycastd.receive() for _ in range(41)]
    gaps = sorted(after["mono_ns"] - before["mono_ns"] for before, after in zip(reports, reports[1:]))
    assert gaps[10] < 0.15e9 and gaps[30] > 0.09e9  # a late one is followed by an early one
    assert [report["seq"] - reports[0]["seq"] for report in reports] == list(range(41))


def test_start_is_told(new_dnsd):
    dnsd = new_dnsd()
    dnsd.write_slow_zone("example.com")
    with Anycastd(dnsd.report) as anycastd:
        dnsd.start(wait=False)
        report = anycastd.accept().receive()
        assert report["seq"] == 1 and report["state"] == "starting" and report["workers"] == []
        report = anycastd.receive_until(lambda report: report["state"] == "serving")
        assert len(report["workers"]) == 2 and report["zones"]["serving"] == 1
        assert all(report["mono_ns"] - worker["tick_ns"] < 5e9 for worker in report["workers"])


def test_first_report_of_each_connection_brings_the_pidfd(dnsd, anycastd):
    for _ in range(2):
        assert [anycastd.receive()["descriptors"] for _ in range(4)] == [1, 0, 0, 0]
        info = open(f"/proc/self/fdinfo/{anycastd.pidfd}").read()
        assert f"Pid:\t{dnsd.process.pid}\n" in info
        anycastd.hang_up()
        anycastd.accept()  # it comes again by itself


def test_watched_zones(dnsd, anycastd):
    assert dnsd.ask("status")["anycastd"] is True
    anycastd.say(watch=["example.com.", "absent.test."])
    report = anycastd.receive_until(lambda report: report["watched"])
    assert report["watched"] == [
        {"name": "example.com.", "state": "serving", "serial": 1, "expires_s": None},
        {"name": "absent.test.", "state": "failed", "serial": None, "expires_s": None}]


def test_watched_zone_says_how_long_its_signatures_last(new_dnsd):
    """As its status does; an image keeps it over a restart."""
    dnsd = new_dnsd(zones={"nsec.test": SIGNED.read_text()}, extra='stop_timeout = "0s";')
    for _ in range(2):
        with Anycastd(dnsd.report) as anycastd, dnsd:
            anycastd.accept().say(watch=["nsec.test."])
            (zone,) = anycastd.receive_until(lambda report: report["watched"] and report["state"] == "serving")["watched"]
            assert zone["signed_until_unix"] == dnsd.zone("nsec.test")["signed_until_unix"] == 2114380800  # 2037


def test_change_of_a_zone_is_told_at_once(dnsd, anycastd):
    """Not when the next report is due: 100 ms after the one before."""
    anycastd.say(watch=["example.com."])
    for serial in range(2, 12):
        dnsd.write_zone("example.com", example_zone(serial))
        dnsd.ask("reload")
        sent = []

        def tells(report):
            sent.append(report["mono_ns"])
            return report["watched"] and report["watched"][0]["serial"] == serial

        anycastd.receive_until(tells)
        if len(sent) > 1 and sent[-1] - sent[-2] < 0.08e9:
            return
    raise AssertionError("a change waited for its turn each time")


def test_bad_zone_is_told(dnsd, anycastd):
    anycastd.say(watch=["example.com."])
    dnsd.write_zone("example.com", EXAMPLE[:50])
    dnsd.ask("reload")
    report = anycastd.receive_until(lambda report: report["zones"]["stale"] == 1)
    assert report["watched"][0]["state"] == "stale" and report["watched"][0]["serial"] == 1


def test_bad_replies_are_told_and_ignored(dnsd, anycastd):
    anycastd.connection.send(b"{")
    anycastd.connection.send(b'{"v": 1}')
    wait_for(lambda: dnsd.log_text().count("report-reply-bad") == 2, "two lines in the log")
    assert anycastd.receive()


def test_anycastd_that_does_not_read_delays_nothing(dnsd, anycastd):
    first = anycastd.receive()
    anycastd.connection.setsockopt(1, 8, 4096)
    begin = time.monotonic()
    while time.monotonic() - begin < 2:
        dnsd.udp("www.example.com")
        assert dnsd.ask("status")["state"] == "serving"
    reports = []
    while not reports or time.monotonic_ns() - reports[-1]["mono_ns"] > 0.09e9:
        reports.append(anycastd.receive())
    assert reports[0]["seq"] == first["seq"] + 1
    assert all(before["seq"] < after["seq"] for before, after in zip(reports, reports[1:]))


# death and hanging --------------------------------------------------------------------------------

@pytest.fixture
def mortal(new_dnsd):
    """A dnsd that is not expected to end well."""
    return new_dnsd().start()


def test_kill_is_seen_by_socket_and_pidfd(mortal):
    with Anycastd(mortal.report) as anycastd:
        anycastd.accept().receive()
        assert not anycastd.process_is_dead()
        mortal.process.kill()
        anycastd.wait_end()
        assert anycastd.process_is_dead(SECONDS)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL])
@pytest.mark.parametrize("thread", ["dnsd", "udp-0"])
def test_fatal_signal_is_fatal(mortal, number, thread):
    with Anycastd(mortal.report) as anycastd:
        anycastd.accept().receive()
        (tid,) = threads.threads_named(mortal.process.pid, thread)
        threads.signal_thread(mortal.process.pid, tid, number)
        anycastd.wait_end()
        status = mortal.wait()
        assert status == -number or (is_sanitized() and status != 0)


@pytest.mark.skipif(not threads.may_hang(), reason="needs the right to trace a process")
def test_fatal_signal_shuts_the_socket_before_the_process_is_torn_down(mortal):
    with Anycastd(mortal.report) as anycastd:
        anycastd.accept().receive()
        (tid,) = threads.threads_named(mortal.process.pid, "udp-0")
        with threads.held_at_exit(mortal.process.pid):  # so no descriptor is closed yet
            threads.signal_thread(mortal.process.pid, tid, signal.SIGABRT)
            anycastd.wait_end()
            assert not anycastd.process_is_dead()
        assert anycastd.process_is_dead(SECONDS)
        assert mortal.wait() == -signal.SIGABRT


def test_stopped_process_is_silent_and_not_gone(dnsd, anycastd):
    last = anycastd.receive()["seq"]
    dnsd.process.send_signal(signal.SIGSTOP)
    anycastd.connection.settimeout(0.5)
    with pytest.raises(TimeoutError):
        while True:
            last = anycastd.receive()["seq"]
    assert not anycastd.process_is_dead()
    dnsd.process.send_signal(signal.SIGCONT)
    anycastd.connection.settimeout(SECONDS)
    assert anycastd.receive()["seq"] > last


@pytest.mark.skipif(not threads.may_hang(), reason="needs the right to trace a process")
def test_hung_worker_is_visible(dnsd, anycastd):
    silent = lambda report, worker: report["mono_ns"] - report["workers"][worker]["tick_ns"]
    tid = threads.threads_named(dnsd.process.pid, "udp-", count=2)[1]
    with threads.hung(tid):
        report = anycastd.receive_until(lambda report: silent(report, 1) > 0.2e9 > silent(report, 0))
        assert report["state"] == "serving"
        dnsd.wait_for_log("worker-hung worker=1")
        wait_for(lambda: [worker["hung"] for worker in dnsd.ask("status")["workers"]] == [False, True], "hung worker")
        assert 1 not in anycastd.receive().get("starved", [])
    anycastd.receive_until(lambda report: silent(report, 1) < 0.1e9)
    dnsd.wait_for_log("worker-recovered worker=1")


@pytest.mark.skipif(not threads.may_starve(), reason="needs the right to take a whole CPU, of two")
def test_starved_worker_says_so(dnsd, anycastd):
    tid = threads.threads_named(dnsd.process.pid, "udp-", count=2)[1]
    anycastd.receive_until(lambda report: "starved" not in report)
    with threads.starved([tid], beside=[dnsd.process.pid]):
        anycastd.receive_until(lambda report: report.get("starved") == [1])
        dnsd.wait_for_log("worker-starved worker=1")
    dnsd.wait_for_log("worker-recovered worker=1")
    wait_for(lambda: not any(worker["hung"] or worker["starved"] for worker in dnsd.ask("status")["workers"]),
             "workers that turn")


@pytest.mark.skipif(not threads.may_hang(), reason="needs the right to trace a process")
@pytest.mark.parametrize("thread", ["udp-0.0", "udp-0.1", "tcp-0"])
def test_worker_hangs_if_any_of_its_threads_does(new_dnsd, thread):
    with new_dnsd(workers=1, listen=["127.0.0.1@0", "127.0.0.2@0"]) as dnsd:
        (tid,) = threads.threads_named(dnsd.process.pid, thread)
        with threads.hung(tid):
            dnsd.wait_for_log("worker-hung worker=0")
        dnsd.wait_for_log("worker-recovered worker=0")


@pytest.mark.skipif(not threads.may_hang(), reason="needs the right to trace a process")
def test_reload_while_a_worker_hangs(dnsd, anycastd):
    tid = threads.threads_named(dnsd.process.pid, "udp-")[0]
    with threads.hung(tid):
        for serial in range(2, 6):
            dnsd.write_zone("example.com", example_zone(serial))
            assert dnsd.ask("reload")["loaded"] == 1
    wait_for(lambda: dnsd.serial() == 5, "new serial from the worker that hung")
