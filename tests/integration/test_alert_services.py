"""Actions for alerts: what they do, what they return, and who may call them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.components import automation
from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import probatio
import pytest

from custom_components.rion_nl43.alert_automation import BLUEPRINTS
from custom_components.rion_nl43.monitor import UNREACHABLE
from emulator import EmulatedMeter

from .alert_helpers import NAME, SCENE, add_rule, rule_value, tone
from .helpers import MockConfigEntry, MockUser, act, ask, device_id, entity_id, let_pass, runtime, until

CSV_HEAD = "meter,rule,level,direction,"


@pytest.fixture
async def rule_id(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> str:
    """A rule that the tone breaks at once, of a meter in a quiet place."""
    meter.instrument.change_scene(SCENE)
    await let_pass(5)
    return await add_rule(hass, loaded)


def of_rule(hass: HomeAssistant, rule_id: str) -> dict[str, Any]:
    """Return a target that is the rule."""
    return {"entity_id": entity_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR)}


def read(path: str) -> str:
    """Return what a spreadsheet reads in a file."""
    return Path(path).read_bytes().decode("utf-8-sig")


def put_media(hass: HomeAssistant, folder: str) -> None:
    """Let Home Assistant have its media there, and write nowhere else."""
    hass.config.media_dirs = {"local": folder}
    hass.config.allowlist_external_dirs = {folder}


def make_link(folder: str, to: str) -> None:
    """Make a folder in which is a link to another one."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "link").symlink_to(to)


def found(folder: str, pattern: str) -> list[Path]:
    """Return the files that there are."""
    return list(Path(folder).rglob(pattern))


async def alert(hass: HomeAssistant, meter: EmulatedMeter, rule_id: str) -> None:
    """Let an alert of the rule come and go."""
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 5)
        await let_pass(10)
    await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_OFF, 5)


async def refused(hass: HomeAssistant, action: str, **data: Any) -> str | None:
    """Call an action that refuses; return the key of its sentence."""
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, action, **data)
    return raised.value.translation_key


async def refused_to_tell(hass: HomeAssistant, action: str, **data: Any) -> str | None:
    """Call an action that has a response and refuses; return the key of its sentence."""
    with pytest.raises(ServiceValidationError) as raised:
        await ask(hass, action, **data)
    return raised.value.translation_key


