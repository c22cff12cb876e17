"""Signs a zone by whichever signer is installed, with NSEC ("nsec"), NSEC3 ("nsec3"), or NSEC3 with opt-out ("optout")."""

import re
import subprocess

from .programs import find_program
from .zones import Skipped

VALID_DAYS = 3650  # the signed zone is kept in the build folder, and shall not expire there

BIND_OPTIONS = {"nsec": [], "nsec3": ["-3", "-", "-H", "0"], "optout": ["-3", "-", "-H", "0", "-A"]}
LDNS_OPTIONS = {"nsec": [], "nsec3": ["-n", "-t", "0", "-s", "-"], "optout": ["-n", "-p", "-t", "0", "-s", "-"]}
KNOT_SWITCH = {True: "on", False: "off"}


def sign(unsigned, signed, origin, folder, chain="nsec3"):
    """Writes the file `signed` from `unsigned`; keys and the like land in `folder`."""
    for program, run in SIGNERS.items():
        if find_program(program):
            folder.mkdir(parents=True, exist_ok=True)
            return run(unsigned, signed, origin, folder, chain)
    raise Skipped(f"no signer of zones is installed: none of {', '.join(SIGNERS)}")


def _run(folder, program, *words):
    command = [find_program(program), *(str(word) for word in words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"{program} failed: {(done.stderr or done.stdout).strip()[-200:]}")
    return done.stdout


def _bind(unsigned, signed, origin, folder, chain):
    for flags in ([], ["-f", "KSK"]):
        _run(folder, "dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256", *flags, origin)
    _run(folder, "dnssec-signzone", "-S", "-K", folder, *BIND_OPTIONS[chain], "-O", "full", "-P",
         "-e", f"now+{VALID_DAYS * 86400}", "-o", origin, "-f", signed, unsigned)


def _ldns(unsigned, signed, origin, folder, chain):
    names = [_run(folder, "ldns-keygen", "-a", "ECDSAP256SHA256", *flags, origin).strip()
             for flags in ([], ["-k"])]
    _run(folder, "ldns-signzone", *LDNS_OPTIONS[chain], "-o", origin, "-f", signed, unsigned, *names)


def _knot(unsigned, signed, origin, folder, chain):
    (folder / "knot.conf").write_text(f"""\
database:
    storage: {folder}
policy:
  - id: bench
    algorithm: ecdsap256sha256
    nsec3: {KNOT_SWITCH[chain != "nsec"]}
    nsec3-opt-out: {KNOT_SWITCH[chain == "optout"]}
    nsec3-iterations: 0
    nsec3-salt-length: 0
    rrsig-lifetime: {VALID_DAYS}d
template:
  - id: default
    storage: {unsigned.parent}
zone:
  - domain: {origin}
    dnssec-signing: on
    dnssec-policy: bench
""", encoding="ascii")
    _run(folder, "kzonesign", "-c", folder / "knot.conf", "-o", signed.parent, origin)
    written = [path for path in signed.parent.iterdir() if re.match(re.escape(origin), path.name)]
    written[0].rename(signed)


SIGNERS = {"dnssec-signzone": _bind, "kzonesign": _knot, "ldns-signzone": _ldns}
