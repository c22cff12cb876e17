"""anycastctl bird-config in a folder of the test's own."""

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(os.environ.get("PROXIMA_SRCDIR", Path(__file__).parents[2]))
PROGRAM = Path(os.environ.get("PROXIMA_BUILDDIR", ".")).resolve() / "anycastctl" / "cli" / "anycastctl"
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
BIRD = os.environ.get("BIRD") or shutil.which("bird", path=PATH)
GOLDEN = SOURCE / "tests" / "data" / "bird-config"
PASSWORD = "correct horse"


def version_of(bird):
    said = subprocess.run([bird, "--version"], capture_output=True, text=True)
    return (said.stdout + said.stderr).split()[2]


def run(conf, *arguments, bird=BIRD, **options):
    """`conf` is the path of a bgp.conf."""
    return subprocess.run([PROGRAM, "bird-config", "--config", conf, *arguments], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**os.environ, "PATH": PATH, "BIRD": bird or "bird"}, **options)


def copy_golden(folder):
    """The inputs of the golden files, with the password that they name."""
    for path in (*GOLDEN.glob("*.input"), GOLDEN / "common.conf"):
        shutil.copy(path, folder)
    write_password(folder / "password")
    return folder


def write_password(path, text=PASSWORD + "\n", mode=0o600):
    path.write_text(text)
    path.chmod(mode)
