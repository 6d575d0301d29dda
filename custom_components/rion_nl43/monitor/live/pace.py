"""How often something may be told. Pure: time is passed in."""

from typing import Final

# No feed brings more samples, but for a meter whose clock is a little faster than ours.
PER_S: Final = 10.1
# What was held up on its way may come at once.
AT_ONCE: Final = 20


class Pace:
    """Allows so much a second, and for a moment what nobody has used before."""

    def __init__(self) -> None:
        """Begin with all that is allowed at once."""
        self._left = float(AT_ONCE)
        self._at = float("-inf")

    def allows(self, now: float) -> bool:
        """Return whether one more may be told now, in seconds of any clock that does not go back."""
        self._left = min(AT_ONCE, self._left + PER_S * (now - self._at))
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
