"""A node and two providers, for what bird-config writes: every kind of session that it knows.

        a ── n ── r ── b        a: on the same link, sends a full table, has the RPKI server
                                b: two hops away, knows nothing of roles
"""

import json
import re
import shutil
import subprocess

from netns import Namespace, link
from network import SITES_ASN, Router, host4, wait_for

A4, A6, B4, B6, R4, R6 = ("198.51.100.4", "2001:db8:1:1", "198.51.100.8", "2001:db8:1:2", "198.51.100.12",
                          "2001:db8:1:3")
ASN_A, ASN_B = 64501, 64502
SERVICE4, SERVICE6 = "192.0.2.0/24", "2001:db8:53::/48"
TABLE = [f"10.{i >> 8}.{i & 255}.0/24" for i in range(20000)]
VALID, INVALID = TABLE[0], TABLE[1]
HIJACKED = ("192.0.2.0/24", "192.0.2.128/25")
STAYRTR = shutil.which("stayrtr")
PASSWORDS = {"a": "not so secret", "b": "secret, too"}

NODE = """node = "n"; node_id = 1;
asn = {asn};
router_id = "10.0.0.1";
services = ( {{ name = "dns"; prefixes = ( "{service4}", "{service6}" );
               addresses = ( "192.0.2.53", "2001:db8:53::53" ); zones = ( "example.test" ); }} );
providers = (
    {{ name = "a"; asn = {asn_a}; password_file = "a.password"; ttl_security = true; bfd = true; import = "full";
      backup = {{ prepend = 2; communities = [ "{asn_a}:80", "{asn_a}:1:80" ]; }}; }},
    {{ name = "b"; asn = {asn_b}; password_file = "b.password"; multihop = 2; bfd = true;
      import = "default"; backup = {{ prepend = 3; communities = [ "{asn_b}:80" ]; }}; blackhole = "{asn_b}:666"; }}
);
sessions = (
    {{ provider = "a"; neighbor4 = "{a4}"; neighbor6 = "{a6}"; }},
    {{ provider = "b"; neighbor4 = "{b4}"; neighbor6 = "{b6}"; source4 = "{n4}"; source6 = "{n6}"; }}
);
rpki = ( {{ server = "{a4}"; port = 3323; }} );
hold = "9s";
bfd = {{ interval = "50ms"; }};
log = "{folder}/bird.log";
include = "local.conf";
bird = {{ dir = "{folder}"; socket = "{folder}/bird.ctl"; intent_dir = "{folder}/intent"; group = ""; }};
"""

PROVIDER = """router id {router_id};
log "{folder}/bird.log" all;
debug protocols {{ routes }};
timeformat log iso long us;
protocol device {{ scan time 10; }}
protocol direct {{ ipv4; ipv6; }}
protocol static host {{ ipv4; {host4} }}
protocol static host6 {{ ipv6; {host6} }}
protocol bfd {{
    interface "*" {{ min rx interval 50 ms; min tx interval 50 ms; }};
    multihop {{ min rx interval 50 ms; min tx interval 50 ms; }};
}}
protocol static table4 {{ ipv4; {table} }}
template bgp customer {{
    {role}
    password "{password}";
    {kind}
    bfd on;
    hold time 9; connect retry time 1; connect delay time 1; error wait time 1, 1;
}}
protocol bgp n4 from customer {{
    local {own4} as {asn};
    neighbor {n4} as {customer};
    ipv4 {{ import all; import keep filtered; export where proto = "table4"; next hop self; }};
}}
protocol bgp n6 from customer {{
    local {own6} as {asn};
    neighbor {n6} as {customer};
    ipv6 {{ import all; export none; next hop self; }};
}}
"""


def at(base, offset):
    return host4(base, offset) if "." in base else f"{base}::{offset}"


