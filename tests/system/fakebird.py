"""A BIRD that reads no configuration: it says what it is told to, and remembers what it was asked."""

import socket
import threading

UP = "Established   "


class FakeBird:
    """Its `protocols` are rows {name: (type, state, info)}, and `sent` what each session was sent: {session: {prefix}}.
    `on_configure` is called with itself and the connection's file for each `configure`; it answers."""

    def __init__(self, path, conf, version="2.0.12"):
        self.path, self.conf, self.version = path, conf, version
        self.protocols, self.sent = {}, {}
        self.busy = 0  # how often `configure status` still says that one is under way
        self.unconfirmed = False
        self.commands = []
        self.read = []  # bird.conf as it was at each `configure`
        self.on_configure = [done]  # one after the other; the last goes on
        self.listener = None
        self.files = []
        self.start()

    def start(self):
        self.path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """As a BIRD that dies: nobody listens, all connections are closed."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.path.unlink(missing_ok=True)
        for connection in self.files:
            connection.shutdown(socket.SHUT_RDWR)
        self.files = []

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.files.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection.makefile("rw") as file:
                say(file, f"0001 BIRD {self.version} ready.")
                for line in file:
                    self.commands.append(line.strip())
                    self._answer(file, line.strip())
        except (OSError, ValueError):
            pass

    def _answer(self, file, command):
        if command == "configure status":
            self.busy -= self.busy > 0
            say(file, "0004-Reconfiguration in progress" if self.busy else "0003-Daemon is up and running",
                *(["0022-Configuration unconfirmed, undo in 299 s"] if self.unconfirmed else []), "0000 ")
        elif command == "configure":
            self.read.append(self.conf.read_text())
            act = self.on_configure.pop(0) if len(self.on_configure) > 1 else self.on_configure[0]
            act(self, file)
        elif command == "show protocols":
            rows = [f"{name} {kind} --- {state} 2026-01-01 00:00:00 {info}"
                    for name, (kind, state, info) in self.protocols.items()]
            say(file, "2002-Name Proto Table State Since Info", *(f"1002-{row}" for row in rows), "0000 ")
        elif command.startswith("show route"):
            _, _, prefix, _, session, _ = command.split()
            if prefix in self.sent.get(session, ()):
                say(file, "1007-Table t:", f" {prefix} blackhole [svc_dns_4_normal 00:00:00] * (210)", "0000 ")
            else:
                say(file, "8001 Network not found")
        else:
            say(file, "9001 syntax error, unexpected CF_SYM_UNDEFINED")


def say(file, *lines):
    file.write("".join(f"{line}\n" for line in lines))
    file.flush()


# what `configure` may come to ------------------------------------------------------------------------------------


def done(fake, file):
    say(file, f"0002-Reading configuration from {fake.conf}", "0003 Reconfigured")


def queued(fake, file):
    fake.busy = 3
    say(file, f"0002-Reading configuration from {fake.conf}", "0005 Reconfiguration already in progress, queued")


def parse_error(fake, file):
    say(file, f"0002-Reading configuration from {fake.conf}", f"8002 {fake.conf}:12:3 syntax error, unexpected FILTER")


def another_file(fake, file):
    say(file, "0002-Reading configuration from /usr/local/etc/bird.conf", "0003 Reconfigured")


def half_a_reply(fake, file):
    file.write(f"0002-Reading configuration from {fake.conf}\n000")
    file.flush()


def dies(fake, file):
    fake.stop()


def restarts(fake, file):
    """Without an answer; the next one is there at once."""
    fake.stop()
    fake.start()
