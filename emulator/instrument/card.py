"""The SD card: its size, and which stores there are data for."""

from collections.abc import Iterable


class Card:
    """Keeps account of the folders of Auto stores and of the records of Manual stores. Sizes in MB."""

    def __init__(self, total_mb: int, free_mb: int, auto_folders: Iterable[str] = ()) -> None:
        """Insert a card with these folders of Auto stores, named by their Store Names."""
        self.total_mb = total_mb
        self.free_mb = free_mb
        self.auto_folders = set(auto_folders)
        self.manual_records: set[tuple[str, int]] = set()

    @property
    def free_percent(self) -> int:
        """The share that is free, in whole %."""
        return self.free_mb * 100 // self.total_mb

    def has_data(self, mode: str, store_name: str, address: int) -> bool:
        """Whether a store in this mode, under this name and address would overwrite data."""
        if mode == "Manual":
            return (store_name, address) in self.manual_records
        return store_name in self.auto_folders
