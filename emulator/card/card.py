"""The SD card in the meter: its size, its folders, and the stores that write to it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from emulator.acoustics import Results

from .files import Blob, CardFiles, CardFullError
from .form import StoreFormat, ms_of, record_of
from .store import AutoStore
from .tables import ManualTable
from .writers import Desk, file_name

MEGABYTE = 2**20
# The card has been in a camera before.
CAMERA_FILE = "NIKON001.DSC"
CAMERA_FILE_SIZE = 512
CAMERA_DAYS_AGO = 400
AUTO, MANUAL = "Auto_", "Manual_"


class Card:
    """Keeps the files, under a folder named after the model. Sizes in MB are multiples of 2**20 bytes."""

    def __init__(
        self,
        model: str,
        total_mb: int,
        free_mb: int,
        form: StoreFormat | None = None,
        on_access: Callable[[], object] = lambda: None,
        *,
        locks: bool = False,
    ) -> None:
        """Insert a card with so much free space. `on_access` is called before its files are read.

        With `locks`, files that are being written cannot be read.
        """
        self.total_mb = total_mb
        self.form = form or StoreFormat()
        self.files = CardFiles(free_mb * MEGABYTE, on_access, locks=locks)
        self.root = f"/{model}"

    @property
    def free_mb(self) -> int:
        """The space that is free, in whole MB. It may be set, as if others had filled or emptied the card."""
        return self.files.free // MEGABYTE

    @free_mb.setter
    def free_mb(self, value: int) -> None:
        self.files.free = value * MEGABYTE

    @property
    def free_percent(self) -> int:
        """The share that is free, in whole %."""
        return self.free_mb * 100 // self.total_mb

    @property
    def auto_folders(self) -> set[str]:
        """The Store Names for which there is a folder of an Auto store."""
        names = self.files.names(self.root)
        return {name.removeprefix(AUTO) for name in names if name.startswith(AUTO)}

    @property
    def manual_records(self) -> set[tuple[str, int]]:
        """Store Name and address of all records of Manual stores."""
        names = [name.removeprefix(MANUAL) for name in self.files.names(self.root) if name.startswith(MANUAL)]
        return {(name, address) for name in names for table in self._manual(name) for address in table.records}

    def has_data(self, mode: str, store_name: str, address: int) -> bool:
        """Whether a store in this mode, under this name and address would overwrite data."""
        if mode == "Manual":
            return any(address in table.records for table in self._manual(store_name))
        return self.files.exists(self.auto_folder(store_name))

    def auto_folder(self, store_name: str) -> str:
        """Return the path of the folder of an Auto store."""
        return f"{self.root}/{AUTO}{store_name}"

    def prepare(self, now: datetime, auto_folders: Iterable[str] = ()) -> None:
        """Let the card be as it is found at the first power-on: the folders that are missing are made.

        What was there before takes nothing of the free space that the card was inserted with.
        """
        files, before = self.files, now - timedelta(days=CAMERA_DAYS_AGO)
        if files.exists(self.root):
            return
        free = files.free
        files.free += CAMERA_FILE_SIZE
        files.make_folder("/DCIM", before)
        files.put(f"/{CAMERA_FILE}", Blob(bytes(CAMERA_FILE_SIZE), before), before)
        files.free = free
        files.make_folder(self.root, now)
        for name in sorted(auto_folders):
            files.make_folder(self.auto_folder(name), now)

    def begin_auto(self, desk: Desk, now: datetime) -> AutoStore | None:
        """Begin an Auto store over the one of that name, if there is; None if there is no room for it."""
        try:
            return AutoStore(desk, now)
        except CardFullError:
            return None

    def store_manual(
        self,
        *,
        index: str,
        store_name: str,
        address: int,
        results: dict[int, Results],
        start: datetime,
        now: datetime,
    ) -> bool:
        """Write one record, over the one of that address; return whether there was room for it.

        A file has columns for the channels of its first record; a record of other channels begins it anew.
        """
        files, channels = self.files, tuple(results)
        path = f"{self.root}/{MANUAL}{store_name}/{file_name(index, 'MAN', store_name, 0)}"
        table = files.content(path)
        record = record_of(ms_of(start), list(results.values()))
        try:
            if not isinstance(table, ManualTable) or table.channels != channels:
                table = self._new_manual(path, channels, now)
            if address not in table.records:
                files.take(table.row_size)
        except CardFullError:
            return False
        table.write(address, record, now)
        return True

    def take_screenshot(self, index: str, bmp: bytes, now: datetime) -> bool:
        """Write a picture of the display; return whether there was room for it."""
        folder = f"{self.root}/Screenshot"
        self.files.make_folder(folder, now)
        try:
            self.files.put(f"{folder}/{index}_{now:%Y%m%d_%H%M%S}.bmp", Blob(bmp, now), now)
        except CardFullError:
            return False
        return True

    def _manual(self, store_name: str) -> Iterable[ManualTable]:
        folder = f"{self.root}/{MANUAL}{store_name}"
        for name in self.files.names(folder):
            table = self.files.content(f"{folder}/{name}")
            if isinstance(table, ManualTable):
                yield table

    def _new_manual(self, path: str, channels: Sequence[int], now: datetime) -> ManualTable:
        table = ManualTable(self.form, channels, now)
        if table.size + table.row_size > self.files.free + self.files.size(path):
            raise CardFullError
        self.files.make_folder(path.rpartition("/")[0], now)
        self.files.put(path, table, now)
        return table
