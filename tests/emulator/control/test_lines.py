"""From bytes to lines, against splitting the whole input at once."""

from hypothesis import given, strategies as st

from emulator.control.lines import Line, LineReader

LIMIT = 12
pieces = st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([b"\r", b"\n", b"\r\n", b"DOD?\r\n"])), max_size=30)


def read(chunks: list[bytes]) -> list[Line]:
    """Return the lines of all chunks; each chunk comes a second after the one before."""
    reader = LineReader(LIMIT)
    lines = []
    for second, chunk in enumerate(chunks):
        rest = chunk
        while rest:
            line, rest = reader.feed(rest, float(second))
            if line is not None:
                lines.append(line)
        assert len(reader._text) <= LIMIT + 1
    return lines


@given(pieces)
def test_lines_are_those_of_the_whole_input(chunks: list[bytes]) -> None:
    """Lines are those of the whole input."""
    texts = b"".join(chunks).split(b"\n")[:-1]
    lines = read(chunks)
    assert len(lines) == len(texts)
    for line, text in zip(lines, texts, strict=True):
        fits = len(text) <= LIMIT + 1
        assert line.whole == (fits and text.endswith(b"\r"))
        if line.whole:
            assert line.text == text[:-1]
        assert text.startswith(line.text.removesuffix(b"\r"))


@given(pieces)
def test_a_line_begins_with_its_first_byte(chunks: list[bytes]) -> None:
    """A line begins with its first byte."""
    begins, at_begin = [], True
    for second, chunk in enumerate(chunks):
        for byte in chunk:
            if at_begin:
                begins.append(float(second))
            at_begin = byte == ord("\n")
    lines = read(chunks)
    assert [line.at for line in lines] == begins[: len(lines)]
