// @ts-check
/** Elements without markup: what is data stays text, whatever is in it. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] Properties; `style`, and names with a dash, are attributes.
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "style" || name.includes("-")) {
      element.setAttribute(name, value);
    } else {
      Object.assign(element, { [name]: value });
    }
  }
  element.append(...children.filter((child) => child instanceof Node || typeof child === "string"));
  return element;
}
