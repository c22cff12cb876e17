"""anycastd's senses (tests/system/sense_print.c) and a real dnsd: what is noticed, and how soon."""

import os
import queue
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import threads
from dnsd import EXAMPLE, SECONDS, example_zone
from patience import Late, thrice

PROGRAM = Path(os.environ.get("PROXIMA_BUILDDIR", ".")).resolve() / "tests" / "system" / "sense_print"
BOTH = ("127.0.0.1@0", "::1@0")
SILENCES = {"report_silent", "udp_silent", "tcp_silent"}  # a busy machine may keep dnsd from its work for so long


class Senses:
    """Prints causes; a context manager. `causes` is what was seen of each family, in order; `said` is all of it."""

    def __init__(self, dnsd):
        self.dnsd = dnsd
        self.causes = {4: [], 6: []}
        self.said = []
        self.lines = queue.Queue()

    def write_conf(self):
        addresses = ", ".join(f'"{host}@{port}"' for host, port in self.dnsd.ports.items())
        conf = self.dnsd.folder / "anycastd.conf"
        conf.write_text(f"""\
node = "{self.dnsd.node}";
node_id = 1;
report_socket = "{self.dnsd.report}";
state_dir = "{self.dnsd.folder}";
event_log = "events.jsonl";
host = {{ load_per_processor = 0; default_route = false; disk_free_mb = 0; proc = "{self.dnsd.folder}/proc";
         interval = "50ms"; }};
services = ( {{ name = "dns"; prefixes = [ "127.0.0.1/32", "::1/128" ];
                addresses = [{addresses}]; zones = ["example.com"]; }} );
""")
        return conf

    def __enter__(self):
        log = open(self.dnsd.folder / "sense.log", "ab")
        self.process = subprocess.Popen([PROGRAM, self.write_conf()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=log, text=True)
        log.close()
        threading.Thread(target=self.read, daemon=True).start()
        assert self.lines.get(timeout=SECONDS) == "ready"
        return self

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        try:
            status = self.process.wait(SECONDS)
        finally:
            self.process.kill()
        log = (self.dnsd.folder / "sense.log").read_text()
        assert status == 0 and "Sanitizer" not in log, log

    def next(self, until=None):
        """Takes one line, of those that come until then: (nanoseconds, family, cause, detail)."""
        try:
            line = self.lines.get(timeout=max(0, until - time.monotonic()) if until else SECONDS)
            at, _, family, cause, detail = line.split(" ", 4)
        except queue.Empty:
            raise AssertionError(f"nothing more came after {self.said}; dnsd: {self.dnsd.ask('status')}") from None
        self.causes[int(family)].append(cause)
        self.said.append(line)
        return int(at), int(family), cause, detail

    def wait(self, cause, families=(4, 6)):
        """Waits until all the families have the cause; when the last one got it, and its evidence."""
        missing = set(families)
        until = time.monotonic() + SECONDS
        while missing:
            at, family, seen, detail = self.next(until)
            missing = missing - {family} if seen == cause else missing | ({family} & set(families))
        return at, detail

    def saw(self, *causes):
        """Checks that these are all that each family had."""
        if self.causes != {4: [*causes], 6: [*causes]}:
            unexpected = {*self.causes[4], *self.causes[6]} - {*causes}
            raise (Late if unexpected & SILENCES else AssertionError)(self.said)

    def forget(self):
        self.causes = {4: [], 6: []}

    def drain(self):
        while not self.lines.empty():
            self.next()


@pytest.fixture
def dnsd(new_dnsd):
    return new_dnsd(listen=BOTH, extra='stop_timeout = "0s";').start()


@contextmanager
def sensing(dnsd):
    """Senses that have found it well."""
    with Senses(dnsd) as senses:
        senses.wait("ok")
        senses.forget()
        yield senses


@pytest.fixture
def senses(dnsd):
    with sensing(dnsd) as senses:
        yield senses


@thrice
def test_running_dnsd_is_found_well(dnsd, within):
    with Senses(dnsd) as senses:
        began = time.monotonic_ns()
        at, _ = senses.wait("ok")
        within(at - began, 500)
        senses.saw("ok")  # and nothing else before


@thrice
def test_killed_dnsd(new_dnsd, within):
    dnsd = new_dnsd(listen=BOTH).start()
    with sensing(dnsd) as senses:
        at = time.monotonic_ns()
        dnsd.kill()
        seen, detail = senses.wait("dnsd_dead")
        senses.saw("dnsd_dead")
        assert f"process {dnsd.process.pid}" in detail
        within(seen - at, 50)


@thrice
def test_crashed_dnsd(new_dnsd, within):
    dnsd = new_dnsd(listen=BOTH).start()
    with sensing(dnsd) as senses:
        at = time.monotonic_ns()
        dnsd.process.send_signal(signal.SIGSEGV)
        seen, _ = senses.wait("dnsd_dead")
        dnsd.process.wait(SECONDS)
        within(seen - at, 200)


def test_stopped_dnsd_hangs_until_it_goes_on(dnsd, senses, within):
    at = time.monotonic_ns()
    dnsd.process.send_signal(signal.SIGSTOP)
    seen, detail = senses.wait("dnsd_hung")
    within(seen - at, 550)
    assert "no report for" in detail
    dnsd.process.send_signal(signal.SIGCONT)
    senses.wait("ok")


@pytest.mark.skipif(not threads.may_hang(), reason="the system forbids to trace one's own children")
def test_hung_worker(dnsd, senses, within):
    worker = threads.threads_named(dnsd.process.pid, "udp-")[0]
    at = time.monotonic_ns()
    with threads.hung(worker):
        seen, detail = senses.wait("worker_hung")
        within(seen - at, 600)
        assert "worker 1 of 2" in detail
    senses.wait("ok")


@pytest.mark.skipif(not threads.may_starve(), reason="needs the right to take a whole CPU, of two")
def test_starved_worker(dnsd, senses):
    pid = dnsd.process.pid
    with threads.starved(threads.threads_named(pid, "udp-0", count=2), beside=[pid, senses.process.pid]):
        _, detail = senses.wait("worker_starved")
        assert "worker 1 of 2 could run, but got no CPU" in detail
    senses.wait("ok")
    assert "worker_hung" not in senses.causes[4] + senses.causes[6], senses.said


@pytest.mark.skipif(not threads.may_starve(), reason="needs the right to take a whole CPU, of two")
def test_starved_dnsd(dnsd, senses):
    pid = dnsd.process.pid
    with threads.starved(threads.threads_of(pid), beside=[senses.process.pid]):
        _, detail = senses.wait("dnsd_starved")
        assert f"process {pid} could run, but gets no CPU" in detail
    senses.wait("ok")
    assert not {"dnsd_hung", "worker_hung"} & {*senses.causes[4], *senses.causes[6]}


@pytest.mark.skipif(not threads.may_starve(), reason="needs the right to take a whole CPU, of two")
def test_stopped_dnsd_hangs_though_it_gets_no_cpu(dnsd, senses):
    pid = dnsd.process.pid
    with threads.stopped(pid), threads.starved(threads.threads_of(pid), beside=[senses.process.pid]):
        senses.forget()
        senses.wait("dnsd_hung")
        assert "dnsd_starved" not in senses.causes[4] + senses.causes[6]
    senses.wait("ok")


@pytest.mark.skipif(not threads.may_spin(), reason="needs the right to change a process")
def test_endless_loop_of_workers(dnsd, senses):
    pid = dnsd.process.pid
    with threads.spinning(pid, threads.threads_named(pid, "udp-", count=2)):
        senses.wait("worker_hung")
    senses.wait("ok")


@pytest.mark.skipif(not threads.may_spin(), reason="needs the right to change a process")
def test_endless_loop_of_all(dnsd, senses, within):
    pid = dnsd.process.pid
    at = time.monotonic_ns()
    with threads.spinning(pid, threads.threads_of(pid)):
        seen, _ = senses.wait("dnsd_hung")
        within(seen - at, 700)
    senses.wait("ok")


def test_restarted_dnsd(dnsd, senses):
    dnsd.kill()
    senses.wait("dnsd_dead")
    dnsd.listen = [f"{host}@{port}" for host, port in dnsd.ports.items()]
    dnsd.write_conf()
    dnsd.start()
    senses.wait("ok")
    for causes in senses.causes.values():
        assert "udp_silent" not in causes and "answer_wrong" not in causes, causes


def test_ended_dnsd(dnsd, senses):
    dnsd.stop()
    senses.wait("dnsd_dead")


def stall(*processes):
    """Longer than any silence that is borne. They go on in the order in which they are given."""
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    time.sleep(0.7)
    for process in processes:
        process.send_signal(signal.SIGCONT)
    time.sleep(0.7)


@thrice
def test_stalled_senses_take_nothing_for_dnsds(dnsd):
    with sensing(dnsd) as senses:
        for _ in range(3):
            stall(senses.process)
        senses.drain()
        senses.saw()


@thrice
def test_all_stalled_together(dnsd):
    """As when a virtual machine pauses: nobody is to blame."""
    with sensing(dnsd) as senses:
        stall(dnsd.process, senses.process)
        stall(senses.process, dnsd.process)
        senses.drain()
        senses.saw()


def test_stale_zone(dnsd, senses):
    dnsd.write_zone("example.com", EXAMPLE[:50])
    dnsd.command("reload")
    assert "zone example.com. is stale" in senses.wait("zone_stale")[1]
    dnsd.write_zone("example.com", example_zone(2))
    dnsd.ask("reload")
    senses.wait("ok")


def test_a_full_table_of_connections_is_told(dnsd, senses):
    folder = dnsd.folder / "proc/sys/net/netfilter"
    folder.mkdir(parents=True)
    (folder / "nf_conntrack_max").write_text("1000\n")
    for count, cause, words in ((950, "conntrack_full", "950 of 1000 connections"), (100, "ok", "")):
        (folder / "nf_conntrack_count").write_text(f"{count}\n")
        _, detail = senses.wait(cause)
        assert words in detail


def signed_zone(serial, hours):
    """The zone with a signature of its SOA that ends in so many hours. It need not be right: nobody verifies it here."""
    until = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + hours * 3600))
    return example_zone(serial) + f"@ 3600 RRSIG SOA 13 2 3600 {until} 20200101000000 4711 example.com. AAAA\n"


