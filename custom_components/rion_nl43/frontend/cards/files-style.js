// @ts-check
/** How the files of a card look, by the variables of the theme. */

export const STYLE = `
  :host { display: block; }
  ha-card { padding: 12px 16px; color: var(--primary-text-color); }
  .way { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }
  p { margin: 0; line-height: 1.4; overflow-wrap: anywhere; }
  p:not(:empty) { padding-top: 8px; }
  ul { list-style: none; margin: 0; padding: 0; max-height: 360px; overflow-y: auto; }
  ul:not(:empty) { margin-top: 8px; }
  ul:focus { outline: none; }
  li + li { border-top: 1px solid var(--divider-color); }
  li.none { padding: 8px 0; color: var(--secondary-text-color); }
  button {
    display: inline-flex; align-items: center; gap: 8px; min-height: 40px; padding: 0 14px; box-sizing: border-box;
    border: 1px solid transparent; border-radius: 20px; background: none; cursor: pointer; font: inherit;
    font-size: var(--ha-font-size-m, 14px); color: var(--primary-text-color); text-align: start;
  }
  button span { overflow-wrap: anywhere; }
  button.first { width: 100%; justify-content: center; border-color: var(--primary-color); font-weight: 500;
    background: color-mix(in srgb, var(--primary-color) 25%, transparent); }
  button.row { width: 100%; padding: 4px; border-radius: 8px; }
  button.step { min-height: 32px; padding: 0 8px; color: var(--secondary-text-color); }
  button.step + button.step::before { content: "/"; margin-inline-start: -12px; }
  button.step[aria-current] { color: var(--primary-text-color); font-weight: 500; }
  button[aria-disabled="true"] { opacity: 0.6; cursor: progress; }
  button:focus-visible { outline: 2px solid var(--primary-color); outline-offset: -2px; }
  ha-icon { --mdc-icon-size: 20px; color: var(--secondary-text-color); flex: none; }
  @media (hover: hover) {
    button.row:hover { background: color-mix(in srgb, var(--primary-text-color) 6%, transparent); }
  }
`;
