"""What an operator can see and do over the API."""

import asyncio
import json

import pytest

from tests.emulator.client import Client

from .conftest import ONE, TWO, Api


async def test_all_meters_are_listed(api: Api) -> None:
    """All meters are listed."""
    meters = (await api.ask("GET", "/api/meters"))["meters"]
    assert [meter["serial"] for meter in meters] == [ONE, TWO]
    assert [meter["port"] for meter in meters] == [meter.port for meter in api.fleet.meters]
    told = {"serial": ONE, "model": "NL-43", "firmware": "01.02.0304", "options": ["EX"], "host": "127.0.0.1"}
    assert meters[0] == told | {"port": api.meter.port, "ftp_port": api.meter.ftp_port, "powered": True}


async def test_a_measurement_by_its_keys(api: Api) -> None:
    """A measurement by its keys, and what the meter shows is what it says on the wire."""
    face = await api.of()
    assert (face["state"], face["storable"], face["measured_s"]) == ("stopped", False, 0)
    assert face["channels"][0]["leq"] is None
    assert face["channels"][0]["ln"][0] == {"percentage": 5, "level": None}
    assert (await api.of("/keys", "POST", {"key": "stop"}))["accepted"] is False
    answer = await api.of("/keys", "POST", {"key": "start"})
    assert (answer["accepted"], answer["meter"]["state"]) == (True, "measuring")
    await asyncio.sleep(60)
    assert (await api.of("/keys", "POST", {"key": "pause"}))["meter"]["state"] == "paused"
    assert (await api.of("/keys", "POST", {"key": "mode"}))["accepted"] is False
    await asyncio.sleep(60)
    await api.of("/keys", "POST", {"key": "pause"})
    face = (await api.of("/keys", "POST", {"key": "stop"}))["meter"]
    assert (face["state"], face["measured_s"], face["storable"]) == ("stopped", 60, True)
    client = await Client.connect(api.meter)
    row = (await client.exchange("DOD?"))[1].split(",")
    await client.close()
    face = await api.of()
    main = face["channels"][0]
    names = ("lp", "leq", "le", "lmax", "lmin")
    shown = [main[name] for name in names] + [entry["level"] for entry in main["ln"]] + [main["lpeak"]]
    assert [f"{level:5.1f}" for level in shown[1:]] == row[1:11]
    assert (await api.of("/keys", "POST", {"key": "store"}))["meter"]["store"]["address"] == "2"
    assert (await api.of("/keys", "POST", {"key": "store"}))["accepted"] is False


async def test_a_picture_of_the_display(api: Api) -> None:
    """A picture of the display is on the card, if there is room for it."""
    card = api.meter.instrument.card
    assert (await api.of("/keys", "POST", {"key": "screenshot"}))["accepted"] is True
    assert [name.endswith(".bmp") for name in card.files.names("/NL-43/Screenshot")] == [True]
    card.free_mb = 0
    # In the same second it would be written over the first.
    await asyncio.sleep(1)
    assert (await api.of("/keys", "POST", {"key": "screenshot"}))["accepted"] is False


async def test_the_mode_key_goes_round(api: Api) -> None:
    """The mode key goes round."""
    modes = [(await api.of("/keys", "POST", {"key": "mode"}))["meter"]["store"]["mode"] for _ in range(3)]
    assert modes == ["Auto", "Timer Auto", "Manual"]


async def test_several_channels_are_shown(api: Api) -> None:
    """Several channels are shown, each with its weightings."""
    await api.of("/settings/Measure%20Display%20Sub%20Channel%201", "PUT", {"value": "on"})
    await api.of("/settings/Frequency%20Weighting%20(Sub1)", "PUT", {"value": "C"})
    channels = (await api.of())["channels"]
    assert [(channel["name"], channel["frequency_weighting"]) for channel in channels] == [("Main", "A"), ("Sub1", "C")]


