// @ts-check
/** How the card of hours looks, by the variables of the theme. */

export const STYLE = `
  :host { display: block; container-type: inline-size; }
  ha-card { padding: 8px 16px 12px; color: var(--primary-text-color); box-sizing: border-box; }
  [hidden] { display: none !important; }
  h2 { margin: 0; padding: 8px 0 4px; font-size: var(--ha-font-size-l, 16px); font-weight: 500; }
  p { margin: 0; padding: 8px 0; line-height: 1.4; color: var(--secondary-text-color); }
  p.error { color: var(--primary-text-color); }
  table { width: 100%; border-collapse: collapse; font-size: var(--ha-font-size-m, 14px); }
  table, .figure { font-variant-numeric: tabular-nums; }
  th, td { height: 28px; padding: 0 0 0 10px; text-align: end; white-space: nowrap; }
  th { font-weight: 400; color: var(--secondary-text-color); }
  thead th { font-size: var(--ha-font-size-s, 12px); }
  tr > :first-child { padding-inline-start: 0; text-align: start; }
  tbody tr { border-top: 1px solid var(--divider-color); }
  .track { width: 100%; text-align: start; }
  .bar {
    position: relative; height: 12px; border-radius: 3px; overflow: hidden;
    background: color-mix(in srgb, var(--primary-text-color) 7%, transparent);
  }
  .bar i { position: absolute; inset: 0 auto; background: var(--primary-color); }
  .bar i.range { opacity: 0.3; }
  .bar i.leq { border-radius: 3px 0 0 3px; }
  tr.repaired .bar i.leq {
    background: repeating-linear-gradient(
      135deg, var(--primary-color) 0 4px, color-mix(in srgb, var(--primary-color) 45%, var(--card-background-color)) 4px 8px
    );
  }
  .figure.leq { font-weight: 500; }
  .when { font-size: var(--ha-font-size-s, 12px); white-space: normal; padding-bottom: 6px; }
  .low { font-weight: 500; text-decoration: underline dotted; text-underline-offset: 3px; }
  .mark {
    display: inline-flex; align-items: center; gap: 4px; padding: 1px 8px; border-radius: 10px; line-height: 1.5;
    border: 1px solid var(--divider-color); font-size: var(--ha-font-size-s, 12px); color: var(--primary-text-color);
  }
  .mark ha-icon { --mdc-icon-size: 14px; color: var(--secondary-text-color); flex: none; }
  button {
    min-height: 36px; margin-top: 8px; padding: 0 14px; border-radius: 18px; background: none; cursor: pointer;
    border: 1px solid color-mix(in srgb, var(--primary-text-color) 25%, transparent);
    color: var(--primary-text-color); font: inherit; font-size: var(--ha-font-size-m, 14px);
  }
  button.name {
    min-height: 28px; margin: 0; padding: 0; border: 0; text-align: start; white-space: normal;
  }
  button:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; }
  .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (hover: hover) {
    button:hover { border-color: var(--primary-color); }
  }
  @container (max-width: 430px) {
    .mark { padding: 1px 3px; }
    .mark .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    th, td { padding-inline-start: 8px; }
  }
`;
