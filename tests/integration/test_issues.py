"""What a person is told of under Repairs, and when."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.rion_nl43.issue_kinds import KINDS, PATIENCE_S
from custom_components.rion_nl43.issues import async_get_keeper, async_refresh_issues, async_set_ftp_login_failed
from custom_components.rion_nl43.monitor import ProbePorts
from emulator import EmulatedMeter
from emulator.faults import RefuseWith, ReplaceAnswer
from tests.fixtures import MeterFactory

from .helpers import MockConfigEntry, device_id, let_pass, press, runtime, until_available
from .issue_helpers import issue, issues, read_facts, told, until_raised, until_withdrawn


def acknowledge(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> None:
    """Acknowledge an issue that is raised."""
    assert issue(hass, entry, key)
    keeper = async_get_keeper(hass, entry.entry_id)
    assert keeper
    keeper.async_acknowledge(next(kind for kind in KINDS if kind.key == key))
    assert not issue(hass, entry, key)


def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: object) -> None:
    """Choose options."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})


def probe_only(entry: MockConfigEntry, meter: EmulatedMeter, *web: int) -> None:
    """Let a refused connection be probed at the emulated meter's ports."""
    assert meter.ftp_port
    runtime(entry).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=web)


async def test_nothing_is_wrong(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A meter as it comes gives nothing to do."""
    await read_facts(hass, loaded)
    await let_pass(PATIENCE_S + 600)
    assert issues(hass) == set()


async def test_every_issue_has_a_meter_and_a_flow(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """An issue names its meter, can be fixed, and goes when its entry is unloaded."""
    async_set_ftp_login_failed(hass, loaded, True)
    found = issue(hass, loaded, "ftp_login")
    assert found
    assert found.is_fixable
    assert found.translation_placeholders == {"name": loaded.title}
    assert found.data == {"entry_id": loaded.entry_id, "kind": "ftp_login"}
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert issues(hass) == set()
    async_set_ftp_login_failed(hass, loaded, True)
    async_refresh_issues(hass, loaded)
    assert issues(hass) == set()


@pytest.mark.parametrize(
    ("ahead_s", "offset"),
    [
        (90, "+90 s"),
        (-1800, "-30 min"),
        (4 * 3600, "+4 h"),
        (-3 * 86400, "-3 d"),
    ],
)
async def test_clock_off(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, ahead_s: int, offset: str
) -> None:
    """A clock that is wrong by more than the limit is told, and withdrawn when somebody has set it."""
    meter.faults.switch_on("clock-off", ahead_s=ahead_s)
    await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await read_facts(hass, entry)
    assert told(hass, entry, "clock_off") == {"offset": offset}
    await press(hass, "sync_clock")
    assert not issue(hass, entry, "clock_off")


async def test_clock_limit(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """The limit is the user's, and none means never."""
    meter.faults.switch_on("clock-off", ahead_s=40)
    await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await read_facts(hass, entry)
    assert not issue(hass, entry, "clock_off")
    choose(hass, entry, clock_limit_s=30)
    await hass.async_block_till_done()
    assert issue(hass, entry, "clock_off")
    choose(hass, entry, clock_limit_s=0)
    await hass.async_block_till_done()
    assert not issue(hass, entry, "clock_off")


async def test_clock_at_its_limit(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """What was told is not withdrawn for half a second less, nor told for it."""
    meter.faults.switch_on("clock-off", ahead_s=100)
    await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    choose(hass, entry, clock_limit_s=102)
    await read_facts(hass, entry)
    assert not issue(hass, entry, "clock_off")
    choose(hass, entry, clock_limit_s=98)
    await hass.async_block_till_done()
    assert issue(hass, entry, "clock_off")
    choose(hass, entry, clock_limit_s=102)
    await hass.async_block_till_done()
    assert issue(hass, entry, "clock_off")
    choose(hass, entry, clock_limit_s=120)
    await hass.async_block_till_done()
    assert not issue(hass, entry, "clock_off")


async def test_percentiles(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Told only to whoever wants L1 and L10, whatever slots they are in."""
    await read_facts(hass, loaded)
    assert not issue(hass, loaded, "percentiles")
    choose(hass, loaded, want_l1_l10=True)
    await hass.async_block_till_done()
    assert told(hass, loaded, "percentiles") == {"slots": "L5, L10, L50, L90, L95"}
    meter.instrument.settings["Percentile 5"] = "1"
    await read_facts(hass, loaded)
    assert not issue(hass, loaded, "percentiles")


async def test_percentiles_that_are_not_told(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A meter that does not tell them may have them."""
    meter.faults.add(RefuseWith("Percentile 1?", 1, times=None))
    choose(hass, entry, want_l1_l10=True)
    await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await read_facts(hass, entry)
    assert issues(hass) == set()


async def test_sleep_mode(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A meter that may fall asleep is told of."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    assert told(hass, loaded, "sleep_mode") == {}
    meter.instrument.settings["Sleep Mode"] = "Off"
    await read_facts(hass, loaded)
    assert not issue(hass, loaded, "sleep_mode")


async def test_issues_use_the_name_of_the_user(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A meter is called by the name that a person gave it."""
    dr.async_get(hass).async_update_device(device_id(hass, loaded), name_by_user="Main road")
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    raised = issue(hass, loaded, "sleep_mode")
    assert raised
    assert (raised.translation_placeholders or {})["name"] == "Main road"


async def test_card_low(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The limit is the user's, and none means never."""
    meter.faults.add(ReplaceAnswer("SD Card Percentage?", "7", times=None))
    await read_facts(hass, loaded)
    assert told(hass, loaded, "card_low") == {"free": "7"}
    choose(hass, loaded, card_limit=7)
    await hass.async_block_till_done()
    assert not issue(hass, loaded, "card_low")
    choose(hass, loaded, card_limit=8)
    await hass.async_block_till_done()
    assert issue(hass, loaded, "card_low")
    choose(hass, loaded, card_limit=0)
    await hass.async_block_till_done()
    assert not issue(hass, loaded, "card_low")


async def test_settings_changed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What somebody changed at the meter is told with what it was and what it is; putting it back ends it."""
    await read_facts(hass, loaded)
    meter.instrument.settings["Frequency Weighting (Main)"] = "C"
    await read_facts(hass, loaded)
    assert told(hass, loaded, "settings_changed")["changes"] == "Frequency Weighting (Main): A → C"
    meter.instrument.settings["Frequency Weighting (Main)"] = "A"
    await read_facts(hass, loaded)
    assert not issue(hass, loaded, "settings_changed")


async def test_wedged(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A control port that hangs for two minutes is told, and withdrawn when the meter is back."""
    probe_only(loaded, meter)
    meter.instrument.settings["FTP"] = "On"
    meter.ftp.update()
    await let_pass(10)
    meter.faults.switch_on("wedge", connection="reset")
    took = await until_raised(hass, loaded, "wedged", 300)
    assert PATIENCE_S <= took <= PATIENCE_S + 30
    assert issues(hass) == {"wedged"}
    await meter.power_cycle(boot_s=20)
    await until_withdrawn(hass, loaded, "wedged", 120)
    assert issues(hass) == set()


async def test_refused(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A port that refuses while nothing else answers."""
    probe_only(loaded, meter)
    meter.faults.switch_on("usb-in")
    took = await until_raised(hass, loaded, "refused", 300)
    assert PATIENCE_S <= took <= PATIENCE_S + 30
    assert issues(hass) == {"refused"}
    meter.faults.switch_off("usb-in")
    await until_withdrawn(hass, loaded, "refused", 120)


async def test_short_trouble(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Nobody is told of what is over in a minute."""
    probe_only(loaded, meter)
    meter.faults.switch_on("usb-in", for_s=60)
    await let_pass(600)
    assert issues(hass) == set()


async def test_web_app(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, unused_tcp_port: int
) -> None:
    """Whoever switched the web app on is told at once."""
    probe_only(loaded, meter, unused_tcp_port)
    meter.faults.switch_on("web-app", page_port=unused_tcp_port)
    assert await until_raised(hass, loaded, "web_app") < 60
    assert issues(hass) == {"web_app"}
    meter.faults.switch_off("web-app")
    await until_withdrawn(hass, loaded, "web_app", 120)


async def test_asleep(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A meter that may sleep and is gone sleeps."""
    probe_only(loaded, meter)
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    meter.faults.switch_on("sleep")
    await until_raised(hass, loaded, "asleep", 300)
    meter.faults.switch_off("sleep")
    await until_withdrawn(hass, loaded, "asleep", 120)
    assert issues(hass) == {"sleep_mode"}


async def test_timeout_is_no_issue(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A dead link gives nothing to do at the meter."""
    await meter.power_off("timeout")
    await let_pass(1200)
    assert issues(hass) == set()


async def test_watchdog_gave_up(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A measurement that keeps stopping is told of; with the watchdog off nobody cares."""
    choose(hass, loaded, watchdog="always")
    meter.instrument.settings["Measurement Time Preset Manual"] = "10s"
    await until_raised(hass, loaded, "watchdog_gave_up", 900)
    choose(hass, loaded, watchdog="off")
    await hass.async_block_till_done()
    assert not issue(hass, loaded, "watchdog_gave_up")


async def test_acknowledged_until_it_comes_back(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Gone while it lasts, and told again when it has ended and come back."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    acknowledge(hass, loaded, "sleep_mode")
    await read_facts(hass, loaded)
    assert not issue(hass, loaded, "sleep_mode")
    meter.instrument.settings["Sleep Mode"] = "Off"
    await read_facts(hass, loaded)
    assert runtime(loaded).memory.acknowledged == set()
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    assert issue(hass, loaded, "sleep_mode")


async def test_acknowledgement_is_kept(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Over a restart, though nothing is known of the meter at first."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    async_set_ftp_login_failed(hass, loaded, True)
    acknowledge(hass, loaded, "sleep_mode")
    acknowledge(hass, loaded, "ftp_login")
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await until_available(hass)
    await read_facts(hass, loaded)
    assert issues(hass) == set()
    assert runtime(loaded).memory.acknowledged == {"sleep_mode", "ftp_login"}
    async_set_ftp_login_failed(hass, loaded, True)
    assert issues(hass) == set()
    async_set_ftp_login_failed(hass, loaded, False)
    async_set_ftp_login_failed(hass, loaded, True)
    assert issues(hass) == {"ftp_login"}


async def test_acknowledged_while_the_meter_is_off(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A lost connection is no end of what was wrong at the meter."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    acknowledge(hass, loaded, "sleep_mode")
    await meter.power_cycle(boot_s=60)
    await until_available(hass, 120)
    await read_facts(hass, loaded)
    assert not issue(hass, loaded, "sleep_mode")


async def test_two_meters(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, emulated_meter: MeterFactory
) -> None:
    """Each meter has issues of its own."""
    other = await emulated_meter(serial="00830002", ftp_port=0)
    second = MockConfigEntry(
        domain=loaded.domain,
        title="NL-43 00830002",
        unique_id="00830002",
        minor_version=loaded.minor_version,
        data={**loaded.data, "port": other.port, "serial": "00830002"},
    )
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    async_set_ftp_login_failed(hass, second, True)
    assert issue(hass, second, "ftp_login")
    assert not issue(hass, loaded, "ftp_login")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert issue(hass, second, "ftp_login")
    assert await hass.config_entries.async_unload(second.entry_id)


def test_kinds() -> None:
    """Every kind is there once."""
    keys = [kind.key for kind in KINDS]
    assert len(keys) == len(set(keys)) == 17
