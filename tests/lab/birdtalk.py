"""BIRD's control socket: one command, its reply as birdc shows it."""

import socket

PATIENCE_S = 5  # a hung BIRD accepts the connection, and says nothing


def ask(path, command):
    """RuntimeError where there is no BIRD, or none that answers."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_S)
        try:
            client.connect(str(path))
            with client.makefile("rw") as file:
                greeting = read_reply(file)
                file.write(command + "\n")
                file.flush()
                return greeting + read_reply(file)
        except OSError as error:
            raise RuntimeError(f"BIRD at {path}, {command}: {error}") from None


def read_reply(file):
    """A reply's lines without their codes. Lines go on by a space or `NNNN-`, and end with `NNNN `."""
    lines = []
    while True:
        line = file.readline()
        if not line:
            raise ConnectionResetError("hung up")
        coded = line[:4].isdigit()
        lines.append(line[5:] if coded else line[1:])
        if coded and line[4:5] == " ":
            return "".join(lines)
