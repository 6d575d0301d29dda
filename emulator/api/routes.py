"""All that the API can do, in one table."""

from emulator.acoustics import SCENES
from emulator.fleet import LONGEST_STEP_S

from .handlers import Handlers
from .route import Route
from .schema import Schema, fields

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
FLAG: Schema = {"type": "boolean"}
LEVEL: Schema = {"type": ["number", "null"], "description": "dB; null where nothing was measured"}
PORT: Schema = {"type": ["integer", "null"], "description": "null where it is not served"}


def array(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


IDENTITY = {
    "serial": TEXT,
    "model": TEXT,
    "firmware": TEXT,
    "options": array(TEXT),
    "host": TEXT,
    "port": INTEGER,
    "ftp_port": PORT,
    "powered": FLAG,
}
LN = fields({"percentage": INTEGER, "level": LEVEL})
CHANNEL = fields(
    {"name": TEXT, "frequency_weighting": TEXT, "time_weighting": TEXT}
    | dict.fromkeys(("lp", "leq", "le", "lmax", "lmin", "lpeak"), LEVEL)
    | {"ln": array(LN), "over": FLAG, "under": FLAG}
)
FACE = fields(
    IDENTITY
    | {
        "state": {"enum": ["stopped", "delayed", "measuring", "paused", None]},
        "remote": {"type": "boolean", "description": "whether the settings let it be controlled over TCP"},
        "clock": {"type": "string", "description": "YYYY/MM/DD HH:MM:SS as the meter tells it"},
        "meter_time_s": NUMBER,
        "speed": NUMBER,
        "scene": TEXT,
        "battery": TEXT,
        "power_source": TEXT,
        "card": fields({"total_mb": INTEGER, "free_mb": INTEGER, "free_percent": INTEGER}),
        "store": fields({"mode": TEXT, "name": TEXT, "address": TEXT}),
        "storable": {"type": "boolean", "description": "whether there is a result that has not been stored"},
        "measured_s": NUMBER,
        "channels": array(CHANNEL),
        "open_connections": INTEGER,
        "violations": INTEGER,
    }
)
SETTING = fields({"name": TEXT, "value": TEXT})
LISTED_SETTING = fields({"name": TEXT, "value": TEXT, "option": {"type": ["string", "null"]}, "examples": array(TEXT)})
TIME = fields({"speed": NUMBER, "meter_time_s": NUMBER, "utc": TEXT})
SCENE = {"type": "string", "description": f"{', '.join(SCENES)}, or the path of a scene file"}
SPEED = {"type": "number", "minimum": 0, "maximum": 10_000, "description": "0 stands still; else 1 or more"}
KEY = {"type": "string", "enum": ["start", "stop", "pause", "store", "screenshot", "mode"]}
SUPPLY = {
    "battery": {"type": "string", "enum": ["Full", "Middle", "Low", "Dead", "Empty"]},
    "power_source": {"type": "string", "enum": ["I", "E", "U"], "description": "batteries, external or USB"},
}
CONNECTS = {"type": "string", "enum": ["refused", "timeout"], "description": "what becomes of connection attempts"}
REPORT: Schema = {"type": "object", "description": "counts of commands, connections, gaps and violations"}
EVENTS: Schema = {
    "type": "string",
    "description": "`traffic` {serial, what, at, connection, text}, one character for each byte; "
    "`face` as a meter shows itself; `dropped` {events} where the listener was too slow; `alive`",
}

TRUTH = fields(
    {"from_s": NUMBER, "to_s": NUMBER, "frequency_weighting": TEXT, "time_weighting": TEXT}
    | {"percentages": array(NUMBER), "laeq": NUMBER, "leq": NUMBER, "le": NUMBER, "lmax": NUMBER, "lmin": NUMBER}
    | {"ln": array(NUMBER), "lpeak": NUMBER}
)
VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
PARAMETER = fields(
    {"name": TEXT, "kind": {"type": "string", "enum": ["number", "whole", "switch", "text", "choice"]}}
    | {"default": VALUE, "description": TEXT, "low": MAYBE_NUMBER, "high": MAYBE_NUMBER}
    | {"choices": array(TEXT), "none_means": {"type": "string", "description": "empty where null is no value"}}
)
FAULT_TYPES = fields(
    {
        "faults": array(
            fields(
                {"name": TEXT, "number": TEXT, "title": TEXT, "description": TEXT, "on": TEXT}
                | {"once": FLAG, "takes_command": FLAG, "parameters": array(PARAMETER)}
            )
        )
    }
)
TERMS: dict[str, Schema] = {
    "command": {"type": ["string", "null"], "description": "the command it strikes; null: any it can"},
    "times": {"type": ["integer", "null"], "minimum": 1, "description": "how often; null: without limit"},
    "probability": {"type": "number", "minimum": 0, "maximum": 1},
    "skip": {"type": "integer", "minimum": 0, "description": "how many it lets pass first"},
    "for_s": {"type": ["number", "null"], "minimum": 0, "description": "switched off after so long; null: never"},
}
PARAMETERS: Schema = {"type": "object", "description": "as listed for the fault"}
ORDER = fields({"name": TEXT}, {**TERMS, "parameters": PARAMETERS})
ID: Schema = {"type": "integer"}
ACTIVE = fields(
    {
        "faults": array(
            fields(
                {"id": ID, "name": TEXT, **TERMS, "parameters": PARAMETERS}
                | {"struck": INTEGER, "lasting": FLAG, "detail": TEXT}
            )
        )
    }
)

METER = "/api/meters/{serial}"


def routes(do: Handlers) -> list[Route]:
    """Return the table."""
    return [
        Route("GET", "/api/meters", "listMeters", "The meters", do.meters, fields({"meters": array(fields(IDENTITY))})),
        Route("GET", METER, "readMeter", "All that a meter shows", do.face, FACE),
        Route(
            *("POST", f"{METER}/keys", "pressKey", "Press a key of a meter", do.press),
            answer=fields({"accepted": FLAG, "meter": FACE}),
            body=fields({"key": KEY}),
        ),
        Route(
            *("GET", f"{METER}/settings", "listSettings", "All settings of a meter", do.settings),
            answer=fields({"settings": array(LISTED_SETTING)}),
        ),
        Route("GET", f"{METER}/settings/{{name}}", "readSetting", "One setting", do.setting, SETTING),
        Route(
            *("PUT", f"{METER}/settings/{{name}}", "setSetting", "Set one as an operator would", do.set_setting),
            answer=SETTING,
            body=fields({"value": TEXT}),
        ),
        Route(
            *("PUT", f"{METER}/scene", "setScene", "Let a meter hear something else", do.set_scene),
            answer=FACE,
            body=fields({"scene": SCENE}),
        ),
        Route(
            *("PUT", f"{METER}/supply", "setSupply", "Change battery and power source", do.set_supply),
            answer=FACE,
            body=fields({}, SUPPLY),
        ),
        Route(
            *("PUT", f"{METER}/power", "setPower", "Switch a meter off or on", do.power),
            answer=FACE,
            body=fields({"on": FLAG}, {"connects": CONNECTS}),
        ),
        Route("GET", f"{METER}/referee", "readReport", "What the clients of a meter did", do.report, REPORT),
        Route(
            *("GET", f"{METER}/truth", "readTruth", "The exact levels between two meter times, in s", do.truth),
            answer=TRUTH,
            query={"from": NUMBER, "to": NUMBER},
        ),
        Route("GET", f"{METER}/faults", "listActiveFaults", "The faults that are switched on", do.faults, ACTIVE),
        Route(
            *("POST", f"{METER}/faults", "switchFaultOn", "Switch a fault on", do.switch_on),
            answer=fields({"id": ID}),
            body=ORDER,
        ),
        Route("DELETE", f"{METER}/faults", "switchFaultsOff", "Switch all faults off", do.clear_faults, ACTIVE),
        Route("DELETE", f"{METER}/faults/{{id}}", "switchFaultOff", "Switch a fault off", do.switch_off, ACTIVE),
        Route("GET", "/api/faults", "listFaults", "The faults there are", do.fault_types, FAULT_TYPES),
        Route("GET", "/api/scenes", "listScenes", "The scenes", do.scenes, fields({"scenes": array(TEXT)})),
        Route("GET", "/api/clock", "readClock", "The time that all meters live in", do.clock, TIME),
        Route(
            *("PUT", "/api/clock", "setSpeed", "Let time go faster, or stand still", do.set_clock),
            answer=TIME,
            body=fields({"speed": SPEED}),
        ),
        Route(
            *("POST", "/api/clock/step", "step", "Let time pass at once", do.step),
            answer=TIME,
            body=fields({"seconds": {"type": "number", "minimum": 0, "maximum": LONGEST_STEP_S}}),
        ),
        Route(
            *("GET", "/events", "listen", "What happens, as server-sent events", do.events),
            answer=EVENTS,
            query={"meter": {"type": "string", "description": "a serial number; without it, all meters"}},
            media="text/event-stream",
        ),
    ]
