"""Network namespaces that cannot outlive the lab.

A namespace is held by a process of ours instead of a name under /run/netns, and the whole lab runs
in a PID namespace of its own (see lab.py), so that whatever ends the lab ends everything in it, and nothing is left behind."""

import contextlib
import ctypes
import os
import subprocess
import threading

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

SYSCTLS = {
    "net.ipv6.conf.all.accept_dad": "0",
    "net.ipv6.conf.default.accept_dad": "0",
    "net.ipv6.conf.default.accept_ra": "0",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
}


AS_UNITS_DO = -10  # BIRD, anycastd and its guard: the Nice= of their units
OTHER_MACHINES = -15  # routers and clients, which would have processors of their own


def with_nice(nice, command):
    """`command` before or behind the others; where that is not allowed, as any other."""
    return ["nice", "-n", str(nice), *command] if nice else command


def be_punctual():
    """The calling thread notes moments: it goes before those that it watches, if it may."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), OTHER_MACHINES)


def sh(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """One host of the lab."""

    def __init__(self, name):
        self.name = name
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--uts", "sh", "-c", f"hostname {name}; echo up; exec sleep infinity"],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        self.holder.stdout.readline()
        self.path = f"/proc/{self.holder.pid}/ns/net"
        self.ip("link set lo up")
        for key, value in SYSCTLS.items():
            self.sysctl(key, value)

    def wrap(self, command):
        return ["nsenter", f"--net={self.path}", f"--uts=/proc/{self.holder.pid}/ns/uts", *command]

    def run(self, *command):
        return sh(*self.wrap(command))

    def start(self, command, nice=0, **options):
        """Starts a program here; the caller ends it."""
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.wrap(with_nice(nice, [str(c) for c in command])), **options)

    def ip(self, arguments):
        return self.run("ip", *arguments.split())

    def sysctl(self, key, value):
        path = "/proc/sys/" + key.replace(".", "/")
        self.run("sh", "-c", f"echo {value} > {path}")

    def enter(self, function):
        """Calls `function` on a thread that stands in this namespace; sockets made there stay in it."""
        box = {}

        def body():
            handle = os.open(self.path, os.O_RDONLY)
            if libc.setns(handle, CLONE_NEWNET):
                box["error"] = OSError(ctypes.get_errno(), "setns")
                return
            os.close(handle)
            try:
                box["result"] = function()
            except Exception as error:  # handed to the caller's thread
                box["error"] = error

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        if "error" in box:
            raise box["error"]
        return box["result"]

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


def link(a, b, net4, net6):
    """A cable between two hosts: the devices are named after the other end; a has .1, b has .2 of net4
    (a base address like 198.51.100.4, /30) and ::1, ::2 of net6."""
    head, last = net4.rsplit(".", 1)
    sh("ip", "link", "add", "name", b.name, "netns", str(a.holder.pid), "type", "veth",
       "peer", "name", a.name, "netns", str(b.holder.pid))
    for host, other, number in ((a, b, 1), (b, a, 2)):
        host.ip(f"addr add {head}.{int(last) + number}/30 dev {other.name}")
        host.ip(f"addr add {net6}::{number}/64 dev {other.name} nodad")
        host.ip(f"link set dev {other.name} up")
