"""DNS cookies (RFC 7873, RFC 9018): what clients get, what sites share, and how secrets are changed."""

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

CLIENT = bytes.fromhex("2464c4abcf10c957")
SECRET, NEXT = "e5e973e5a6b2a43f48e7dc849e37bfcf", "445536bcd2513298075a5d379663c962"
COOKIE, KEEPALIVE = 10, 11


def option(reply, code):
    """The data of an option in a reply; None if it is not there."""
    found = [option for option in reply.options if option.otype == code]
    assert len(found) <= 1
    return found[0].data if found else None


def cookie_query(cookie, name="www.example.com"):
    return dns.message.make_query(name, "A", use_edns=0, options=[dns.edns.GenericOption(COOKIE, cookie)])


def ask(dnsd, cookie=CLIENT, how=dns.query.udp):
    return how(cookie_query(cookie), "127.0.0.1", 30, dnsd.ports["127.0.0.1"])


def learn(dnsd):
    """A cookie that is good there."""
    cookie = option(ask(dnsd), COOKIE)
    assert len(cookie) == 24 and cookie.startswith(CLIENT)
    return cookie


def is_known(dnsd, cookie):
    """Whether the server takes the cookie, by its own count."""
    before = dnsd.counters()
    ask(dnsd, cookie)
    now = dnsd.counters()
    valid, bad = (now[name] - before[name] for name in ("cookies_valid", "cookies_bad"))
    assert valid + bad == 1
    return valid == 1


@pytest.fixture
def sites(new_dnsd, tmp_path):
    """Two servers with one file of secrets."""
    def write(*secrets):
        (tmp_path / "secrets").write_text("".join(f"{secret}\n" for secret in secrets))
        (tmp_path / "secrets").chmod(0o600)

    write(SECRET)
    extra = f'cookies = {{ secret_file = "{tmp_path}/secrets"; }};'
    made = [new_dnsd(extra=extra).start() for _ in range(2)]
    yield made, write
    for site in made:
        site.stop()


def test_a_client_gets_a_cookie_and_is_known_by_it(new_dnsd):
    with new_dnsd() as dnsd:
        assert is_known(dnsd, learn(dnsd))
        assert not is_known(dnsd, CLIENT + bytes(16))
        assert option(ask(dnsd, how=dns.query.tcp), COOKIE).startswith(CLIENT)
        assert option(dnsd.udp("www.example.com", use_edns=0), COOKIE) is None
        dnsd.wait_for_log("cookie-secret-own")


def test_a_cookie_is_good_at_all_sites(sites):
    (one, other), _ = sites
    assert is_known(other, learn(one))
    assert "cookie-secret-own" not in one.log_text() + other.log_text()


def test_servers_on_their_own_do_not_know_each_others(new_dnsd):
    with new_dnsd() as one, new_dnsd() as other:
        assert not is_known(other, learn(one))


def test_secrets_are_rolled_over_by_reloads(sites):
    (one, other), write = sites
    old = learn(one)
    write(SECRET, NEXT)
    one.ask("reload")
    assert learn(one)[8:12] == old[8:12] and is_known(one, old)
    write(NEXT, SECRET)
    other.ask("reload")
    new = learn(other)
    for site in (one, other):  # one has not heard that the new secret is the current one now
        assert is_known(site, old) and is_known(site, new)
    write(NEXT)
    for site in (one, other):
        assert site.ask("reload")["restart_needed"] == []
        assert is_known(site, new) and not is_known(site, old)


def test_a_bad_file_of_secrets_changes_nothing(sites):
    (one, _), write = sites
    cookie = learn(one)
    write("e5e9")
    reply = one.command("reload")
    assert not reply["ok"] and "secrets:1: a secret is 32 hexadecimal digits" in reply["error"]
    assert "e5e9" not in reply["error"]
    assert is_known(one, cookie)


def test_demanded_cookies(new_dnsd):
    with new_dnsd(extra='cookies = { mode = "require"; };') as dnsd:
        reply = ask(dnsd)
        assert reply.rcode() == dns.rcode.BADCOOKIE and not reply.answer
        reply = ask(dnsd, option(reply, COOKIE))
        assert reply.rcode() == dns.rcode.NOERROR and reply.answer
        assert ask(dnsd, how=dns.query.tcp).answer
        assert dnsd.udp("www.example.com").answer
        assert dnsd.counters()["badcookie"] == 1


def test_cookies_can_be_switched_by_a_reload(new_dnsd):
    with new_dnsd() as dnsd:
        assert option(ask(dnsd), COOKIE)
        dnsd.extra = 'cookies = { mode = "off"; };'
        dnsd.write_conf()
        assert dnsd.ask("reload")["restart_needed"] == []
        reply = ask(dnsd)
        assert reply.answer and option(reply, COOKIE) is None


def test_a_question_for_a_cookie_alone(new_dnsd):
    with new_dnsd() as dnsd:
        query = cookie_query(CLIENT)
        query.question = []
        reply = dns.query.udp(query, "127.0.0.1", 30, dnsd.ports["127.0.0.1"])
        assert reply.rcode() == dns.rcode.NOERROR and not reply.answer and not reply.question
        assert is_known(dnsd, option(reply, COOKIE))


def test_secrets_that_everybody_may_read_are_worth_a_word(new_dnsd, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.write_text(SECRET)
    secrets.chmod(0o604)
    with new_dnsd(extra=f'cookies = {{ secret_file = "{secrets}"; }};') as dnsd:
        dnsd.wait_for_log("cookie-secret-open .*mode=604")


def test_keepalive_is_told_over_tcp_alone(new_dnsd):
    wanted = [dns.edns.GenericOption(KEEPALIVE, b"")]
    with new_dnsd(extra='tcp = { idle_timeout = "7s"; };') as dnsd:
        reply = dnsd.tcp("www.example.com", use_edns=0, options=wanted)
        assert option(reply, KEEPALIVE) == (70).to_bytes(2, "big")
        reply = dnsd.udp("www.example.com", use_edns=0, options=wanted)
        assert option(reply, KEEPALIVE) is None
