"""anycastctl bird-config --apply, against a BIRD that does what the test wants: it goes well, or everything is as before."""

import json
import os

import pytest

import fakebird
from birdconf import BIRD, PASSWORD, copy_golden, run, version_of, write_password
from fakebird import UP, FakeBird

pytestmark = pytest.mark.skipif(not BIRD, reason="BIRD is not installed, which checks first: apt-get install bird2")

PREFIX4, PREFIX6 = "192.0.2.0/24", "2001:db8:53::/48"
OLD = "# the bird.conf from before\n"
OLD_PASSWORDS = "# the passwords from before\n"


class Node:
    def __init__(self, folder):
        self.conf = copy_golden(folder) / "vultr.input"
        common = folder / "common.conf"
        common.write_text(common.read_text().replace("bird = {", 'bird = { dir = "etc"; group = ""; socket = "bird.ctl";'))
        self.etc = folder / "etc"
        self.etc.mkdir()
        self.bird_conf, self.passwords = self.etc / "bird.conf", self.etc / "passwords.conf"
        self.bird_conf.write_text(OLD)
        self.passwords.write_text(OLD_PASSWORDS)
        self.bird = FakeBird(folder / "bird.ctl", self.bird_conf, version_of(BIRD))
        self.bird.protocols = {
            "up_vultr_4": ("BGP", "up", UP),
            "up_vultr_6": ("BGP", "up", UP),
            "svc_dns_4_normal": ("Static", "up", ""),
            "svc_dns_6_normal": ("Static", "up", ""),
            "svc_dns_4_backup": ("Static", "down", ""),
        }
        self.bird.sent = {"up_vultr_4": {PREFIX4}, "up_vultr_6": {PREFIX6}}

    def apply(self, *arguments, wait="1s"):
        return run(self.conf, "--apply", "--wait", wait, *arguments)

    def fails(self, complaint, **options):
        """It is refused with a complaint, and the old files are back."""
        done = self.apply(**options)
        assert done.returncode == 2 and complaint in done.stderr, done.stderr
        assert (self.bird_conf.read_text(), self.passwords.read_text()) == (OLD, OLD_PASSWORDS)
        assert sorted(path.name for path in self.etc.iterdir()) == ["bird.conf", "passwords.conf"]
        assert PASSWORD not in done.stdout + done.stderr
        return done


@pytest.fixture
def node(tmp_path):
    node = Node(tmp_path)
    yield node
    if node.bird.files or node.bird.path.exists():
        node.bird.stop()


def is_new(text):
    return "protocol bgp up_vultr_4" in text


def test_it_goes_well(node):
    done = node.apply()
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 of 2 sessions" in done.stdout and done.stdout.endswith("applied\n")
    assert is_new(node.bird_conf.read_text()) and PASSWORD in node.passwords.read_text()
    assert [is_new(text) for text in node.bird.read] == [True]
    at = node.bird.commands.index("configure")
    assert node.bird.commands[at - 1] == "configure status"


def test_as_json(node):
    assert json.loads(node.apply("--json").stdout) == {"applied": True}
    node.bird.on_configure = [fakebird.parse_error, fakebird.done]
    done = node.apply("--json")
    assert json.loads(done.stdout)["applied"] is False and done.returncode == 2


def test_another_reconfiguration_is_waited_for(node):
    node.bird.busy = 5
    assert node.apply(wait="20s").returncode == 0
    assert len(node.bird.read) == 1
    first = node.bird.commands.index("configure")
    assert node.bird.commands[:first].count("configure status") == 5


def test_another_reconfiguration_that_does_not_end(node):
    node.bird.busy = 10 ** 6
    done = node.apply()
    assert done.returncode == 2 and "does not end" in done.stderr
    assert node.bird.read == []  # never a second one while one is under way


def test_configuration_that_somebody_tries_out(node):
    node.bird.unconfirmed = True
    done = node.apply()
    assert done.returncode == 2 and "birdc configure confirm" in done.stderr
    assert node.bird.read == [] and node.bird_conf.read_text() == OLD


def test_queued(node):
    node.bird.on_configure = [fakebird.queued]
    assert node.apply(wait="20s").returncode == 0
    assert node.bird.commands[-1] != "configure"


def test_parse_error_of_the_running_bird(node):
    """The one that runs may be another one than the one that checked."""
    node.bird.on_configure = [fakebird.parse_error, fakebird.done]
    node.fails("syntax error, unexpected FILTER")
    assert [is_new(text) for text in node.bird.read] == [True, False]


def test_bird_that_reads_another_file(node):
    node.bird.on_configure = [fakebird.another_file, fakebird.done]
    node.fails("BIRD reads /usr/local/etc/bird.conf, not ")


def test_half_a_reply_and_silence(node):
    node.bird.on_configure = [fakebird.half_a_reply, fakebird.done]
    assert "Rolled back" in node.fails("configure: BIRD did not answer within 1000 ms").stderr
    assert [is_new(text) for text in node.bird.read] == [True, False]


def test_restart_between_command_and_answer(node):
    node.bird.on_configure = [fakebird.restarts, fakebird.done]
    assert "Rolled back" in node.fails("configure: BIRD closed the connection").stderr
    assert is_new(node.bird.read[0]) and not is_new(node.bird.read[-1])


def test_bird_that_is_gone(node):
    """It cannot be told, but it will read the old file when it comes back."""
    node.bird.on_configure = [fakebird.dies]
    assert "Rolling back FAILED" in node.fails("configure: BIRD closed the connection").stderr