async def test_settings_are_read_and_set(api: Api) -> None:
    """Settings are read and set, in the forms the meter has for them."""
    listed = {setting["name"]: setting for setting in (await api.of("/settings"))["settings"]}
    assert listed["Store Mode"]["examples"] == ["Manual", "Auto", "Timer Auto"]
    assert listed["Percentile 1"]["option"] == "EX"
    assert await api.of("/settings/time%20weighting", "PUT", {"value": "s"}) == {
        "name": "Time Weighting (Main)",
        "value": "S",
    }
    assert (await api.of("/settings/Time%20Weighting%20(Main)"))["value"] == "S"
    assert api.meter.instrument.settings["Time Weighting"] == "S"
    path = f"/api/meters/{ONE}/settings"
    assert await api.refused(404, "GET", f"{path}/Colour") == "there is no setting 'Colour'"
    words = await api.refused(422, "PUT", f"{path}/Store%20Mode", {"value": "Never"})
    assert "Store Mode cannot be 'Never', but for example Manual" in words


async def test_power_and_supply(api: Api) -> None:
    """A meter that is off shows little, hears no keys, and comes back stopped."""
    await api.of("/keys", "POST", {"key": "start"})
    face = await api.of("/power", "PUT", {"on": False, "connects": "timeout"})
    assert (face["powered"], face["state"], face["channels"]) == (False, None, [])
    await api.of("/power", "PUT", {"on": False})
    path = f"/api/meters/{ONE}/keys"
    assert await api.refused(409, "POST", path, {"key": "start"}) == f"meter {ONE} is switched off"
    face = await api.of("/supply", "PUT", {"battery": "Low", "power_source": "I"})
    assert (face["battery"], face["power_source"]) == ("Low", "I")
    face = await api.of("/power", "PUT", {"on": True})
    assert (face["powered"], face["state"]) == (True, "stopped")
    await api.of("/keys", "POST", {"key": "start"})
    assert (await api.of("/power", "PUT", {"on": True}))["state"] == "measuring"


async def test_the_scene_changes(api: Api) -> None:
    """The scene changes, to one that there is."""
    scenes = (await api.ask("GET", "/api/scenes"))["scenes"]
    assert {"traffic", "calibrator"} <= set(scenes)
    assert (await api.of())["scene"] == "traffic"
    assert (await api.of("/scene", "PUT", {"scene": "calibrator"}))["scene"] == "calibrator"
    await asyncio.sleep(10)
    assert (await api.of())["channels"][0]["lp"] == 94.0
    assert "beach" in await api.refused(422, "PUT", f"/api/meters/{ONE}/scene", {"scene": "beach"})
    assert (await api.of())["scene"] == "calibrator"


async def test_time_is_set_for_all(api: Api) -> None:
    """Time is set for all meters."""
    assert (await api.ask("GET", "/api/clock"))["speed"] == 1
    assert (await api.ask("PUT", "/api/clock", {"speed": 0}))["speed"] == 0
    before = (await api.ask("GET", "/api/clock"))["meter_time_s"]
    await api.of("/keys", "POST", {"key": "start"})
    after = await api.ask("POST", "/api/clock/step", {"seconds": 3600})
    assert after["meter_time_s"] == pytest.approx(before + 3600)
    face = await api.of()
    assert (face["measured_s"], face["speed"]) == (3600, 0)
    assert "0, or 1 to 10000" in await api.refused(422, "PUT", "/api/clock", {"speed": 0.5})


async def test_the_truth_of_a_span(api: Api) -> None:
    """The truth of a span agrees with what the meter measured in it."""
    await api.ask("PUT", "/api/clock", {"speed": 0})
    begin = (await api.of())["meter_time_s"]
    await api.of("/keys", "POST", {"key": "start"})
    await api.ask("POST", "/api/clock/step", {"seconds": 120})
    truth = await api.of(f"/truth?from={begin}&to={begin + 120}")
    main = (await api.of())["channels"][0]
    assert truth["laeq"] == pytest.approx(main["leq"], abs=0.06)
    assert truth["lmax"] == pytest.approx(main["lmax"], abs=0.06)
    path = f"/api/meters/{ONE}/truth"
    assert "not on" in await api.refused(422, "GET", f"{path}?from=0&to=1e6")
    assert "missing" in await api.refused(422, "GET", f"{path}?from=0")
    assert "must be a number" in await api.refused(422, "GET", f"{path}?from=x&to=1")
    assert "must be finite" in await api.refused(422, "GET", f"{path}?from=nan&to=1")