class Sessions:
    """All of it, running. `programs` as the lab's sites have them."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        self.hosts = {name: Namespace(name) for name in ("n", "a", "r", "b")}
        self.node = Router(self.hosts["n"], folder / "n", programs.bird)
        self.a = Router(self.hosts["a"], folder / "a", programs.bird)
        self.b = Router(self.hosts["b"], folder / "b", programs.bird)
        self.rpki = None
        self._cables()
        self._provider(self.a, "a", ASN_A, "ttl security on;", at(A4, 2), at(A6, 2), TABLE + list(HIJACKED))
        self._provider(self.b, "b", ASN_B, "multihop 2;", at(R4, 1), at(R6, 1), ["0.0.0.0/0", "10.99.99.0/24"])
        self._node()

    def _cables(self):
        hosts = self.hosts
        link(hosts["a"], hosts["n"], A4, A6)
        link(hosts["n"], hosts["r"], R4, R6)
        link(hosts["r"], hosts["b"], B4, B6)
        hosts["r"].sysctl("net.ipv4.ip_forward", "1")
        hosts["r"].sysctl("net.ipv6.conf.all.forwarding", "1")
        hosts["n"].ip(f"route add {B4}/30 via {at(R4, 2)}")
        hosts["n"].ip(f"-6 route add {B6}::/64 via {at(R6, 2)}")
        hosts["b"].ip(f"route add {R4}/30 via {at(B4, 1)}")
        hosts["b"].ip(f"-6 route add {R6}::/64 via {at(B6, 1)}")

    def _provider(self, router, name, asn, kind, n4, n6, table):
        multihop = name == "b"
        (router.folder / "bird.conf").write_text(PROVIDER.format(
            router_id=at(B4, 2) if multihop else at(A4, 1), own4=at(B4, 2) if multihop else at(A4, 1),
            own6=at(B6, 2) if multihop else at(A6, 1), folder=router.folder, asn=asn, kind=kind, n4=n4, n6=n6,
            host4=f"route {R4}/30 via {at(B4, 1)};" if multihop else "",
            host6=f"route {R6}::/64 via {at(B6, 1)};" if multihop else "",
            role="" if multihop else "local role provider;", password=PASSWORDS[name], customer=SITES_ASN,
            table="\n".join(f"route {prefix} blackhole;" for prefix in table)))

    def _node(self):
        folder = self.node.folder
        for name, password in PASSWORDS.items():
            path = folder / f"{name}.password"
            path.write_text(password + "\n")
            path.chmod(0o600)
        (folder / "local.conf").write_text("")
        (folder / "intent").mkdir(exist_ok=True)
        (folder / "bgp.conf").write_text(NODE.format(
            asn=SITES_ASN, asn_a=ASN_A, asn_b=ASN_B, service4=SERVICE4, service6=SERVICE6, a4=at(A4, 1), a6=at(A6, 1),
            b4=at(B4, 2), b6=at(B6, 2), n4=at(R4, 1), n6=at(R6, 1), folder=folder))
        done = self.bird_config("--output", str(folder))
        assert done.returncode == 0, done.stderr

    def bird_config(self, *arguments):
        """As the operator runs it on the node."""
        command = [self.programs.ctl, "bird-config", "--config", self.node.folder / "bgp.conf", *arguments]
        return subprocess.run(self.node.namespace.wrap([str(word) for word in command]), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, env={"BIRD": str(self.programs.bird)})

    def edit(self, old, new):
        """Changes bgp.conf, as an operator would."""
        path = self.node.folder / "bgp.conf"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def start(self):
        if STAYRTR:
            self._start_rpki()
        for router in (self.a, self.b, self.node):
            router.start()

    def _start_rpki(self):
        self.write_roas(f"AS{ASN_A}")
        with open(self.folder / "stayrtr.log", "ab") as log:
            self.rpki = self.hosts["a"].start(
                [STAYRTR, "-bind", f"{at(A4, 1)}:3323", "-cache", self.folder / "rpki.json", "-checktime=false",
                 "-refresh", "1", "-metrics.addr", ""], stdout=log, stderr=subprocess.STDOUT)

    def write_roas(self, origin):
        """Who may originate VALID; the RPKI server sees it within a second. INVALID is nobody's here."""
        roas = [{"prefix": VALID, "maxLength": 24, "asn": origin, "ta": "lab"},
                {"prefix": INVALID, "maxLength": 24, "asn": "AS64999", "ta": "lab"}]
        (self.folder / "rpki.new").write_text(json.dumps({"metadata": {}, "roas": roas}))
        (self.folder / "rpki.new").rename(self.folder / "rpki.json")

    def stop(self):
        for router in (self.node, self.a, self.b):
            router.stop()
        if self.rpki:
            self.rpki.terminate()
            self.rpki.wait()
        for host in self.hosts.values():
            host.close()

    # what is so -----------------------------------------------------------------------------------

    def established(self):
        """The names of the node's established sessions."""
        return {line.split()[0] for line in self.node.ask("show protocols").splitlines() 
                if " BGP " in line and "Established" in line}

    def enable(self, level, family=4):
        """As anycastd does: the file first, then the socket."""
        name = f"svc_dns_{family}_{level}"
        (self.node.folder / "intent" / f"{name}.conf").write_text("disabled no;\n")
        self.node.ask(f"enable {name}")

    def disable(self, level, family=4):
        name = f"svc_dns_{family}_{level}"
        self.node.ask(f"disable {name}")
        (self.node.folder / "intent" / f"{name}.conf").unlink()

    def configure(self):
        """`configure` by hand; True if BIRD took it. Waits until it is done."""
        reply = self.node.ask("configure")
        wait_for("BIRD to be done", lambda: "up and running" in self.node.ask("configure status"))
        return "Reconfigur" in reply

    def parses(self):
        command = [self.programs.bird, "-p", "-c", self.node.folder / "bird.conf"]
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0

    def settle(self):
        """Until BIRD has fed its tables anew. It does so in pieces, between the commands that it answers: counters that
        stay the same over some of these say that no piece is left."""
        seen = []
        while len(seen) < 5 or len(set(seen[-5:])) > 1:
            seen.append("".join(line for name in ("up_a_4", "up_b_4_pipe", "up_a_4_pipe", "up_b_4")
                                for line in self.node.ask(f"show protocols all {name}").splitlines()
                                if "updates:" in line or "withdraws:" in line or "State:" in line))

    @staticmethod
    def seen(router, prefix):
        """A prefix as a provider has it from the node: (path, communities, large communities) as texts; None: not."""
        session = "n6" if ":" in prefix else "n4"
        reply = router.ask(f"show route {prefix} protocol {session} all")
        attributes = dict(re.findall(r"^\t(?:BGP\.|bgp_)(\w+): (.*)$", reply, re.M))
        attributes["path"] = attributes.get("as_path", attributes.get("path"))
        return attributes["path"] and (attributes["path"], attributes.get("community", ""),
                                       attributes.get("large_community", ""))

    def ever_seen_by_b(self):
        """Every IPv4 prefix that b ever had from the node, by its log."""
        log = (self.b.folder / "bird.log").read_text()
        return set(re.findall(r"n4\.ipv4 > .*?(\d+\.\d+\.\d+\.\d+/\d+)", log))
