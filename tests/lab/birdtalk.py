"""BIRD's control socket: commands, and their replies as birdc shows them."""

import socket

PATIENCE_S = 5  # a hung BIRD accepts the connection, and says nothing


class Talk:
    """A connection that is kept. RuntimeError where there is no BIRD, or none that answers."""

    def __init__(self, path):
        self.path = path
        self.client = socket.socket(socket.AF_UNIX)
        self.client.settimeout(PATIENCE_S)
        self.file = None
        try:
            self.client.connect(str(path))
            self.file = self.client.makefile("rw")
            self._read()
        except OSError as error:
            self.close()
            raise RuntimeError(f"BIRD at {path}: {error}") from None

    def ask(self, command):
        try:
            self.file.write(command + "\n")
            self.file.flush()
            return self._read()
        except OSError as error:
            raise RuntimeError(f"BIRD at {self.path}, {command}: {error}") from None

    def _read(self):
        """A reply's lines without their codes. Lines go on by a space or `NNNN-`, and end with `NNNN `."""
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise ConnectionResetError("hung up")
            coded = line[:4].isdigit()
            lines.append(line[5:] if coded else line[1:])
            if coded and line[4:5] == " ":
                return "".join(lines)

    def close(self):
        if self.file:
            self.file.close()
        self.client.close()


def ask(path, command):
    """One command over a connection of its own."""
    talk = Talk(path)
    try:
        return talk.ask(command)
    finally:
        talk.close()
