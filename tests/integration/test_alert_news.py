"""News of a meter: its measurements, and whether it is there; nothing of what began before anybody watched."""

from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.rion_nl43.news import News, NewsKind, async_get_news
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import (
    SERIAL,
    MockConfigEntry,
    act,
    device_id,
    entity_id,
    let_pass,
    new_entry,
    press,
    until_available,
    value,
)

STARTED, STOPPED = NewsKind.MEASUREMENT_STARTED, NewsKind.MEASUREMENT_STOPPED
INTERRUPTED = NewsKind.MEASUREMENT_INTERRUPTED
LOST, BACK = NewsKind.METER_LOST, NewsKind.METER_BACK
# Keys pressed at the meter are noticed within a minute.
NOTICED_S = 70


@pytest.fixture
def news(hass: HomeAssistant) -> list[News]:
    """All news but those of alerts, which have tests of their own."""
    found: list[News] = []
    async_get_news(hass).async_subscribe(lambda told: None if told.kind is NewsKind.ALERT else found.append(told))
    return found


def kinds(news: list[News]) -> list[NewsKind]:
    """Return what happened, in order."""
    return [told.kind for told in news]


async def test_start_and_stop_by_a_command(
    hass: HomeAssistant, loaded: MockConfigEntry, news: list[News], hass_admin_user: Any
) -> None:
    """Who asked for it is told; a pause is neither."""
    await act(hass, "start_cycle", user_id=hass_admin_user.id, device_id=device_id(hass, loaded))
    await let_pass(NOTICED_S)
    await press(hass, "pause")
    await let_pass(NOTICED_S)
    await press(hass, "resume")
    await let_pass(NOTICED_S)
    assert kinds(news) == [STARTED]
    await press(hass, "stop")
    await let_pass(NOTICED_S)
    assert kinds(news) == [STARTED, STOPPED]
    started, stopped = news
    assert started.entry is stopped.entry is loaded
    about = {"device_id": device_id(hass, loaded), "meter": loaded.title}
    at = {"started": started.data["started"]}
    assert at["started"]
    assert started.data == about | at | {"asked_by": hass_admin_user.id, "asked_reason": "action"}
    assert stopped.data == about | {"reason": "command", "asked_by": None, "asked_reason": "button"}


async def test_a_command_as_it_goes_over_the_line(
    hass: HomeAssistant, loaded: MockConfigEntry, news: list[News]
) -> None:
    """It is a command, too, whatever else is sent."""
    await act(hass, "send_command", meter=device_id(hass, loaded), command="Measure, Start")
    await let_pass(NOTICED_S)
    await act(hass, "send_command", meter=device_id(hass, loaded), command="Measure, Stop")
    await act(hass, "send_command", meter=device_id(hass, loaded), command="Type?")
    await let_pass(NOTICED_S)
    assert [(told.kind, told.data["asked_reason"]) for told in news] == [(STARTED, "action"), (STOPPED, "action")]


async def test_a_command_that_was_not_sent_has_done_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, news: list[News], hass_admin_user: Any
) -> None:
    """Somebody presses a button while the cycle of another person starts the measurement."""
    cycle = hass.async_create_task(
        act(hass, "start_cycle", user_id=hass_admin_user.id, device_id=device_id(hass, loaded))
    )
    await let_pass(0.5)
    with pytest.raises(HomeAssistantError):
        await press(hass, "start")
    await cycle
    await let_pass(NOTICED_S)
    assert [(told.kind, told.data["asked_by"]) for told in news] == [(STARTED, hass_admin_user.id)]


async def test_keys_at_the_meter(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, news: list[News]
) -> None:
    """Somebody stopped it, but not through us."""
    meter.instrument.press_start()
    await let_pass(NOTICED_S)
    meter.instrument.press_pause()
    await let_pass(NOTICED_S)
    meter.instrument.press_pause()
    await let_pass(NOTICED_S)
    meter.instrument.press_stop()
    await let_pass(NOTICED_S)
    assert kinds(news) == [STARTED, STOPPED]
    assert (news[1].data["reason"], news[1].data["asked_reason"]) == ("operator", None)


