"""From a line to the bytes of its answer."""

from random import Random

from emulator.faults import Delivery, Faults, Piece, Then, refusal_of
from emulator.instrument import Answer, Instrument, Parsed, Stream, execute
from emulator.instrument.execution import SLOW_STARTS

CRLF = b"\r\n"


def answer_line(
    instrument: Instrument, faults: Faults, rng: Random, line: bytes, parsed: Parsed | None
) -> tuple[Delivery, Stream | None]:
    """Do what a line asks; return how its answer goes out, and the stream that follows it."""
    # What begins with this command is already so when it is answered.
    striking = faults.striking(line.decode("ascii", "backslashreplace"))
    echo = line + CRLF if instrument.settings.is_on("Echo") else b""
    if any(fault.swallows for fault in striking):
        return Delivery((), Then.READY_UNSAID), None
    refusal = refusal_of(striking)
    answer = execute(instrument, parsed) if refusal is None else Answer(refusal)
    for fault in striking:
        answer = fault.change_answer(answer)
    prompt = instrument.config.prompt
    before = prompt.text if prompt.place == "before" else b""
    pause_s = instrument.config.latency.draw(rng, slow=_is_slow(parsed))
    delivery = Delivery((Piece(pause_s, before + echo + _bytes_of(answer)),))
    for fault in striking:
        delivery = fault.change_delivery(delivery)
    return delivery, answer.stream


def _bytes_of(answer: Answer) -> bytes:
    lines = [f"R+{answer.result:04d}", *([] if answer.data is None else [answer.data])]
    return b"".join(line.encode() + CRLF for line in lines)


def _is_slow(parsed: Parsed | None) -> bool:
    if parsed is None or not parsed.is_setting:
        return False
    return parsed.command.name in SLOW_STARTS and parsed.values[0].lower() == "start"