async def test_the_referees_report(api: Api) -> None:
    """The referee's report."""
    client = await Client.connect(api.meter)
    await client.exchange("Type?")
    client.send("DOD?")
    await client.hear(1)
    await client.close()
    report = await api.of("/referee")
    assert report["by_command"] == {"Type?": 1, "DOD?": 1}
    assert report["violations"] == {"spacing": 1}
    assert (await api.of())["violations"] == 1


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/keys", [], "the body must be an object"),
        ("/keys", {}, "'key' is missing"),
        ("/keys", {"key": 1}, "'key' must be a string"),
        ("/keys", {"key": "jump"}, "'key' must be one of start, stop, pause, store, screenshot, mode, not 'jump'"),
        ("/keys", {"key": "stop", "how": 1}, "'how' is not known here, only 'key'"),
    ],
)
async def test_bodies_of_another_form(api: Api, path: str, body: object, words: str) -> None:
    """Bodies of another form are refused in words."""
    assert await api.refused(422, "POST", f"/api/meters/{ONE}{path}", body) == words


async def test_numbers_out_of_range(api: Api) -> None:
    """Numbers out of range."""
    told = await api.refused(422, "PUT", "/api/clock", {"speed": -1})
    assert told == "'speed' must be at least 0 and at most 10000, not -1"
    assert "not nan" in await api.refused(422, "PUT", "/api/clock", {"speed": float("nan")})
    assert await api.refused(422, "PUT", "/api/clock", {"speed": True}) == "'speed' must be a number"


async def test_faults_are_switched_on_and_off(api: Api) -> None:
    """Faults are listed, switched on, seen on the wire, and switched off."""
    types = {fault["name"]: fault for fault in (await api.ask("GET", "/api/faults"))["faults"]}
    assert types["busy"]["title"] == "Busy"
    assert types["busy"]["parameters"][0]["default"] == 4
    json.dumps(types, allow_nan=False)
    order = {"name": "busy", "command": "Type?", "times": 1, "parameters": {"code": 2}}
    fault = (await api.of("/faults", "POST", order))["id"]
    active = (await api.of("/faults"))["faults"]
    assert [(entry["id"], entry["name"]) for entry in active] == [(fault, "busy")]
    client = await Client.connect(api.meter)
    assert await client.exchange("Type?") == ["R+0002"]
    assert (await api.of("/faults"))["faults"] == []
    fault = (await api.of("/faults", "POST", {"name": "echo-on"}))["id"]
    assert (await api.of(f"/faults/{fault}", "DELETE"))["faults"] == []
    for _ in range(2):
        await api.of("/faults", "POST", {"name": "slow-answer"})
    assert (await api.of("/faults/slow-answer", "DELETE"))["faults"] == []
    await api.of("/faults", "POST", {"name": "echo-on"})
    assert (await api.of("/faults", "DELETE"))["faults"] == []
    await client.close()
    path = f"/api/meters/{ONE}/faults"
    assert "echo-on" in await api.refused(404, "DELETE", f"{path}/echo-on")
    assert "wedg" in await api.refused(422, "POST", path, {"name": "wedg"})
    words = await api.refused(422, "POST", path, {"name": "busy", "parameters": {"code": 9}})
    assert "code is a whole number from 1 to 4" in words
    assert await api.refused(422, "POST", path, {"name": "busy", "parameters": {"colour": 1}})
    assert await api.refused(422, "POST", path, {"name": "busy", "parameters": {"name": "x"}})


async def test_every_fault_can_be_switched_on_as_it_is_described(api: Api) -> None:
    """Every fault can be switched on with what is described as its defaults, and off again."""
    for fault in (await api.ask("GET", "/api/faults"))["faults"]:
        parameters = {parameter["name"]: parameter["default"] for parameter in fault["parameters"]}
        if fault["name"] == "operator":
            parameters["key"] = "start"
        await api.of("/faults", "POST", {"name": fault["name"], "parameters": parameters})
        await api.of("/faults", "DELETE")
        assert (await api.of("/faults"))["faults"] == []


async def test_a_fault_that_cannot_begin(api: Api) -> None:
    """A fault that needs a port that is taken does not begin."""
    order = {"name": "web-app", "parameters": {"page_port": api.meter.port}}
    assert "web-app cannot begin: " in await api.refused(409, "POST", f"/api/meters/{ONE}/faults", order)
    assert (await api.of("/faults"))["faults"] == []
