"""Addresses of data connections."""

from hypothesis import given, strategies as st
import pytest

from emulator.ftp.data import ActiveData, Ends, parse_port, plain_address, port_text

ports = st.integers(0, 65535)


@given(st.ip_addresses(v=4).map(str), ports)
def test_port_text(host: str, port: int) -> None:
    """What is written is read."""
    text = port_text(host, port)
    assert text.count(",") == 5
    assert parse_port(text) == (host, port)


@pytest.mark.parametrize("text", ["", "1,2,3,4,5", "1,2,3,4,5,6,7", "127,0,0,1,256,0", "1,2,3,4,-5,6", "a,b,c,d,e,f"])
def test_no_address(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="is not"):
        parse_port(text)


def test_only_the_client() -> None:
    """The meter connects to nobody but its client, and to no port of a system's service."""
    ends = Ends("127.0.0.1", "127.0.0.1")
    ActiveData(ends, "127.0.0.1", 1024)
    for host, port in (("127.0.0.2", 2000), ("127.0.0.1", 1023), ("10.0.0.1", 2000)):
        with pytest.raises(ValueError, match="is not the client's"):
            ActiveData(ends, host, port)


@pytest.mark.parametrize(
    ("told", "plain"),
    [("127.0.0.1", "127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("fe80::1%eth0", "fe80::1%eth0")],
)
def test_plain_address(told: str, plain: str) -> None:
    """An IPv4 address is recognized however it is told."""
    assert plain_address(told) == plain
