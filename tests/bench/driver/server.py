"""A name server that is measured: configured, started, asked whether it answers right, ended. Hides processes
and folders. What each peer's configuration is, peers.py knows."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import proc
from .ask import Client, read_queries
from .programs import find_program
from .zones import origin_of

PROBES = 20  # random names that all have to be answered right before a server counts as loaded
FIRST_PORT, LAST_PORT = 20000, 32000  # below those that clients get
START_SECONDS = 120
STOP_SECONDS = 20
LINKS_MAX = 100


class Failed(Exception):
    """A server did not do what it has to; the text says what, and what it logged."""


def free_port():
    """A port that is free over UDP and TCP."""
    for port in range(FIRST_PORT + os.getpid() % 5000, LAST_PORT):
        if port not in _given and all(_can_bind(port, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            _given.add(port)
            return port
    raise Failed("no free port on 127.0.0.1")


_given = set()


def _can_bind(port, kind):
    with socket.socket(socket.AF_INET, kind) as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Server:
    """The base of all; a context manager that leaves nothing running and no files.

    Kinds say: name; program; serves_dnssec; configure(), which writes the files for self.zone and returns the command
    line; reload_command()."""

    name = None
    program = None
    version_option = "-V"
    serves_dnssec = True
    more = ""  # lines of its configuration that a kind of run adds

    def __init__(self, zone):
        self.zone = zone
        self.folder = Path(tempfile.mkdtemp(prefix=f"bench-{self.name}-"))
        self.port = free_port()
        self.process = None
        self.zones = self.folder / "zones"

    # what it is -------------------------------------------------------------------------------------

    @classmethod
    def path(cls):
        return find_program(cls.program)

    @classmethod
    def version(cls):
        done = subprocess.run([cls.path(), cls.version_option], capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.\d+[\w.-]*", done.stdout + done.stderr)
        return found[0] if found else "unknown"

    # files ------------------------------------------------------------------------------------------

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        return path

    def source(self):
        """The folder of zone files that it can read."""
        return self.zone.files

    def link_zones(self):
        """One link for each of few files, so that one can be replaced; one for the whole folder of many."""
        if len(self.zone.file_names) > LINKS_MAX:
            self.zones.symlink_to(self.source())
            return
        self.zones.mkdir()
        for name in self.zone.file_names:
            (self.zones / self.own_name(name)).symlink_to(self.source() / name)

    def own_name(self, file_name):
        """What the file of a zone has to be called here."""
        return file_name

    def zone_files(self):
        """[(origin, path)] of all zones."""
        return [(origin_of(name), self.zones / self.own_name(name)) for name in self.zone.file_names]

    def replace_zone(self, path):
        """As an editor does: another file in the same place, at once."""
        new = self.folder / "new"
        shutil.copyfile(path, new)
        new.rename(self.zone_files()[0][1])

    def kept_files(self):
        """What it has written for its own next start."""
        return []

    def forget(self):
        """As if it had never run."""
        for path in self.kept_files():
            path.unlink()

    # life -------------------------------------------------------------------------------------------

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self):
        """Writes all files, so that starting is all that is left to do."""
        self.link_zones()
        self.command = [str(part) for part in self.configure()]

    def start(self, seconds=START_SECONDS):
        """Starts it; the seconds from exec to right answers."""
        probes = self.probes()
        with open(self.folder / "output", "ab") as output, Client(self.port) as client:
            begin = time.monotonic()
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            cwd=self.folder, start_new_session=True)
            while not client.answers_right(probes, 1.0):
                if self.process.poll() is not None:
                    raise Failed(f"{self.name} ended with status {self.process.returncode}: {self.last_words()}")
                if time.monotonic() - begin > seconds:
                    raise Failed(f"{self.name} did not answer right within {seconds} s: {self.last_words()}")
            return time.monotonic() - begin

    def probes(self):
        return read_queries(self.zone.queries, PROBES)

    def reload(self):
        """Has it read its changed zone; returns when its own command does."""
        done = subprocess.run([str(part) for part in self.reload_command()], capture_output=True, text=True,
                              timeout=STOP_SECONDS, check=False)
        if done.returncode:
            raise Failed(f"{self.name} refused to reload: {(done.stdout + done.stderr).strip()[-200:]}")

    def last_words(self):
        text = ""
        for name in ("output", "log"):
            path = self.folder / name
            if path.exists():
                text += path.read_text(encoding="utf-8", errors="replace")[-400:]
        return " / ".join(text.split("\n")[-4:]).strip(" /") or "it said nothing"

    def pids(self):
        return proc.session_pids(self.process.pid)

    def stop(self):
        """Ends it in order, or else by force."""
        if not self.process:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        end = time.monotonic() + 2
        while (pids := self.pids()) and time.monotonic() < end:
            time.sleep(0.01)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
