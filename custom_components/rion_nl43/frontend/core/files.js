// @ts-check
/**
 * The files on a meter's card, as Home Assistant's media browser has them.
 *
 * @typedef {{title: string, media_content_id: string, can_expand: boolean}} Item Files have their size and time in the
 *   title, and the name at the end of the id.
 */

const SOURCE = "media-source://rion_nl43";

/**
 * @param {string} serial
 * @returns {string} Where the files of a meter begin.
 */
export function folderOf(serial) {
  return `${SOURCE}/${serial}`;
}

/**
 * @param {string} id A folder.
 * @returns {string} Its page in the media browser, which names all folders on the way with their kinds.
 */
export function mediaPage(id) {
  const part = (/** @type {string} */ folder) => encodeURIComponent(`app,${folder}`);
  return `/media-browser/browser/${part(SOURCE)}/${part(id)}`;
}

/**
 * @param {any} hass
 * @param {string} id A folder.
 * @returns {Promise<Item[]>} What is in it, in the order of the media browser.
 */
export async function itemsIn(hass, id) {
  const { children } = await hass.callWS({ type: "media_source/browse_media", media_content_id: id });
  return children ?? [];
}

/**
 * @param {any} hass
 * @param {string} id A file.
 * @returns {Promise<string>} Where it can be fetched, for a while.
 */
export async function addressOf(hass, id) {
  return (await hass.callWS({ type: "media_source/resolve_media", media_content_id: id })).url;
}
