"""Checks of zones: --check-zone and the server find the same and come to the same, under whatever policy."""

import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from dnsd import Dnsd
from test_dnsd_cli import run

SIGNED = Path(os.environ.get("PROXIMA_SRCDIR", ".")) / "tests" / "data" / "zones" / "signed"
SOA = "@ SOA a.x. b.x. 1 2 3 4 5\n"
START = "$TTL 60\n" + SOA + "@ NS a.x.\n"
IN_TWO_DAYS = (datetime.now(timezone.utc) + timedelta(days=2)).strftime("%Y%m%d%H%M%S")
NSEC, NSEC3, OPTOUT = ((SIGNED / f"{name}.test.zone").read_text() for name in ("nsec", "nsec3", "optout"))


def without(text, pattern, count=1):
    """The text without some lines."""
    shorter, gone = re.subn(rf"^{pattern}.*\n", "", text, count=count, flags=re.MULTILINE)
    assert gone == count or count == 0 and gone
    return shorter


def changed(text, old, new, count=1):
    assert old in text
    return text.replace(old, new, count)


def types_of(text, owner, types):
    """The text with other types in an NSEC record."""
    return re.sub(rf"^({re.escape(owner)} \S+ IN NSEC \S+) .*$", rf"\1 {types}", text, flags=re.MULTILINE)


def signed_from_to(text, inception, expiration):
    return text.replace(" 20370101000000 20200101000000 ", f" {expiration} {inception} ")


# What is wrong with a zone, and by which checks that is found.
CASES = {
    "nothing": (START, ""),
    "no SOA": ("$TTL 60\n@ NS a.x.\n", "missing-soa"),
    "two SOAs": (START + SOA.replace("1", "9", 1), "several-soas"),
    "a SOA below": (START + "a" + SOA[1:], "soa-below-apex"),
    "no NS": ("$TTL 60\n" + SOA, "missing-ns"),
    "out of zone": (START + "a.other. A 192.0.2.1\n", "out-of-zone"),
    "CNAME and A": (START + "a CNAME x.\na A 192.0.2.1\n", "cname-and-other-data"),
    "two CNAMEs": (START + "a CNAME x.\na CNAME y.\n", "several-cnames"),
    "two DNAMEs": (START + "a DNAME x.\na DNAME y.\n", "several-dnames"),
    "DNAME at a cut": (START + "a DNAME x.\na NS x.\n", "dname-at-delegation,data-below-delegation"),
    "DNAME at a wildcard": (START + "*.a DNAME x.\n", "dname-at-wildcard"),
    "a delegated wildcard": (START + "*.a NS x.\n", "wildcard-delegation"),
    "too many TXT": (START + "".join(f'a TXT "{i:0250}"\n' for i in range(250)), "rrset-too-large"),
    "a duplicate": (START + "a A 192.0.2.1\na A 192.0.2.1\n", "duplicate-record"),
    "other TTLs": (START + "a 1 A 192.0.2.1\na 2 A 192.0.2.2\n", "ttl-mismatch"),
    "data below a cut": (START + "a NS x.\nb.a TXT x\n", "data-below-delegation"),
    "data below a DNAME": (START + "a DNAME x.\nb.a A 192.0.2.1\n", "data-below-dname"),
    "no glue": (START + "a NS b.a\n", "missing-glue"),
    "no host": (START + "a MX 1 b\n", "missing-host"),
    "no address": (START + "a MX 1 b\nb TXT x\n", "host-without-address"),
    "a CNAME as host": (START + "a MX 1 b\nb CNAME x.\n", "host-is-cname"),
    "DS at the apex": (START + "@ DS 1 8 2 ab\n", "ds-at-apex"),
    "DS alone": (START + "a DS 1 8 2 ab\n", "ds-without-delegation"),
    "NSEC3 with iterations": (OPTOUT, "nsec3-iterations"),
    "a strange NSEC3PARAM": (START + "@ NSEC3PARAM 2 0 0 -\n", "nsec3-unusable"),
    "NSEC": (NSEC, ""),
    "NSEC3": (NSEC3, ""),
    "no DNSKEY": (re.sub(r"(?m)^.* DNSKEY .*\n", "", NSEC), "missing-dnskey,chain-wrong-types"),
    "no chain": (re.sub(r"(?m)^.* IN (RRSIG )?NSEC .*\n", "", NSEC), "missing-chain"),
    "a name without NSEC": (without(NSEC, r"www\.nsec\.test\. \d+ IN NSEC "), "needless-signature,chain-broken"),
    "a type too many": (types_of(NSEC, "www.nsec.test.", "A AAAA TXT RRSIG NSEC"), "chain-wrong-types"),
    "no NSEC3 of a name": (without(NSEC3, r"\S{32}\.nsec3\.test\. \d+ IN NSEC3 "), "needless-signature,chain-broken"),
    "no signature": (without(NSEC, r"www\.nsec\.test\. \d+ IN RRSIG A "), "missing-signature"),
    "another signer": (changed(NSEC, " nsec.test. ", " nsec1.test. "), "missing-signature"),
    "expired": (signed_from_to(NSEC, "20200101000000", "20210101000000"), "signature-expired"),
    "near its expiry": (signed_from_to(NSEC, "20200101000000", IN_TWO_DAYS), "signature-near-expiry"),
    "of the future": (signed_from_to(NSEC, "20360101000000", "20370101000000"), "signature-not-yet-valid"),
}

