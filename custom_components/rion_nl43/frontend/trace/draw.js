// @ts-check
/**
 * A moving trace on a canvas. All of it is drawn from what it is given, in CSS pixels.
 *
 * @typedef {import("./buffer.js").Column} Column
 * @typedef {import("./buffer.js").Rest} Rest
 * @typedef {{
 *   text: string, muted: string, grid: string, card: string, trace: string, warning: string, alarm: string,
 *   lines: string[], font: string,
 * }} Theme
 * @typedef {{
 *   name: string, level: number, direction: "above" | "below", grade: "warning" | "alarm", judges: boolean,
 * }} Limit One that `judges` a line that is drawn is dashed, and one of a level that is not is dotted.
 * @typedef {{columns: Column[], color: string, limits: Limit[]}} Line
 * @typedef {{
 *   width: number, height: number, from: number, to: number, min: number, max: number, columnS: number,
 *   lines: Line[], limits: Limit[], rests: Rest[], restNames: Record<string, string>,
 *   levelTicks: number[], timeTicks: number[], timeText: (t: number) => string,
 *   cursor: {t: number, level: number | null} | null,
 * }} Picture
 * @typedef {{left: number, top: number, width: number, height: number}} Plot
 */

const LEFT = 30;
const BOTTOM = 18;
const TOP = 6;
const RIGHT = 4;
const LINE = 1.6;
const SECOND_LINE = 2;
const DASHES = [5, 4];
const DOTS = [0, 5];
const LABEL_GAP = 13;
const DOT = 4;

/**
 * @param {number} width
 * @param {number} height
 * @returns {Plot} Where levels are drawn; times are written below it, levels at its left.
 */
export function plotOf(width, height) {
  return { left: LEFT, top: TOP, width: Math.max(1, width - LEFT - RIGHT), height: Math.max(1, height - TOP - BOTTOM) };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Theme} theme
 */
export function draw(context, picture, theme) {
  const plot = plotOf(picture.width, picture.height);
  const x = (/** @type {number} */ t) => plot.left + (plot.width * (t - picture.from)) / (picture.to - picture.from);
  const y = (/** @type {number} */ db) =>
    plot.top + (plot.height * (picture.max - db)) / (picture.max - picture.min);
  const place = { plot, x, y };
  context.clearRect(0, 0, picture.width, picture.height);
  context.font = theme.font;
  context.lineJoin = "round";
  context.lineCap = "round";
  drawRests(context, picture, theme, place);
  drawGrid(context, picture, theme, place);
  for (const [i, line] of picture.lines.entries()) {
    drawLine(context, line, picture, theme, place, i ? SECOND_LINE : LINE);
  }
  drawLimits(context, picture, theme, place);
  drawCursor(context, picture, theme, place);
}

/** @typedef {{plot: Plot, x: (t: number) => number, y: (db: number) => number}} Place */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Theme} theme
 * @param {Place} place
 */
