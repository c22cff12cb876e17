"""What stands in a site's folder: configuration and zones, as an operator would have them."""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from network import HERE, PREFIX4, PREFIX6, SERVICE4, SERVICE6, SITES_ASN, number

SOURCE = HERE.parent.parent
LASTING = "20370101000000"
ROOT_ZONE = SOURCE / "tests" / "data" / "zones" / "root.zone"

# The defaults are the internet's; the lab shortens them, so that a drain takes seconds.
POLICY = 'fall = 2; rise = 3; hold = "500ms"; flap_cycles = 4; flap_half_life = "5s"; min_sites = 1;'
HOST = "load_per_processor = 0; disk_free_mb = 1;"  # the machine is busy with three sites
DRAIN = 'min = "1s"; max = "3s"; linger = "500ms";'


@dataclass(frozen=True)
class Service:
    """What a site serves and announces."""

    addresses: tuple = (SERVICE4, SERVICE6)
    prefix4: str = PREFIX4
    prefix6: str = PREFIX6


@dataclass(frozen=True)
class Choices:
    """What may be otherwise at a site, for a scenario. Of the zones, example.test is always there."""

    zones: dict = field(default_factory=lambda: {".": ROOT_ZONE})  # {origin: the zone's file}
    policy: str = POLICY
    environment: dict = field(default_factory=dict)  # of the daemons
    records: Path | None = None  # where dnsd and anycastd keep what outlives them; None: the site's folder


USUAL = Choices()


def quoted(texts):
    """A libconfig list's inside."""
    return ", ".join(json.dumps(text) for text in texts)


class SiteFiles:
    def __init__(self, name, folder, service, bird_socket):
        self.name = name
        self.number = number(name)  # the node id
        self.folder = folder
        self.service = service
        self.bird_socket = bird_socket
        self.zones = folder / "zones"
        self.intent = folder / "intent"
        self.choices = USUAL
        self.zones.mkdir(parents=True, exist_ok=True)
        (folder / "daemon-node.conf").write_text(f'node = "{name}";\nnode_id = {self.number};\n')

    @property
    def records(self):
        return self.choices.records or self.folder

    # BIRD ---------------------------------------------------------------------------------------

    def write_bgp(self, bgp, kernel):
        """What bird.conf is made from; `bgp` is who this site speaks with, in the language of bgp.conf."""
        (self.folder / "bgp.conf").write_text(
            f'@include "daemon-node.conf"\n'
            f'@include "services.conf"\n'
            f"asn = {SITES_ASN};\n"
            f'router_id = "10.0.0.{self.number}";\n'
            f"{bgp}"
            f'hold = "9s";\n'
            f'bfd = {{ interval = "50ms"; }};\n'
            f"kernel = {'true' if kernel else 'false'};\n"
            f'log = "{self.folder}/bird.log";\n'
            f'bird = {{ dir = "{self.folder}"; socket = "{self.bird_socket}"; intent_dir = "{self.intent}"; group = ""; }};\n'
        )

    def write_services(self):
        prefixes = quoted((self.service.prefix4, self.service.prefix6))
        (self.folder / "services.conf").write_text(
            f'services = ({{ name = "dns"; prefixes = ({prefixes}); '
            f"addresses = ({quoted(self.service.addresses)}); zones = ({quoted(self.served())}); }});\n"
        )

    # zones --------------------------------------------------------------------------------------

    def write_zones(self):
        self.write_example(example_zone(self.name))
        for origin, path in self.choices.zones.items():
            copy = self.zones / zone_file(origin)
            copy.unlink(missing_ok=True)
            if origin == ".":
                copy.write_text(lasting(path.read_text()))
            else:
                shutil.copy(path, copy)

    def write_example(self, text):
        (self.zones / zone_file("example.test")).write_text(text)

    # daemons ------------------------------------------------------------------------------------

    def served(self):
        return ["example.test", *self.choices.zones]

    def write_dnsd(self):
        zones = ", ".join(f'{{ name = "{origin}"; file = "{zone_file(origin)}"; }}'
                          for origin in self.served())
        (self.folder / "dnsd.conf").write_text(
            f'@include "daemon-node.conf"\n'
            f"listen = ({quoted(self.service.addresses)});\n"
            f"workers = 2;\n"
            f'control_socket = "{self.folder}/dnsd.sock";\n'
            f'report_socket = "{self.folder}/report.sock";\n'
            f'zone_dir = "{self.zones}";\n'
            f'state_dir = "{self.records}";\n'
            f"zones = ({zones});\n"
        )

    def write_anycastd(self):
        (self.folder / "anycastd.conf").write_text(
            f'@include "daemon-node.conf"\n'
            f'control_socket = "{self.folder}/anycastd.sock";\n'
            f'report_socket = "{self.folder}/report.sock";\n'
            f'lease_socket = "{self.folder}/lease.sock";\n'
            f'state_dir = "{self.records}";\n'
            f'event_log = "{self.records}/events.jsonl";\n'
            f'bird = {{ socket = "{self.bird_socket}"; intent_dir = "{self.intent}"; }};\n'
            f"policy = {{ {self.choices.policy} }};\n"
            f"drain = {{ {DRAIN} }};\n"
            f"host = {{ {HOST} }};\n"
            f'@include "services.conf"\n'
        )

    def write_daemons(self, choices=USUAL):
        self.choices = choices
        self.records.mkdir(exist_ok=True)
        self.write_zones()
        self.write_dnsd()
        self.write_services()
        self.write_anycastd()


def lasting(text):
    """The zone with signatures that have not expired, as in a copy that is some weeks old they have; nobody verifies them."""
    return re.sub(r"(\bRRSIG\s+\S+ \d+ \d+ \d+ )\d{14} ", rf"\g<1>{LASTING} ", text)


def zone_file(origin):
    return "root.zone" if origin == "." else f"{origin}.zone"


def example_zone(node, serial=2026082201):
    return f"""$ORIGIN example.test.
$TTL 1h
@       SOA  ns1 hostmaster ( {serial} 3h 15m 1w 1h )
        NS   ns1
        NS   ns2.example.test.
ns1     A    {SERVICE4}
        AAAA {SERVICE6}
ns2     A    {SERVICE4}
www     5m A 203.0.113.80
*.wild  TXT  "any name below wild"
whoami  TXT  "{node}"
"""
