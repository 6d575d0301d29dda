"""What the tests of the monitor share."""

import pytest

from .tracking import Watched


@pytest.fixture
def watched() -> Watched:
    """A tracker of a meter nothing is known of."""
    return Watched()
