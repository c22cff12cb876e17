"""Loading by several threads while queries are answered: large zones in pieces, small ones side by side, images behind.

What comes out is the same as with one thread; under the thread sanitizer, a race ends dnsd.
"""

import ipaddress
import re

import pytest

from dnsd import Dnsd, example_zone
from steady import Steady

NAMES = 45000  # 1.3 MB: what a file of more than 1 MB has is read in pieces, by all threads
LARGE = ("example.com", "example.net")
SMALL = tuple(f"small{i}.test" for i in range(60))
PLACES = (0, 1, NAMES // 2, NAMES - 1)


def address(i, serial):
    """Of the first name and of the last one it changes with the serial."""
    return f"2001:db8::{serial if i in (0, NAMES - 1) else 1:x}:{i:x}"


def zone_text(zone, serial):
    text = example_zone(serial).replace("example.com", zone)
    if zone in LARGE:
        text += "".join(f"name-{i} AAAA {address(i, serial)}\n" for i in range(NAMES))
    return text


def write_zones(dnsd, serial):
    for zone in LARGE + SMALL:
        dnsd.write_zone(zone, zone_text(zone, serial))


def assert_serves(dnsd, serial):
    for zone in LARGE + SMALL:
        assert dnsd.serial(zone) == serial
    for zone in LARGE:
        for i in PLACES:
            got = dnsd.udp(f"name-{i}.{zone}", "AAAA").answer[0][0].address
            assert ipaddress.ip_address(got) == ipaddress.ip_address(address(i, serial))


def sources(dnsd):
    return {dnsd.zone(zone)["from"] for zone in LARGE}


def wait_for_images(dnsd):
    for zone in LARGE:
        dnsd.wait_for_log(re.escape(f"zone-image-written zone={zone}. "))


@pytest.fixture
def dnsd():
    dnsd = Dnsd(zones={})
    write_zones(dnsd, 1)
    dnsd.write_conf()
    with dnsd:
        yield dnsd


def test_first_load(dnsd):
    assert_serves(dnsd, 1)
    assert sources(dnsd) == {"file"}


def test_start_from_images(dnsd):
    wait_for_images(dnsd)
    dnsd.kill()
    dnsd.start()
    assert_serves(dnsd, 1)
    assert sources(dnsd) == {"image"}


def test_reloads_under_queries(dnsd):
    """The images of one version are being written while the next one is loaded."""
    clients = [Steady(dnsd), Steady(dnsd, tcp=True)]
    for client in clients:
        client.start()
    for serial in (2, 3, 4):
        write_zones(dnsd, serial)
        assert dnsd.ask("reload")["loaded"] == len(LARGE + SMALL)
        assert_serves(dnsd, serial)
        assert sources(dnsd) == {"difference"}
    for client in clients:
        client.wait_for(4)
        client.stop()
        assert client.lost == 0
        assert client.serials == sorted(client.serials)