function drawRests(context, { rests, restNames }, theme, { plot, x }) {
  for (const rest of rests) {
    const [left, right] = [x(rest.from), x(rest.to)];
    context.globalAlpha = rest.state === "paused" ? 0.1 : 0.16;
    context.fillStyle = theme.text;
    context.fillRect(left, plot.top, right - left, plot.height);
    context.globalAlpha = 1;
    const name = restNames[rest.state];
    if (name && context.measureText(name).width + 8 < right - left) {
      context.textAlign = "left";
      context.textBaseline = "bottom";
      context.fillStyle = theme.muted;
      context.fillText(name, left + 4, plot.top + plot.height - 3);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Theme} theme
 * @param {Place} place
 */
function drawGrid(context, picture, theme, { plot, x, y }) {
  context.lineWidth = 1;
  context.strokeStyle = theme.grid;
  context.fillStyle = theme.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.beginPath();
  for (const db of picture.levelTicks) {
    const line = Math.round(y(db)) + 0.5;
    context.moveTo(plot.left, line);
    context.lineTo(plot.left + plot.width, line);
    context.fillText(String(db), plot.left - 5, Math.max(line, plot.top + 3));
  }
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const t of picture.timeTicks) {
    const text = picture.timeText(t);
    const half = context.measureText(text).width / 2;
    if (x(t) - half >= 0 && x(t) + half <= picture.width) {
      context.fillText(text, x(t), plot.top + plot.height + 5);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {Picture} picture
 * @param {Theme} theme
 * @param {Place} place
 * @param {number} width
 */
function drawLine(context, line, picture, theme, { plot, x, y }, width) {
  const path = new Path2D();
  const nearest = picture.columnS / 2;
  for (const { t, first, last, min, max, joined } of line.columns) {
    const at = x(t + nearest);
    if (joined) {
      path.lineTo(at, y(first));
    } else {
      // A level on its own is a dot.
      path.moveTo(at - 0.5, y(first));
      path.lineTo(at, y(first));
    }
    if (max > min) {
      path.lineTo(at, y(max));
      path.lineTo(at, y(min));
      path.lineTo(at, y(last));
    }
  }
  context.lineWidth = width;
  const stroke = (/** @type {string} */ color, /** @type {number} */ top, /** @type {number} */ bottom) => {
    if (bottom <= top) {
      return;
    }
    context.save();
    context.beginPath();
    context.rect(plot.left, top, plot.width, bottom - top);
    context.clip();
    context.strokeStyle = color;
    context.stroke(path);
    context.restore();
  };
  const [upper, lower] = [plot.top - 1, plot.top + plot.height + 1];
  stroke(line.color, upper, lower);
  for (const grade of /** @type {const} */ (["warning", "alarm"])) {
    const graded = line.limits.filter((limit) => limit.grade === grade);
    const above = graded.filter(({ direction }) => direction === "above").map(({ level }) => level);
    const below = graded.filter(({ direction }) => direction === "below").map(({ level }) => level);
    if (above.length) {
      stroke(theme[grade], upper, Math.min(lower, y(Math.min(...above))));
    }
    if (below.length) {
      stroke(theme[grade], Math.max(upper, y(Math.max(...below))), lower);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Theme} theme
 * @param {Place} place
 */
function drawLimits(context, { limits, min, max }, theme, { plot, y }) {
  context.textAlign = "left";
  context.textBaseline = "bottom";
  /** @type {number[]} */
  const written = [];
  const shown = limits.filter(({ level }) => level > min && level < max).sort((a, b) => b.level - a.level);
  for (const { name, level, grade, judges } of shown) {
    const line = Math.round(y(level)) + 0.5;
    context.setLineDash(judges ? DASHES : DOTS);
    context.lineWidth = judges ? 1.2 : 2;
    context.strokeStyle = theme[grade];
    context.beginPath();
    context.moveTo(plot.left, line);
    context.lineTo(plot.left + plot.width, line);
    context.stroke();
    context.setLineDash([]);
    // Above its line, or below where there is no room; better without a name than one over another.
    const room = (/** @type {number} */ bottom) =>
      bottom - LABEL_GAP >= plot.top && written.every((other) => Math.abs(other - bottom) >= LABEL_GAP);
    const bottom = [line, line + LABEL_GAP].find(room);
    if (bottom === undefined) {
      continue;
    }
    written.push(bottom);
    const text = shortened(context, name, plot.width - 12);
    context.globalAlpha = 0.8;
    context.fillStyle = theme.card;
    context.fillRect(plot.left + 3, bottom - LABEL_GAP + 1, context.measureText(text).width + 6, LABEL_GAP - 2);
    context.globalAlpha = 1;
    context.fillStyle = theme.text;
    context.fillText(text, plot.left + 6, bottom - 1);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} width
 */
function shortened(context, text, width) {
  let short = text;
  while (short.length > 1 && context.measureText(short).width > width) {
    short = `${short.slice(0, -2)}…`;
  }
  return short;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {Theme} theme
 * @param {Place} place
 */
function drawCursor(context, { cursor }, theme, { plot, x, y }) {
  if (!cursor) {
    return;
  }
  const at = x(cursor.t);
  context.lineWidth = 1;
  context.strokeStyle = theme.text;
  context.beginPath();
  context.moveTo(at, plot.top);
  context.lineTo(at, plot.top + plot.height);
  context.stroke();
  if (cursor.level !== null) {
    context.fillStyle = theme.card;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(at, y(cursor.level), DOT, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
