// The announcement queue of one zone: what is said next, how much of it, and what is not said at all.
// Pure rules with the time passed in; playing and drawing are board.js's.

/** Longer than this, a backlog gives up the second language, then the chime; never a call. */
export const PATIENCE_MS = 15_000;
/** After a gap, calls older than this are only shown. */
export const FRESH_MS = 30_000;
/** A call can be taken back only this soon; one that is missing later has merely aged away. */
export const ANNUL_MS = 60_000;

/**
 * A call as the server lists it.
 * @typedef {object} Call
 * @property {number} seq       journal number: each is announced once, in this order
 * @property {string} number    as printed
 * @property {number} at        when it was called, ms UTC by the server's clock
 * @property {boolean} inForce  the person is still awaited or being served
 * @property {boolean} byPhone  the person is rung, and nobody here is to come
 * @property {Record<Length, {ms: number}>} sounds
 */
/** @typedef {"full" | "brief" | "bare"} Length  chime and all languages; one language; no chime */

const LENGTHS = /** @type {const} */ (["full", "brief"]);

export class Announcements {
  /** The highest number heard of; null until the first state. @type {number | null} */
  last = null;
  /** Not yet said, in order. @type {Call[]} */
  waiting = [];
  /** Said or shown, newest last. @type {Call[]} */
  shown = [];
  /** Numbers of calls that were taken back after they were shown. @type {Set<number>} */
  annulled = new Set();

  /**
   * Take in a state: the calls that the server lists, and `floor`, the number from which its list
   * leaves out none but those that were taken back.
   * `gap`: the server was lost since the state before, or there was none that this page followed.
   * `quiet`: calls of until then are shown and never said (an emergency ended then; `Infinity`
   * while it lasts), also those that waited to be said.
   * @param {Call[]} calls @param {number} floor @param {number} now @param {boolean} gap
   * @param {number} [quiet]
   */
  take(calls, floor, now, gap, quiet = -1) {
    const listed = new Map(calls.map((call) => [call.seq, call]));
    const known = (call) => listed.get(call.seq) ?? call;
    const gone = (call) =>
      call.seq >= floor &&
      now - call.at < ANNUL_MS &&
      !listed.has(call.seq) &&
      // A recall takes the place of the call before it in the server's list.
      !calls.some((other) => other.number === call.number && other.seq > call.seq);

    this.waiting = this.waiting.filter((call) => !gone(call)).map(known);
    this.shown = this.shown.map(known);
    for (const call of this.shown) {
      if (gone(call)) this.annulled.add(call.seq);
      else if (listed.has(call.seq)) this.annulled.delete(call.seq);
    }
    const unsaid = this.waiting.filter((call) => call.at <= quiet);
    this.waiting = this.waiting.filter((call) => call.at > quiet);
    unsaid.forEach((call) => this.#show(call));
    for (const call of calls.toSorted((a, b) => a.seq - b.seq)) {
      if (this.last !== null && call.seq <= this.last) continue;
      const announce =
        this.last !== null &&
        !call.byPhone &&
        call.at > quiet &&
        (!gap || (call.inForce && now - call.at < FRESH_MS));
      if (announce) this.waiting.push(call);
      else this.#show(call);
    }
    // Even where nobody was called yet a state was seen: from here on every call is news. After a
    // gap the list counts anew: a journal restored from a backup has lower numbers.
    this.last = Math.max((gap ? null : this.last) ?? 0, ...listed.keys());
    this.#forget(floor);
  }

  /** How much of each call is said, so that what waits is over soon. @returns {Length} */
  get length() {
    const lasts = (length) =>
      this.waiting.reduce((sum, call) => sum + call.sounds[length].ms, 0);
    return LENGTHS.find((length) => lasts(length) <= PATIENCE_MS) ?? "bare";
  }

  /**
   * The next to say, now shown; null when there is none. The caller says it to the end first.
   * @returns {{call: Call, length: Length} | null}
   */
  next() {
    const length = this.length;
    const call = this.waiting.shift();
    if (call === undefined) return null;
    this.#show(call);
    return { call, length };
  }

  /** The call shown large: the last one said. @returns {Call | null} */
  get current() {
    return this.shown.findLast((call) => !call.byPhone) ?? null;
  }

  /** Those below it, newest first: without a number twice, without what was taken back. */
  recent(count) {
    const seen = new Set([this.current?.number]);
    const found = [];
    for (const call of this.shown.toReversed()) {
      if (seen.has(call.number) || this.annulled.has(call.seq)) continue;
      seen.add(call.number);
      found.push(call);
    }
    return found.slice(0, count);
  }

  #show(call) {
    this.shown.push(call);
  }

  /** A board runs for months: keep what can still be shown. */
  #forget(floor) {
    const keep = this.shown.length - 40;
    this.shown = this.shown.filter((call, at) => at >= keep || call.seq >= floor);
    const kept = new Set(this.shown.map((call) => call.seq));
    this.annulled = new Set([...this.annulled].filter((seq) => kept.has(seq)));
  }
}
