"""The command line of dnsd: checks, their words, and exit codes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dnsd import PROGRAM, SECONDS, example_zone

CONFIGS = Path(os.environ.get("PROXIMA_SRCDIR", ".")) / "configs"


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS,
                          stdin=subprocess.DEVNULL)


def test_version_and_help():
    assert run("--version").stdout.startswith("dnsd ")
    assert "--check-zone NAME FILE" in run("--help").stdout


@pytest.mark.parametrize("arguments", [["--dance"], ["--check-zone", "example.com"], ["stray"], ["-c"]])
def test_wrong_usage(arguments):
    done = run(*arguments)
    assert done.returncode == 2 and "--check-config [FILE]" in done.stderr


def test_check_zone(new_dnsd):
    dnsd = new_dnsd()
    done = run("--check-zone", "example.com", dnsd.zone_file("example.com"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("zone example.com.: good: serial 1, 19 records, ")


def test_check_of_a_bad_zone_names_the_line(new_dnsd):
    dnsd = new_dnsd(zones={"example.com": example_zone().replace("192.0.2.80", "192.0.2.800")})
    done = run("--check-zone", "example.com", dnsd.zone_file("example.com"))
    assert done.returncode == 1 and not done.stdout
    assert "zone example.com.: " in done.stderr and "example.com.zone:11: " in done.stderr


def test_check_of_records_that_clash_names_both_lines(new_dnsd):
    dnsd = new_dnsd(zones={"example.com": "$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\nc CNAME x.\n\nc A 192.0.2.1\n"})
    path = dnsd.zone_file("example.com")
    done = run("--check-zone", "example.com", path)
    told = f"{path}:6: c.example.com. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data]\n"
    assert done.returncode == 1 and done.stderr == told + f"dnsd: zone example.com.: {told}"


def test_print_zone(new_dnsd):
    dnsd = new_dnsd()
    printed = run("--print-zone", "Example.COM", dnsd.zone_file("example.com"))
    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
    assert len(lines) == 19 and lines[0].startswith("example.com. 3600 IN SOA ")
    dnsd.zone_file("example.com").write_text(printed.stdout)
    assert run("--print-zone", "example.com", dnsd.zone_file("example.com")).stdout == printed.stdout


def test_print_of_a_bad_zone(new_dnsd):
    dnsd = new_dnsd(zones={"example.com": "@ 60 SOA\n"})
    done = run("--print-zone", "example.com", dnsd.zone_file("example.com"))
    assert done.returncode == 1 and not done.stdout and "example.com.zone:1: " in done.stderr


def test_check_config(new_dnsd):
    dnsd = new_dnsd()
    for arguments in (["--check-config", dnsd.conf], ["-c", dnsd.conf, "--check-config"]):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("good: node test1, 1 zone, 19 records\n")


def test_check_config_loads_the_zones(new_dnsd):
    dnsd = new_dnsd(zones={"example.com": example_zone(), "bad.test": "@ SOA\n"})
    done = run("--check-config", dnsd.conf)
    assert done.returncode == 1 and "bad.test" in done.stderr and "1 of 2 zones" in done.stderr


@pytest.mark.parametrize("text, place", [
    ("node = \"test1\";\nworkers = 1000;\n", "dnsd.conf:2: "),
    ("node = \"te st1\";\n", "dnsd.conf:1: "),
    ("workers = 1;\n", "node"),
    ("node = \"test1\";\nlisten = [\"::1\", \"::1@53\"];\n", "dnsd.conf:2: "),
    ("node = \"test1\";\nzones = ( { name = \"a.test\"; file = \"a\"; }, { name = \"A.TEST.\"; file = \"b\"; } );\n",
     "dnsd.conf:2: "),
    ("node = \"test1\";\nzones = ( { name = \"a..test\"; file = \"a\"; } );\n", "dnsd.conf:2: "),
    ("node = \"test1\";\nlog_level = \"loud\";\n", "dnsd.conf:2: "),
    ("node = \"test1\";\n@include \"absent.conf\"\n", "absent.conf"),
])
def test_bad_configuration_is_told_with_its_place(new_dnsd, text, place):
    dnsd = new_dnsd()
    dnsd.write_conf(text)
    for arguments in (["--check-config", dnsd.conf], ["-c", dnsd.conf]):
        done = run(*arguments)
        assert done.returncode == 1 and not done.stdout
        assert place in done.stderr, done.stderr


def test_node_file_is_included(new_dnsd):
    dnsd = new_dnsd()
    (dnsd.folder / "node.conf").write_text('node = "included"; node_id = 7;\n')
    dnsd.write_conf('@include "node.conf"\nzones = ();\n')
    assert "good: node included, 0 zones" in run("--check-config", dnsd.conf).stdout


def test_example_configuration_is_good(new_dnsd):
    dnsd = new_dnsd()
    shutil.copy(CONFIGS / "node.conf", dnsd.folder)
    shutil.copy(CONFIGS / "zones" / "example.com.zone", dnsd.folder)
    dnsd.write_conf((CONFIGS / "dnsd.conf").read_text() + '\nzone_dir = ".";\n')
    done = run("--check-config", dnsd.conf)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("good: node fra1, 1 zone, 12 records\n") and not done.stderr


def test_missing_files_are_named(new_dnsd):
    dnsd = new_dnsd()
    assert "absent.conf" in run("-c", dnsd.folder / "absent.conf").stderr
    done = run("--check-zone", "example.com", dnsd.folder / "absent.zone")
    assert done.returncode == 1 and "absent.zone" in done.stderr
