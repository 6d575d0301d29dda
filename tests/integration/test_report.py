"""Reports of a meter: the action, the address, the file."""

import csv
from datetime import UTC, datetime
from http import HTTPStatus
import io
from pathlib import Path
import re
from typing import Any

from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import probatio
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from custom_components.rion_nl43.alerts import Metric, Quantity, Rule
from custom_components.rion_nl43.monitor import CalibrationReadings, LevelLimit
from custom_components.rion_nl43.report import ReportKind, ReportPeriod
from custom_components.rion_nl43.report_sources import KEPT_EPISODES, async_report_sources
from custom_components.rion_nl43.report_view import URL_VALID_FOR
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import MockConfigEntry, MockUser, ask, device_id, let_pass, new_entry, runtime, until

DAY = "2026-03-01"
QUARTER_S = 900
ONE_DAY_S = 86_400


@pytest.fixture
async def measured(loaded: MockConfigEntry) -> MockConfigEntry:
    """A meter with a yesterday: 60 dB from midnight to midnight, and the night after it."""
    began = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    records = [
        Stretch.of_level(began + number * QUARTER_S, QUARTER_S, 60.0, lmax=72.0, lmin=48.0, classes={600: 1})
        for number in range(31 * 4)
    ]
    await runtime(loaded).monitor.history.add_records(records, only_holes_s=None, weighting="AF")
    return loaded


