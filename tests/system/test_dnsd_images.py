"""Zone images: a second start reads them instead of parsing, and never one that is not true."""

import os

import pytest

from dnsd import Dnsd

NAMES = 6000  # a zone that is worth an image
ZONE = "large.test"
WRITTEN = r"zone-image-written zone=large\.test\. "


def large_zone(serial=1, names=NAMES):
    head = f"$TTL 60\n@ SOA ns m {serial} 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
    return head + "".join(f"n{i} A 192.0.2.{i % 250}\n" for i in range(names))


def image_of(dnsd, zone=ZONE):
    return dnsd.folder / "state" / "images" / f"zone-{zone}.image"


def restart(dnsd):
    """As after a crash: nothing is tidied up. The log begins anew."""
    dnsd.kill()
    dnsd.log.write_text("")
    dnsd.start()


def assert_answers(dnsd):
    response = dnsd.udp(f"n77.{ZONE}")
    assert response.answer[0][0].address == "192.0.2.77"


def assert_loaded_from(dnsd, source, serial=1):
    zone = dnsd.zone(ZONE)
    assert (zone["from"], zone["serial"]) == (source, serial)
    dnsd.wait_for_log(rf"zone-loaded zone=large\.test\. serial={serial} .* from={source}\b")
    assert_answers(dnsd)


@pytest.fixture
def dnsd():
    """One that has written an image."""
    with Dnsd(zones={ZONE: large_zone()}) as running:
        running.wait_for_log(WRITTEN)
        assert_loaded_from(running, "file")
        yield running


def test_a_second_start_reads_the_image(dnsd):
    restart(dnsd)
    assert_loaded_from(dnsd, "image")
    reply = dnsd.ask("reload")
    assert (reply["loaded"], reply["unchanged"]) == (0, 1)
    assert "zone-image" not in dnsd.log_text()


def test_a_reload_after_a_start_from_the_image(dnsd):
    restart(dnsd)
    dnsd.write_zone(ZONE, large_zone(serial=2))
    assert dnsd.ask("reload")["loaded"] == 1
    assert_loaded_from(dnsd, "difference", serial=2)
    dnsd.wait_for_log(WRITTEN)
    restart(dnsd)
    assert_loaded_from(dnsd, "image", serial=2)


def test_an_edited_zone_is_parsed(dnsd):
    dnsd.write_zone(ZONE, large_zone(serial=2))
    restart(dnsd)
    assert_loaded_from(dnsd, "file", serial=2)
    dnsd.wait_for_log(rf'zone-image-unused .* reason="stale: {dnsd.zone_file(ZONE)} has changed"')
    dnsd.wait_for_log(WRITTEN)
    restart(dnsd)
    assert_loaded_from(dnsd, "image", serial=2)


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


@pytest.mark.parametrize("damage, why", [
    (lambda image: os.truncate(image, image.stat().st_size // 2), "damaged: not "),
    (lambda image: os.truncate(image, 0), "damaged: shorter"),
    (lambda image: flip(image, 24), "damaged: the checksum of its label"),
    (lambda image: flip(image, image.stat().st_size // 2), "damaged: a checksum is wrong"),
    (lambda image: image.write_bytes(b"x" * 100000), "foreign: not an image"),
])
def test_a_damaged_image_is_not_used(dnsd, damage, why):
    damage(image_of(dnsd))
    restart(dnsd)
    assert_loaded_from(dnsd, "file")
    dnsd.wait_for_log(f'zone-image-unused zone=large.test. reason="{why}')
    dnsd.wait_for_log(WRITTEN)
    restart(dnsd)
    assert_loaded_from(dnsd, "image")


def test_an_image_goes_with_its_zone(dnsd):
    dnsd.zones = {"other.test": ""}
    dnsd.write_zone("other.test", large_zone())
    dnsd.write_conf()
    assert dnsd.ask("reload")["removed"] == 1
    assert not image_of(dnsd).exists()
    dnsd.wait_for_log(r"zone-image-written zone=other\.test\. ")
    assert image_of(dnsd, "other.test").exists()


def test_small_zones_have_none():
    with Dnsd(zones={"small.test": large_zone(names=10), ZONE: large_zone()}) as dnsd:
        dnsd.wait_for_log(WRITTEN)
        assert not image_of(dnsd, "small.test").exists()


def test_no_state_no_images():
    dnsd = Dnsd(zones={ZONE: large_zone()})
    dnsd.write_conf(dnsd.conf.read_text().replace(f'"{dnsd.folder}/state"', '""'))
    with dnsd:
        assert_answers(dnsd)
        assert not (dnsd.folder / "state").exists()


def test_a_folder_that_cannot_be_made_is_said():
    dnsd = Dnsd(zones={ZONE: large_zone()})
    (dnsd.folder / "state").write_text("a file")
    with dnsd:
        assert_answers(dnsd)
        dnsd.wait_for_log('no-images reason="')
        dnsd.wait_for_log("zone-image-failed zone=large.test. ")


def test_a_full_disk_is_said(dnsd):
    """As far as one can see that without a disk of one's own: files may not grow."""
    dnsd.write_zone(ZONE, large_zone(serial=2).replace(" A ", " 61 A "))  # too much for a difference
    resource = pytest.importorskip("resource")
    resource.prlimit(dnsd.process.pid, resource.RLIMIT_FSIZE, (100000, resource.RLIM_INFINITY))
    assert dnsd.ask("reload", force=True)["loaded"] == 1
    dnsd.wait_for_log('zone-image-failed zone=large.test. .* reason="writing: File too large"')
    assert_loaded_from(dnsd, "file", serial=2)
    assert image_of(dnsd).exists() and not list(dnsd.folder.glob("state/images/*.new"))
    restart(dnsd)
    assert_loaded_from(dnsd, "file", serial=2)
