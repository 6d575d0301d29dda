"""Command lines: however the bytes arrive, and however many."""

from hypothesis import given, strategies as st

from emulator.ftp.lines import CommandLines

LIMIT = 20
texts = st.lists(st.binary(max_size=LIMIT + 5).map(lambda text: text.replace(b"\n", b"\r")), max_size=6)


@given(texts, st.lists(st.integers(1, 9)))
def test_any_pieces(sent: list[bytes], sizes: list[int]) -> None:
    """The lines do not depend on the pieces; one that is too long says nothing."""
    data, reader, lines = b"".join(text + b"\r\n" for text in sent) + b"rest", CommandLines(LIMIT), []
    for size in sizes:
        lines += reader.feed(data[:size])
        data = data[size:]
    lines += reader.feed(data)
    assert lines == [text.decode("ascii", "backslashreplace") if len(text) <= LIMIT else "" for text in sent]


def test_line_end_without_cr() -> None:
    """A person with a terminal may send LF alone."""
    assert CommandLines(LIMIT).feed(b"PWD\nQUIT\r\n") == ["PWD", "QUIT"]


def test_memory_is_bounded() -> None:
    """A line without an end is not kept."""
    reader = CommandLines(LIMIT)
    for _ in range(100):
        assert reader.feed(b"x" * 1000) == []
    assert len(reader._text) == LIMIT + 2
    assert reader.feed(b"\r\nPWD\r\n") == ["", "PWD"]
