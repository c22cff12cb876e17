"""How dnsd leaves: after the withdrawal is confirmed, or at once where nobody will confirm it."""

import os
import signal
import socket
import time

import dns.message
import pytest

import threads
from anycastd import Anycastd
from dnsd import SECONDS, example_zone, framed, is_sanitized, receive_exactly, receive_message

QUESTION = dns.message.make_query("www.example.com", "A", id=4711).to_wire()


@pytest.fixture
def dnsd(new_dnsd):
    return new_dnsd().start()


def ended_well(dnsd):
    assert dnsd.wait() == 0 and not dnsd.complaints(), dnsd.log_text()
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_without_anycastd_it_leaves_at_once(dnsd, number):
    dnsd.process.send_signal(number)
    assert ended_well(dnsd)
    assert "draining reason=no-anycastd" in dnsd.log_text() and "stopped reason=drained" in dnsd.log_text()
    assert not dnsd.control.exists()


def test_it_answers_until_the_withdrawal_is_confirmed(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept().receive()
        dnsd.process.send_signal(signal.SIGTERM)
        anycastd.receive_until(lambda report: report["state"] == "stopping")
        for _ in range(10):
            assert anycastd.receive()["state"] == "stopping"
            assert dnsd.udp("www.example.com").answer and dnsd.tcp("www.example.com").answer
        anycastd.say(withdrawn=True)
        anycastd.wait_end()
        assert ended_well(dnsd)
    assert "draining reason=withdrawn" in dnsd.log_text()


def test_stop_is_told_at_once(new_dnsd):
    """Not when the next report is due: 100 ms after the one before."""
    for _ in range(10):
        dnsd = new_dnsd().start()
        with Anycastd(dnsd.report) as anycastd:
            reports = [anycastd.accept().receive()]
            dnsd.process.send_signal(signal.SIGTERM)
            while reports[-1]["state"] != "stopping":
                reports.append(anycastd.receive())
            if reports[-1]["mono_ns"] - reports[-2]["mono_ns"] < 0.08e9:
                return
    raise AssertionError("a stop waited for its turn each time")


def test_confirmation_before_the_question_does_not_count(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept().say(withdrawn=True)
        for _ in range(3):
            assert anycastd.receive()["state"] == "serving"
        dnsd.process.send_signal(signal.SIGTERM)
        for _ in range(3):
            anycastd.receive_until(lambda report: report["state"] == "stopping")
        assert dnsd.process.poll() is None
        anycastd.say(withdrawn=True)
        assert ended_well(dnsd)


def test_second_signal_leaves_at_once(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept()
        dnsd.process.send_signal(signal.SIGTERM)
        anycastd.receive_until(lambda report: report["state"] == "stopping")
        dnsd.process.send_signal(signal.SIGTERM)
        assert ended_well(dnsd)
    assert "draining reason=told-twice" in dnsd.log_text()


def test_the_wait_is_bounded(new_dnsd):
    dnsd = new_dnsd(extra='stop_timeout = "300ms";').start()
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept()
        begin = time.monotonic()
        dnsd.process.send_signal(signal.SIGTERM)
        assert ended_well(dnsd)
        assert time.monotonic() - begin > 0.29
    assert "draining reason=timeout" in dnsd.log_text()


def test_anycastd_that_restarts_meanwhile_is_asked_again(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept()
        dnsd.process.send_signal(signal.SIGTERM)
        anycastd.receive_until(lambda report: report["state"] == "stopping")
    with Anycastd(dnsd.report) as anycastd:
        assert anycastd.accept().receive()["state"] == "stopping"
        anycastd.say(withdrawn=True)
        assert ended_well(dnsd)


def test_anycastd_that_does_not_come_back_is_not_waited_for_long(dnsd):
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept()
        dnsd.process.send_signal(signal.SIGTERM)
        anycastd.receive_until(lambda report: report["state"] == "stopping")
    assert ended_well(dnsd)
    assert "draining reason=anycastd-gone" in dnsd.log_text()


@pytest.mark.skipif(not threads.may_hang(), reason="needs the right to trace a process")
def test_what_is_queued_is_answered(new_dnsd):
    """The worker is held while queries arrive, more than it answers in one turn, so all of them wait in the sockets."""
    dnsd = new_dnsd(workers=1).start()
    (tid,) = threads.threads_named(dnsd.process.pid, "udp-")
    clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
    with threads.hung(tid) as worker, dnsd.connect() as tcp:
        tcp.sendall(framed(QUESTION, QUESTION))
        for client in clients:
            client.connect(("127.0.0.1", dnsd.ports["127.0.0.1"]))
            client.settimeout(SECONDS)
            for _ in range(50):
                client.send(QUESTION)
        dnsd.process.send_signal(signal.SIGTERM)
        dnsd.wait_for_log("draining")
        worker.release()
        assert [receive_message(tcp).id for _ in range(2)] == [4711, 4711]
        for client in clients:
            assert all(len(client.recv(4096)) > 12 for _ in range(50))
            client.close()
    assert ended_well(dnsd)


def test_transfer_under_way_is_given_a_moment(new_dnsd):
    dnsd = new_dnsd(zones={"example.com": example_zone() + "".join(f"h{i} A 192.0.2.1\n" for i in range(50000))})
    dnsd.zones["example.com"] = 'allow_transfer = [ "127.0.0.0/8" ];'
    dnsd.write_conf()
    dnsd.start()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(SECONDS)
        client.connect(("127.0.0.1", dnsd.ports["127.0.0.1"]))
        client.sendall(framed(dns.message.make_query("example.com", "AXFR").to_wire()))
        receive_exactly(client, 1000)
        begin = time.monotonic()
        dnsd.process.send_signal(signal.SIGTERM)
        assert ended_well(dnsd)
        assert time.monotonic() - begin > 0.9
    assert "stopped reason=drained" in dnsd.log_text()  # and not when all patience was at an end


@pytest.mark.parametrize("with_anycastd", [False, True])
def test_first_load_does_not_keep_it(new_dnsd, with_anycastd):
    """What was never served is not announced: there is nothing to withdraw."""
    dnsd = new_dnsd()
    dnsd.write_slow_zone("example.com")
    with Anycastd(dnsd.report) as anycastd:
        if not with_anycastd:
            anycastd.listener.close()
        dnsd.start(wait=False)
        dnsd.wait_for_log("report-connected" if with_anycastd else "report-waiting")
        dnsd.process.send_signal(signal.SIGTERM)
        assert dnsd.wait() == 0 or is_sanitized()  # which complains of the loader that is left
    assert "serving" not in dnsd.log_text() and "stopped" in dnsd.log_text()


def test_hung_worker_does_not_keep_it(dnsd):
    if not threads.may_hang():
        pytest.skip("needs the right to trace a process")
    tid = threads.threads_named(dnsd.process.pid, "udp-")[0]
    with threads.hung(tid) as worker:
        dnsd.process.send_signal(signal.SIGTERM)
        dnsd.wait_for_log("left without a worker that hangs")
        worker.bury()
    assert dnsd.wait() == 1 or is_sanitized()  # which has its own opinion of threads that are left


def test_killed_server_is_started_again_on_the_same_port(new_dnsd):
    first = new_dnsd().start()
    port = first.ports["127.0.0.1"]
    with first.connect() as client:
        client.sendall(framed(QUESTION))
        receive_message(client)
        first.kill()
        first.listen = [f"127.0.0.1@{port}"]
        first.write_conf()
        with first:  # the stale control socket is no hindrance
            assert first.udp("www.example.com").answer


def test_log_that_nobody_reads_delays_nothing(new_dnsd):
    reader, writer = os.pipe()
    dnsd = new_dnsd(extra='log_level = "debug";')
    os.set_blocking(writer, False)
    try:
        while os.write(writer, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    dnsd.start(stderr=writer)
    os.close(writer)
    with Anycastd(dnsd.report) as anycastd:
        anycastd.accept()
        for serial in range(2, 300):
            if serial % 10 == 0:
                dnsd.write_zone("example.com", example_zone(serial))
            dnsd.ask("reload")
        assert dnsd.serial() == 290
        assert dnsd.udp("www.example.com").answer
        reports = [anycastd.receive_until(lambda report: time.monotonic_ns() - report["mono_ns"] < 0.09e9)]
        reports += [anycastd.receive() for _ in range(3)]
        assert min(after["mono_ns"] - before["mono_ns"] for before, after in zip(reports, reports[1:])) < 0.3e9
        dnsd.process.send_signal(signal.SIGTERM)
        anycastd.receive_until(lambda report: report["state"] == "stopping")
        anycastd.say(withdrawn=True)
        assert dnsd.wait() == 0
    os.close(reader)


def test_full_disk_below_the_log_stops_no_answer(new_dnsd):
    with open("/dev/full", "wb") as full:
        dnsd = new_dnsd().start(stderr=full)
    dnsd.write_zone("example.com", example_zone(2))
    assert dnsd.ask("reload")["loaded"] == 1 and dnsd.serial() == 2
    dnsd.process.send_signal(signal.SIGTERM)
    assert dnsd.wait() == 0


def test_control_socket_of_another_dnsd_is_not_taken(dnsd, new_dnsd):
    second = new_dnsd()
    second.extra = f'control_socket = "{dnsd.control}";'
    second.write_conf()
    second.start(wait=False)
    assert second.wait() == 1
    assert f"process {dnsd.process.pid} (dnsd) listens there" in second.log_text()
    assert dnsd.ask("status")["state"] == "serving"
    dnsd.stop()
