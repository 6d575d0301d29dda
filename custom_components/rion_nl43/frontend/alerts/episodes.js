// @ts-check
/**
 * Episodes as they are told: those that are open, and the newest of those that are over. Plain data; nothing is asked.
 *
 * @typedef {"ok" | "warning" | "alarm"} Grade
 * @typedef {{
 *   device_id: string | null, entity_id: string | null, meter: string, rule_id: string, rule: string,
 *   episode_id: string, grade: Grade, worst_grade: Grade, metric: string, symbol: string, direction: string,
 *   began: string, onset: string, duration: number, peak: number | null, leq: number | null, coverage: number | null,
 *   overload: boolean, no_data: boolean, reopened: number, picture: string, acknowledged: boolean,
 *   acknowledged_by: string | null, acknowledged_by_name: string | null, acknowledged_at: string | null, note: string, open: boolean,
 *   thresholds: Partial<Record<Grade, number>>, onset_level: number | null, ended: string | null,
 *   end_reason: string | null,
 * }} Episode
 * @typedef {Episode & {
 *   kind: string, at: string, threshold: number | null, level: number | null, reason: string | null,
 * }} Transition
 */

const GRADES = ["ok", "warning", "alarm"];
/** What begins to call for somebody. */
const CALLS = ["onset", "escalated", "reopened"];

export class Episodes {
  constructor() {
    /** @type {Map<string, Episode>} The worst first. */
    this.open = new Map();
    /** @type {Episode[]} The newest first. */
    this.past = [];
    /** How many more are over than are known here. */
    this.leftOut = 0;
  }

  /** @param {Episode[]} episodes All that are open. */
  takeOpen(episodes) {
    this.open = new Map(worstFirst(episodes).map((episode) => [episode.episode_id, episode]));
    this.past = this.past.filter(({ episode_id: id }) => !this.open.has(id));
  }

  /**
   * @param {{episodes: Episode[], left_out: number}} answer What `get_episodes` returned, open ones among them.
   * @param {number} limit So many of them are shown.
   */
  takePast(answer, limit) {
    const past = newestFirst(answer.episodes).filter(({ open, episode_id: id }) => !open && !this.open.has(id));
    this.past = past.slice(0, limit);
    this.leftOut = answer.left_out + past.length - this.past.length;
  }

  /**
   * @param {Transition} transition
   * @returns {boolean} Whether it calls for somebody.
   */
  takeTransition(transition) {
    const { kind, at, threshold, reason, level, ...told } = transition;
    const id = told.episode_id;
    const known = this.open.get(id) ?? this.past.find((episode) => episode.episode_id === id);
    const over = told.grade === "ok";
    if (over && !known) {
      // An old one that somebody acknowledged: it is not shown.
      return false;
    }
    const episode = {
      ...told,
      open: !over,
      thresholds: { ...known?.thresholds },
      onset_level: known?.onset_level ?? (kind === "onset" ? level : null),
      ended: kind === "cleared" ? at : over ? (known?.ended ?? null) : null,
      end_reason: kind === "cleared" ? reason : over ? (known?.end_reason ?? null) : null,
      acknowledged_at: kind === "acknowledged" ? at : told.acknowledged ? (known?.acknowledged_at ?? null) : null,
    };
    if (threshold !== null && !over) {
      episode.thresholds[episode.grade] = threshold;
    }
    this._put(episode);
    return CALLS.includes(kind);
  }

  /** @param {Episode} episode Told as a whole, as after an action. */
  take(episode) {
    this._put(episode);
  }

  /** @param {Episode} episode */
  _put(episode) {
    const id = episode.episode_id;
    if (episode.open) {
      this.takeOpen([...[...this.open.values()].filter((each) => each.episode_id !== id), episode]);
      return;
    }
    this.open.delete(id);
    this.past = newestFirst([...this.past.filter((each) => each.episode_id !== id), episode]);
  }
}

/**
 * @param {Episode} episode
 * @returns {number | undefined} The threshold of the grade that it has, or had at its worst.
 */
export function thresholdOf({ grade, worst_grade: worst, open, thresholds }) {
  const about = open && grade !== "ok" ? grade : worst;
  return thresholds[about] ?? Object.values(thresholds)[0];
}

/**
 * The worst first; of the same grade those that nobody has acknowledged yet, then the newest.
 *
 * @param {Episode[]} episodes
 */
function worstFirst(episodes) {
  return newestFirst(episodes).sort(
    (one, other) =>
      GRADES.indexOf(other.grade) - GRADES.indexOf(one.grade) || Number(one.acknowledged) - Number(other.acknowledged),
  );
}

/** @param {Episode[]} episodes */
function newestFirst(episodes) {
  return [...episodes].sort((one, other) => Date.parse(other.onset) - Date.parse(one.onset));
}
