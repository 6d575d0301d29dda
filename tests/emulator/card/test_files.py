"""The tree of files: what a reader gets, and what it does not."""

from datetime import datetime

import pytest

from emulator.card import CardFiles, CardFullError, Entry
from emulator.card.files import Blob

THEN, NOW = datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9)


@pytest.fixture
def files() -> CardFiles:
    """Return a card with a folder, a file in it, and 90 bytes left of 100."""
    files = CardFiles(100)
    files.make_folder("/NL-43", THEN)
    files.put("/NL-43/Lp _1.rnd", Blob(b"0123456789", NOW), NOW)
    return files


def test_entries(files: CardFiles) -> None:
    """Entries tell name, size and date; a folder's date is that of its last new entry."""
    assert files.entries("/") == [Entry("NL-43", is_folder=True, size=0, modified=NOW)]
    assert files.entries("/NL-43") == files.entries("/NL-43/")
    assert files.entries("/NL-43") == [Entry("Lp _1.rnd", is_folder=False, size=10, modified=NOW)]
    assert files.free == 90


def test_reading_in_parts(files: CardFiles) -> None:
    """A file is read whole or in parts, and names are found in any case."""
    path = "/NL-43/Lp _1.rnd"
    assert files.read(path) == files.read(path.upper()) == b"0123456789"
    assert files.read(path, 3) == b"3456789"
    assert files.read(path, 3, 4) == b"3456"
    assert files.read(path, 8, 100) == b"89"
    assert files.read(path, 10) == files.read(path, 99, 5) == b""


def test_what_is_not_there(files: CardFiles) -> None:
    """What is not there is not found."""
    for path in ("/DCIM", "/NL-43/none", "/DCIM/none"):
        with pytest.raises(FileNotFoundError):
            files.entries(path)
        with pytest.raises(FileNotFoundError):
            files.read(path)
        with pytest.raises(FileNotFoundError):
            files.remove(path)
        assert not files.exists(path)
        assert files.content(path) is None
        assert files.size(path) == 0
        assert list(files.names(path)) == []
    files.discard("/DCIM")
    assert files.free == 90


def test_files_are_no_folders(files: CardFiles) -> None:
    """Files are no folders, and folders no files."""
    path = "/NL-43/Lp _1.rnd"
    with pytest.raises(NotADirectoryError):
        files.entries(path)
    with pytest.raises(NotADirectoryError):
        files.read(f"{path}/none")
    with pytest.raises(NotADirectoryError):
        files.put(f"{path}/none", Blob(b"", NOW), NOW)
    assert not files.exists(f"{path}/none")
    assert list(files.names(path)) == []
    with pytest.raises(IsADirectoryError):
        files.read("/NL-43")
    with pytest.raises(IsADirectoryError):
        files.remove("/NL-43")


def test_the_space_of_what_is_removed_is_free_again(files: CardFiles) -> None:
    """The space of what is removed or overwritten is free again."""
    path = "/NL-43/Lp _1.rnd"
    files.put(path, Blob(b"x" * 100, NOW), NOW)
    assert files.free == 0
    with pytest.raises(CardFullError):
        files.put(path, Blob(b"x" * 101, NOW), NOW)
    assert files.size("/NL-43") == 100
    assert files.free == 0
    files.remove(path)
    assert files.entries("/NL-43") == []
    assert files.free == 100
    with pytest.raises(CardFullError):
        files.put(path, Blob(b"x" * 101, NOW), NOW)
    assert files.free == 100


def test_a_folder_that_is_there_is_left_alone(files: CardFiles) -> None:
    """A folder that is there is left alone."""
    files.make_folder("/NL-43", THEN)
    assert len(files.entries("/NL-43")) == 1
    assert files.entries("/")[0].modified == NOW
    files.discard("/NL-43")
    assert files.entries("/") == []
    assert files.free == 100


@pytest.mark.parametrize("locks", [False, True])
def test_a_file_that_is_being_written(locks: bool) -> None:
    """A file that is being written cannot be removed, and cannot be read if the card is such."""
    files = CardFiles(100, locks=locks)
    content = Blob(b"abc", NOW)
    files.put("/a", content, NOW, being_written=True)
    with pytest.raises(PermissionError):
        files.remove("/a")
    if locks:
        with pytest.raises(PermissionError):
            files.read("/a")
    else:
        assert files.read("/a") == b"abc"
    files.written(content)
    assert files.read("/a") == b"abc"
    files.remove("/a")
    assert files.entries("/") == []


def test_readers_see_the_present() -> None:
    """Before anything is read, the files are brought up to now."""
    calls: list[str] = []
    files = CardFiles(100, lambda: calls.append("now"))
    files.put("/a", Blob(b"abc", NOW), NOW)
    assert files.exists("/a")
    assert not calls
    files.entries("/")
    files.read("/a")
    files.remove("/a")
    assert calls == ["now"] * 3
