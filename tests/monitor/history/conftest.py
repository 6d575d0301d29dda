"""What the tests of the history share."""

from collections.abc import Iterator

import pytest

from .hearing import Ear


@pytest.fixture(autouse=True)
def close_histories() -> Iterator[None]:
    """Close the files that a test left open."""
    yield
    while Ear.listening:
        Ear.listening.pop().end()