class TestAcknowledge:
    """Somebody takes care."""

    async def test_a_rule(
        self,
        hass: HomeAssistant,
        meter: EmulatedMeter,
        loaded: MockConfigEntry,
        rule_id: str,
        hass_admin_user: MockUser,
    ) -> None:
        """The active alert of it, by the one who calls, with what he notes."""
        with tone(meter):
            await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 5)
            response = await ask(
                hass, "acknowledge", user_id=hass_admin_user.id, note="Told the driver", **of_rule(hass, rule_id)
            )
        (told,) = response["episodes"]
        assert (told["rule_id"], told["acknowledged_by"], told["note"]) == (
            rule_id,
            hass_admin_user.id,
            "Told the driver",
        )
        (episode,) = runtime(loaded).monitor.alerts.episodes(rule_id)
        assert episode.acknowledged
        assert (episode.acknowledged.by, episode.acknowledged.note) == (hass_admin_user.id, "Told the driver")

    async def test_a_rule_whose_alert_is_over(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """The last one, once."""
        assert await refused(hass, "acknowledge", **of_rule(hass, rule_id)) == "alert_no_episode"
        await alert(hass, meter, rule_id)
        await act(hass, "acknowledge", **of_rule(hass, rule_id))
        assert runtime(loaded).monitor.alerts.episodes(rule_id)[0].acknowledged
        assert await refused(hass, "acknowledge", **of_rule(hass, rule_id)) == "alert_already_acknowledged"

    async def test_a_meter(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """All that is active there; what is over or acknowledged is left alone, and nothing is no error."""
        target = {"device_id": device_id(hass, loaded)}
        other = await add_rule(hass, loaded, "Noon limit", warning=60.0)
        over = await add_rule(hass, loaded, "Over", warning=70.0)
        alerts = runtime(loaded).monitor.alerts
        await alert(hass, meter, over)
        hass.config_entries.async_remove_subentry(loaded, over)
        with tone(meter):
            await until(hass, lambda: rule_value(hass, other, "breach") == STATE_ON, 5)
            await let_pass(2)
            await act(hass, "acknowledge", **of_rule(hass, rule_id))
            response = await ask(hass, "acknowledge", **target)
            assert [told["rule"] for told in response["episodes"]] == ["Noon limit"]
            assert await ask(hass, "acknowledge", **target) == {"episodes": []}
            assert [bool(episode.acknowledged) for episode in alerts.open_episodes] == [True, True]

    async def test_an_episode(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """By its id, wherever it is, also if it is not the last one."""
        await alert(hass, meter, rule_id)
        await alert(hass, meter, rule_id)
        alerts = runtime(loaded).monitor.alerts
        last, first = alerts.episodes(rule_id)
        await act(hass, "acknowledge", episode_id=first.id)
        assert [bool(episode.acknowledged) for episode in alerts.episodes(rule_id)] == [False, True]
        assert await refused(hass, "acknowledge", episode_id=first.id) == "alert_already_acknowledged"
        assert await refused(hass, "acknowledge", episode_id="../x") == "episode_unknown"
        other = await add_rule(hass, loaded, "Other")
        assert await refused(hass, "acknowledge", episode_id=last.id, **of_rule(hass, other)) == "episode_unknown"

    async def test_several_rules(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Those that failed are named, and the others are done."""
        await alert(hass, meter, rule_id)
        other = await add_rule(hass, loaded, "Noon limit")
        with pytest.raises(
            ServiceValidationError,
            match=r"1 of 2 rules failed\. Noon limit: There is no alert of this rule to acknowledge$",
        ):
            await act(
                hass,
                "acknowledge",
                entity_id=[of_rule(hass, each)["entity_id"] for each in (rule_id, other)],
            )
        assert runtime(loaded).monitor.alerts.episodes(rule_id)[0].acknowledged

    async def test_nothing_meant(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """Without target and episode it is refused, and so is a target without a rule, or a long note."""
        with pytest.raises(probatio.Invalid):
            await act(hass, "acknowledge", note="x")
        with pytest.raises(probatio.Invalid):
            await act(hass, "acknowledge", note="x" * 501, **of_rule(hass, rule_id))
        assert await refused(hass, "acknowledge", entity_id="light.kitchen") == "no_rule_targeted"


class TestSnooze:
    """Rules that are to be silent for a while."""

    async def test_for_a_while(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Nothing is raised until it is over, then what still holds is."""
        await act(hass, "snooze", duration={"minutes": 5}, **of_rule(hass, rule_id))
        alerts = runtime(loaded).monitor.alerts
        until_at = alerts.state(rule_id).snoozed_until
        assert until_at == pytest.approx(dt_util.utcnow().timestamp() + 300, abs=1)
        assert alerts.state(UNREACHABLE).snoozed_until is None
        with tone(meter):
            await let_pass(290)
            assert rule_value(hass, rule_id, "breach") == STATE_OFF
            await let_pass(15)
            assert rule_value(hass, rule_id, "breach") == STATE_ON

    async def test_a_meter(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """All of its rules, the built-in one included, until they are wanted again."""
        target = {"device_id": device_id(hass, loaded)}
        alerts = runtime(loaded).monitor.alerts
        await act(hass, "snooze", duration="01:00:00", **target)
        until_at = dt_util.utcnow().timestamp() + 3600
        for each in (rule_id, UNREACHABLE):
            assert alerts.state(each).snoozed_until == pytest.approx(until_at, abs=1)
        await act(hass, "unsnooze", **target)
        assert (alerts.state(rule_id).snoozed_until, alerts.state(UNREACHABLE).snoozed_until) == (None, None)
        with tone(meter):
            await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 5)

    async def test_for_no_time(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """No time, and more than a month, are refused."""
        assert await refused(hass, "snooze", duration=0, **of_rule(hass, rule_id)) == "alert_time_not_ahead"
        for duration in ({"days": 31}, -5):
            with pytest.raises(probatio.Invalid):
                await act(hass, "snooze", duration=duration, **of_rule(hass, rule_id))


class TestGetEpisodes:
    """What was."""

    async def test_newest_first(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Of one rule, of a meter, or of all; as many as are wanted, and how many more there are."""
        other = await add_rule(hass, loaded, "Noon limit", enabled=False)
        await alert(hass, meter, rule_id)
        await alert(hass, meter, rule_id)
        everything = await ask(hass, "get_episodes")
        assert everything == await ask(hass, "get_episodes", device_id=device_id(hass, loaded))
        assert everything == await ask(hass, "get_episodes", **of_rule(hass, rule_id))
        assert await ask(hass, "get_episodes", **of_rule(hass, other)) == {"episodes": [], "left_out": 0}
        new, old = everything["episodes"]
        assert new["onset"] > old["onset"]
        assert (new["rule"], new["worst_grade"], new["open"]) == (NAME, "alarm", False)
        assert await ask(hass, "get_episodes", limit=1) == {"episodes": [new], "left_out": 1}

    async def test_period(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Those that went on within it, times without a zone being those of the house."""
        await hass.config.async_set_time_zone("Asia/Tokyo")
        began = dt_util.now()
        await alert(hass, meter, rule_id)
        await let_pass(60)
        between = dt_util.now()
        await alert(hass, meter, rule_id)

        async def count(**period: Any) -> int:
            return len((await ask(hass, "get_episodes", **period))["episodes"])

        assert await count(since=began.isoformat()) == 2
        assert await count(since=between.isoformat()) == 1
        assert await count(until=between.replace(tzinfo=None).isoformat(sep=" ")) == 1
        assert await count(until=began.isoformat()) == 0
        assert await count(since=(between - timedelta(seconds=65)).isoformat(), until=between.isoformat()) == 1
        period = {"since": between.isoformat(), "until": began.isoformat()}
        assert await refused_to_tell(hass, "get_episodes", **period) == "period_empty"

    async def test_open_only(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """What is over is left out; what goes on is in every period that has begun before its end."""
        await alert(hass, meter, rule_id)
        with tone(meter):
            await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 5)
            await let_pass(20)
            (episode,) = (await ask(hass, "get_episodes", open_only=True))["episodes"]
            assert (episode["open"], episode["grade"]) == (True, "alarm")
            since = dt_util.now().isoformat()
            assert (await ask(hass, "get_episodes", since=since))["episodes"] == [episode]

    async def test_meter_that_is_not_loaded(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """It is named, rather than left out."""
        assert await hass.config_entries.async_unload(loaded.entry_id)
        assert await refused_to_tell(hass, "get_episodes") == "meter_not_loaded"


class TestExplain:
    """Why it did not fire."""

    async def test_a_rule(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """In words and in figures, before and while it alerts."""
        await let_pass(3)
        (told,) = (await ask(hass, "explain", **of_rule(hass, rule_id)))["rules"]
        assert (told["rule_id"], told["rule"], told["meter"]) == (rule_id, NAME, loaded.title)
        assert told["device_id"] == device_id(hass, loaded)
        assert (told["verdict"], told["grade"], told["threshold"]) == ("within_limits", "warning", 50.0)
        assert told["text"].startswith("The level is within the limits.")
        assert told["last_sample"]
        with tone(meter):
            await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 5)
            (told,) = (await ask(hass, "explain", **of_rule(hass, rule_id)))["rules"]
        assert told["verdict"] == "active"
        assert told["text"].startswith("An alarm is active since 2026-03-02 08:")

    async def test_what_came_near(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """It says how near."""
        slow = await add_rule(hass, loaded, "Slow", duration=60)
        await alert(hass, meter, rule_id)
        (told,) = (await ask(hass, "explain", **of_rule(hass, slow)))["rules"]
        assert told["nearest"]["dropped"] == "quiet"
        assert told["nearest"]["over_s"] == pytest.approx(12, abs=4)
        assert told["nearest"]["level"] == pytest.approx(90, abs=1)
        assert "It came nearest to " in told["text"]

    async def test_a_meter(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """All of its rules, the built-in one last."""
        await act(hass, "snooze", duration=60, **of_rule(hass, rule_id))
        told = (await ask(hass, "explain", device_id=device_id(hass, loaded)))["rules"]
        assert [(rule["rule"], rule["verdict"]) for rule in told] == [
            (NAME, "snoozed"),
            ("Unreachable", "within_limits"),
        ]
        assert told[0]["snoozed_until"]
        assert told[1]["text"] == "The meter is reachable."


class TestExport:
    """A table to take along."""

    async def test_table(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_admin_user: MockUser
    ) -> None:
        """It has a line for each episode, and names people; what a rule is called is no formula."""
        meter.instrument.change_scene(SCENE)
        await let_pass(5)
        rule_id = await add_rule(hass, loaded, "=1+1")
        await alert(hass, meter, rule_id)
        await act(hass, "acknowledge", user_id=hass_admin_user.id, **of_rule(hass, rule_id))
        response = await ask(hass, "export_episodes")
        assert (response["episodes"], response["file"]) == (1, None)
        head, line = response["csv"].splitlines()
        assert head.startswith(CSV_HEAD)
        assert line.startswith(f"{loaded.title},'=1+1,")
        assert hass_admin_user.name in line

    async def test_file(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """It is written where Home Assistant may write, over an older one."""
        put_media(hass, hass.config.path("media"))
        for _ in range(2):
            response = await ask(hass, "export_episodes", file="media/noise/alerts.csv")
            assert response["file"] == hass.config.path("media", "noise", "alerts.csv")
            assert read(response["file"]) == response["csv"]

    async def test_file_in_a_container(
        self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str, tmp_path: Path
    ) -> None:
        """The media folder is not within the configuration there."""
        put_media(hass, str(tmp_path))
        response = await ask(hass, "export_episodes", file="media/noise/alerts.csv")
        assert response["file"] == str(tmp_path / "noise" / "alerts.csv")
        assert read(response["file"]) == response["csv"]
        assert await refused_to_tell(hass, "export_episodes", file="media/../alerts.csv") == "path_not_allowed"

    async def test_file_without_a_media_folder(
        self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Then it is a folder of the configuration as others, which may be allowed."""
        hass.config.media_dirs = {}
        hass.config.allowlist_external_dirs = {hass.config.path("media")}
        response = await ask(hass, "export_episodes", file="media/alerts.csv")
        assert response["file"] == hass.config.path("media", "alerts.csv")

    @pytest.mark.parametrize(
        ("file", "key"),
        [
            ("alerts.csv", "path_not_allowed"),
            ("media/../alerts.csv", "path_not_allowed"),
            ("media/../../../etc/alerts.csv", "path_not_allowed"),
            ("/etc/alerts.csv", "path_not_allowed"),
            ("media/a\0b.csv", "path_not_allowed"),
            ("media/link/alerts.csv", "path_not_allowed"),
            ("media/alerts.html", "file_not_csv"),
            ("media/alerts", "file_not_csv"),
        ],
    )
    async def test_file_elsewhere(
        self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str, file: str, key: str
    ) -> None:
        """It is not written."""
        make_link(hass.config.path("media"), hass.config.config_dir)
        put_media(hass, hass.config.path("media"))
        assert await refused_to_tell(hass, "export_episodes", file=file) == key
        assert not found(hass.config.config_dir, "alerts*")

    async def test_file_that_cannot_be_written(
        self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """It says why."""
        put_media(hass, hass.config.path("media"))
        make_link(hass.config.path("media", "alerts.csv"), hass.config.config_dir)
        with pytest.raises(HomeAssistantError) as raised:
            await ask(hass, "export_episodes", file="media/alerts.csv")
        assert raised.value.translation_key == "file_not_written"


class TestGetAutomation:
    """An automation to take over."""

    @pytest.mark.parametrize("blueprint", BLUEPRINTS)
    async def test_from_a_blueprint(
        self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str, blueprint: str
    ) -> None:
        """It is for the rule, with the inputs that were wanted, and says where the blueprint comes from."""
        response = await ask(
            hass, "get_automation", blueprint=blueprint, inputs={"rules": {}, "x": "!secret"}, **of_rule(hass, rule_id)
        )
        target = {"entity_id": [entity_id(hass, f"{rule_id}_alert", Platform.EVENT)]}
        assert response["automation"] == {
            "alias": f"{loaded.title}: {NAME}",
            "description": "",
            "use_blueprint": {
                "path": f"rion-nl43/{blueprint}.yaml",
                "input": {"rules": target, "x": "!secret"},
            },
        }
        assert parse_yaml(response["yaml"]) == response["automation"]
        assert not response["blueprint_installed"]
        assert response["blueprint_import"] == (
            "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url=https%3A%2F%2Fgithub.com"
            f"%2Frion-nl43%2Frion-nl43%2Fblob%2Fmain%2Fblueprints%2Fautomation%2Frion_nl43%2F{blueprint}.yaml"
        )

    async def test_from_a_trigger(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """It is valid and runs as it is; a name is never a template."""
        nasty = await add_rule(hass, loaded, '{{ 1 / 0 }}: "x"\n!secret y')
        response = await ask(hass, "get_automation", blueprint="none", **of_rule(hass, nasty))
        assert parse_yaml(response["yaml"]) == response["automation"]
        for component in ("notify", "persistent_notification"):
            assert await async_setup_component(hass, component, {})
        assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [response["automation"]]})
        await alert(hass, meter, nasty)
        await hass.async_block_till_done()
        (notice,) = hass.data["persistent_notification"].values()
        assert notice["message"].startswith('{{ 1 / 0 }}: "x"\n!secret y: alarm, ')
        assert notice["message"].endswith(" dB (threshold 80.0 dB)")

    async def test_for_the_built_in_rule(self, hass: HomeAssistant, loaded: MockConfigEntry) -> None:
        """A meter without rules has one, too."""
        response = await ask(hass, "get_automation", device_id=device_id(hass, loaded))
        assert response["automation"]["alias"] == f"{loaded.title}: Unreachable"
        target = {"entity_id": [entity_id(hass, "unreachable", Platform.BINARY_SENSOR)]}
        assert response["automation"]["use_blueprint"]["input"] == {"rules": target}

    async def test_for_several_rules(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """One automation is for one rule."""
        assert await refused_to_tell(hass, "get_automation", device_id=device_id(hass, loaded)) == "one_rule_only"


class TestPermissions:
    """Who may call them."""

    @pytest.mark.parametrize("action", ["acknowledge", "unsnooze", "snooze"])
    async def test_who_may_only_look(
        self,
        hass: HomeAssistant,
        loaded: MockConfigEntry,
        rule_id: str,
        hass_read_only_user: MockUser,
        action: str,
    ) -> None:
        """He changes nothing."""
        data = {"duration": 60} if action == "snooze" else {}
        with pytest.raises(Unauthorized) as raised:
            await act(hass, action, user_id=hass_read_only_user.id, **data, **of_rule(hass, rule_id))
        assert raised.value.permission == POLICY_CONTROL

    async def test_who_may_look(
        self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str, hass_read_only_user: MockUser
    ) -> None:
        """He is told, and writes no file."""
        user_id, target = hass_read_only_user.id, of_rule(hass, rule_id)
        for action in ("get_episodes", "explain", "export_episodes", "get_automation"):
            assert await ask(hass, action, user_id=user_id, **target)
        with pytest.raises(Unauthorized):
            await ask(hass, "export_episodes", user_id=user_id, file="media/x.csv", **target)

    async def test_who_may_not_even_look(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """He is told nothing, also if he asks for everything."""
        await alert(hass, meter, rule_id)
        nobody = MockUser(groups=[]).add_to_hass(hass)
        for action in ("get_episodes", "explain", "export_episodes", "get_automation"):
            with pytest.raises(Unauthorized):
                await ask(hass, action, user_id=nobody.id, **of_rule(hass, rule_id))
        assert await ask(hass, "get_episodes", user_id=nobody.id) == {"episodes": [], "left_out": 0}

    async def test_who_is_not_known(self, hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
        """He is nobody."""
        with pytest.raises(UnknownUser):
            await ask(hass, "get_episodes", user_id="gone")