async def test_the_end_of_the_preset_time_is_nobodys_stop(
    hass: HomeAssistant, emulated_meter: MeterFactory, news: list[News]
) -> None:
    """Nothing is known of a person who wanted it now."""
    await hass.config.async_set_time_zone("UTC")
    meter = await emulated_meter(
        serial=SERIAL, ftp_port=0, settings={"Store Mode": "Auto", "Measurement Time Preset Auto": "1m"}
    )
    entry = new_entry(meter)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await press(hass, "start")
    await let_pass(60 + NOTICED_S)
    assert [(told.kind, told.data.get("reason")) for told in news] == [(STARTED, None), (INTERRUPTED, "preset")]
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_power_failure_interrupts(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, news: list[News]
) -> None:
    """The meter is lost and back, and it is known that nobody stopped the measurement, whatever watches over it."""
    await press(hass, "start")
    await let_pass(30)
    await meter.power_off()
    await let_pass(30)
    assert kinds(news) == [STARTED, LOST]
    assert news[1].data["reason"]
    await meter.power_on()
    await let_pass(200)
    assert kinds(news) == [STARTED, LOST, BACK, INTERRUPTED]
    assert news[3].data["reason"] == "outage"


async def test_what_runs_at_the_set_up_is_no_news(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, news: list[News]
) -> None:
    """It began before anybody watched; its end did not."""
    meter.instrument.press_start()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await let_pass(NOTICED_S)
    assert value(hass, "run_state") == "measuring"
    assert news == []
    await press(hass, "stop")
    await let_pass(NOTICED_S)
    assert kinds(news) == [STOPPED]


async def test_a_reload_is_no_news_and_who_listened_still_does(
    hass: HomeAssistant, loaded: MockConfigEntry, news: list[News]
) -> None:
    """The meter was not lost, and its measurement goes on."""
    await press(hass, "start")
    await hass.config_entries.async_reload(loaded.entry_id)
    await let_pass(NOTICED_S)
    assert kinds(news) == [STARTED]
    await press(hass, "stop")
    await let_pass(NOTICED_S)
    assert kinds(news) == [STARTED, STOPPED]


async def test_an_end_while_home_assistant_was_away_is_told_afterwards(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, news: list[News]
) -> None:
    """The measurement was watched before and is over: that is the first that anybody hears of it."""
    await press(hass, "start")
    await let_pass(30)
    await hass.config_entries.async_unload(loaded.entry_id)
    meter.instrument.press_stop()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await let_pass(NOTICED_S)
    assert [(told.kind, told.data.get("reason")) for told in news] == [(STARTED, None), (STOPPED, "operator")]


async def test_standby_is_no_loss(hass: HomeAssistant, loaded: MockConfigEntry, news: list[News]) -> None:
    """The connection was given away on purpose, and is taken back."""
    await hass.services.async_call(
        Platform.SWITCH, "turn_off", {"entity_id": entity_id(hass, "connection", Platform.SWITCH)}, blocking=True
    )
    await let_pass(300)
    await hass.services.async_call(
        Platform.SWITCH, "turn_on", {"entity_id": entity_id(hass, "connection", Platform.SWITCH)}, blocking=True
    )
    await until_available(hass)
    await let_pass(NOTICED_S)
    assert news == []


async def test_a_meter_that_was_not_there_at_first_comes_back(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, news: list[News]
) -> None:
    """That it was lost was no news, that it comes is."""
    await meter.power_off()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(120)
    assert news == []
    await meter.power_on()
    await until_available(hass, 200)
    await let_pass(NOTICED_S)
    assert kinds(news) == [BACK]
    assert news[0].data == {"device_id": device_id(hass, entry), "meter": entry.title}


async def test_home_assistant_stops_without_news(
    hass: HomeAssistant, loaded: MockConfigEntry, news: list[News]
) -> None:
    """The connection is closed, and nothing is wrong with the meter."""
    await press(hass, "start")
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await let_pass(30)
    assert kinds(news) == [STARTED]
