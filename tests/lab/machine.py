"""A machine of its own: this host's files with a layer on top that is thrown away, and systemd as its first process.

What it lacks against a real one: devices, and whatever the host's kernel and the sandbox around the lab keep from everybody."""

import os
import shutil
import subprocess
from pathlib import Path

from netns import sh
from network import wait_for

SYSTEMD = Path("/lib/systemd/systemd")
SOURCE = "/srv/proxima"  # where the machine sees the source folder

BOOT = r"""set -e
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs tmpfs "$1/tmp"
mount -t sysfs sysfs "$1/sys" || mount --rbind /sys "$1/sys"
mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
mount --bind "$2" "$1/srv/proxima"
cd / && exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lab \
    /lib/systemd/systemd --unit=machine.target --log-target=journal
"""

# What a machine needs of the host's targets; their other services are the host's own affair.
TARGETS = {
    "machine.target": "Requires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n",
    "multi-user.target": "Requires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n",
    "basic.target": "Requires=sysinit.target\nAfter=sysinit.target\n",
    "sysinit.target": "Wants=systemd-journald.service\n",
    "network.target": "",
}


def why_not():
    """None if such machines can be had here, else the reason."""
    if os.geteuid() != 0:
        return "systemd's units need root"
    if not SYSTEMD.exists() or not shutil.which("systemctl"):
        return "no systemd: apt-get install systemd"
    kinds = Path("/proc/filesystems").read_text().split()
    missing = [kind for kind in ("overlay", "cgroup2") if kind not in kinds]
    return f"the kernel has no {missing[0]}" if missing else None


class Machine:
    """`host` is its Namespace, `folder` is for its files, `installed` is laid over the host's files."""

    def __init__(self, host, folder, installed, source):
        self.host, self.source = host, source
        self.root = folder / "root"
        self.process = None
        for part in ("root", "upper", "work"):
            (folder / part).mkdir(parents=True)
        sh("mount", "-t", "overlay", "overlay", "-o",
           f"lowerdir={installed}:/,upperdir={folder}/upper,workdir={folder}/work", str(self.root))
        self._arrange()

    def _arrange(self):
        units = self.root / "etc/systemd/system"
        for wanted in units.glob("*.wants"):
            shutil.rmtree(wanted)
        for name, text in TARGETS.items():
            (units / name).write_text(f"[Unit]\nDescription={name}\nDefaultDependencies=no\n{text}")
        (self.root / SOURCE[1:]).mkdir(parents=True, exist_ok=True)

    def boot(self):
        command = ["unshare", "--mount", "--pid", "--ipc", "--cgroup", "--fork", "--kill-child",
                   "sh", "-c", BOOT, "sh", self.root, self.source]
        self.process = self.host.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(f"systemd of {self.host.name}", self._is_up, 30)

    def _first(self):
        """The process id of its systemd, as seen from here."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return children[0] if children else None

    def _is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.host.name} did not boot")
        return self._first() and self.run("systemctl", "is-system-running").stdout.strip() == "running"

    def run(self, *command, text=None):
        """A command of its root: a CompletedProcess with all that was printed in stdout."""
        return subprocess.run(["nsenter", "--target", self._first(), "--all", "--root", "--wdns=" + SOURCE, *command],
                              input=text, stdin=None if text else subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)

    def check(self, *command, text=None):
        """The same; what fails is an error. Returns what was printed."""
        done = self.run(*command, text=text)
        assert done.returncode == 0, f"{self.host.name}: {' '.join(command)}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def unit(self, name, *properties):
        """Properties of a unit, as texts by their names."""
        lines = self.check("systemctl", "show", name, *(f"--property={one}" for one in properties)).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        subprocess.run(["umount", "--lazy", self.root], check=False)
