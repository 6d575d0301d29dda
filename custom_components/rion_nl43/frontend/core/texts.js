// @ts-check
/**
 * Words of the pages in the language of their user, English where there are none.
 *
 * @typedef {(key: string, placeholders?: Record<string, string | number>) => string} Translate
 */

const FALLBACK = "en";
const LANGUAGES = [FALLBACK, "de", "fr", "ja"];

/** @type {Map<string, Promise<any>>} */
const files = new Map();

/**
 * @param {string} language As Home Assistant names it: `de`, `en-GB`.
 * @returns {Promise<Translate>} Gives the text of a dotted key, `{name}` replaced, and the key itself if there is none.
 */
export async function loadTexts(language) {
  const [own] = language.split("-");
  const known = LANGUAGES.includes(own) ? own : FALLBACK;
  const [words, english] = await Promise.all([load(known), load(FALLBACK)]);
  return (key, placeholders = {}) => {
    const text = find(words, key) ?? find(english, key) ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(placeholders[name] ?? whole));
  };
}

/**
 * Tell the texts of the page's language, and those of another when the user wants another.
 *
 * Home Assistant says which it is some time after it has loaded this.
 *
 * @param {(t: Translate) => void} take
 */
export function followTexts(take) {
  const page = document.documentElement;
  const tell = () => loadTexts(page.lang || FALLBACK).then(take);
  new MutationObserver(tell).observe(page, { attributeFilter: ["lang"] });
  void tell();
}

/** @param {string} language */
function load(language) {
  const loading = files.get(language) ?? fetchTexts(language);
  files.set(language, loading);
  return loading;
}

/** @param {string} language */
async function fetchTexts(language) {
  try {
    const response = await fetch(new URL(`../texts/${language}.json`, import.meta.url));
    if (!response.ok) {
      throw new Error(`${response.status} for ${response.url}`);
    }
    return await response.json();
  } catch (error) {
    // The next page that asks tries again; until then it shows keys or English.
    files.delete(language);
    console.warn(error);
    return {};
  }
}

/**
 * @param {any} words
 * @param {string} key
 * @returns {string | undefined}
 */
function find(words, key) {
  const found = key.split(".").reduce((inner, part) => inner?.[part], words);
  return typeof found === "string" ? found : undefined;
}
