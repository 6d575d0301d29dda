"""Paths: nothing is outside the card."""

import posixpath

from hypothesis import given, strategies as st
import pytest

from emulator.ftp.paths import find, parent_of, resolved

from .bench import LP_PATH, card

paths = st.lists(st.sampled_from(["/", "..", ".", "//", "NL-43", "a b", "\\", "...", "C:"]), max_size=12).map("".join)


@given(paths, paths)
def test_nothing_is_above_the_root(folder: str, path: str) -> None:
    """A path is absolute, normal, and what a file system would make of it."""
    found = resolved(resolved("/", folder), path)
    assert found == "/" + posixpath.normpath(posixpath.join("/" + folder.lstrip("/"), path)).lstrip("/")
    assert ".." not in found.split("/")


@pytest.mark.parametrize(
    ("folder", "path", "found"),
    [
        ("/", "", "/"),
        ("/NL-43", "Auto_0020", "/NL-43/Auto_0020"),
        ("/NL-43", "/DCIM/", "/DCIM"),
        ("/NL-43", "../../../etc/passwd", "/etc/passwd"),
        ("/NL-43", "//x/./y/../z", "/x/z"),
        ("/NL-43", " x ", "/NL-43/ x "),
    ],
)
def test_resolved(folder: str, path: str, found: str) -> None:
    """Relative, absolute, upwards, with spaces."""
    assert resolved(folder, path) == found


def test_parents() -> None:
    """The root is its own parent."""
    assert [parent_of(path) for path in ("/a/b", "/a", "/")] == ["/a", "/", "/"]


def test_find() -> None:
    """Names are found in any case; the root has no entry."""
    files = card()
    entry = find(files, LP_PATH.upper())
    assert entry is not None
    assert entry.name == LP_PATH.rpartition("/")[2]
    assert find(files, "/") is None
    for path in ("/nothing", "/nothing/x", "/NIKON001.DSC/x"):
        with pytest.raises(FileNotFoundError):
            find(files, path)
