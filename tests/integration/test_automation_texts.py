"""Triggers and conditions as Home Assistant's editor shows them: described, named, with icons, offered for a meter."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition, icon, trigger
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.rion_nl43.condition import CONDITIONS
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.trigger import TRIGGERS

from .helpers import MockConfigEntry, device_id, entity_id
from .texts import TEXTS, read

KINDS: dict[str, tuple[Any, dict[str, Any]]] = {"triggers": (trigger, TRIGGERS), "conditions": (condition, CONDITIONS)}
# Home Assistant has its own words for these.
OWN_SELECTORS = ("duration", "automation_behavior")


async def described(hass: HomeAssistant, kind: str) -> dict[str, dict[str, Any] | None]:
    """Return our descriptions, as Home Assistant has read them."""
    found = await KINDS[kind][0].async_get_all_descriptions(hass)
    return {key.removeprefix(f"{DOMAIN}."): about for key, about in found.items() if key.startswith(f"{DOMAIN}.")}


@pytest.mark.parametrize("kind", KINDS)
async def test_all_are_described(hass: HomeAssistant, loaded: MockConfigEntry, kind: str) -> None:
    """Each has its target, and its fields are those with a name; Home Assistant refuses none."""
    about = await described(hass, kind)
    assert about.keys() == KINDS[kind][1].keys() == TEXTS[kind].keys() == read("icons.json")[kind].keys()
    for key, description in about.items():
        assert description
        assert description["target"] == {"entity": [{"integration": DOMAIN}]}
        texts = TEXTS[kind][key]
        assert texts["name"]
        assert texts["description"]
        assert texts.get("fields", {}).keys() == description["fields"].keys()
        assert all(field["name"] and field["description"] for field in texts.get("fields", {}).values())


@pytest.mark.parametrize("kind", KINDS)
async def test_defaults_are_those_of_the_code(hass: HomeAssistant, loaded: MockConfigEntry, kind: str) -> None:
    """What the editor fills in is valid, and means the same as to leave it out."""
    target = {"entity_id": [entity_id(hass, "lp")]}
    for key, description in (await described(hass, kind)).items():
        assert description
        given = {field: about["default"] for field, about in description["fields"].items() if "default" in about}
        needed = {"grade": "ok"} if key == "grade_is" else {}
        validate = KINDS[kind][1][key].async_validate_config
        filled = await validate(hass, {"target": target, "options": {**given, **needed}})
        bare = await validate(hass, {"target": target, **({"options": needed} if needed else {})})
        assert filled == bare
        assert filled["options"].keys() == description["fields"].keys()


@pytest.mark.parametrize("kind", KINDS)
async def test_choices_have_words(hass: HomeAssistant, loaded: MockConfigEntry, kind: str) -> None:
    """Every choice of a field has its text, and is taken."""
    for description in (await described(hass, kind)).values():
        assert description
        for about in description["fields"].values():
            ((name, selector),) = about["selector"].items()
            if name in OWN_SELECTORS:
                continue
            assert name == "select"
            assert TEXTS["selector"][selector["translation_key"]]["options"].keys() == set(selector["options"])


@pytest.mark.parametrize("kind", KINDS)
async def test_home_assistant_finds_words_and_icons(hass: HomeAssistant, loaded: MockConfigEntry, kind: str) -> None:
    """It reads them itself."""
    translations = await async_get_translations(hass, "en", kind, [DOMAIN])
    icons = (await icon.async_get_icons(hass, kind, [DOMAIN]))[DOMAIN]
    for key in KINDS[kind][1]:
        assert translations[f"component.{DOMAIN}.{kind}.{key}.name"]
        assert icons[key][kind.removesuffix("s")].startswith("mdi:")


@pytest.mark.parametrize("kind", KINDS)
async def test_offered_for_a_meter(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any, kind: str
) -> None:
    """Whoever chooses the meter in the editor is offered all of them."""
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": f"get_{kind}_for_target", "target": {"device_id": [device_id(hass, loaded)]}}
    )
    offered = (await client.receive_json())["result"]
    assert {key for key in offered if key.startswith(f"{DOMAIN}.")} == {f"{DOMAIN}.{key}" for key in KINDS[kind][1]}
