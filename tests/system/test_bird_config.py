"""configs/bird as operators copy it: BIRD takes it, whatever is in the intent folder, and it says
what the programs expect of it. What it does is tested in the lab."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(os.environ.get("PROXIMA_SRCDIR", Path(__file__).parents[2]))
BIRD = os.environ.get("BIRD") or shutil.which("bird", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
SHIPPED_INTENT = "/run/[p]roxima/intent"

needs_bird = pytest.mark.skipif(not BIRD, reason="BIRD is not installed: apt-get install bird2")


@pytest.fixture
def config(tmp_path):
    """A copy with the examples as sessions, and with an intent folder that is not there yet."""
    folder = tmp_path / "bird"
    shutil.copytree(SOURCE / "configs" / "bird", folder)
    for example in (folder / "peers").glob("*.conf.example"):
        example.rename(example.with_suffix(""))
    services = folder / "services.conf"
    text = services.read_text()
    assert SHIPPED_INTENT in text
    services.write_text(text.replace(SHIPPED_INTENT, f"{tmp_path}/[r]un/intent"))
    return folder


def parse(folder):
    return subprocess.run([BIRD, "-p", "-c", folder / "bird.conf"], capture_output=True, text=True)


def set_intent(config, name, text="disabled no;\n"):
    intent = config.parent / "run" / "intent"
    intent.mkdir(parents=True, exist_ok=True)
    (intent / name).write_text(text)


def protocol_names(config):
    return re.findall(r"^protocol static (svc_\w+)", (config / "services.conf").read_text(), re.M)


@needs_bird
def test_parses_without_an_intent_folder(config):
    result = parse(config)
    assert (result.returncode, result.stderr) == (0, "")


@needs_bird
def test_parses_with_an_empty_intent_folder(config):
    (config.parent / "run" / "intent").mkdir(parents=True)
    assert parse(config).returncode == 0


@needs_bird
def test_each_protocol_reads_its_own_intent(config):
    names = protocol_names(config)
    assert len(names) == 8
    for name in names:
        set_intent(config, f"{name}.conf")
    assert parse(config).returncode == 0
    for name in names:
        set_intent(config, f"{name}.conf", "nonsense;\n")
        result = parse(config)
        assert result.returncode != 0 and f"{name}.conf:1" in result.stderr
        set_intent(config, f"{name}.conf")


@needs_bird
def test_other_files_in_the_intent_folder_are_not_read(config):
    for name in ("svc_dns_4_normal.new", "svc_dns_4_normal.conf.bak", "xsvc_dns_4_normal.conf"):
        set_intent(config, name, "nonsense;\n")
    assert parse(config).returncode == 0


@needs_bird
def test_sessions_are_read(config):
    (config / "peers" / "broken.conf").write_text("nonsense;\n")
    assert "broken.conf" in parse(config).stderr


def test_each_service_has_all_levels_in_both_families(config):
    assert sorted(protocol_names(config)) == sorted(
        f"svc_dns_{family}_{level}" for family in "46" for level in ("normal", "backup", "leaving", "drain")
    )


def test_level_numbers_are_those_of_the_programs(config):
    defined = dict(
        re.findall(r"^define (LEVEL_\w+)\s*= (\d+);", (config / "bird.conf").read_text(), re.M)
    )
    known = dict(
        re.findall(r'X\((LEVEL_\w+), "\w+", (\d+)\)', (SOURCE / "common" / "level.h").read_text())
    )
    known.pop("LEVEL_WITHDRAWN")
    assert len(known) == 4
    assert defined == known
