"""The servers, each configured for its best speed with one answering thread: nothing limits rates, responses are
minimal, and loading may use all CPUs."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from .programs import built
from .server import Server, free_port
from .zones import ROOT_FILE, without_dnssec

CPUS = len(os.sched_getaffinity(0))


class Dnsd(Server):
    name = "dnsd"
    program = "dnsd"
    version_option = "--version"

    @classmethod
    def path(cls):
        return built("dnsd/dnsd")

    def __init__(self, zone):
        super().__init__(zone)
        self.state = Path(tempfile.mkdtemp(prefix="dnsd-state-", dir=zone.folder))  # on a disk, not in /tmp

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.state, ignore_errors=True)

    def kept_files(self):
        return [path for path in self.state.rglob("*") if path.is_file()]

    def keeps_state(self):
        """Whether this dnsd knows the setting."""
        conf = self.write("state.conf", f'node = "bench"; state_dir = "{self.state}"; zones = ();\n')
        return not subprocess.run([self.path(), "--check-config", conf], capture_output=True, check=False).returncode

    def configure(self):
        state = f'state_dir = "{self.state}";' if self.keeps_state() else ""
        if len(self.zone.file_names) > 1:
            zones = f'zone_folders = ( {{ folder = "{self.zones}"; suffix = ""; }} );'
        else:
            zones = "".join(f'zones = ( {{ name = "{origin}"; file = "{path}"; }} );'
                            for origin, path in self.zone_files())
        conf = self.write("dnsd.conf", f"""\
node = "bench";
listen = [ "127.0.0.1@{self.port}" ];
workers = 1;
run_dir = "{self.folder}";
{state}
{self.more}
{zones}
""")
        return [self.path(), "-c", conf]

    def reload(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.connect(str(self.folder / "dnsd.sock"))
            control.sendall(b'{"cmd": "reload"}\n')
            control.recv(65536)


class Gdnsd(Server):
    name = "gdnsd"
    program = "gdnsd"
    version_option = "version"
    serves_dnssec = False

    def source(self):
        return without_dnssec(self.zone) if self.zone.name in ("tld", "root") else self.zone.files

    def own_name(self, file_name):
        return "ROOT_ZONE" if file_name == ROOT_FILE else file_name

    def configure(self):
        threads = max(CPUS, min(1000, len(self.zone.file_names)))  # each walks its list at each file: short ones
        for name in ("run", "state"):
            (self.folder / name).mkdir()
        self.write("config", f"""\
options => {{
  listen => [ "127.0.0.1:{self.port}" ]
  udp_threads => 1
  tcp_threads => 1
  udp_rcvbuf => 1048576
  zones_rfc1035_threads => {threads}
  run_dir => {self.folder}/run
  state_dir => {self.folder}/state
}}
""")
        return [self.path(), "-c", self.folder, "start"]

    def reload_command(self):
        return ["gdnsdctl", "-c", self.folder, "-t", "300", "reload-zones"]


class Nsd(Server):
    name = "nsd"
    program = "nsd"
    version_option = "-v"

    def configure(self):
        zones = "".join(f"zone:\n name: {origin}\n zonefile: {path}\n" for origin, path in self.zone_files())
        conf = self.write("nsd.conf", f"""\
server:
 server-count: 1
 ip-address: 127.0.0.1@{self.port}
 username: ""
 database: ""
 rrl-ratelimit: 0
 minimal-responses: yes
 tcp-count: 1000
 receive-buffer-size: 4194304
 send-buffer-size: 4194304
 zonesdir: {self.folder}
 pidfile: {self.folder}/pid
 xfrdfile: {self.folder}/xfrd.state
 xfrdir: {self.folder}
 zonelistfile: {self.folder}/zone.list
 logfile: {self.folder}/log
 verbosity: 0
{self.more}
remote-control:
 control-enable: yes
 control-interface: {self.folder}/control
{zones}""")
        return [self.path(), "-d", "-c", conf]

    def reload_command(self):
        return ["nsd-control", "-c", self.folder / "nsd.conf", "reload", self.zone.origins[0]]


class Knot(Server):
    name = "knot"
    program = "knotd"

    def configure(self):
        zones = "".join(f"  - domain: {origin}\n    file: {path}\n" for origin, path in self.zone_files())
        conf = self.write("knot.conf", f"""\
