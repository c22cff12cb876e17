"""Response rate limiting: what a client sees of it, what the log and the counters say, and how it is switched."""

import socket

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from dnsd import SECONDS, wait_for

STRICT = 'rrl = {{ mode = "{mode}"; rate = 1; burst = "3s"; {more} }};'
BURST = 3  # that STRICT allows
WHOLE = range(BURST, BURST + 4)  # replies that come whole: on a busy machine, asking may take some seconds


def strict(mode="on", more="slip = 2;"):
    return STRICT.format(mode=mode, more=more)


CLIENT = "127.0.0.2"  # not the address that is asked: that is never limited


class Client:
    """One UDP client that sends many questions and takes what comes back."""

    def __init__(self, dnsd, source=CLIENT):
        self.dnsd = dnsd
        (port,) = set(dnsd.ports.values())
        if source == "::1":
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            self.socket.connect((source, port))
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((source, 0))
            self.socket.connect(("127.0.0.1", port))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def ask(self, questions):
        """Sends them all; returns the replies: as many as the server says that it sent."""
        before = self.dnsd.counters()
        for question in questions:
            self.socket.send(question.to_wire())
        wait_for(lambda: dealt_with(self.dnsd.counters()) - dealt_with(before) == len(questions),
                 "count of all questions")
        self.socket.settimeout(SECONDS)
        sent = self.dnsd.counters()["responses"] - before["responses"]
        return [dns.message.from_wire(self.socket.recv(4096)) for _ in range(sent)]


def dealt_with(counters):
    return counters["responses"] + counters["rate_dropped"]


def questions(count, name="www.example.com", rdtype="A", **options):
    return [dns.message.make_query(name, rdtype, **options) for _ in range(count)]


def grown(dnsd, before):
    after = dnsd.counters()
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@pytest.mark.parametrize("listen, source, network", (("127.0.0.1@0", CLIENT, "127.0.0.0/24"), ("::@0", "::1", "::/56")))
def test_too_many_alike(new_dnsd, listen, source, network):
    with new_dnsd(extra=strict(), listen=(listen,)) as dnsd, Client(dnsd, source) as client:
        replies = client.ask(questions(BURST + 8))
        whole = [reply for reply in replies if reply.answer]
        slipped = [reply for reply in replies if reply.flags & dns.flags.TC]
        assert len(whole) in WHOLE
        assert len(slipped) == (BURST + 8 - len(whole)) // 2 and len(replies) == len(whole) + len(slipped)
        for reply in slipped:
            assert reply.rcode() == dns.rcode.NOERROR and not reply.answer and not reply.authority
        counters = dnsd.counters()
        assert counters["rate_slipped"] == len(slipped)
        assert counters["rate_dropped"] == BURST + 8 - len(replies)
        assert dnsd.ask("stats")["limited_networks"] == 1
        dnsd.wait_for_log(f"rate-limit-begin network={network} class=data mode=on")


def test_other_kinds_are_not_touched(new_dnsd):
    with new_dnsd(extra=strict()) as dnsd, Client(dnsd) as client:
        client.ask(questions(BURST + 3))
        for name, rdtype, rcode in (("www.example.com", "AAAA", dns.rcode.NOERROR),
                                    ("www.example.com", "MX", dns.rcode.NOERROR),
                                    ("nothing.example.com", "A", dns.rcode.NXDOMAIN),
                                    ("host.sub.example.com", "A", dns.rcode.NOERROR),
                                    ("www.example.org", "A", dns.rcode.REFUSED)):
            (reply,) = client.ask(questions(1, name, rdtype))
            assert reply.rcode() == rcode and not reply.flags & dns.flags.TC


def test_random_names_are_one(new_dnsd):
    with new_dnsd(extra=strict(more="slip = 0;")) as dnsd, Client(dnsd) as client:
        for pattern, rdtype in (("x{}.example.com", "A"), ("x{}.wild.example.com", "TXT"),
                                ("x{}.sub.example.com", "A"), ("x{}.example.org", "A")):
            asked = [question for i in range(20) for question in questions(1, pattern.format(i), rdtype)]
            assert len(client.ask(asked)) in WHOLE


def test_tcp_and_cookies_are_the_way_through(new_dnsd):
    with new_dnsd(extra=strict(more="slip = 1;")) as dnsd, Client(dnsd) as client:
        client.ask(questions(BURST + 5))
        assert dnsd.tcp("www.example.com").answer
        option = dns.edns.GenericOption(10, bytes(8))
        slipped = client.ask(questions(3, use_edns=0, options=[option]))[-1]
        assert slipped.rcode() == dns.rcode.BADCOOKIE and not slipped.flags & dns.flags.TC
        (cookie,) = slipped.options
        for reply in client.ask(questions(20, use_edns=0, options=[cookie])):
            assert reply.rcode() == dns.rcode.NOERROR and reply.answer


def test_a_client_that_falls_back_to_tcp(new_dnsd):
    with new_dnsd(extra=strict(more="slip = 1;")) as dnsd, Client(dnsd) as client:
        client.ask(questions(BURST + 5))
        for query in questions(10):
            reply, _ = dns.query.udp_with_fallback(query, "127.0.0.1", SECONDS, dnsd.ports["127.0.0.1"], source=CLIENT)
            assert reply.answer


def test_log_only_does_nothing(new_dnsd):
    with new_dnsd(extra=strict("log-only")) as dnsd, Client(dnsd) as client:
        before = dnsd.counters()
        replies = client.ask(questions(BURST + 20))
        assert len(replies) == BURST + 20 and all(reply.answer for reply in replies)
        counts = grown(dnsd, before)
        assert BURST + 20 - counts.pop("rate_matched") in WHOLE
        assert counts == {"queries_udp4": BURST + 20, "responses": BURST + 20, "noerror": BURST + 20}
        dnsd.wait_for_log("rate-limit-begin network=127.0.0.0/24 class=data mode=log-only")


def test_off_by_default(new_dnsd):
    with new_dnsd() as dnsd, Client(dnsd) as client:
        replies = client.ask(questions(150))
        assert len(replies) == 150 and all(reply.answer for reply in replies)
        assert dnsd.ask("stats")["limited_networks"] == 0


def test_exempt_networks(new_dnsd):
    with new_dnsd(extra=strict(more='exempt = [ "127.0.0.0/8" ];')) as dnsd, Client(dnsd) as client:
        assert len(client.ask(questions(150))) == 150


def test_ones_own_address_is_not_limited(new_dnsd):
    """anycastd asks from there, while the rest of its network is cut off."""
    with new_dnsd(extra=strict()) as dnsd, Client(dnsd) as client, Client(dnsd, "127.0.0.1") as anycastd:
        assert len(client.ask(questions(BURST + 20))) < BURST + 20
        assert len(anycastd.ask(questions(100))) == 100


def test_a_reload_switches_it(new_dnsd):
    with new_dnsd() as dnsd, Client(dnsd) as client:
        assert len(client.ask(questions(50))) == 50
        for mode, expected in (("on", WHOLE), ("off", (50,))):
            dnsd.extra = strict(mode, "slip = 0;")
            dnsd.write_conf()
            assert dnsd.ask("reload")["restart_needed"] == []
            assert len(client.ask(questions(50))) in expected
