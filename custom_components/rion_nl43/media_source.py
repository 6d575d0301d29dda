"""The cards of meters in the media browser: folders, what can be looked at or listened to, and all other files."""

from datetime import timedelta
from typing import Final, override

from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.media_player import BrowseError, MediaClass, MediaType
from homeassistant.components.media_source import (
    MEDIA_CLASS_MAP,
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .card_access import async_asking_user, async_meter_with, async_readable_meters
from .card_paths import SHOWN, file_url, is_picture, local_time, media_type, names_of, on_card
from .card_view import VERSION
from .const import CONF_SERIAL, DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .errors import async_in_words, to_home_assistant_error
from .nl43 import NL43Error
from .nl43.ftp import Entry, UnsafeName

NAME: Final = "Rion NL-43"
LINK_VALID_FOR: Final = timedelta(hours=1)
UNITS: Final = ("B", "kB", "MB", "GB")


async def async_get_media_source(hass: HomeAssistant) -> CardMediaSource:
    """Return the source of all meters' cards."""
    return CardMediaSource(hass)


class CardMediaSource(MediaSource):
    """Meters by their serial numbers, and below each what is on its card."""

    name = NAME

    def __init__(self, hass: HomeAssistant) -> None:
        """Ask no meter before somebody looks."""
        super().__init__(DOMAIN)
        self.hass = hass

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """Return the meters, or what is in a folder of a card."""
        if not item.identifier:
            return self._meters()
        try:
            entry, names = self._found(item)
            card = entry.runtime_data.monitor.card
            entries = await card.entries(on_card(names))
        except NL43Error as error:
            raise BrowseError(await async_in_words(self.hass, to_home_assistant_error(error))) from error
        except HomeAssistantError as error:
            raise BrowseError(await async_in_words(self.hass, error)) from error
        children = [child for found in _in_order(entries) if (child := self._child(entry, names, found))]
        folder = _folder(entry, names, names[-1] if names else async_meter_name(self.hass, entry))
        folder.children = children
        folder.not_shown = len(entries) - len(children)
        return folder

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return the address of a file, good for a while; nobody asks the meter whether it is there."""
        try:
            entry, names = self._found(item)
        except NL43Error as error:
            raise Unresolvable(await async_in_words(self.hass, to_home_assistant_error(error))) from error
        except HomeAssistantError as error:
            raise Unresolvable(await async_in_words(self.hass, error)) from error
        if not names:
            raise Unresolvable(await async_in_words(self.hass, _nothing_there(on_card(names))))
        return PlayMedia(self._signed(entry, names), media_type(names[-1]))

    def _meters(self) -> BrowseMediaSource:
        entries = async_readable_meters(self.hass, async_asking_user(self.hass))
        meters = sorted((async_meter_name(self.hass, entry), entry) for entry in entries)
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=None,
            media_class=MediaClass.APP,
            media_content_type=MediaType.APP,
            title=NAME,
            can_play=False,
            can_expand=True,
            children_media_class=MediaClass.DIRECTORY,
            children=[_folder(entry, (), name) for name, entry in meters],
        )

    def _found(self, item: MediaSourceItem) -> tuple[RionConfigEntry, tuple[str, ...]]:
        """Return the meter and the names that an identifier stands for; UnsafeName, HomeAssistantError."""
        serial, _, path = item.identifier.partition("/")
        entry = async_meter_with(self.hass, serial)
        if entry is None or entry not in async_readable_meters(self.hass, async_asking_user(self.hass)):
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="card_meter_unknown")
        return entry, names_of(path)

    def _child(self, entry: RionConfigEntry, above: tuple[str, ...], found: Entry) -> BrowseMediaSource | None:
        """Return what is shown of a file or folder; None for what has no name that could be asked for again."""
        try:
            names = names_of(on_card((*above, found.name)))
        except UnsafeName:
            return None
        if found.is_folder:
            return _folder(entry, names, found.name)
        kind = media_type(found.name)
        written = local_time(entry.runtime_data.monitor.card, found)
        picture = is_picture(found.name)
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=_identifier(entry, names),
            media_class=MEDIA_CLASS_MAP.get(kind.partition("/")[0], MediaClass.URL),
            media_content_type=kind,
            title=f"{found.name} · {_size(found.size)} · {written:%Y-%m-%d %H:%M}",
            can_play=kind.startswith(SHOWN),
            can_expand=False,
            thumbnail=self._signed(entry, names, f"{written:%Y%m%d%H%M}-{found.size}") if picture else None,
        )

    @callback
    def _signed(self, entry: ConfigEntry, names: tuple[str, ...], version: str = "") -> str:
        url = file_url(entry.data[CONF_SERIAL], names)
        signed = async_sign_path(self.hass, f"{url}?{VERSION}={version}" if version else url, LINK_VALID_FOR)
        # What is signed comes back without the quotes that some names need.
        return f"{url}?{signed.partition('?')[2]}"


def _folder(entry: ConfigEntry, names: tuple[str, ...], title: str) -> BrowseMediaSource:
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=_identifier(entry, names),
        media_class=MediaClass.DIRECTORY,
        media_content_type="" if names else MediaType.APP,
        title=title,
        can_play=False,
        can_expand=True,
    )


def _identifier(entry: ConfigEntry, names: tuple[str, ...]) -> str:
    return "/".join((entry.data[CONF_SERIAL], *names))


def _in_order(entries: list[Entry]) -> list[Entry]:
    """Return folders first, by their names."""
    return sorted(entries, key=lambda entry: (not entry.is_folder, entry.name.casefold()))


def _size(size: float) -> str:
    """Return a size with the unit that suits it."""
    unit = 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.{1 if unit and size < 10 else 0}f} {UNITS[unit]}"


def _nothing_there(path: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN, translation_key="card_nothing_there", translation_placeholders={"path": path}
    )
