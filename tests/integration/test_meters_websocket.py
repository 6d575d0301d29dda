"""The meters and the blueprints over the websocket."""

import json
from typing import Any

from homeassistant.auth.models import Group
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.components import automation
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryDisabler
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.rion_nl43.alert_automation import BLUEPRINTS as FOR_RULES
from custom_components.rion_nl43.blueprint_websocket import SHIPPED
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.frontend import async_page_version
from tests.documentation import DOCS, responses
from tests.fixtures import MeterFactory

from .alert_helpers import KEYS, add_rule
from .blueprint_helpers import BLUEPRINTS, NAMES
from .helpers import SERIAL, MockConfigEntry, MockUser, device_id, entity_id, new_entry, runtime, until
from .test_level_limit import add_limit

OTHER = "00830002"


async def answer(client: Any, command: str, **data: Any) -> Any:
    """Send a command of the integration and return what comes back."""
    return await client_says(client, f"{DOMAIN}/{command}", **data)


async def client_says(client: Any, command: str, **data: Any) -> Any:
    """Send a command and return what comes back."""
    await client.send_json_auto_id({"type": command, **data})
    return await client.receive_json()


async def meters(client: Any) -> list[dict[str, Any]]:
    """Return the meters that the client is told of."""
    result = (await answer(client, "meters"))["result"]
    found: list[dict[str, Any]] = result["meters"]
    return found


async def add_other(hass: HomeAssistant, emulated_meter: MeterFactory, title: str) -> MockConfigEntry:
    """Add a second meter, set up."""
    other = new_entry(await emulated_meter(serial=OTHER, ftp_port=0))
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, title=title)
    assert await hass.config_entries.async_setup(other.entry_id)
    return other


def restrict(hass: HomeAssistant, user: MockUser, *entity_ids: str) -> None:
    """Let a user read these entities and no others."""
    policy = {"entities": {"entity_ids": {entity_id: {"read": True} for entity_id in entity_ids}}}
    user.groups = [Group(name="some", policy=policy)]
    user.permissions = PolicyPermissions(policy, PermissionLookup(er.async_get(hass), dr.async_get(hass)))


def documented(key: str) -> Any:
    """Return the answer of the documentation that has this key."""
    (found,) = (told for told in map(json.loads, responses(DOCS / "websocket.md")) if key in told)
    return found


