"""Timer Auto: when measurements begin by themselves, and how long they last. Times are slots since power-on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timer:
    """Measurements from `begin` on, one each `every` slots (None: one alone), all of it over at `end`.

    A measurement lasts for the preset time, but not into the next one and not beyond the end.
    """

    begin: int
    end: int
    every: int | None
    preset: int

    def next_from(self, slot: int) -> tuple[int, int] | None:
        """Return where the next measurement begins, at this slot at the earliest, and its length; None after the last.

        One whose begin has passed is missed.
        """
        begin = self.begin
        if slot > begin:
            if self.every is None:
                return None
            begin += -(-(slot - begin) // self.every) * self.every
        if begin >= self.end:
            return None
        return begin, min(self.preset, self.end - begin, self.every or self.preset)
