"""Bytes and answers: any segmentation tells the same, and what is torn never becomes a value."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43 import InvalidCommand, ResultCode
from custom_components.rion_nl43.nl43.framing import (
    MAX_LINE,
    AnswerDecoder,
    Data,
    Event,
    Garbage,
    LineBuffer,
    Result,
    encode,
    excerpt,
    setting,
)

ACCEPTED = Result(ResultCode.ACCEPTED)
PROMPTS = ("", "$", "$ ", "$\r\n", "$ \r\n")

pieces = st.sampled_from(
    [
        b"R+0000",
        b"R+0004",
        b"R+0009",
        b"\r\n",
        b"\n",
        b"\r",
        b"$",
        b" ",
        b"Stop",
        b"DOD?",
        b"dod?",
        b",",
        b" 43.7",
        b"\xff",
        b"\0",
    ]
)
streams = st.lists(pieces | st.binary(max_size=3), max_size=30).map(b"".join)


def decode(command: str, *segments: bytes, stream: bool = False) -> list[Event]:
    """Return all events of an answer that comes in these segments."""
    decoder = AnswerDecoder(command, stream=stream)
    return [event for segment in segments for event in decoder.receive(segment)]


@pytest.mark.parametrize(
    "line", ["DOD?", "DRD?status", "Measure,Start", "Clock,2026/03/02 08:00:00", "Time Weighting (Sub1)?"]
)
def test_command_lines_are_ended_by_cr_lf(line: str) -> None:
    """Nothing else is added."""
    assert encode(line) == line.encode() + b"\r\n"


@pytest.mark.parametrize(
    "line",
    [
        *("", "DOD", "$DOD?", "DOD ?", "Measure, Start", "Measure,Start ", "Measure,", "Measure,$", "Store  Name?"),
        *(
            "Measure,Start\r\nMeasure,Stop",
            "DOD?\n",
            "Store Name,00\x1a01",
            "Store Name,ä",
            "Clock,1,2",
            " DOD?",
            "DOD?a b",
        ),
    ],
)
def test_what_is_no_command_line_is_refused(line: str) -> None:
    """No control character, prompt, stray blank or second comma reaches the wire."""
    with pytest.raises(InvalidCommand):
        encode(line)


@given(st.text())
def test_any_text_is_refused_or_is_one_clean_line(line: str) -> None:
    """Whatever is sent is one line of printable ASCII."""
    try:
        sent = encode(line)
    except InvalidCommand:
        return
    assert sent[-2:] == b"\r\n"
    assert all(0x20 <= byte < 0x7F and byte != ord("$") for byte in sent[:-2])


def test_setting_line() -> None:
    """A value with a comma would be two values."""
    assert setting("Measure", "Start") == "Measure,Start"
    with pytest.raises(InvalidCommand):
        setting("Clock", "2026/03/02,08:00:00")
    with pytest.raises(InvalidCommand):
        setting("Store Name", "")


@pytest.mark.parametrize("before", PROMPTS)
@pytest.mark.parametrize("between", PROMPTS)
@pytest.mark.parametrize("after", PROMPTS)
@pytest.mark.parametrize("echo", ["", "MEASURE?\r\n", "$Measure?\r\n", "Measure? \r\n", "Measure?", "Measure?$ "])
def test_prompts_and_echo_are_no_data(before: str, between: str, after: str, echo: str) -> None:
    """Wherever a prompt stands, the answer is the same."""
    answer = f"{before}{echo}R+0000\r\n{between}Stop\r\n{after}"
    assert decode("Measure?", answer.encode()) == [ACCEPTED, Data("Stop")]


def test_refusal_and_setting_have_no_data_line() -> None:
    """The answer ends with the result; what follows is not part of it."""
    decoder = AnswerDecoder("Measure,Start")
    assert decoder.receive(b"R+0000\r\n$Stop\r\n") == [ACCEPTED]
    assert decoder.complete
    assert decoder.rest() == b"$Stop\r\n"
    assert decoder.rest() == b""
    assert decode("Measure?", b"R+0004\r\nStop\r\n") == [Result(ResultCode.STATE)]


def test_stream_goes_on() -> None:
    """A stream's answer is never complete by itself."""
    decoder = AnswerDecoder("DRD?", stream=True)
    assert decoder.receive(b"R+0000\r\n  1, 46.2\r\n  2, 46.") == [ACCEPTED, Data("  1, 46.2")]
    assert decoder.receive(b"3\r\n") == [Data("  2, 46.3")]
    assert not decoder.complete


