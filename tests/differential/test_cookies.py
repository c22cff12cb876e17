"""Cookies among different kinds of servers that share secrets (RFC 9018), and with clients that ask again."""

import shutil
import subprocess
import time

import dns.edns
import dns.message
import dns.rcode
import pytest

import cookie_servers
from dnsd import SECONDS, wait_for

CLIENT = bytes.fromhex("2464c4abcf10c957")
SECRET, NEXT = "e5e973e5a6b2a43f48e7dc849e37bfcf", "445536bcd2513298075a5d379663c962"
COOKIE = 10

def installed(kind):
    return pytest.param(kind, id=kind.program,
                        marks=pytest.mark.skipif(not kind.path(), reason=f"{kind.program} is not installed"))


each_peer = pytest.mark.parametrize("kind", [installed(kind) for kind in cookie_servers.KINDS])


def ask(server, cookie):
    """The RCODE, and the cookie that comes back."""
    option = dns.edns.GenericOption(COOKIE, cookie)
    reply = server.ask(dns.message.make_query("www.example.com", "A", use_edns=0, options=[option]))
    (data,) = [option.data for option in reply.options if option.otype == COOKIE]
    assert data[:8] == cookie[:8]
    return reply.rcode(), data


def takes(server, cookie):
    """Whether the server knows the client by this cookie: else it refuses, or gives it another one."""
    rcode, reply = ask(server, cookie)
    if isinstance(server, cookie_servers.Nsd):
        return reply == cookie
    return rcode == dns.rcode.NOERROR


def learn(server):
    _, cookie = ask(server, CLIENT)
    assert len(cookie) == 24
    return cookie


def wait_for_next_second():
    """After it, a server that makes a cookie makes another than before."""
    now = int(time.time())
    wait_for(lambda: int(time.time()) > now, "next second")


class Strict:
    """A dnsd that refuses those whose cookie it does not know."""

    def __init__(self, new_dnsd, folder, *secrets):
        file = folder / "secrets"
        file.write_text("".join(f"{secret}\n" for secret in secrets))
        file.chmod(0o600)
        self.dnsd = new_dnsd(extra=f'cookies = {{ mode = "require"; secret_file = "{file}"; }};').start()

    def ask(self, query):
        return dns.query.udp(query, "127.0.0.1", SECONDS, self.dnsd.ports["127.0.0.1"])


def assert_takes_only(server, cookie):
    wait_for_next_second()
    forged = cookie[:-1] + bytes([cookie[-1] ^ 1])
    assert takes(server, cookie) and not takes(server, forged)


@each_peer
def test_each_takes_the_cookies_of_the_other(new_dnsd, tmp_path, kind):
    ours = Strict(new_dnsd, tmp_path, SECRET)
    with kind([SECRET]) as theirs:
        assert_takes_only(theirs, learn(ours))
        assert_takes_only(ours, learn(theirs))


@each_peer
def test_other_secrets_make_no_friends(new_dnsd, tmp_path, kind):
    ours = Strict(new_dnsd, tmp_path, SECRET)
    with kind([NEXT]) as theirs:
        cookies = learn(ours), learn(theirs)
        wait_for_next_second()
        assert not takes(theirs, cookies[0]) and not takes(ours, cookies[1])


@each_peer
def test_a_peer_has_the_next_secret_first(new_dnsd, tmp_path, kind):
    ours = Strict(new_dnsd, tmp_path, SECRET, NEXT)
    with kind([NEXT, SECRET]) as theirs:
        assert takes(ours, learn(theirs))


@pytest.mark.parametrize("kind", [installed(cookie_servers.Named)])  # the others do not show it, or have one secret
def test_we_have_the_next_secret_first(new_dnsd, tmp_path, kind):
    ours = Strict(new_dnsd, tmp_path, NEXT, SECRET)
    with kind([SECRET, NEXT]) as theirs:
        assert takes(theirs, learn(ours))


@pytest.mark.parametrize("client", ["dig", "kdig"])
def test_a_client_that_is_asked_for_a_cookie_asks_again(new_dnsd, tmp_path, client):
    if not shutil.which(client):
        pytest.skip(f"{client} is not installed")
    ours = Strict(new_dnsd, tmp_path, SECRET)
    words = [client, f"-p{ours.dnsd.ports['127.0.0.1']}", "@127.0.0.1", "+cookie", "+short", "www.example.com", "A"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert done.stdout.split() == ["192.0.2.80"]
    counters = ours.dnsd.counters()
    assert (counters["badcookie"], counters["cookies_valid"]) == (1, 1)
