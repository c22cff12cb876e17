"""Runs the load generators on a CPU of their own, and reads what they print."""

import json
import signal
import subprocess

from .programs import built
from .server import Failed

SPARE_SECONDS = 30


class Generator:
    """`program` (udpgen or tcpgen) of the build folder, on `cpu`."""

    def __init__(self, program, cpu):
        self.path = built(f"tests/bench/{program}")
        self.cpu = cpu

    def command(self, server, **options):
        options = {"port": server.port, "queries": server.zone.queries,
                   "pids": ",".join(str(pid) for pid in server.pids()), **options}
        words = [f"--{name}={value}" for name, value in options.items()]
        return ["taskset", "-c", str(self.cpu), self.path, *words]

    def run(self, server, **options):
        """Options as `udpgen --help` names them; returns the parsed line."""
        seconds = options.get("seconds", 2) + options.get("warmup", 1) + SPARE_SECONDS
        if "count" in options:
            seconds = 300
        with self.begin(server, **options) as running:
            return running.result(seconds)

    def begin(self, server, **options):
        return Running(self.command(server, **options), server.name)


class Running:
    """A generator under way; a context manager that ends it."""

    def __init__(self, command, asked):
        self.asked = asked
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, seconds=10):
        """Now, and what it has measured so far."""
        self.process.send_signal(signal.SIGTERM)
        return self.result(seconds)

    def result(self, seconds):
        try:
            output, complaints = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.asked} keeps the generator waiting for more than {seconds:.0f} s") from None
        if self.process.returncode:
            raise Failed(f"the generator failed against {self.asked}: {complaints.strip()}")
        return json.loads(output)
