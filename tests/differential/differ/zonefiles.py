"""Zones as files that the servers of the bench can be started with, signed where they have to be."""

from pathlib import Path

from driver import signing


class ZoneFiles:
    """What driver.server.Server wants of a zone: a folder in which each file is named for its zone."""

    name = "differential"

    def __init__(self, zones, folder):
        self.folder = Path(folder)
        self.files = self.folder / "zones"
        self.queries = None
        self.origins = [zone.plan.origin for zone in zones]
        self.file_names = self.origins
        for name in ("zones", "unsigned"):
            (self.folder / name).mkdir()
        for zone in zones:
            self._write(zone)

    def _write(self, zone):
        origin, chain = zone.plan.origin, zone.plan.chain
        path = (self.folder / "unsigned" if chain else self.files) / origin
        path.write_text(zone.text(), encoding="ascii")
        if chain:
            signing.sign(path, self.files / origin, origin, self.folder / "keys", chain)