def test_signatures_that_expire_are_told(dnsd, senses):
    for serial, hours, cause, words in ((2, 23.5, "signatures_expiring", "zone example.com. expire at"), (3, 240, "ok", ""),
                                        (4, -3.5, "signatures_expiring", "3 hours ago")):
        dnsd.write_zone("example.com", signed_zone(serial, hours))
        dnsd.ask("reload")
        _, detail = senses.wait(cause)
        assert words in detail
    assert {*senses.causes[4]} - SILENCES == {"ok", "signatures_expiring"}


def test_changing_serials_are_not_wrong(dnsd, senses):
    for serial in range(2, 12):
        dnsd.write_zone("example.com", example_zone(serial))
        dnsd.ask("reload")
        time.sleep(0.13)  # so that changes fall at all times between two reports and two rounds
    senses.drain()
    assert "answer_wrong" not in senses.causes[4] + senses.causes[6]


def test_other_node_is_wrong(new_dnsd):
    with new_dnsd(listen=BOTH, node="other", extra='stop_timeout = "0s";') as dnsd:
        dnsd.node = "mine"
        with Senses(dnsd) as senses:
            assert 'answered by node "other"' in senses.wait("answer_wrong")[1]


def test_dnsd_that_does_not_report(new_dnsd):
    with new_dnsd(listen=BOTH, extra='report_socket = "elsewhere.sock";') as dnsd:
        with Senses(dnsd) as senses:
            assert "report_socket" in senses.wait("report_silent")[1]


@thrice
def test_no_dnsd_at_all(new_dnsd, within):
    dnsd = new_dnsd(listen=BOTH).start()
    dnsd.stop()
    with Senses(dnsd) as senses:
        began = time.monotonic_ns()
        at, _ = senses.wait("port_closed")
        within(at - began, 200)
        senses.wait("dnsd_dead")