async def create(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> dict[str, Any]:
    """Make a report of the meter."""
    return await ask(hass, "create_report", device_id=device_id(hass, entry), **data)


async def refused(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> str | None:
    """Return the key of the sentence with which the action refuses."""
    with pytest.raises(ServiceValidationError) as raised:
        await create(hass, entry, **data)
    return raised.value.translation_key


def table(text: str) -> list[dict[str, str]]:
    """Return what a program reads."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


class TestAction:
    """Somebody wants a report."""

    async def test_the_last_day(self, hass: HomeAssistant, measured: MockConfigEntry, hass_client_no_auth: Any) -> None:
        """It is yesterday's, and its address needs no login."""
        made = await create(hass, measured)
        assert (made["first_day"], made["last_day"], made["file"]) == (DAY, DAY, None)
        assert datetime.fromisoformat(made["valid_until"]) - datetime.now(UTC) > URL_VALID_FOR * 0.99
        response = await (await hass_client_no_auth()).get(made["url"])
        assert response.status == HTTPStatus.OK
        assert response.content_type == "text/html"
        text = await response.text()
        for said in (
            "60.0\u00a0dB",
            "Sunday, 1 March 2026",
            "L<sub>den</sub>",
            "00830001",
            "01.02.0304",
            measured.title,
        ):
            assert said in text
        assert len(re.findall(r"<tr><th[^>]*>\d\d:00", text)) == 24
        assert 'class="meter"' in text

    @pytest.mark.parametrize(
        ("period", "first", "last"), [("week", "2026-02-23", "2026-03-01"), ("month", "2026-02-01", "2026-02-28")]
    )
    async def test_the_last_period(
        self, hass: HomeAssistant, measured: MockConfigEntry, period: str, first: str, last: str
    ) -> None:
        """It is the one that is over."""
        made = await create(hass, measured, period=period)
        assert (made["first_day"], made["last_day"]) == (first, last)

    async def test_a_table(self, hass: HomeAssistant, measured: MockConfigEntry, hass_client_no_auth: Any) -> None:
        """Comma-separated values are saved, not shown."""
        made = await create(hass, measured, format="csv", date=DAY)
        response = await (await hass_client_no_auth()).get(made["url"])
        assert response.content_type == "text/csv"
        assert (
            response.headers["Content-Disposition"] == 'attachment; filename="sound-levels-00830001-day-2026-03-01.csv"'
        )
        rows = table((await response.read()).decode())
        hours = [row for row in rows if row["kind"] == "hour"]
        assert [row["leq_db"] for row in hours] == ["60.00"] * 24
        assert {row["from_meter_percent"] for row in hours} == {"100"}

    @pytest.mark.parametrize(("language", "said"), [("de", "Tagesbericht"), ("fr", "Rapport d"), ("ja", "日報")])
    async def test_languages(
        self, hass: HomeAssistant, measured: MockConfigEntry, hass_client: Any, language: str, said: str
    ) -> None:
        """That of the call, or else Home Assistant's."""
        client = await hass_client()
        made = await create(hass, measured, language=language)
        assert said in await (await client.get(made["url"])).text()
        hass.config.language = f"{language}-XX"
        made = await create(hass, measured)
        assert said in await (await client.get(made["url"])).text()

    async def test_today(self, hass: HomeAssistant, measured: MockConfigEntry, hass_client: Any) -> None:
        """It tells of it as far as it has passed."""
        made = await create(hass, measured, date="2026-03-02")
        assert "tells of it up to 2026-03-02 08:" in await (await (await hass_client()).get(made["url"])).text()

    @pytest.mark.parametrize(
        "data",
        [
            *({"date": date} for date in ("2026-03-03", "1999-12-31", "9999-12-31", "0001-01-01")),
            *({"date": "9999-12-31", "period": period} for period in ("week", "month")),
        ],
    )
    async def test_no_such_period(self, hass: HomeAssistant, measured: MockConfigEntry, data: dict[str, str]) -> None:
        """It has not begun, or nobody could have measured then."""
        assert await refused(hass, measured, **data) == "report_not_begun"

    @pytest.mark.parametrize(
        "data", [{"period": "year"}, {"format": "pdf"}, {"language": "../en"}, {"date": "yesterday"}]
    )
    async def test_nonsense(self, hass: HomeAssistant, measured: MockConfigEntry, data: dict[str, str]) -> None:
        """It is not even tried."""
        with pytest.raises(probatio.Invalid):
            await create(hass, measured, **data)

    async def test_one_meter(
        self, hass: HomeAssistant, measured: MockConfigEntry, emulated_meter: MeterFactory
    ) -> None:
        """A report is of one."""
        other = new_entry(await emulated_meter(serial="00830002"))
        other.add_to_hass(hass)
        assert await hass.config_entries.async_setup(other.entry_id)
        both = [device_id(hass, entry) for entry in (measured, other)]
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "create_report", device_id=both)
        assert raised.value.translation_key == "one_meter_only"
        assert await hass.config_entries.async_unload(other.entry_id)

    async def test_who_may(self, hass: HomeAssistant, measured: MockConfigEntry, hass_read_only_user: MockUser) -> None:
        """Who may look is told; a file is written by who may control; others are told nothing."""
        assert (await create(hass, measured, user_id=hass_read_only_user.id))["url"]
        with pytest.raises(Unauthorized):
            await create(hass, measured, user_id=hass_read_only_user.id, file="media/x.html")
        nobody = MockUser(groups=[]).add_to_hass(hass)
        with pytest.raises(Unauthorized):
            await create(hass, measured, user_id=nobody.id)


class TestFile:
    """It is kept."""

    @pytest.mark.parametrize("form", ["html", "csv"])
    async def test_a_file(
        self, hass: HomeAssistant, measured: MockConfigEntry, tmp_path: Path, hass_client: Any, form: str
    ) -> None:
        """It is what the address shows."""
        hass.config.media_dirs = {"local": str(tmp_path)}
        hass.config.allowlist_external_dirs = {str(tmp_path)}
        made = await create(hass, measured, format=form, date=DAY, file=f"media/noise/a.{form}")
        assert made["file"] == str(tmp_path / "noise" / f"a.{form}")
        shown = await (await (await hass_client()).get(made["url"])).read()
        assert (tmp_path / "noise" / f"a.{form}").read_bytes() == shown
        assert shown.startswith(b"\xef\xbb\xbf") is (form == "csv")

    @pytest.mark.parametrize(
        ("file", "key"),
        [
            ("/etc/a.html", "path_not_allowed"),
            ("media/../../a.html", "path_not_allowed"),
            ("a.html", "path_not_allowed"),
            ("media/a.csv", "report_file_name"),
            ("media/a", "report_file_name"),
        ],
    )
    async def test_not_there(
        self, hass: HomeAssistant, measured: MockConfigEntry, tmp_path: Path, file: str, key: str
    ) -> None:
        """Only where Home Assistant may write, and by a name that says what it is."""
        hass.config.media_dirs = {"local": str(tmp_path)}
        hass.config.allowlist_external_dirs = {str(tmp_path)}
        assert await refused(hass, measured, file=file) == key


class TestAddress:
    """A browser asks for it."""

    async def test_headers(self, hass: HomeAssistant, measured: MockConfigEntry, hass_client: Any) -> None:
        """It loads nothing, is taken for nothing else, and is kept nowhere."""
        response = await (await hass_client()).get((await create(hass, measured))["url"])
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert policy.endswith("frame-ancestors 'self'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Content-Disposition"].startswith('inline; filename="sound-levels-00830001-day-')

    @pytest.mark.parametrize(
        "path",
        [
            *("{entry}/day/2026-03-01/en.pdf", "{entry}/year/2026-03-01/en.html", "{entry}/day/x/en.html"),
            *("{entry}/day/2026-03-09/en.html", "{entry}/day/1900-01-01/en.html", "{entry}/week/9999-12-31/en.html"),
            *("nobody/day/2026-03-01/en.html", "{other}/day/2026-03-01/en.html", "{entry}/day/2026-03-01/en"),
        ],
    )
    async def test_nothing_there(
        self, hass: HomeAssistant, measured: MockConfigEntry, hass_client: Any, path: str
    ) -> None:
        """What makes no sense is not found."""
        other = MockConfigEntry(domain="sun")
        other.add_to_hass(hass)
        path = path.format(entry=measured.entry_id, other=other.entry_id)
        response = await (await hass_client()).get(f"/api/rion_nl43/report/{path}")
        assert response.status == HTTPStatus.NOT_FOUND

    async def test_any_language(self, hass: HomeAssistant, measured: MockConfigEntry, hass_client: Any) -> None:
        """One that is not known is English; it is never a file's name."""
        client, path = await hass_client(), f"/api/rion_nl43/report/{measured.entry_id}/day/{DAY}"
        for language in ("en", "pt-BR", "..secrets"):
            assert "Report of a day" in await (await client.get(f"{path}/{language}.html")).text()

    async def test_who_may(
        self,
        hass: HomeAssistant,
        measured: MockConfigEntry,
        hass_client: Any,
        hass_client_no_auth: Any,
        hass_admin_user: MockUser,
    ) -> None:
        """Who may read none of the meter's entities is sent nothing, and who is not logged in neither."""
        path = f"/api/rion_nl43/report/{measured.entry_id}/day/{DAY}/en.html"
        assert (await (await hass_client_no_auth()).get(path)).status == HTTPStatus.UNAUTHORIZED
        client = await hass_client()
        assert (await client.get(path)).status == HTTPStatus.OK
        hass_admin_user.groups = []
        assert (await client.get(path)).status == HTTPStatus.UNAUTHORIZED

    async def test_a_meter_that_is_not_set_up(
        self, hass: HomeAssistant, measured: MockConfigEntry, hass_client: Any
    ) -> None:
        """There is nothing to make a report of."""
        url = (await create(hass, measured))["url"]
        assert await hass.config_entries.async_unload(measured.entry_id)
        assert (await (await hass_client()).get(url)).status == HTTPStatus.NOT_FOUND

    async def test_another_address(
        self, hass: HomeAssistant, measured: MockConfigEntry, hass_client_no_auth: Any
    ) -> None:
        """A signature is good for its own alone."""
        url = (await create(hass, measured))["url"]
        client = await hass_client_no_auth()
        assert (await client.get(url.replace("/day/", "/week/"))).status == HTTPStatus.UNAUTHORIZED
        old = async_sign_path(hass, url.partition("?")[0], URL_VALID_FOR * -1, use_content_user=True)
        assert (await client.get(old)).status == HTTPStatus.UNAUTHORIZED


async def test_all_that_is_known_goes_into_it(
    hass: HomeAssistant, meter: EmulatedMeter, measured: MockConfigEntry, hass_admin_user: MockUser
) -> None:
    """Limits with their counts, alerts, calibrations, what is excluded, settings, names of people."""
    monitor = runtime(measured).monitor
    await until(hass, lambda: monitor.facts.store_mode is not None)
    monitor.history.limits.configure([LevelLimit("x", "Bedrooms", 75.0, 0, 0)])
    monitor.alerts.configure([Rule(id="loud", name="Too loud", metric=Metric(Quantity.LP), alarm_db=100.0)])
    meter.instrument.add_sound(measured, 120.0)
    await let_pass(5)
    meter.instrument.remove_sound(measured)
    await let_pass(5)
    monitor.alerts.acknowledge("loud", by=hass_admin_user.id, note="seen")
    monitor.calibration.record(CalibrationReadings(94.0, 93.8, 94.0, "NC-75"), by=hass_admin_user.id)
    span = Span(*(round(1000 * datetime(2026, 3, 2, hour, tzinfo=UTC).timestamp()) for hour in (2, 3)))
    await monitor.history.exclude(span, "calibration")
    rows = await _rows(hass, measured)
    kinds = {row["kind"]: row for row in rows}
    assert (kinds["limit"]["name"], kinds["limit"]["outcome"]) == ("Bedrooms", "exceeded")
    assert kinds["limit"]["exceedances"] == "1"
    assert (kinds["alert"]["acknowledged_by"], kinds["alert"]["value"]) == (hass_admin_user.name, "seen")
    assert (kinds["calibration"]["name"], kinds["calibration"]["drift_db"]) == (hass_admin_user.name, "-0.20")
    assert kinds["exclusion"]["duration_s"] == "3600"
    settings = {row["name"]: row["value"] for row in rows if row["kind"] == "setting"}
    assert settings["Frequency Weighting (Main)"] == "A"
    assert settings["Store Mode"] == monitor.facts.store_mode
    assert len([name for name in settings if name.startswith("Percentile ")]) == 5
    facts = {row["name"]: row["value"] for row in rows if row["kind"] == "fact"}
    assert (facts["frequency_weighting"], facts["day_plan"], facts["time_zone"]) == ("A", "eu", "UTC")


async def _rows(hass: HomeAssistant, entry: MockConfigEntry) -> list[dict[str, str]]:
    hass.config.media_dirs = {}
    folder = hass.config.path("reports")
    hass.config.allowlist_external_dirs = {folder}
    made = await create(hass, entry, format="csv", date="2026-03-02", file=f"{folder}/a.csv")
    return table(await hass.async_add_executor_job(lambda: Path(made["file"]).read_bytes().decode()))


async def test_more_alerts_than_are_kept(hass: HomeAssistant, measured: MockConfigEntry) -> None:
    """The report knows since when they are known."""
    monitor = runtime(measured).monitor
    period = ReportPeriod.of(ReportKind.DAY, datetime(2026, 3, 1, tzinfo=UTC).date())
    assert (await async_report_sources(hass, measured, period)).episodes_since is None
    episode = {
        "rule_id": "loud",
        "rule_name": "Loud",
        "metric": "lp",
        "direction": "above",
        "end_reason": "cleared",
        "grades": [[1.0, "alarm"]],
    }
    kept = [
        {**episode, "id": str(number), "began": 1000.0 + number, "onset": 1000.0 + number, "ended": 2000.0 + number}
        for number in range(KEPT_EPISODES)
    ]
    restored = type(monitor)(
        monitor._meter, monitor.identity, episodes=kept, live=monitor.live, time_zone=monitor.time_zone
    )
    measured.runtime_data.monitor.alerts._engine = restored.alerts._engine
    assert (await async_report_sources(hass, measured, period)).episodes_since == 1000.0
