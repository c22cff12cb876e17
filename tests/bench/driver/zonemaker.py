"""Makes the zones that are measured, once: their files are kept in the build folder."""

import shutil
import subprocess
from pathlib import Path

from . import rootzone, signing
from .zones import NAMES, Zone, count_records


class ZoneMaker:
    """Makes zones with the program zonegen, in `cache`; `say` takes a line of progress."""

    def __init__(self, zonegen, cache, say):
        self.zonegen = zonegen
        self.cache = Path(cache)
        self.say = say

    def make(self, name, names=None):
        """The zone `name`, with so many names or as many as it usually has."""
        names = names or NAMES[name]
        folder = self.cache / f"{name}-{names}"
        if not (folder / "done").exists():
            self.say(f"making the zone {name}, {names:,} names")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self.generate(name, folder, names)
            if name == "signed":
                self._sign(folder)
            (folder / "done").write_text(f"{count_records(folder / 'zones')}\n", encoding="ascii")
        records = int((folder / "done").read_text(encoding="ascii"))
        return Zone(name, folder, records, names, needs_dnssec=name == "signed")

    def make_root(self, path):
        """The root zone from the file `path`."""
        return rootzone.make(path, self.cache / "root")

    def generate(self, name, folder, names, edition=1):
        subprocess.run([self.zonegen, name, folder, str(names), str(edition)], check=True)

    def edition(self, zone, number):
        """The file of a later version of the zone `leaf`, in which every hundredth record is another."""
        folder = zone.folder / f"edition-{number}"
        path = folder / "zones" / zone.file_names[0]
        if not path.exists():
            self.generate(zone.name, folder, zone.names, number)
        return path

    @staticmethod
    def _sign(folder):
        (folder / "zones").rename(folder / "unsigned")
        (folder / "zones").mkdir()
        for path in (folder / "unsigned").iterdir():
            signing.sign(path, folder / "zones" / path.name, path.name, folder / "keys")