class TestMeters:
    """What dashboards are told."""

    @pytest.mark.usefixtures("meter")
    async def test_documentation(self, hass: HomeAssistant, entry: MockConfigEntry, hass_ws_client: Any) -> None:
        """It has all keys, and the entities of the example are called so."""
        hass.config_entries.async_update_entry(entry, title="Main road")
        assert await hass.config_entries.async_setup(entry.entry_id)
        await add_rule(hass, entry, metric="window_leq", window_minutes=15, window_kind="running")
        result = (await answer(await hass_ws_client(hass), "meters"))["result"]
        told = documented("meters")
        assert told.keys() == result.keys()
        (meter,), (told_meter,) = result["meters"], told["meters"]
        assert told_meter.keys() == meter.keys()
        for key in ("entities", "disabled"):
            assert told_meter[key].items() <= meter[key].items()
        (rule,), (told_rule,) = meter["rules"], told_meter["rules"]
        assert told_rule.keys() == rule.keys()
        for key in ("name", "metric", "direction", "entities"):
            assert told_rule[key] == rule[key]

    async def test_everything_of_a_meter(
        self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any
    ) -> None:
        """Its name, where it is, its rules, and all its entities by their keys."""
        rule_id = await add_rule(hass, loaded)
        await until(hass, lambda: runtime(loaded).monitor.facts.time_weightings[0])
        area = ar.async_get(hass).async_create("Building site")
        dr.async_get(hass).async_update_device(device_id(hass, loaded), area_id=area.id, name_by_user="Main road")
        hass.config_entries.async_update_entry(
            loaded, options={"on_map": True, "position": {"latitude": 48.137, "longitude": 11.575}}
        )
        result = (await answer(await hass_ws_client(hass), "meters"))["result"]
        assert result["version"] == async_page_version(hass)
        assert result["is_admin"] is True
        (meter,) = result["meters"]
        entities, disabled = meter.pop("entities"), meter.pop("disabled")
        assert meter == {
            "config_entry_id": loaded.entry_id,
            "device_id": device_id(hass, loaded),
            "name": "Main road",
            "serial": SERIAL,
            "model": "NL-43",
            "area_id": area.id,
            "loaded": True,
            "may_control": True,
            "files": True,
            "position": [48.137, 11.575],
            "rules": [
                {
                    "rule_id": rule_id,
                    "name": "Night limit",
                    "enabled": True,
                    "metric": "lp",
                    "symbol": "LAF",
                    "direction": "above",
                    "warning": 50.0,
                    "alarm": 80.0,
                    "entities": {key: entity_id(hass, f"{rule_id}_{key}", platform) for key, platform in KEYS.items()},
                }
            ],
            "limits": [],
        }
        assert entities["lp"] == entity_id(hass, "lp")
        assert entities["unreachable"] == entity_id(hass, "unreachable", Platform.BINARY_SENSOR)
        registered = er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
        told = {*entities.values(), *disabled.values(), *meter["rules"][0]["entities"].values()}
        # A setting does for the sensor that tells the same.
        doubles = {entity_id(hass, key) for key in ("store_mode", "store_name")}
        assert told == {entity.entity_id for entity in registered} - doubles
        assert {entity.entity_id for entity in registered if entity.disabled} - doubles == set(disabled.values())
        assert entities["store_mode"] == entity_id(hass, "store_mode", Platform.SELECT)
        assert "store_mode" not in disabled

    async def test_disabled_entities(self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any) -> None:
        """They are told apart; those of a rule are left out."""
        rule_id = await add_rule(hass, loaded)
        level, breach = entity_id(hass, "lp"), entity_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR)
        for found in (level, breach):
            er.async_get(hass).async_update_entity(found, disabled_by=er.RegistryEntryDisabler.USER)
        await hass.async_block_till_done()
        (meter,) = await meters(await hass_ws_client(hass))
        assert "lp" not in meter["entities"]
        assert meter["disabled"]["lp"] == level
        assert meter["rules"][0]["entities"].keys() == KEYS.keys() - {"breach"}

    async def test_a_meter_that_is_not_loaded(
        self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any
    ) -> None:
        """It is there with what is kept of it; the weighting of its levels is not known."""
        await add_rule(hass, loaded)
        client = await hass_ws_client(hass)
        (before,) = await meters(client)
        assert await hass.config_entries.async_unload(loaded.entry_id)
        (meter,) = await meters(client)
        assert not meter["loaded"]
        assert meter["rules"][0].pop("symbol") == "Lp"
        assert before["rules"][0].pop("symbol") in ("Lp", "LAF")
        assert meter == before | {"loaded": False}

    async def test_meters_that_nobody_wants(
        self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any
    ) -> None:
        """Those that are disabled or were ignored are not there, and that is no error."""
        MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id="00830009").add_to_hass(hass)
        client = await hass_ws_client(hass)
        assert [meter["serial"] for meter in await meters(client)] == [SERIAL]
        await hass.config_entries.async_set_disabled_by(loaded.entry_id, ConfigEntryDisabler.USER)
        assert await meters(client) == []

    async def test_without_a_device(self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any) -> None:
        """A device that the user removed leaves its meter there, without entities."""
        dr.async_get(hass).async_remove_device(device_id(hass, loaded))
        await hass.async_block_till_done()
        (meter,) = await meters(await hass_ws_client(hass))
        assert (meter["device_id"], meter["area_id"], meter["entities"]) == (None, None, {})
        assert meter["name"] == loaded.title

    async def test_a_rule_that_makes_no_sense(
        self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any
    ) -> None:
        """Nobody judges it, so it is left out; the others are told."""
        await add_rule(hass, loaded, "Broken", metric="window_leq")
        good = await add_rule(hass, loaded, "Good", enabled=False, alarm=None, direction="below")
        (meter,) = await meters(await hass_ws_client(hass))
        (rule,) = meter["rules"]
        assert (rule["rule_id"], rule["enabled"], rule["alarm"], rule["direction"]) == (good, False, None, "below")

    async def test_limits(self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any) -> None:
        """Each is told with its enabled entities; one that makes no sense is left out."""
        limit_id = await add_limit(hass, loaded, "Neighbours", limit=45.5)
        await add_limit(hass, loaded, "Broken", limit_period="nonsense")
        (meter,) = await meters(await hass_ws_client(hass))
        (limit,) = meter["limits"]
        assert (limit["limit_id"], limit["name"], limit["limit"]) == (limit_id, "Neighbours", 45.5)
        assert limit["entities"]["projected"] == entity_id(hass, f"{limit_id}_projected")
        # It is disabled at first.
        assert "level" not in limit["entities"]
        assert not set(limit["entities"].values()) & set(meter["entities"].values())

    async def test_two_meters(
        self, hass: HomeAssistant, emulated_meter: MeterFactory, loaded: MockConfigEntry, hass_ws_client: Any
    ) -> None:
        """They come by their names, each with its own entities and rules."""
        other = await add_other(hass, emulated_meter, "airport")
        rule_id = await add_rule(hass, other)
        hass.config_entries.async_update_entry(loaded, title="Building site")
        found = await meters(await hass_ws_client(hass))
        assert [(meter["name"], meter["serial"]) for meter in found] == [("airport", OTHER), ("Building site", SERIAL)]
        assert [[rule["rule_id"] for rule in meter["rules"]] for meter in found] == [[rule_id], []]
        assert not set(found[0]["entities"].values()) & set(found[1]["entities"].values())
        assert found[0]["entities"].keys() == found[1]["entities"].keys()


