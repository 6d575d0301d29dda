"""Brings emulated meters into a fresh Home Assistant, or back into one that has been kept."""

import asyncio

from . import alerts, dashboard, meters
from .api import Api
from .meters import Address, Device, Site

# A demo is looked at for minutes: its windows of a quarter of an hour need not be three quarters full.
LIVE = {"publish": "live", "min_coverage": 10}


async def furnish(api: Api, sites: list[Site], addresses: list[Address]) -> list[Device]:
    """Set up all meters, rules and the dashboard, wait until levels are live, and return the meters that are new."""
    kept = await meters.devices(api)
    await asyncio.gather(*(_bring_in(api, kept.get(address.serial), address) for address in addresses))
    devices = await meters.devices(api)
    await meters.make_schedule(api)
    new = [address.serial for address in addresses if address.serial not in kept]
    for site, address in zip(sites, addresses, strict=True):
        if address.serial in new:
            await _personalise(api, devices[address.serial], site)
    devices = await meters.devices(api)
    if new:
        await alerts.tell_of_alerts(api, [devices[address.serial] for address in addresses])
        await dashboard.save(api)
    for address in addresses:
        await meters.wait_for_level(api, address.serial)
    return [devices[serial] for serial in new]


async def _bring_in(api: Api, device: Device | None, address: Address) -> None:
    if device:
        await meters.move(api, device, address)
    else:
        await meters.add(api, address)


async def _personalise(api: Api, device: Device, site: Site) -> None:
    await meters.rename(api, device, site.name)
    await meters.set_options(api, device, **LIVE, **site.options)
    for rule in site.rules:
        await alerts.add_rule(api, device, **rule)
