"""anycastctl bird-config: what it writes is what it wrote before, BIRD takes it, and the daemons find in it what they expect.
What it does is tested in the lab (tests/lab/test_sessions.py)."""

import json
import os
import re
import shutil
import stat
import subprocess

import pytest

from birdconf import BIRD, GOLDEN, PASSWORD, SOURCE, copy_golden, run, version_of, write_password

VERSIONS = ("2.0.12", "3.3.2")
NAMES = sorted(path.stem for path in GOLDEN.glob("*.input"))
BIRD3 = os.environ.get("BIRD3")

needs_bird = pytest.mark.skipif(not BIRD, reason="BIRD is not installed: apt-get install bird2")


def written(folder, name, version):
    done = run(folder / f"{name}.input", "--bird-version", version)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def parse(bird, folder):
    return subprocess.run([bird, "-p", "-c", folder / "bird.conf"], capture_output=True, text=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_golden(tmp_path, name, version):
    text = written(copy_golden(tmp_path), name, version)
    golden = GOLDEN / f"{name}.{version}"
    if os.environ.get("PROXIMA_WRITE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()
    assert PASSWORD not in text


def check_taken(tmp_path, name, bird):
    conf = copy_golden(tmp_path) / f"{name}.input"
    done = run(conf, "--check", "--bird-version", version_of(bird), bird=bird)
    assert (done.returncode, done.stderr) == (0, "")
    assert "takes it" in done.stdout


@needs_bird
@pytest.mark.parametrize("name", NAMES)
def test_installed_bird_takes_it(tmp_path, name):
    check_taken(tmp_path, name, BIRD)


@pytest.mark.skipif(not BIRD3, reason="no BIRD 3: set BIRD3 to its path")
@pytest.mark.parametrize("name", NAMES)
def test_bird_3_takes_it(tmp_path, name):
    check_taken(tmp_path, name, BIRD3)


@pytest.mark.parametrize("name", NAMES)
def test_versions_differ_only_where_bird_does(tmp_path, name):
    """So what the parser of one of them says holds for the other one's file."""
    old, new = (written(copy_golden(tmp_path), name, version) for version in VERSIONS)
    new = new.replace("for BIRD 3.3.2.", "for BIRD 2.0.12.")
    new = re.sub(r"(?m)^    authentication md5;\n(?=    password )", "", new)
    new = re.sub(r"(?m)^(function \w+\(\)) -> bool$", r"\1", new)
    new = new.replace("    scan time 20;", "    scan time 60;")
    assert new == old


@pytest.mark.parametrize("version, seconds", zip(VERSIONS, (60, 20)))
def test_a_full_table_is_not_read_back_each_second(tmp_path, version, seconds):
    folder = copy_golden(tmp_path)
    assert written(folder, "ifog", version).count(f"    scan time {seconds};\n") == 2
    assert written(folder, "vultr", version).count("    scan time 1;\n") == 2  # a default route only


# ---- what is in it -----------------------------------------------------------------------------------------------


@pytest.fixture(params=NAMES)
def conf(request):
    return (GOLDEN / f"{request.param}.2.0.12").read_text()


def blocks(conf, kind):
    """{name: what is in the block}."""
    return dict(re.findall(rf"^{kind} (\w+) ?\{{?\n(.*?)^\}}", conf, re.M | re.S))


def test_every_session_has_all_locks(conf):
    sessions, filters, pipes = (blocks(conf, kind) for kind in ("protocol bgp", "filter", "protocol pipe"))
    providers = [name for name in sessions if name.startswith("up_")]
    assert providers and sorted(sessions) == sorted(re.findall(r"^protocol bgp (\w+)", conf, re.M))
    for name in providers:
        assert re.search(r"^    local role \w+;", sessions[name], re.M)
        channels = re.findall(r"^    ipv(\d) \{\n(.*?)^    \};", sessions[name], re.M | re.S)
        assert channels and len(re.findall(r"\bexport (filter|none|all|where)", sessions[name])) == len(channels)
        for family, body in channels:
            own = re.match(r" +table (\w+)_routes;\n", body)[1]
            assert own in (name, f"{name}_{family}")
            assert f"table {own}_routes;\n    peer table master{family};\n    import filter services_out;" in pipes[f"{own}_pipe"]
            if "export none" not in body:
                assert f"export filter {own}_out;" in body and re.search(r"export limit [1-9]\d* action block;", body)
                out = filters[f"{own}_out"]
                assert out.index("is_service() then reject;") < out.index("\n    accept;")


def test_nothing_is_included_behind_the_services(conf):
    assert "\ntemplate " not in conf
    behind = conf[conf.index("# ---- what goes out and comes in"):]
    assert "include" not in behind
    for body in blocks(conf, "protocol static").values():
        if "include" in body:
            assert body.index("disabled yes;") < body.index("include") < body.index("import filter")


def test_limits_block(conf):
    assert set(re.findall(r"limit \d+ action (\w+)", conf)) == {"block"}


def test_levels_are_those_of_the_programs(conf):
    defined = dict(re.findall(r"^define (LEVEL_\w+)\s*= (\d+);", conf, re.M))
    known = dict(re.findall(r'X\((LEVEL_\w+), "\w+", (\d+)\)', (SOURCE / "common" / "level.h").read_text()))
    known.pop("LEVEL_WITHDRAWN")
    assert len(known) == 4 and defined == known
    levels = {name.removeprefix("LEVEL_").lower() for name in known}
    statics = {name.split("_")[3] for name in blocks(conf, "protocol static") if name.startswith("svc_")}
    assert statics == levels


@needs_bird
def test_each_protocol_reads_its_own_intent(tmp_path):
    """None is there; each is read; other files in the folder are not."""
    conf = copy_golden(tmp_path) / "vultr.input"
    common = tmp_path / "common.conf"
    common.write_text(common.read_text().replace('intent_dir = "/run/proxima/intent"', 'intent_dir = "run/intent"; group = ""'))
    out = tmp_path / "bird"
    out.mkdir()
    assert run(conf, "--output", out, "--bird-version", version_of(BIRD)).returncode == 0
    assert parse(BIRD, out).returncode == 0
    intent = tmp_path / "run" / "intent"
    intent.mkdir(parents=True)
    assert parse(BIRD, out).returncode == 0
    names = [name for name in blocks((out / "bird.conf").read_text(), "protocol static") if name.startswith("svc_")]
    assert len(names) == 8
    for name in names:
        (intent / f"{name}.conf").write_text("nonsense;\n")
        assert f"{name}.conf:1" in parse(BIRD, out).stderr
        (intent / f"{name}.conf").write_text("disabled no;\n")
    for name in ("svc_dns_4_normal.new", "svc_dns_4_normal.conf.bak"):
        (intent / name).write_text("nonsense;\n")
    assert parse(BIRD, out).returncode == 0


# ---- what operators copy -----------------------------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path):
    for name in ("node.conf", "services.conf", "fleet.conf", "bgp.conf"):
        shutil.copy(SOURCE / "configs" / name, tmp_path)
    return tmp_path / "bgp.conf"


def test_shipped_example_is_short(shipped):
    """What is said on each node, for two servers with a provider each."""
    said = [line for name in ("node.conf", "bgp.conf") for line in (shipped.parent / name).read_text().splitlines()
            if line.strip() and not line.startswith("#")]
    assert len(said) <= 15


def test_golden_example(shipped):
    fleet = shipped.parent / "fleet.conf"
    fleet.write_text(fleet.read_text() + 'bird = { intent_dir = "/run/proxima/intent"; };\n')
    text = run(shipped, "--bird-version", "2.0.12").stdout
    example = SOURCE / "configs" / "bird" / "bird.conf.example"
    if os.environ.get("PROXIMA_WRITE_GOLDEN"):
        example.write_text(text)
    assert text == example.read_text()


@needs_bird
def test_shipped_example_is_taken(shipped):
    done = run(shipped, "--check", "--bird-version", version_of(BIRD))
    assert (done.returncode, done.stderr) == (0, "")


# ---- passwords ---------------------------------------------------------------------------------------------------


def test_passwords_stand_in_one_file_that_others_cannot_read(tmp_path):
    conf = copy_golden(tmp_path) / "reflector.input"
    conf.write_text(conf.read_text().replace("bird = {", 'bird = { group = "";'))
    out = tmp_path / "out"
    done = run(conf, "--output", out, "--bird-version", "2.0.12")
    assert done.returncode == 0 and PASSWORD not in done.stdout + done.stderr
    assert PASSWORD not in (out / "bird.conf").read_text()
    assert f'define PASSWORD_fleet = "{PASSWORD}";' in (out / "passwords.conf").read_text()
    assert stat.S_IMODE((out / "passwords.conf").stat().st_mode) == 0o640
    assert sorted(path.name for path in out.iterdir()) == ["bird.conf", "passwords.conf"]


@pytest.mark.parametrize("text, mode, complaint", [
    ("geheim\n", 0o644, "chmod 600"),
    ("\n", 0o600, "first line is empty"),
    ("x" * 81 + "\n", 0o600, "at most 80"),
    ('a"b\n', 0o600, "quotes"),
    (None, 0, "No such file"),
])
def test_bad_password_file(tmp_path, text, mode, complaint):
    conf = copy_golden(tmp_path) / "vultr.input"
    if text is None:
        (tmp_path / "password").unlink()
    else:
        write_password(tmp_path / "password", text, mode)
    done = run(conf, "--output", tmp_path, "--bird-version", "2.0.12")
    assert done.returncode == 2 and complaint in done.stderr and "password_file of up_vultr_4" in done.stderr
    assert not (tmp_path / "bird.conf").exists()
    assert run(conf, "--bird-version", "2.0.12").returncode == 0  # to look at bird.conf nobody needs passwords


# ---- --diff ------------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path):
    """A bgp.conf whose bird.conf is installed: (conf, folder)."""
    conf = copy_golden(tmp_path) / "vultr.input"
    common = tmp_path / "common.conf"
    common.write_text(common.read_text().replace("bird = {", 'bird = { dir = "etc"; group = ""; socket = "bird.ctl";'))
    out = tmp_path / "etc"
    out.mkdir()
    assert run(conf, "--output", out, "--bird-version", "2.0.12").returncode == 0
    return conf, out


def diff(conf):
    return run(conf, "--diff", "--bird-version", "2.0.12")


def test_diff_of_nothing(installed):
    done = diff(installed[0])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_diff_is_unified_and_applies(installed):
    conf, out = installed
    conf.write_text(conf.read_text().replace('profile = "vultr"', 'profile = "vultr"; hold = "60s"; role = "none"'))
    done = diff(conf)
    assert done.returncode == 1 and done.stderr == ""
    assert "-    hold time 30;\n+    hold time 60;\n" in done.stdout and "-    local role customer;\n" in done.stdout
    patched = subprocess.run(["patch", "-s", "-o", "-", out / "bird.conf"], input=done.stdout, capture_output=True, text=True)
    assert patched.stdout == run(conf, "--bird-version", "2.0.12").stdout


def test_diff_never_shows_passwords(installed):
    conf, out = installed
    write_password(conf.parent / "password", "another one\n")
    done = diff(conf)
    assert done.returncode == 1 and "passwords.conf differs" in done.stdout
    assert PASSWORD not in done.stdout and "another one" not in done.stdout


def test_diff_and_check_as_json(installed):
    conf, out = installed
    done = run(conf, "--diff", "--json", "--bird-version", "2.0.12")
    assert json.loads(done.stdout) == {"differs": False, "diff": "", "passwords_differ": False}
    write_password(conf.parent / "password", "another one\n")
    conf.write_text(conf.read_text().replace('profile = "vultr"', 'profile = "vultr"; hold = "60s"'))
    done = run(conf, "--diff", "--json", "--bird-version", "2.0.12")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["differs"] and told["passwords_differ"]
    assert "+    hold time 60;\n" in told["diff"] and "another one" not in done.stdout
    if BIRD:
        done = run(conf, "--check", "--json", "--bird-version", "2.0.12")
        assert json.loads(done.stdout) == {"ok": True, "version": "2.0.12"} and done.returncode == 0


def test_a_missing_file_is_told_with_the_remedy(tmp_path):
    done = run(tmp_path / "none.conf", "--check")
    assert done.returncode == 2 and "none.conf (--config names another file" in done.stderr
    assert "No such file" in done.stderr


def test_diff_of_a_first_installation(installed):
    conf, out = installed
    (out / "bird.conf").unlink()
    done = diff(conf)
    assert done.returncode == 1 and done.stdout.startswith("--- /dev/null\n+++ ") and "@@ -0,0 +1," in done.stdout


# ---- complaints --------------------------------------------------------------------------------------------------

SESSION = 'sessions = ( { provider = "vultr"; } );'
MISTAKES = {
    "a provider that is not there": (SESSION, 'sessions = ( { provider = "vulture"; } );', r"vultr\.input:3: .*\"vulture\""),
    "a profile that is not there": ('profile = "vultr"', 'profile = "vulter"', r"vultr\.input:2: .*did you mean \"vultr\""),
    "no neighbour": ('profile = "vultr"', 'asn = 64501', r"vultr\.input:3: .*neighbor4 or neighbor6 is missing"),
    "two neighbours of one session": ('profile = "vultr"', 'profile = "vultr"; one_session = true', r"there is one neighbour"),
    "no ASN": ('profile = "vultr"', 'neighbor4 = "198.51.100.1"', r"vultr\.input:3: .*asn is missing"),
    "our own ASN": ('profile = "vultr"', 'profile = "vultr"; asn = 64500', r"64500 is our own"),
    "a wrong family": (SESSION, 'sessions = ( { provider = "vultr"; neighbor4 = "2001:db8::1"; } );', r"no IPv4 address"),
    "a neighbour within our prefix": (SESSION, 'sessions = ( { provider = "vultr"; neighbor4 = "192.0.2.1"; } );',
                                      r"within 192\.0\.2\.0/24, which all sites announce"),
    "a source within our prefix": (SESSION, 'sessions = ( { provider = "vultr"; source4 = "192.0.2.53"; } );',
                                   r"within 192\.0\.2\.0/24"),
    "a port": (SESSION, 'sessions = ( { provider = "vultr"; neighbor4 = "198.51.100.1@1790"; } );', r"leave it out"),
    "a community": ('profile = "vultr"', 'profile = "vultr"; backup = { communities = [ "64501:99999" ]; }',
                    r"\"64501:99999\" is no community"),
    "a role": ('profile = "vultr"', 'profile = "vultr"; role = "client"', r"none of none, customer, peer, rs_client"),
    "an import": ('profile = "vultr"', 'profile = "vultr"; import = "all"', r"none of none, default, full"),
    "max_prefix": ('profile = "vultr"', 'profile = "vultr"; max_prefix = 0', r"max_prefix.*too small|out of range"),
    "the same session twice": (SESSION, 'sessions = ( { provider = "vultr"; }, { provider = "vultr"; } );', r"give one a name"),
    "the same neighbour twice": (SESSION, 'sessions = ( { provider = "vultr"; }, { provider = "vultr"; name = "b"; } );',
                                 r"same neighbour"),
    "a letter in a name": ('name = "vultr"; profile', 'name = "Vultr 1"; profile', r"only a-z, 0-9 and _"),
    "somebody else's blackhole": (SESSION, SESSION + ' blackholes = [ "203.0.113.1" ];', r"in no service's prefix"),
    "our own service's blackhole": (SESSION, SESSION + ' blackholes = [ "192.0.2.53" ];', r"where a service answers"),
    "a setting": (SESSION, SESSION + ' provider = "x";', r"did you mean \"providers\""),
    "a reflector": (SESSION, SESSION + ' fleet = { reflectors = [ "nyc1" ]; };', r"\"nyc1\" is none of the members"),
    "a quote": (SESSION, SESSION + ' log = "a\\"b";', r"quotes"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_with_their_place(tmp_path, mistake):
    old, new, complaint = MISTAKES[mistake]
    conf = copy_golden(tmp_path) / "vultr.input"
    assert old in conf.read_text()
    conf.write_text(conf.read_text().replace(old, new))
    done = run(conf, "--bird-version", "2.0.12")
    assert done.returncode == 2 and done.stdout == ""
    assert re.search(complaint, done.stderr), done.stderr


def test_member_that_is_not_this_node(tmp_path):
    conf = copy_golden(tmp_path) / "vultr.input"
    common = tmp_path / "common.conf"
    common.write_text(common.read_text().replace('node = "fra1"; node_id = 1', 'node = "nyc1"; node_id = 2'))
    assert "none of the members" in run(conf, "--bird-version", "2.0.12").stderr
    common.write_text(common.read_text().replace('node = "nyc1"; node_id = 2', 'node = "nyc1"; node_id = 1'))
    assert "node.conf says that it is fra1" in run(conf, "--bird-version", "2.0.12").stderr


@pytest.mark.parametrize("version, complaint", [("2.0.10", "too old"), ("two", "no version")])
def test_versions(tmp_path, version, complaint):
    done = run(copy_golden(tmp_path) / "he.input", "--bird-version", version)
    assert done.returncode == 2 and complaint in done.stderr


def test_without_any_bird(tmp_path):
    """No BIRD runs, none is installed: somebody must say for which one it is."""
    conf = copy_golden(tmp_path) / "he.input"
    common = tmp_path / "common.conf"
    common.write_text(common.read_text().replace("bird = {", 'bird = { socket = "none.ctl";'))
    done = run(conf, bird="/nonexistent/bird")
    assert done.returncode == 2 and "--bird-version" in done.stderr


@needs_bird
def test_installed_version_is_the_default(installed):
    assert f"for BIRD {version_of(BIRD)}." in run(installed[0]).stdout


@needs_bird
def test_check_says_what_bird_says(installed):
    conf, out = installed
    (out / "local.conf").write_text("nonsense;\n")
    conf.write_text(conf.read_text() + 'include = "local.conf";\n')
    done = run(conf, "--check")
    assert done.returncode == 2 and "local.conf:1" in done.stderr and "refuses it" in done.stderr


@pytest.mark.parametrize("text", ["protocol bgp mine from x { }", "protocol\tpipe{ peer table t; }"])
def test_include_has_no_sessions_and_no_pipes(installed, text):
    conf, out = installed
    (out / "local.conf").write_text(f"# mine\n{text}\n")
    conf.write_text(conf.read_text() + 'include = "local.conf";\n')
    done = run(conf, "--bird-version", "2.0.12")
    assert done.returncode == 2 and "local.conf has protocol " in done.stderr


def test_one_thing_at_a_time(tmp_path):
    done = run(copy_golden(tmp_path) / "he.input", "--diff", "--check")
    assert done.returncode == 2 and "at a time" in done.stderr


# ---- profiles ----------------------------------------------------------------------------------------------------


def test_profiles_are_listed_with_their_sources(tmp_path):
    listed = json.loads(run(tmp_path / "none", "--profiles", "--json").stdout)
    assert {"vultr", "buyvm", "he", "ifog", "servperso", "route-server", "datacentre"} == {p["name"] for p in listed}
    text = run(tmp_path / "none", "--profiles").stdout
    for profile in listed:
        assert profile["sources"] and profile["advice"] and profile["name"] in text
        assert (GOLDEN / f"{profile['name']}.input").exists()
