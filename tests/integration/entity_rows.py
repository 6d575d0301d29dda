"""All entities of a meter: platform, key, object id, name, device class, unit, category, enabled."""

from homeassistant.const import EntityCategory, Platform

SENSOR, BINARY_SENSOR, BUTTON, EVENT = Platform.SENSOR, Platform.BINARY_SENSOR, Platform.BUTTON, Platform.EVENT
SWITCH, SELECT, NUMBER = Platform.SWITCH, Platform.SELECT, Platform.NUMBER
DIAGNOSTIC, CONFIG = EntityCategory.DIAGNOSTIC, EntityCategory.CONFIG
LEVEL = ("sound_pressure", "dB", None)

type Row = tuple[Platform, str, str, str, str | None, str | None, EntityCategory | None, bool]

MAIN: list[Row] = [
    (SENSOR, "lp", "lp", "LAF", *LEVEL, True),
    (SENSOR, "leq", "leq", "LAeq", *LEVEL, True),
    (SENSOR, "le", "le", "LAE", *LEVEL, False),
    (SENSOR, "lmax", "lmax", "LAFmax", *LEVEL, True),
    (SENSOR, "lmin", "lmin", "LAFmin", *LEVEL, True),
    (SENSOR, "lpeak", "lpeak", "Lpeak", *LEVEL, True),
    (SENSOR, "ln1", "ln1", "L5", *LEVEL, True),
    (SENSOR, "ln2", "ln2", "L10", *LEVEL, True),
    (SENSOR, "ln3", "ln3", "L50", *LEVEL, True),
    (SENSOR, "ln4", "ln4", "L90", *LEVEL, True),
    (SENSOR, "ln5", "ln5", "L95", *LEVEL, True),
    (SENSOR, "run_state", "run_state", "Run state", "enum", None, None, True),
    (SENSOR, "measurement_start", "measurement_start", "Measurement start", "timestamp", None, None, True),
    (SENSOR, "elapsed", "measurement_time", "Measurement time", "duration", "s", None, False),
    (SENSOR, "round_trip", "round_trip", "Round trip", "duration", "s", DIAGNOSTIC, False),
    (SENSOR, "battery", "battery", "Battery", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "power_source", "power_source", "Power source", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "card_free", "card_free_space", "Card free space", "data_size", "MB", DIAGNOSTIC, True),
    (SENSOR, "card_total", "card_size", "Card size", "data_size", "MB", DIAGNOSTIC, False),
    (SENSOR, "card_free_percent", "card_free_share", "Card free share", None, "%", DIAGNOSTIC, True),
    (SENSOR, "card_days_left", "free_space_in_days", "Free space in days", "duration", "d", DIAGNOSTIC, True),
    (SENSOR, "card_transfer", "card_transfer", "Card transfer", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "clock_offset", "clock_offset", "Clock offset", "duration", "s", DIAGNOSTIC, True),
    (SENSOR, "store_mode", "store_mode", "Store mode", "enum", None, DIAGNOSTIC, False),
    (SENSOR, "store_name", "store_name", "Store name", None, None, DIAGNOSTIC, False),
    (SENSOR, "frequency_weighting", "frequency_weighting", "Frequency weighting", "enum", None, DIAGNOSTIC, False),
    (SENSOR, "time_weighting", "time_weighting", "Time weighting", "enum", None, DIAGNOSTIC, False),
    (SENSOR, "link", "link", "Link", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "reconnects", "reconnects", "Reconnects", None, None, DIAGNOSTIC, False),
    (SENSOR, "calibration_due", "next_calibration_due", "Next calibration due", "timestamp", None, DIAGNOSTIC, True),
    (SENSOR, "last_calibration", "last_calibration", "Last calibration", "timestamp", None, DIAGNOSTIC, True),
    (SENSOR, "coverage_today", "coverage_today", "Coverage today", None, "%", DIAGNOSTIC, True),
    (SENSOR, "last_loss", "last_loss_of_the_link", "Last loss of the link", "timestamp", None, DIAGNOSTIC, True),
    (SENSOR, "feed", "feed", "Feed", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "watchdog", "watchdog", "Watchdog", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "current_24h", "leq_today", "LAeq today", *LEVEL, True),
    (SENSOR, "current_day", "leq_day_so_far", "LAeq day so far", *LEVEL, False),
    (SENSOR, "current_evening", "leq_evening_so_far", "LAeq evening so far", *LEVEL, False),
    (SENSOR, "current_night", "leq_night_so_far", "LAeq night so far", *LEVEL, False),
    (SENSOR, "last_day", "leq_last_day", "LAeq last day", *LEVEL, True),
    (SENSOR, "last_evening", "leq_last_evening", "LAeq last evening", *LEVEL, True),
    (SENSOR, "last_night", "leq_last_night", "LAeq last night", *LEVEL, True),
    (SENSOR, "last_24h", "leq_24h_yesterday", "LAeq,24h yesterday", *LEVEL, False),
    (SENSOR, "last_rating", "rating_last_full_day", "Lden last full day", *LEVEL, True),
    (SENSOR, "active_alerts", "active_alerts", "Active alerts", None, None, None, True),
    (SENSOR, "worst_grade", "worst_grade", "Worst grade", "enum", None, None, True),
    (BINARY_SENSOR, "over", "over_range", "Over range", "problem", None, None, True),
    (BINARY_SENSOR, "under", "under_range", "Under range", "problem", None, None, True),
    (BINARY_SENSOR, "connected", "connected", "Connected", "connectivity", None, DIAGNOSTIC, True),
    (BINARY_SENSOR, "needs_person", "needs_a_person", "Needs a person", "problem", None, DIAGNOSTIC, True),
    (BINARY_SENSOR, "unreachable", "unreachable", "Unreachable", "problem", None, None, True),
    (BUTTON, "start", "start_measurement", "Start measurement", None, None, None, True),
    (BUTTON, "stop", "stop_measurement", "Stop measurement", None, None, None, True),
    (BUTTON, "pause", "pause_measurement", "Pause measurement", None, None, None, True),
    (BUTTON, "resume", "resume_measurement", "Resume measurement", None, None, None, True),
    (BUTTON, "store", "store_result", "Store result", None, None, None, True),
    (BUTTON, "start_cycle", "start_cycle", "Start cycle", None, None, None, True),
    (BUTTON, "stop_cycle", "stop_cycle", "Stop cycle", None, None, None, True),
    (BUTTON, "sync_clock", "set_clock", "Set clock", None, None, CONFIG, True),
    (BUTTON, "power_cycle", "switch_off_and_on", "Switch off and on", None, None, CONFIG, False),
    (EVENT, "command", "command", "Command", None, None, None, True),
    (Platform.IMAGE, "last_episode", "last_alert", "Last alert", None, None, None, True),
    (SWITCH, "calibration", "calibration", "Calibration", None, None, None, True),
    (SWITCH, "connection", "connection", "Connection", None, None, CONFIG, True),
]
# The sub channels are weighted CF, ZF and AS as they come.
SUB_SYMBOLS = {
    channel: {"lp": f"L{w}{t}", "leq": f"L{w}eq", "le": f"L{w}E", "lmax": f"L{w}{t}max", "lmin": f"L{w}{t}min"}
    for channel, w, t in ((1, "C", "F"), (2, "Z", "F"), (3, "A", "S"))
}
ANY_CHANNEL = {"lpeak": "Lpeak", "ln1": "L5", "ln2": "L10", "ln3": "L50", "ln4": "L90", "ln5": "L95"}
SUBS: list[Row] = [
    *(
        (SENSOR, f"sub{n}_{key}", f"sub_{n}_{key}", f"{symbol} sub channel {n}", *LEVEL, False)
        for n, symbols in SUB_SYMBOLS.items()
        for key, symbol in (symbols | ANY_CHANNEL).items()
    ),
    *(
        (
            SENSOR,
            f"sub{n}_{word}_weighting",
            f"{word}_weighting_sub_channel_{n}",
            f"{word.capitalize()} weighting sub channel {n}",
            "enum",
            None,
            DIAGNOSTIC,
            False,
        )
        for n in SUB_SYMBOLS
        for word in ("frequency", "time")
    ),
]

