"""Parts of the list of alerts that a person would have to wait long for, each by itself in a page."""

import pytest
import pytest_asyncio

from script.demo_home.meters import Device

from .visitor import TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

GERMAN = "localStorage.setItem('selectedLanguage', JSON.stringify('de'))"
# The modules are under an address that tells their version.
MODULES = """const module = name => import(performance.getEntriesByType("resource").map(entry => entry.name)
  .find(url => url.endsWith(name)));"""


@pytest_asyncio.fixture(loop_scope="session")
async def home_page(visitor: Visitor, device: Device) -> Visitor:
    """Somebody at a page that has loaded the modules: a meter is there."""
    await visitor.go("/profile")
    await visitor.page.wait_for_function("!!customElements.get('rion-nl43-alert-list')", timeout=TIMEOUT_MS)
    return visitor


async def test_it_is_asked_again_after_a_refusal(home_page: Visitor) -> None:
    """A restarted Home Assistant answers before the integration is there; without the right nothing is asked again."""
    told = await home_page.page.evaluate(
        """async () => {
          MODULES;
          const { keepSubscribed } = await module("/core/subscription.js");
          const waiting = [];
          const realTimeout = window.setTimeout;
          window.setTimeout = (again, ms) => ms >= 1000 ? waiting.push(again) : realTimeout(again, ms);
          const settled = () => new Promise(done => realTimeout(done, 0));
          const answers = [{ code: "unknown_command" }, "taken", "taken", { code: "unauthorized" }];
          const calls = [], events = [], connection = new EventTarget();
          connection.subscribeMessage = async (take, message, options) => {
            const answer = answers.shift();
            calls.push(options.resubscribe);
            if (answer !== "taken") throw answer;
            connection.take = take;
            return async () => events.push("ended");
          };
          const end = keepSubscribed(connection, {}, event => events.push(event), error => events.push(error.code));
          await settled();
          waiting.shift()();
          await settled();
          connection.take("first");
          const old = connection.take;
          connection.dispatchEvent(new Event("ready"));
          await settled();
          old("too late");
          connection.take("second");
          connection.dispatchEvent(new Event("ready"));
          await settled();
          const left = waiting.length;
          end();
          connection.dispatchEvent(new Event("ready"));
          connection.take("after the end");
          window.setTimeout = realTimeout;
          return { calls, events, left };
        }""".replace("MODULES;", MODULES)
    )
    assert told == {"calls": [False] * 4, "events": ["unknown_command", "first", "second", "unauthorized"], "left": 0}


async def test_tomorrow_morning(home_page: Visitor) -> None:
    """It is at seven on the clock of the user's choice, on the days too on which clocks are changed."""
    mornings = await home_page.page.evaluate(
        """async cases => {
          MODULES;
          const { tomorrowAt } = await module("/alerts/times.js");
          return cases.map(([now, zone]) => new Date(tomorrowAt(7, Date.parse(now), zone)).toISOString());
        }""".replace("MODULES;", MODULES),
        [
            ["2026-03-28T20:15:30Z", "Europe/Berlin"],
            ["2026-10-24T20:15:30Z", "Europe/Berlin"],
            ["2026-10-24T23:30:00Z", "Europe/Berlin"],
            ["2026-12-31T23:59:59Z", "America/St_Johns"],
        ],
    )
    assert mornings == [
        "2026-03-29T05:00:00.000Z",
        "2026-10-25T06:00:00.000Z",
        "2026-10-26T06:00:00.000Z",
        "2027-01-01T10:30:00.000Z",
    ]


async def test_it_is_offered(home_page: Visitor, device: Device) -> None:
    """Where cards are added, for entities of alerts; its form speaks as the page does, and nonsense is refused."""
    await home_page.page.add_init_script(GERMAN)
    await home_page.page.reload()
    named = "window.customCards?.some(({ name }) => name === 'Rion-Alarme')"
    await home_page.page.wait_for_function(named, timeout=TIMEOUT_MS)
    offered = await home_page.page.evaluate(
        """async device => {
          const { hass } = document.querySelector("home-assistant");
          const offer = window.customCards.find(({ type }) => type.endsWith("alert-list"));
          const { type, getEntitySuggestion } = offer;
          const ofRule = { platform: "rion_nl43", device_id: device, translation_key: "breach" };
          const suggested = [...Object.values(hass.entities), { ...ofRule, entity_id: "a.rule" }]
            .filter(entity => entity.device_id === device)
            .map(entity => [
              entity.translation_key,
              getEntitySuggestion({ entities: { [entity.entity_id]: entity } }, entity.entity_id)?.config.show,
            ]);
          const { schema, computeLabel, assertConfig } = await customElements.get(type).getConfigForm();
          const refused = [{ show: "none" }, { limit: 0 }, { limit: 1.5 }, { device_id: ["a"] }].flatMap(config => {
            try { assertConfig({ type, ...config }); } catch ({ message }) { return message; }
            return [];
          });
          return { suggested, labels: schema.map(computeLabel), refused };
        }""",
        device.id,
    )
    assert offered["labels"] == ["Messgerät", "Titel", "Anzeigen", "Höchstens so viele vergangene"]
    assert [message.split(" ist ")[0] for message in offered["refused"]] == [
        "Anzeigen (show)",
        "Die Höchstzahl (limit)",
        "Die Höchstzahl (limit)",
        "Das Messgerät",
    ]
    suggested = dict(offered["suggested"])
    assert (suggested["breach"], suggested["worst_grade"], suggested["lp"]) == ("rules", "all", None)


async def test_who_acknowledged(home_page: Visitor) -> None:
    """The user himself, a person, a user whom Home Assistant knows, one who is gone, an automation."""
    told = await home_page.page.evaluate(
        """async () => {
          MODULES;
          const { who } = await module("/alerts/words.js");
          const hass = {
            user: { id: "own", name: "Bob" },
            states: { "person.ann": { entity_id: "person.ann", attributes: { user_id: "ann", friendly_name: "Ann" } } },
          };
          const by = (id, name) => who(hass, { acknowledged_by: id, acknowledged_by_name: name }, key => key);
          return [by("own", "bob"), by("ann", "ann1"), by("cleo", "Cleo"), by("gone", null), by(null, null)];
        }""".replace("MODULES;", MODULES)
    )
    assert told == ["Bob", "Ann", "Cleo", "alerts.who.other", "alerts.who.automation"]