def test_no_bird_at_all(node):
    node.bird.stop()
    done = run(node.conf, "--apply", "--bird-version", "2.0.12")
    assert done.returncode == 2 and "--output" in done.stderr
    assert node.bird_conf.read_text() == OLD


def changes(**after):
    """A `configure` that ends well, after which BIRD shows other rows."""
    def act(fake, file):
        fake.protocols.update(after)
        fakebird.done(fake, file)
    return act


@pytest.mark.parametrize("after, complaint", [
    ({"svc_dns_4_normal": ("Static", "down", "")}, "svc_dns_4_normal is down, and was up before"),
    ({"svc_dns_4_backup": ("Static", "up", "")}, "svc_dns_4_backup is up, and was down before"),
    ({"up_vultr_4": ("BGP", "start", "Active        Socket: Connection refused")}, "session up_vultr_4 was established before"),
    ({"leak": ("BGP", "up", UP)}, "BIRD has a BGP session leak, which is not in bgp.conf"),
    ({"leak": ("BGP", "start", "Connect")}, "BIRD has a BGP session leak, which is not in bgp.conf"),
], ids=["a service gone", "another level", "a session down", "a session of somebody else's", "one that is not up yet"])
def test_what_is_not_as_before_is_taken_back(node, after, complaint):
    node.bird.on_configure = [changes(**after), fakebird.done]
    node.fails(complaint)
    assert [is_new(text) for text in node.bird.read] == [True, False]


def test_announcement_that_no_longer_goes_out(node):
    def silent(fake, file):
        fake.sent["up_vultr_6"] = set()
        fakebird.done(fake, file)
    node.bird.on_configure = [silent, fakebird.done]
    node.fails(f"{PREFIX6} is no longer announced to up_vultr_6")


def test_announcement_that_nobody_asked_for(node):
    def loud(fake, file):
        fake.sent["up_vultr_4"] = {PREFIX4}
        fakebird.done(fake, file)
    node.bird.sent["up_vultr_4"] = set()
    node.bird.on_configure = [loud, fakebird.done]
    node.fails(f"{PREFIX4} is announced, and was not before, to up_vultr_4")


def test_session_that_comes_up_again_is_waited_for(node):
    def flaps(fake, file):
        fake.protocols["up_vultr_4"] = ("BGP", "start", "Connect")
        fakebird.done(fake, file)
        fake.comes_back = len(fake.commands) + 6
    node.bird.on_configure = [flaps]
    serve = node.bird._answer

    def answer(file, command):
        if len(node.bird.commands) > getattr(node.bird, "comes_back", 10 ** 6):
            node.bird.protocols["up_vultr_4"] = ("BGP", "up", UP)
        serve(file, command)
    node.bird._answer = answer
    assert node.apply(wait="20s").returncode == 0


def test_session_that_is_new_is_not_waited_for(node):
    """The other side may not be ready."""
    node.bird.protocols["up_vultr_6"] = ("BGP", "start", "Active")
    node.bird.sent["up_vultr_6"] = set()
    assert node.apply().returncode == 0


@pytest.mark.parametrize("comes_up", [True, False])
def test_sessions_under_other_names(node, comes_up):
    """As when the file before was written by hand: it is enough that one comes up."""
    ours = {name: node.bird.protocols.pop(name) for name in ("up_vultr_4", "up_vultr_6")}
    node.bird.protocols["transit"] = ("BGP", "up", UP)

    def renames(fake, file):
        del fake.protocols["transit"]
        fake.protocols.update({name: row if comes_up and name == "up_vultr_4" else ("BGP", "start", "Connect")
                               for name, row in ours.items()})
        fakebird.done(fake, file)
    node.bird.on_configure = [renames, fakebird.done]
    if comes_up:
        assert node.apply().returncode == 0
    else:
        node.fails("no session with a provider is established")


def test_session_taken_out_on_purpose(node):
    node.conf.write_text(node.conf.read_text().replace('provider = "vultr";', 'provider = "vultr"; neighbor6 = "";'))

    def without(fake, file):
        fake.protocols.pop("up_vultr_6", None)
        fakebird.done(fake, file)
    node.bird.on_configure = [without]
    assert node.apply().returncode == 0


def test_nothing_is_touched_if_bird_would_not_take_it(node):
    (node.etc / "local.conf").write_text("nonsense;\n")
    node.conf.write_text(node.conf.read_text() + 'include = "local.conf";\n')
    done = node.apply()
    assert done.returncode == 2 and "local.conf:1" in done.stderr
    assert node.bird.read == [] and node.bird_conf.read_text() == OLD


def test_nothing_is_touched_if_it_cannot_be_written(node, tmp_path):
    """A group that is not there, found after the check."""
    common = tmp_path / "common.conf"
    common.write_text(common.read_text().replace('group = ""', 'group = "no-such-group"'))
    done = node.apply()
    assert done.returncode == 2 and "no-such-group" in done.stderr and "Nothing was changed" in done.stderr
    assert node.bird_conf.read_text() == OLD and node.passwords.read_text() == OLD_PASSWORDS


def test_first_installation_over_a_bird_without_a_file(node):
    node.bird_conf.unlink()
    node.bird.conf = node.bird_conf
    node.bird.on_configure = [fakebird.parse_error]
    done = node.apply()
    assert done.returncode == 2 and "There was no" in done.stderr


def test_files_for_bird_only(node):
    write_password(node.conf.parent / "password", "another one\n")
    assert node.apply().returncode == 0
    assert "another one" in node.passwords.read_text()
    assert os.stat(node.passwords).st_mode & 0o777 == 0o640
