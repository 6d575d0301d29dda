"""Faults in JSON: which there are and which are switched on."""

from dataclasses import asdict
import math
from typing import Any

from emulator.faults import ActiveFault, FaultType, On, Parameter


def describe_type(fault: FaultType) -> dict[str, Any]:
    """Return what a person needs to know to switch it on."""
    return {
        "name": fault.name,
        "number": fault.number,
        "title": fault.title,
        "description": fault.description,
        "on": str(fault.on),
        "once": fault.once,
        "takes_command": fault.on is On.COMMAND,
        "parameters": [_describe_parameter(parameter) for parameter in fault.parameters],
    }


def describe_active(fault: ActiveFault) -> dict[str, Any]:
    """Return what a person needs to know to switch it off, or leave it."""
    return {
        "id": fault.id,
        "name": fault.name,
        **asdict(fault.terms),
        "parameters": dict(fault.parameters),
        "struck": fault.struck,
        "lasting": fault.lasting,
        "detail": fault.detail,
    }


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "kind": parameter.kind,
        "default": parameter.default,
        "description": parameter.description,
        "low": parameter.low if math.isfinite(parameter.low) else None,
        "high": parameter.high if math.isfinite(parameter.high) else None,
        "choices": list(parameter.choices),
        "none_means": parameter.none_means,
    }
