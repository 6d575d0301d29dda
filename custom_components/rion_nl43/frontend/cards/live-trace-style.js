// @ts-check
/** How the live trace looks, by the variables of the theme. */

export const STYLE = `
  :host { display: block; height: 100%; }
  ha-card {
    display: flex; flex-direction: column; gap: 6px; height: 100%; box-sizing: border-box; padding: 12px;
    overflow: hidden; color: var(--primary-text-color);
  }
  [hidden] { display: none !important; }
  h2 { margin: 0; font-size: 16px; font-weight: 500; line-height: 1.3; }
  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
  .now { display: flex; align-items: baseline; gap: 6px; white-space: nowrap; }
  .level { min-width: 2.1em; font-size: 32px; line-height: 1; font-variant-numeric: tabular-nums; }
  .unit, .label, .facts, .legend, .spans button { font-size: 13px; }
  .label, .facts, .legend { color: var(--secondary-text-color); }
  .facts { display: flex; flex-wrap: wrap; flex: 1 1 120px; gap: 0 10px; min-width: 0; }
  .grade { display: inline-flex; align-items: center; gap: 5px; color: var(--primary-text-color); font-weight: 500; }
  .grade::before { content: ""; width: 10px; height: 10px; border-radius: 50%; background: var(--grade); }
  .spans { display: inline-flex; border: 1px solid var(--divider-color); border-radius: 14px; overflow: hidden; }
  button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
  .spans button { min-height: 28px; padding: 0 8px; white-space: nowrap; }
  .spans button + button { border-left: 1px solid var(--divider-color); }
  .spans button[aria-pressed="true"] { font-weight: 600; background: color-mix(in srgb, var(--primary-color) 20%, transparent); }
  button:focus-visible, .plot:focus-visible { outline: 2px solid var(--primary-color); outline-offset: -2px; }
  .plot { position: relative; flex: 1 1 150px; min-height: 72px; border-radius: 4px; touch-action: pan-y; }
  canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
  .reading {
    position: absolute; top: 4px; padding: 2px 6px; border-radius: 4px; font-size: 12px; pointer-events: none;
    white-space: nowrap; color: var(--primary-text-color); background: var(--card-background-color);
    border: 1px solid var(--divider-color); font-variant-numeric: tabular-nums;
  }
  .reading:empty { display: none; }
  .message {
    padding: 8px 12px; border-radius: 8px; font-size: 13px; line-height: 1.35; max-height: 60%; overflow: auto;
    flex: none; box-sizing: border-box; color: var(--primary-text-color);
    background: var(--secondary-background-color); border-left: 4px solid var(--warning-color);
  }
  .message b { display: block; }
  .message:has(button) { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
  .message button {
    padding: 4px 12px; border: 1px solid var(--primary-color); border-radius: 14px; font-weight: 500;
  }
  .empty > :not(h2, .message) { display: none; }
  .low .plot { min-height: 44px; }
  .low:has(.message:not([hidden])) :is(.spans, .facts :not(.grade)), .low .message:not([hidden], :has(button)) ~ * {
    display: none;
  }
  .legend { display: flex; flex-wrap: wrap; gap: 2px 12px; }
  .legend span { display: inline-flex; align-items: center; gap: 5px; font-variant-numeric: tabular-nums; }
  .legend i { width: 14px; height: 3px; border-radius: 2px; background: var(--line); }
`;