POLICIES = {
    "the default": "",
    "strict": 'checks = [ "duplicate-record=error", "missing-glue=error", "chain-broken=error", "signature-expired=error",'
              ' "ttl-mismatch=off" ];',
    "lenient": 'checks = [ "out-of-zone=warning", "missing-ns=warning", "chain-wrong-types=off", "missing-host=off" ];',
    "near": 'signature_warning = "366d";',
}


def zone_of(text):
    """The name that signed zones have, or any."""
    match = re.search(r"^(\S+)\. \d+ IN SOA ", text)
    return match[1] if match else "checked.test"


def names_in(lines):
    return {match[1] for line in lines if (match := re.search(r" \[([a-z3-]+)\]$", line))}


def found_by_program(dnsd, zone, *options):
    """What --check-zone says of the zone, and whether it is good."""
    done = run(*options, "--check-zone", zone, dnsd.zone_file(zone))
    assert done.returncode in (0, 1)
    return [line for line in done.stderr.splitlines() if not line.startswith("dnsd: ")], done.returncode == 0


def found_by_server(dnsd, zone):
    dnsd.wait_for_log("zones-loaded")  # the log's thread may be behind
    lines = re.findall(r"zone-problem zone=\S+ problem=(.*)", dnsd.log_text())
    return lines, dnsd.zone(zone)["state"] == "serving"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("case", CASES)
def test_both_find_the_same(case, policy):
    text, names = CASES[case]
    zone = zone_of(text)
    with Dnsd(zones={zone: text}, extra=POLICIES[policy], workers=1) as dnsd:
        found, is_good = found_by_program(dnsd, zone, "-c", dnsd.conf)
        logged, is_served = found_by_server(dnsd, zone)
    assert logged == found[:10] and is_served == is_good
    off = set(re.findall(r'"([a-z-]+)=off"', POLICIES[policy]))
    errors = set(re.findall(r'"([a-z-]+)=error"', POLICIES[policy])) & names_in(found)
    assert names_in(found) == set(filter(None, names.split(","))) - off
    assert not (errors and is_good)


# --- policies change, time goes on --------------------------------------------------------------

NO_GLUE = START + "a NS b.a\n"
STRICT = 'checks = [ "missing-glue=error" ];'
MANY = "".join(f"n{i} A 192.0.2.{i % 250}\n" for i in range(6000))  # enough for an image


def set_policy(dnsd, extra):
    dnsd.extra = extra
    dnsd.write_conf()


def restart(dnsd):
    dnsd.kill()
    dnsd.log.write_text("")
    dnsd.start()


def test_a_reload_judges_anew_what_the_policy_changes():
    with Dnsd(zones={"a.test": NO_GLUE, "b.test": START}) as dnsd:
        zone = dnsd.zone("a.test")
        assert (zone["state"], zone["warnings"], zone["checks"]) == ("serving", 1, ["missing-glue"])
        set_policy(dnsd, STRICT)
        reply = dnsd.ask("reload")
        assert (reply["loaded"], reply["unchanged"], reply["failed"]) == (0, 1, 1)
        assert dnsd.zone("a.test")["state"] == "stale" and "[missing-glue]" in dnsd.zone("a.test")["error"]
        set_policy(dnsd, 'checks = [ "missing-glue=off" ];')
        assert dnsd.ask("reload")["loaded"] == 1
        zone = dnsd.zone("a.test")
        assert (zone["state"], zone["warnings"], zone["checks"]) == ("serving", 0, [])
        assert dnsd.ask("reload")["unchanged"] == 2


def test_a_zone_has_checks_of_its_own():
    dnsd = Dnsd(zones={"a.test": NO_GLUE, "b.test": NO_GLUE})
    dnsd.zones["b.test"] = STRICT
    dnsd.write_conf()
    with dnsd:
        assert (dnsd.zone("a.test")["state"], dnsd.zone("b.test")["state"]) == ("serving", "failed")
        for zone in ("a.test", "b.test"):
            assert found_by_program(dnsd, zone, "-c", dnsd.conf)[1] == (zone == "a.test")


