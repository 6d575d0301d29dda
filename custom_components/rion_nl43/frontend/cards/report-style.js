// @ts-check
/** How the form of a report looks, by the variables of the theme. */

export const STYLE = `
  :host { display: block; }
  ha-card { padding: 12px 16px; color: var(--primary-text-color); }
  form { display: flex; flex-wrap: wrap; align-items: end; gap: 8px 12px; }
  label { display: flex; flex: 1 1 136px; flex-direction: column; gap: 4px; min-width: 0; }
  label span { font-size: var(--ha-font-size-s, 12px); color: var(--secondary-text-color); }
  select, input {
    min-height: 40px; width: 100%; box-sizing: border-box; padding: 0 8px; font: inherit; color: inherit;
    font-size: var(--ha-font-size-m, 14px); color-scheme: light dark; border-radius: 8px;
    border: 1px solid color-mix(in srgb, var(--primary-text-color) 25%, transparent);
    background: var(--card-background-color);
  }
  button {
    flex: 1 1 120px; min-height: 40px; padding: 0 16px; border-radius: 20px; cursor: pointer; font: inherit;
    font-size: var(--ha-font-size-m, 14px); font-weight: 500; color: var(--primary-text-color);
    border: 1px solid var(--primary-color); background: color-mix(in srgb, var(--primary-color) 25%, transparent);
  }
  button:disabled { opacity: 0.6; cursor: progress; }
  select:focus-visible, input:focus-visible, button:focus-visible, a:focus-visible {
    outline: 2px solid var(--primary-color); outline-offset: 2px;
  }
  p { margin: 0; line-height: 1.4; overflow-wrap: anywhere; }
  p:not(:empty) { padding-top: 8px; }
  a { color: inherit; }
`;
