// @ts-check
/** How the list looks; all colours are those of Home Assistant's theme. */

export const STYLE = `
  :host { display: block; --edge: color-mix(in srgb, var(--primary-text-color) 25%, transparent); }
  ha-card { padding: 8px 0; color: var(--primary-text-color); overflow: visible; }
  h2, h3 { margin: 0; padding: 8px 16px 4px; font-weight: 500; }
  h2 { font-size: var(--ha-font-size-l, 16px); }
  h3 { font-size: var(--ha-font-size-m, 14px); color: var(--secondary-text-color); }
  p { margin: 0; line-height: 1.4; overflow-wrap: anywhere; }
  .foot { padding: 8px 16px; }
  .hint { padding: 8px 16px; color: var(--secondary-text-color); display: flex; gap: 8px; align-items: center; }
  ul { list-style: none; margin: 0; padding: 0; }
  ul:focus { outline: none; }
  li {
    display: flex; flex-direction: column; gap: 8px; margin: 0 8px; padding: 12px 8px 12px 16px; position: relative;
  }
  li + li { border-top: 1px solid var(--divider-color); }
  li::before {
    content: ""; position: absolute; inset: 8px auto 8px 0; width: 4px; border-radius: 2px; background: var(--grade);
  }
  li.over::before { opacity: 0.4; }
  .head { display: flex; align-items: start; gap: 8px; text-align: start; }
  .words { flex: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-width: 0; }
  button.head {
    border: 0; background: none; color: inherit; font: inherit; padding: 4px 0; margin: -4px 0; cursor: pointer;
  }
  .grade {
    display: inline-flex; align-items: center; gap: 4px; padding: 2px 8px 2px 6px; border-radius: 12px;
    background: color-mix(in srgb, var(--grade) 18%, transparent); font-weight: 500; white-space: nowrap;
  }
  .grade ha-icon { --mdc-icon-size: 18px; color: var(--grade); }
  .rule { font-weight: 500; overflow-wrap: anywhere; }
  .meter, .time, .figures, .end { color: var(--secondary-text-color); overflow-wrap: anywhere; }
  .chevron { --mdc-icon-size: 24px; color: var(--secondary-text-color); }
  .head[aria-expanded="true"] .chevron { rotate: 180deg; }
  .figures { display: flex; flex-wrap: wrap; gap: 2px 16px; font-variant-numeric: tabular-nums; }
  .figures b { font-weight: 500; color: var(--primary-text-color); }
  .time { flex-basis: 100%; font-variant-numeric: tabular-nums; }
  .marks { display: flex; flex-wrap: wrap; gap: 4px 8px; }
  .mark {
    display: inline-flex; align-items: center; gap: 4px; padding: 1px 8px; border-radius: 10px;
    border: 1px solid var(--divider-color); font-size: var(--ha-font-size-s, 12px); line-height: 1.5;
  }
  .mark ha-icon { --mdc-icon-size: 14px; color: var(--secondary-text-color); flex: none; }
  .note { font-style: italic; }
  .controls { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  button.do, a.do {
    display: inline-flex; align-items: center; justify-content: center; min-height: 36px; padding: 0 14px;
    box-sizing: border-box; border: 1px solid var(--edge); border-radius: 18px; background: none;
    color: var(--primary-text-color); font: inherit; font-size: var(--ha-font-size-m, 14px); cursor: pointer;
    text-decoration: none;
  }
  button.do.first {
    background: color-mix(in srgb, var(--primary-color) 25%, transparent); border-color: var(--primary-color);
    font-weight: 500;
  }
  button.do[aria-disabled="true"] { opacity: 0.6; cursor: progress; }
  button.do[aria-expanded="true"] { border-color: var(--primary-color); }
  @media (hover: hover) {
    button.do:hover, a.do:hover { border-color: var(--primary-color); }
  }
  .split { display: inline-flex; }
  .split button.do:first-child { border-start-end-radius: 0; border-end-end-radius: 0; }
  .split button.do + button.do {
    border-start-start-radius: 0; border-end-start-radius: 0; border-inline-start: 0; padding: 0 6px;
  }
  .split ha-icon { --mdc-icon-size: 20px; }
  button:focus-visible, a:focus-visible, input:focus-visible {
    outline: 2px solid var(--primary-color); outline-offset: 2px;
  }
  .all, .panel-inside { display: flex; flex-direction: column; gap: 8px; }
  .panel {
    display: flex; flex-direction: column; gap: 8px; padding: 12px; border-radius: 8px;
    background: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  }
  .panel form { display: flex; flex-wrap: wrap; gap: 8px; }
  .panel label { width: 100%; display: flex; flex-direction: column; gap: 4px; color: var(--secondary-text-color); }
  input.note {
    min-height: 36px; box-sizing: border-box; width: 100%; padding: 4px 10px; font: inherit; font-style: normal;
    color: var(--primary-text-color); background: var(--card-background-color);
    border: 1px solid color-mix(in srgb, var(--primary-text-color) 50%, transparent); border-radius: 8px;
  }
  .error { display: flex; gap: 8px; align-items: start; }
  .error ha-icon { --mdc-icon-size: 20px; color: var(--error-color); flex: none; }
  [role="menu"] {
    position: fixed; margin: 0; inset: auto; padding: 4px 0; min-width: 160px; border-radius: 8px;
    border: 1px solid var(--divider-color); background: var(--card-background-color); color: inherit;
    box-shadow: 0 4px 16px rgb(0 0 0 / 25%);
  }
  [role="menuitem"] {
    display: block; width: 100%; min-height: 40px; padding: 0 16px; border: 0; background: none; text-align: start;
    color: var(--primary-text-color); font: inherit; cursor: pointer;
  }
  [role="menuitem"]:focus, [role="menuitem"]:hover { background: var(--secondary-background-color); outline: none; }
  [role="menuitem"]:focus-visible { outline: 2px solid var(--primary-color); outline-offset: -2px; }
  button.switch {
    position: relative; width: 44px; height: 24px; padding: 0; border: 1px solid var(--divider-color);
    border-radius: 12px; background: var(--disabled-color, #bdbdbd); cursor: pointer; flex: none;
  }
  button.switch::after {
    content: ""; position: absolute; inset-block-start: 2px; inset-inline-start: 2px; width: 18px; height: 18px;
    border-radius: 50%; background: #fff; transition: inset-inline-start 120ms;
  }
  button.switch[aria-checked="true"] { background: var(--primary-color); border-color: var(--primary-color); }
  button.switch[aria-checked="true"]::after { inset-inline-start: 22px; }
  dialog {
    border: 0; padding: 0; border-radius: 12px; max-width: min(96vw, 1100px); max-height: 94dvh;
    background: var(--card-background-color); color: var(--primary-text-color);
  }
  dialog::backdrop { background: rgb(0 0 0 / 60%); }
  dialog .bar { display: flex; align-items: center; gap: 8px; padding: 8px 8px 8px 16px; }
  dialog .bar h2 { flex: 1; padding: 0; overflow-wrap: anywhere; }
  dialog img { display: block; max-width: 100%; max-height: calc(94dvh - 60px); margin: 0 auto; }
  dialog p { padding: 16px; }
  .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  [hidden] { display: none !important; }
  @media (max-width: 450px) {
    button.do, a.do { min-height: 40px; }
  }
  @media (prefers-reduced-motion: reduce) {
    button.switch::after { transition: none; }
  }
`;
