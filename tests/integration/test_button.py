"""Buttons, and what they say when the meter says no."""

from datetime import timedelta

from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.rion_nl43.const import DOMAIN
from emulator import EmulatedMeter
from emulator.faults import CutAnswer, DropAnswer, RefuseWith

from .helpers import MockConfigEntry, MockUser, enable, entity_id, let_pass, press, runtime, until, value


async def refusal(hass: HomeAssistant, key: str) -> tuple[type[HomeAssistantError], str | None]:
    """Press a button in vain; return kind and key of the error."""
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, key)
    assert raised.value.translation_domain == DOMAIN
    return type(raised.value), raised.value.translation_key


def measures(meter: EmulatedMeter) -> bool:
    """Return whether the meter itself measures."""
    return meter.instrument.run.measuring


async def test_start_and_stop(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The meter does what the button says, and the state tells it when the button is done."""
    await press(hass, "start")
    assert measures(meter)
    assert value(hass, "run_state") == "measuring"
    await press(hass, "pause")
    assert value(hass, "run_state") == "paused"
    await press(hass, "resume")
    assert value(hass, "run_state") == "measuring"
    await press(hass, "stop")
    assert not measures(meter)
    assert value(hass, "run_state") == "stopped"


async def test_button_goes_before_the_next_poll(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A person waits for one pacing slot at most."""
    await let_pass(30)
    began = hass.loop.time()
    await press(hass, "start")
    sent = next(command.at for command in meter.referee.commands if command.line == "Measure,Start")
    assert sent - began <= 1.2


async def test_store(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A result is stored once."""
    await press(hass, "start")
    await let_pass(10)
    await press(hass, "stop")
    await press(hass, "store")
    assert len(meter.instrument.card.manual_records) == 1
    assert await refusal(hass, "store") == (ServiceValidationError, "refused_nothing_to_store")


async def test_clock(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The clock is set, and the offset is known at once."""
    meter.instrument.clock += timedelta(minutes=59)
    await let_pass(600)
    await press(hass, "sync_clock")
    assert abs(float(value(hass, "clock_offset"))) <= 1


async def test_refused_because_of_the_state(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The user is told which state the wish does not go with."""
    await let_pass(60)
    assert await refusal(hass, "stop") == (ServiceValidationError, "refused_not_measuring")
    assert await refusal(hass, "pause") == (ServiceValidationError, "refused_not_measuring")
    assert await refusal(hass, "resume") == (ServiceValidationError, "refused_not_measuring")
    await let_pass(10)
    assert meter.instrument.press_start()
    assert await refusal(hass, "start") == (ServiceValidationError, "refused_already_measuring")
    assert value(hass, "run_state") == "measuring"
    assert await refusal(hass, "resume") == (ServiceValidationError, "refused_not_paused")
    await let_pass(10)
    assert await refusal(hass, "store") == (ServiceValidationError, "refused_while_measuring")
    assert await refusal(hass, "sync_clock") == (ServiceValidationError, "refused_while_measuring")
    assert meter.instrument.pause()
    assert await refusal(hass, "pause") == (ServiceValidationError, "refused_already_paused")


async def test_sentence(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The sentence that the user reads says why."""
    await press(hass, "start")
    with pytest.raises(HomeAssistantError, match="refused to start: it is already measuring"):
        await press(hass, "start")


async def test_busy(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A refusal that no state explains is not the user's fault."""
    await let_pass(60)
    meter.faults.add(RefuseWith("Measure,Start", 4))
    assert await refusal(hass, "start") == (HomeAssistantError, "refused_busy")


async def test_stored_in_auto_mode(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Single results are stored in the mode Manual only."""
    meter.instrument.settings["Store Mode"] = "Auto"
    await let_pass(60)
    assert await refusal(hass, "store") == (ServiceValidationError, "refused_not_in_manual_mode")


@pytest.mark.parametrize(
    ("code", "key"), [(1, "command_unknown"), (2, "parameter_refused"), (3, "designation_refused")]
)
async def test_other_refusals(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, code: int, key: str
) -> None:
    """What the meter does not know or take is told as such."""
    meter.faults.add(RefuseWith("Measure,Start", code))
    assert await refusal(hass, "start") == (HomeAssistantError, key)


async def test_no_answer(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """After a lost answer the state is read back, and the command is not sent twice."""
    meter.faults.add(DropAnswer("Measure,Start"))
    await press(hass, "start")
    assert await until(hass, lambda: value(hass, "run_state") == "measuring") <= 5
    assert [command.line for command in meter.referee.commands].count("Measure,Start") == 1


async def test_lost_while_pressed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A connection that breaks under a command leaves its outcome open until the state can be read back."""
    meter.faults.add(CutAnswer("Measure,Start", 0, "close"))
    await press(hass, "start")
    assert measures(meter)
    await until(hass, lambda: value(hass, "run_state") == "measuring")
    assert [command.line for command in meter.referee.commands].count("Measure,Start") == 1


async def test_start_cycle(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """One press makes a meter ready and starts it, under a name that holds nothing yet."""
    meter.instrument.settings["Sleep Mode"] = "On"
    meter.instrument.settings["Store Mode"] = "Auto"
    await let_pass(30)
    before = int(meter.instrument.settings["Store Name"])
    await press(hass, "start_cycle")
    assert measures(meter)
    assert meter.instrument.settings["Sleep Mode"] == "Off"
    assert int(meter.instrument.settings["Store Name"]) == before + 1
    assert value(hass, "run_state") == "measuring"
    await press(hass, "stop_cycle")
    assert not measures(meter)
    assert value(hass, "run_state") == "stopped"


async def test_who_pressed(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_admin_user: MockUser, hass_owner_user: MockUser
) -> None:
    """A command knows the user whose press it was."""
    await let_pass(10)
    one, another = hass_admin_user.id, hass_owner_user.id
    for user_id, key in ((one, "start"), (another, "stop"), (None, "start")):
        await hass.services.async_call(
            Platform.BUTTON,
            "press",
            {"entity_id": entity_id(hass, key, Platform.BUTTON)},
            blocking=True,
            context=Context(user_id=user_id),
        )
    asked = [command.asked for command in runtime(loaded).monitor.commands.recent]
    assert [(who.by, who.reason) for who in asked] == [(one, "button"), (another, "button"), (None, "button")]


async def test_power_cycle_without_a_switch(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Whoever has named no switch that powers the meter is told so."""
    await enable(hass, entity_id(hass, "power_cycle", Platform.BUTTON))
    assert await refusal(hass, "power_cycle") == (ServiceValidationError, "blocked_no_power_switch")
    assert runtime(loaded).monitor.available
    assert len(meter.referee.connections) == 2
