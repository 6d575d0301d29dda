"""A smart plug: a switch of Home Assistant that cuts and gives the power of an emulated meter."""

from typing import Final

NAME: Final = "Meter socket"

# Home Assistant reaches the emulator as a program of its own would, over its HTTP API.
CONFIGURATION: Final = """
rest_command:
  set_power:
    url: {url}/api/meters/{serial}/power
    method: put
    content_type: application/json
    payload: '{{"on": {{{{ power }}}}}}'

template:
  - switch:
      - name: {name}
        unique_id: meter_socket
        turn_on:
          action: rest_command.set_power
          data:
            power: "true"
        turn_off:
          action: rest_command.set_power
          data:
            power: "false"
"""


def configuration(url: str, serial: str) -> str:
    """Give the lines of configuration.yaml for a plug of this meter, whose emulator listens there."""
    return CONFIGURATION.format(url=url, serial=serial, name=NAME)
