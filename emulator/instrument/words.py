"""Values that several commands take."""

from .values import Text, Whole, Words

WEIGHTINGS = Words(("A", "C", "Z"))
TIME_WEIGHTINGS = Words(("F", "S", "I"))
UNITS = Words(("s", "m", "h"))
PRESETS = Words(("10s", "1m", "5m", "10m", "15m", "30m", "1h", "8h", "24h", "Manual"))
INTERVALS = Words(("Off", *PRESETS.words))
CHANNELS = Words(("Main", "Sub1", "Sub2", "Sub3"))
AUTO_OFF = Words(("Short", "Long", "Off"))
STORE_MODES = Words(("Manual", "Auto", "Timer Auto"))
LANGUAGES = Words(("Japanese", "English", "Germany", "Spanish", "French", "Simplified Chinese", "Korean"))
TEXT = Text()
LEVEL = Whole(20, 140)
LEVEL_BY_10 = Whole(-10, 140, 10)
AMOUNT = Whole(1, 1000)