server:
    rundir: {self.folder}
    listen: 127.0.0.1@{self.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: {CPUS}
    tcp-max-clients: 1000
{self.more}
control:
    listen: {self.folder}/control
log:
  - target: {self.folder}/log
    any: error
database:
    storage: {self.folder}
template:
  - id: default
    storage: {self.zones}
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
{zones}""")
        return [self.path(), "-c", conf]

    def reload_command(self):
        return ["knotc", "-s", self.folder / "control", "-t", "300", "-b", "zone-reload", self.zone.origins[0]]


class Bind(Server):
    name = "bind9"
    program = "named"
    version_option = "-v"

    def configure(self):
        self.write("rndc.key", 'key "bench" { algorithm hmac-sha256; secret "YmVuY2htYXJrIG9ubHk="; };\n')
        control = free_port()
        self.write("rndc.conf", f"""\
include "{self.folder}/rndc.key";
options {{ default-key "bench"; default-server 127.0.0.1; default-port {control}; }};
""")
        zones = "".join(f'zone "{origin}" {{ type primary; file "{path}"; }};\n'
                        for origin, path in self.zone_files())
        conf = self.write("named.conf", f"""\
include "{self.folder}/rndc.key";
controls {{ inet 127.0.0.1 port {control} allow {{ 127.0.0.1; }} keys {{ "bench"; }}; }};
options {{
    directory "{self.folder}";
    listen-on port {self.port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file "{self.folder}/pid";
    session-keyfile none;
    recursion no;
    notify no;
    minimal-responses yes;
    dnssec-validation no;
    check-integrity no;
    zone-statistics none;
    tcp-clients 1000;
{self.more}
}};
logging {{ category default {{ null; }}; category queries {{ null; }}; }};
{zones}""")
        return [self.path(), "-f", "-4", "-n", "1", "-c", conf]

    def reload_command(self):
        return ["rndc", "-c", self.folder / "rndc.conf", "reload", self.zone.origins[0]]


class Pdns(Server):
    name = "pdns"
    program = "pdns_server"
    version_option = "--version"
    serves_dnssec = False  # not from zone files alone

    def configure(self):
        zones = "".join(f'zone "{origin}" {{ type master; file "{path}"; }};\n'
                        for origin, path in self.zone_files())
        self.write("named.conf", f'options {{ directory "{self.folder}"; }};\n{zones}')
        self.write("pdns.conf", f"""\
launch=bind
bind-config={self.folder}/named.conf
bind-check-interval=0
local-address=127.0.0.1
local-port={self.port}
receiver-threads=1
distributor-threads=1
cache-ttl=300
query-cache-ttl=300
negquery-cache-ttl=300
max-cache-entries=4000000
max-packet-cache-entries=4000000
socket-dir={self.folder}
daemon=no
guardian=no
loglevel=3
disable-syslog=yes
security-poll-suffix=
""")
        return [self.path(), f"--config-dir={self.folder}"]

    def control(self, *words):
        return ["pdns_control", f"--config-dir={self.folder}", f"--socket-dir={self.folder}", *words]

    def reload_command(self):
        return self.control("bind-reload-now", self.zone.origins[0])

    def reload(self):
        super().reload()
        subprocess.run(self.control("purge"), capture_output=True, check=False)  # what its caches have


class Echo(Server):
    """Not a name server: the floor of what an answer over a socket costs."""

    name = "echo"
    program = "echo"

    @classmethod
    def path(cls):
        return built("tests/bench/echo")

    @classmethod
    def version(cls):
        return "own"

    def link_zones(self):
        """It needs none."""

    def configure(self):
        return [self.path(), self.port]

    def probes(self):
        return [("nodata", bytes(12))]


NAME_SERVERS = (Dnsd, Gdnsd, Nsd, Knot, Bind, Pdns)
BY_NAME = {kind.name: kind for kind in (*NAME_SERVERS, Echo)}