def test_a_bad_policy_changes_nothing():
    with Dnsd(zones={"a.test": NO_GLUE}) as dnsd:
        for checks, why in (('"missing-glu=error"', 'there is no check "missing-glu"'),
                            ('"missing-glue=fatal"', '"fatal" is not off, warning or error'),
                            ('"several-soas=off"', "several-soas cannot be less than error")):
            set_policy(dnsd, f"checks = [ {checks} ];")
            reply = dnsd.command("reload")
            assert why in str(reply) and f"{dnsd.conf}:" in str(reply)
            assert dnsd.zone("a.test")["state"] == "serving"


@pytest.fixture
def imaged():
    """One that has written the image of a zone with a warning, signed until the day after tomorrow."""
    text = CASES["near its expiry"][0] + MANY.replace(" A ", ".more.nsec.test. A ") + "a.nsec.test. 60 NS b.a.nsec.test.\n"
    text = text.replace("\nn0.more", "\n$TTL 60\nn0.more", 1)
    with Dnsd(zones={"nsec.test": text}, extra='signature_warning = "1h"; checks = [ "missing-signature=off",'
                                                ' "chain-broken=off" ];') as dnsd:
        dnsd.wait_for_log("zone-image-written")
        yield dnsd


def test_a_start_from_an_image_tells_what_was_found(imaged):
    before = imaged.zone("nsec.test")
    assert before["checks"] == ["missing-glue"] and before["warnings"] == 1
    restart(imaged)
    after = imaged.zone("nsec.test")
    assert after["from"] == "image"
    assert [after[key] for key in ("warnings", "checks", "signed_until_unix")] == \
           [before[key] for key in ("warnings", "checks", "signed_until_unix")]
    assert abs(after["signed_until_unix"] - datetime.now(timezone.utc).timestamp() - 2 * 86400) < 3600
    imaged.wait_for_log("zone-problems zone=nsec.test. count=1 checks=missing-glue from=image remedy=dnsd --check-zone")


def test_signatures_are_judged_by_the_time_of_the_start(imaged):
    set_policy(imaged, imaged.extra.replace("1h", "3d"))
    restart(imaged)
    zone = imaged.zone("nsec.test")
    assert (zone["from"], zone["state"]) == ("image", "serving")
    assert zone["checks"] == ["missing-glue", "signature-near-expiry"] and zone["warnings"] == 2
    imaged.wait_for_log(r"zone-problem zone=nsec.test. problem=.*\[signature-near-expiry\]")


def test_an_image_is_not_used_under_another_policy(imaged):
    set_policy(imaged, imaged.extra.replace("[ ", '[ "missing-glue=error", '))
    restart(imaged)
    imaged.wait_for_log('zone-image-unused zone=nsec.test. reason="stale: other checks are wanted now"')
    assert imaged.zone("nsec.test")["state"] == "failed"


def test_an_image_whose_signatures_are_an_error_now_is_not_used(imaged):
    set_policy(imaged, imaged.extra.replace("1h", "3d").replace("[ ", '[ "signature-near-expiry=error", '))
    restart(imaged)
    imaged.wait_for_log(r"zone-image-unused zone=nsec.test. reason=.*\[signature-near-expiry\]")
    assert imaged.zone("nsec.test")["state"] == "failed"


# --- the command line ---------------------------------------------------------------------------

def test_the_table_is_listed():
    done = run("--list-checks")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert done.returncode == 0 and set(names) >= {name for _, found in CASES.values() for name in found.split(",") if name}


def test_check_config_counts_warnings(new_dnsd):
    dnsd = new_dnsd(zones={"a.test": NO_GLUE + "c MX 1 d\n", "b.test": START})
    done = run("--check-config", dnsd.conf)
    assert done.returncode == 0 and "good: node test1, 2 zones" in done.stdout
    assert done.stderr == "zone a.test.: warnings: 2 (missing-glue,missing-host): dnsd --check-zone tells them\n"


def test_a_check_of_the_command_line_goes_last(new_dnsd):
    dnsd = new_dnsd(zones={"a.test": NO_GLUE}, extra=STRICT)
    found = [found_by_program(dnsd, "a.test", *options)[1]
             for options in ([], ["-c", dnsd.conf], ["-c", dnsd.conf, "--check", "missing-glue=off"],
                             ["--check", "missing-glue=error"])]
    assert found == [True, False, True, False]


@pytest.mark.parametrize("arguments, code", [
    (["--check", "missing-glue=off"], 2),
    (["--check", "missing-glu=off", "--check-zone", "a", "b"], 1),
    (["--list-checks", "missing-glue"], 2),
])
def test_wrong_checks_are_told(arguments, code):
    assert run(*arguments).returncode == code