WINDOW_SYMBOLS = {
    "leq": "LAeq",
    "lmax": "LAFmax",
    "lmin": "LAFmin",
    "l1": "L1",
    "l5": "L5",
    "l10": "L10",
    "l50": "L50",
    "l90": "L90",
    "l95": "L95",
}
LENGTHS = {1: "1min", 5: "5min", 15: "15min", 60: "1h"}
ENABLED_WINDOWS = {"leq_1min", "leq_15min", "l10_15min", "l90_15min"}
WINDOWS: list[Row] = [
    row
    for minutes, length in LENGTHS.items()
    for key, symbol in WINDOW_SYMBOLS.items()
    for row in (
        (
            SENSOR,
            f"{key}_{minutes}min",
            f"{key}_{length}",
            f"{symbol},{length}",
            *LEVEL,
            f"{key}_{minutes}min" in ENABLED_WINDOWS,
        ),
        (
            SENSOR,
            f"{key}_{minutes}min_aligned",
            f"{key}_{length}_clock_aligned",
            f"{symbol},{length} clock-aligned",
            *LEVEL,
            False,
        ),
    )
]
ENABLED_SETTINGS = {"frequency_weighting_main", "time_weighting_main", "store_mode", "sleep_mode"}
UNITS = {
    "output_level_range_upper": "dB",
    "output_level_range_lower": "dB",
    **{f"percentile_{number}": "%" for number in range(1, 6)},
}
SETTING_NAMES = [
    (SWITCH, "key_lock", "key_lock", "Key lock"),
    (SWITCH, "backlight", "backlight", "Backlight"),
    (SWITCH, "lcd", "display", "Display"),
    (SWITCH, "display_leq", "show_leq", "Show Leq"),
    (SWITCH, "display_le", "show_le", "Show LE"),
    (SWITCH, "display_lpeak", "show_lpeak", "Show Lpeak"),
    (SWITCH, "display_lmax", "show_lmax", "Show Lmax"),
    (SWITCH, "display_lmin", "show_lmin", "Show Lmin"),
    (SWITCH, "display_ln1", "show_ln1", "Show LN1"),
    (SWITCH, "display_ln2", "show_ln2", "Show LN2"),
    (SWITCH, "display_ln3", "show_ln3", "Show LN3"),
    (SWITCH, "display_ln4", "show_ln4", "Show LN4"),
    (SWITCH, "display_ln5", "show_ln5", "Show LN5"),
    (SWITCH, "display_lieq", "show_lieq", "Show LIeq"),
    (SWITCH, "display_ltm5", "show_ltm5", "Show Ltm5"),
    (SWITCH, "display_leqmov", "show_leq_mov", "Show Leq,mov"),
    (SWITCH, "measure_display_sub_channel_1", "sub_channel_1", "Sub channel 1"),
    (SWITCH, "measure_display_sub_channel_2", "sub_channel_2", "Sub channel 2"),
    (SWITCH, "measure_display_sub_channel_3", "sub_channel_3", "Sub channel 3"),
    (SWITCH, "diffuse_sound_field_correction", "diffuse_sound_field_correction", "Diffuse sound field correction"),
    (SWITCH, "sleep_mode", "sleep_mode", "Sleep mode"),
    (SWITCH, "ftp", "ftp_server", "FTP server"),
    (SELECT, "language", "language", "Language"),
    (SELECT, "backlight_auto_off", "backlight_auto_off", "Backlight auto off"),
    (SELECT, "lcd_auto_off", "display_auto_off", "Display auto off"),
    (SELECT, "battery_type", "battery_type", "Battery type"),
    (SELECT, "frequency_weighting_main", "frequency_weighting", "Frequency weighting"),
    (SELECT, "frequency_weighting_sub1", "frequency_weighting_sub_channel_1", "Frequency weighting sub channel 1"),
    (SELECT, "frequency_weighting_sub2", "frequency_weighting_sub_channel_2", "Frequency weighting sub channel 2"),
    (SELECT, "frequency_weighting_sub3", "frequency_weighting_sub_channel_3", "Frequency weighting sub channel 3"),
    (SELECT, "frequency_weighting_band", "frequency_weighting_bands", "Frequency weighting bands"),
    (SELECT, "time_weighting_main", "time_weighting", "Time weighting"),
    (SELECT, "time_weighting_sub1", "time_weighting_sub_channel_1", "Time weighting sub channel 1"),
    (SELECT, "time_weighting_sub2", "time_weighting_sub_channel_2", "Time weighting sub channel 2"),
    (SELECT, "time_weighting_sub3", "time_weighting_sub_channel_3", "Time weighting sub channel 3"),
    (SELECT, "store_mode", "store_mode", "Store mode"),
    (
        SELECT,
        "measurement_time_preset_manual",
        "measurement_time_preset_store_mode_manual",
        "Measurement time preset, store mode Manual",
    ),
    (
        SELECT,
        "measurement_time_manual_unit",
        "measurement_time_unit_store_mode_manual",
        "Measurement time unit, store mode Manual",
    ),
    (
        SELECT,
        "measurement_time_preset_auto",
        "measurement_time_preset_store_mode_auto",
        "Measurement time preset, store mode Auto",
    ),
    (
        SELECT,
        "measurement_time_auto_unit",
        "measurement_time_unit_store_mode_auto",
        "Measurement time unit, store mode Auto",
    ),
    (SELECT, "lp_store_interval", "lp_store_interval", "Lp store interval"),
    (SELECT, "leq_calculation_interval_preset", "leq_calculation_interval_preset", "Leq calculation interval preset"),
    (SELECT, "leq_calculation_interval_unit", "leq_calculation_interval_unit", "Leq calculation interval unit"),
    (SELECT, "moving_leq_interval_unit", "moving_leq_interval_unit", "Moving Leq interval unit"),
    (SELECT, "delay_time", "start_delay", "Start delay"),
    (SELECT, "timer_auto_interval", "timer_auto_interval", "Timer Auto interval"),
    (SELECT, "trigger_mode", "trigger_mode", "Trigger mode"),
    (SELECT, "baud_rate", "serial_baud_rate", "Serial baud rate"),
    (NUMBER, "index_number", "index_number", "Index number"),
    (NUMBER, "backlight_brightness", "backlight_brightness", "Backlight brightness"),
    (NUMBER, "output_level_range_upper", "level_range_upper_end", "Level range upper end"),
    (NUMBER, "output_level_range_lower", "level_range_lower_end", "Level range lower end"),
    (NUMBER, "store_name", "store_name", "Store name"),
    (NUMBER, "manual_address", "manual_store_address", "Manual store address"),
    (
        NUMBER,
        "measurement_time_manual_num",
        "measurement_time_store_mode_manual",
        "Measurement time, store mode Manual",
    ),
    (NUMBER, "measurement_time_auto_num", "measurement_time_store_mode_auto", "Measurement time, store mode Auto"),
    (NUMBER, "leq_calculation_interval_num", "leq_calculation_interval", "Leq calculation interval"),
    (NUMBER, "moving_leq_interval_num", "moving_leq_interval", "Moving Leq interval"),
    (NUMBER, "percentile_1", "percentile_1", "Percentile 1"),
    (NUMBER, "percentile_2", "percentile_2", "Percentile 2"),
    (NUMBER, "percentile_3", "percentile_3", "Percentile 3"),
    (NUMBER, "percentile_4", "percentile_4", "Percentile 4"),
    (NUMBER, "percentile_5", "percentile_5", "Percentile 5"),
]
SETTINGS: list[Row] = [
    (platform, key, object_id, name, None, UNITS.get(key), CONFIG, key in ENABLED_SETTINGS)
    for platform, key, object_id, name in SETTING_NAMES
]
ALL = [*MAIN, *SUBS, *WINDOWS, *SETTINGS]
