#!/usr/bin/python3
"""The door of the lab: runs a command in namespaces of its own, as root or not.

    lab.py demo [--keep]          the demonstration
    lab.py figures [--help]       every failure over and over, with figures
    lab.py soak [--help]          commands and faults at random, and laws that hold
    lab.py test [PYTEST ARGUMENT...]
    lab.py run COMMAND [ARGUMENT...]

Everything happens below one `unshare`: its own network (with no way out), mounts, and process ids; when the
command ends, is interrupted or killed, the kernel ends all that it started. Without root a user namespace
comes on top. Where namespaces are forbidden, `demo` plays the small form (small.py) and `test` says so."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

INSIDE = "PROXIMA_LAB_INSIDE"  # how to get in from outside: the options of nsenter
LIFELINE = "PROXIMA_LAB_LIFELINE"
PATIENCE_S = 10  # for an end in order
HERE = Path(__file__).resolve().parent

UNSHARE = ["--net", "--mount", "--pid", "--uts", "--fork", "--mount-proc", "--kill-child"]


def unshare_command():
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *as_root, *UNSHARE]


def why_not():
    """None if namespaces can be made here, else the reason in one line."""
    trial = subprocess.run(
        [*unshare_command(), "sh", "-c", "ip link add name lab0 type veth peer name lab1 && mount -t tmpfs t /run"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )
    if trial.returncode == 0:
        return None
    return (trial.stderr.strip().splitlines() or ["unshare failed"])[-1]


def prepare():
    """Inside: a private /run for sockets and logs, a private /dev/shm, and the loopback interface."""
    for folder in filter(os.path.isdir, ("/run", "/dev/shm")):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def enter(arguments):
    """Starts this script again inside of new namespaces and returns its exit status. The inside holds one end of a
    pipe, its lifeline: when we end, however we end, it comes to its end too."""
    user = "" if os.geteuid() == 0 else "--user --preserve-credentials "
    way_in = f"--target $$ {user}--mount --net --pid=/proc/$$/ns/pid_for_children"
    command = [*unshare_command(), sys.executable, __file__, *arguments]
    lifeline, our_end = os.pipe()
    os.environ[LIFELINE] = str(lifeline)
    inside = subprocess.Popen(["sh", "-c", f'{INSIDE}="{way_in}" exec "$@"', "sh", *command],
                              pass_fds=[lifeline])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.close(our_end))
    while True:
        try:
            return inside.wait()
        except KeyboardInterrupt:
            continue  # the terminal told the inside as well: let it end in order


def watch_lifeline():
    """Inside: the outside's end is like Ctrl-C; who does not heed it goes with the whole PID namespace."""
    def wait():
        os.read(int(os.environ[LIFELINE]), 1)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(PATIENCE_S)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job has it ignored
    threading.Thread(target=wait, daemon=True).start()


def main(arguments):
    if not arguments or arguments[0] not in ("demo", "figures", "soak", "test", "run"):
        print(__doc__)
        return 2
    if INSIDE not in os.environ:
        reason = why_not()
        if reason is None:
            return enter(arguments)
        return outside(arguments, reason)
    prepare()
    watch_lifeline()
    return inside(arguments)


def inside(arguments):
    sys.path.insert(0, str(HERE))
    if arguments[0] == "demo":
        import demo
        return demo.main(arguments[1:])
    if arguments[0] in ("figures", "soak"):
        import importlib
        return importlib.import_module(f"{arguments[0]}.command").main(arguments[1:])
    if arguments[0] == "test":
        import pytest
        return int(pytest.main(arguments[1:]))
    return subprocess.call(arguments[1:])


def outside(arguments, reason):
    print(f"network namespaces are not to be had here: {reason}", file=sys.stderr)
    sys.path.insert(0, str(HERE))
    if arguments[0] == "demo":
        import small
        return small.main(arguments[1:], reason)
    if arguments[0] == "test":
        import pytest
        os.environ["PROXIMA_LAB_WHY_NOT"] = reason  # conftest.py skips by it
        return int(pytest.main(arguments[1:]))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