@pytest.mark.parametrize(
    "answer",
    [
        *(b"Stop\r\n", b"R+00000\r\n", b"R+000\r\n", b"R+0005\r\n", b"R+0000 \r\n", b"r+0000\r\n", b"R+\xb2000\r\n"),
        *(
            b"R+0000\r$\r\n",
            b"R+00\x0000\r\n",
            b"HTTP/1.1 400 Bad Request\r\n",
            b"Measure?\r\nMeasure?\r\n",
            b"a" * MAX_LINE,
        ),
    ],
)
def test_no_result_is_garbage(answer: bytes) -> None:
    """Nothing is read after it, not even a good answer."""
    events = decode("Measure?", answer, b"R+0000\r\nStop\r\n")
    assert len(events) == 1
    assert isinstance(events[0], Garbage)


@pytest.mark.parametrize("data", [b"St$\r\n", b"StR+0000\r\n", b"R+0000\r\n", b"Stop\r$\r\n", b"\xc4\r\n"])
def test_torn_data_line_is_garbage(data: bytes) -> None:
    """A prompt or a result that ran into a torn line gives it away."""
    events = decode("Measure?", b"R+0000\r\n", data)
    assert events[0] == ACCEPTED
    assert isinstance(events[1], Garbage)


@given(streams, st.lists(st.integers(0, 200)), st.sampled_from(["DOD?", "Measure,Start"]), st.booleans())
def test_segments_do_not_matter(received: bytes, cuts: list[int], command: str, stream: bool) -> None:
    """The same bytes give the same events, however they are cut."""
    edges = [0, *sorted(min(cut, len(received)) for cut in cuts), len(received)]
    segments = [received[start:end] for start, end in pairwise(edges)]
    assert decode(command, *segments, stream=stream) == decode(command, received, stream=stream)


@given(streams)
def test_values_come_from_complete_answers_only(received: bytes) -> None:
    """Whatever comes, a value is the second non-empty line, whole, after R+0000: told the slow and obvious way."""
    values = [event.text for event in decode("DOD?", received) if isinstance(event, Data)]
    whole = received[: received.rfind(b"\n") + 1]
    lines = [line.removesuffix(b"\r") for line in whole.split(b"\n")]
    lines = [line.lstrip(b"$ ") if b"$" in line else line for line in lines if line.lstrip(b"$ ")]
    if lines and lines[0].lstrip().lower().startswith(b"dod?"):
        lines[0] = lines[0].lstrip()[4:].lstrip(b"$ ")
        lines = lines if lines[0] else lines[1:]
    good = len(lines) > 1 and lines[0].lstrip() == b"R+0000" and all(0x20 <= byte < 0x7F for byte in lines[1])
    good = good and b"$" not in lines[1] and b"R+" not in lines[1]
    assert values == ([lines[1].decode()] if good else [])


@given(st.integers(0, len(b"R+0000\r\nStop\r\n") - 1), st.sampled_from(PROMPTS))
def test_no_value_from_an_answer_cut_anywhere(length: int, prompt: str) -> None:
    """A torn line stays nothing, also when a prompt and the next answer follow."""
    torn = b"R+0000\r\nStop\r\n"[:length] + prompt.encode() + b"R+0000\r\nStart\r\n"
    values = [event for event in decode("Measure?", torn) if isinstance(event, Data)]
    # Cut before the first byte, or where only the first line end was missing and nothing else: nothing is torn.
    assert values == ([Data("Start")] if length == 0 else [])


def test_line_without_end_is_bounded() -> None:
    """Endless bytes do not fill the memory."""
    lines = LineBuffer()
    for _ in range(MAX_LINE // 64):
        assert lines.next_line() is None
        lines.receive(b"a" * 64)
    assert lines.next_line() == Garbage(b"a" * MAX_LINE)
    assert lines.next_line() is None


@given(st.binary(max_size=200))
def test_excerpt_is_fit_for_a_log_line(raw: bytes) -> None:
    """Foreign bytes are cut short and escaped."""
    shown = excerpt(raw)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) < 300
