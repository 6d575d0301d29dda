"""Whatever a client sends, the server gives replies, and serves the next client."""

import asyncio
import re

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from .bench import FtpBench
from .client import FtpClient

REPLIES = re.compile(rb"([2-5][0-9][0-9] [ -~]*\r\n)*")
VERBS = ["USER", "PASS", "QUIT", "TYPE", "PWD", "CWD", "CDUP", "LIST", "RETR", "PORT", "PASV", "EPSV", "SIZE", "DELE"]
VERBS += ["NOOP", "ABOR"]
ARGUMENTS = ["", " ", " USER", " 0000", " /", " ..", " /NL-43", " -a", " 127,0,0,1,200,1", " ../../x", " I", "\x00"]

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")

lines = st.builds(
    lambda verb, argument, end: f"{verb}{argument}{end}".encode(),
    st.sampled_from(VERBS),
    st.sampled_from(ARGUMENTS),
    st.sampled_from(["\r\n", "\n", "\r", ""]),
)
pieces = st.one_of(st.binary(max_size=300), lines, st.sampled_from([b"\r\n", b"\xff\xf4\xff\xf2ABOR\r\n", b"x" * 5000]))
inputs = st.lists(st.tuples(pieces, st.sampled_from([0.0, 0.02, 1.0])), max_size=25)


@given(inputs, st.booleans(), st.sampled_from(["active", "passive", "both"]))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bytes(sent: list[tuple[bytes, float]], logged_in: bool, mode: str) -> None:
    """Replies alone come back, and afterwards the server is as before."""
    async with FtpBench(ftp_data=mode, ftp_commands=frozenset({"SIZE", "DELE"})) as bench:
        client = await FtpClient.log_in(bench.address) if logged_in else await FtpClient.connect(bench.address)
        for data, wait_s in sent:
            client.send(data)
            await asyncio.sleep(wait_s)
        await asyncio.sleep(1)
        try:
            client.writer.write_eof()
            received = await client.reader.read()
        except OSError:
            # It had said goodbye before all was sent.
            received = b""
        assert REPLIES.fullmatch(received)
        await client.close()
        await asyncio.sleep(1)
        afterwards = await FtpClient.log_in(bench.address)
        assert await afterwards.ask("PWD") == '257 "/" is current directory'
        await afterwards.close()
        bench.log.report()