class TestRights:
    """Who is told what."""

    async def test_who_may_only_look(
        self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any, hass_read_only_access_token: str
    ) -> None:
        """He is told the same, and that he is no administrator and may use no actions."""
        everything = (await answer(await hass_ws_client(hass), "meters"))["result"]
        (meter,) = everything["meters"]
        client = await hass_ws_client(hass, hass_read_only_access_token)
        told = everything | {"is_admin": False, "meters": [meter | {"may_control": False}]}
        assert (await answer(client, "meters"))["result"] == told

    async def test_who_may_read_some(
        self,
        hass: HomeAssistant,
        emulated_meter: MeterFactory,
        loaded: MockConfigEntry,
        hass_ws_client: Any,
        hass_admin_user: MockUser,
    ) -> None:
        """He is told of these alone; where the meter stands is told to who may read the sensor that says it."""
        await add_other(hass, emulated_meter, "Airport")
        hass.config_entries.async_update_entry(
            loaded, options={"on_map": True, "position": {"latitude": 48.137, "longitude": 11.575}}
        )
        shown, hidden = await add_rule(hass, loaded), await add_rule(hass, loaded, "Secret")
        level, worst = entity_id(hass, "lp"), entity_id(hass, "worst_grade")
        grade = entity_id(hass, f"{shown}_grade")
        restrict(hass, hass_admin_user, level, grade)
        client = await hass_ws_client(hass)
        (meter,) = await meters(client)
        assert (meter["entities"], meter["disabled"], meter["position"]) == ({"lp": level}, {}, None)
        assert [(rule["rule_id"], rule["entities"]) for rule in meter["rules"]] == [(shown, {"grade": grade})]
        assert hidden not in str(meter)
        restrict(hass, hass_admin_user, worst)
        (meter,) = await meters(client)
        assert (meter["entities"], meter["position"], meter["rules"]) == (
            {"worst_grade": worst},
            [48.137, 11.575],
            [],
        )

    async def test_who_may_read_nothing(
        self, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any, hass_admin_user: MockUser
    ) -> None:
        """He is told of no meter."""
        restrict(hass, hass_admin_user)
        assert await meters(await hass_ws_client(hass)) == []


class TestBlueprints:
    """What is shipped for pages to import."""

    def test_copies(self) -> None:
        """They are those that are imported by their address: a copy would not follow by itself."""
        assert sorted(path.name for path in SHIPPED.iterdir()) == [f"{name}.yaml" for name in NAMES]
        for name in NAMES:
            assert (SHIPPED / f"{name}.yaml").read_bytes() == (BLUEPRINTS / f"{name}.yaml").read_bytes(), name

    @pytest.mark.usefixtures("loaded")
    @pytest.mark.parametrize("name", FOR_RULES)
    async def test_import(self, hass: HomeAssistant, hass_ws_client: Any, name: str) -> None:
        """What comes is taken by Home Assistant as it is, and is there afterwards, also at another place."""
        assert await async_setup_component(hass, automation.DOMAIN, {})
        client = await hass_ws_client(hass)
        told = (await answer(client, "blueprint", name=name))["result"]
        assert told.keys() == documented("yaml").keys()
        assert told == {
            "path": f"rion-nl43/{name}.yaml",
            "source_url": (
                f"https://github.com/rion-nl43/rion-nl43/blob/main/blueprints/automation/rion_nl43/{name}.yaml"
            ),
            "installed": False,
            "yaml": (BLUEPRINTS / f"{name}.yaml").read_text(encoding="utf-8"),
        }
        save = {"domain": automation.DOMAIN, "yaml": told["yaml"], "source_url": told["source_url"]}
        assert (await client_says(client, "blueprint/save", path=f"mine/{name}.yaml", **save))["success"]
        again = (await answer(client, "blueprint", name=name))["result"]
        assert again == told | {"path": f"mine/{name}.yaml", "installed": True}

    @pytest.mark.usefixtures("loaded")
    async def test_without_automations(self, hass: HomeAssistant, hass_ws_client: Any) -> None:
        """Nothing is installed where Home Assistant has no automations."""
        assert not (await answer(await hass_ws_client(hass), "blueprint", name="notify_on_alert"))["result"][
            "installed"
        ]

    @pytest.mark.usefixtures("loaded")
    @pytest.mark.parametrize("name", ["daily_report", "../const", ""])
    async def test_another_name(self, hass: HomeAssistant, hass_ws_client: Any, name: str) -> None:
        """Only those for rules can be asked for."""
        assert (await answer(await hass_ws_client(hass), "blueprint", name=name))["error"]["code"] == "invalid_format"

    @pytest.mark.usefixtures("loaded")
    async def test_who_may_only_look(
        self, hass: HomeAssistant, hass_ws_client: Any, hass_read_only_access_token: str
    ) -> None:
        """He imports nothing."""
        client = await hass_ws_client(hass, hass_read_only_access_token)
        assert (await answer(client, "blueprint", name="notify_on_alert"))["error"]["code"] == "unauthorized"
