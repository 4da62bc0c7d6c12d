// What is said besides calls: an emergency at once and again while it lasts, anything else once.
// Pure rules with the time passed in; playing and drawing are board.js's.

/** An emergency is said again after this long: who came in meanwhile hears it too. */
export const AGAIN_MS = 20_000;
/** A message older than this when the page first hears of it is only shown. */
export const NEW_MS = 30_000;

/**
 * A message as the server lists it.
 * @typedef {object} Message
 * @property {number} id
 * @property {number} at      when it came, ms UTC by the server's clock
 * @property {boolean} fills  it fills the board, and calls wait
 * @property {{url: string, ms: number}} sound
 */

export class Told {
  /** Those shown now. @type {Map<number, Message>} */
  #shown = new Map();
  /** When each was said last; one that is only shown has 0. @type {Map<number, number>} */
  #said = new Map();

  /** Take in a state. @param {Message[]} messages @param {number} now */
  take(messages, now) {
    this.#shown = new Map(messages.map((one) => [one.id, one]));
    for (const id of [...this.#said.keys()]) if (!this.#shown.has(id)) this.#said.delete(id);
    for (const one of messages) {
      if (!one.fills && !this.#said.has(one.id) && now - one.at >= NEW_MS) this.#said.set(one.id, 0);
    }
  }

  /** Whether an emergency holds up the calls. */
  get alarm() {
    return [...this.#shown.values()].some((one) => one.fills);
  }

  /** Whether a message is still shown. */
  has(id) {
    return this.#shown.has(id);
  }

  /**
   * The next to say; null when there is none. The caller says it to the end first.
   * @param {number} now @returns {Message | null}
   */
  next(now) {
    const due = (one) =>
      !this.#said.has(one.id) || (one.fills && now - this.#said.get(one.id) >= AGAIN_MS);
    const found = [...this.#shown.values()]
      .filter((one) => due(one) && (one.fills || !this.alarm))
      .toSorted((a, b) => (this.#said.get(a.id) ?? 0) - (this.#said.get(b.id) ?? 0) || a.id - b.id);
    const next = found[0] ?? null;
    if (next !== null) this.#said.set(next.id, now);
    return next;
  }

  /** It was said until now: the pause before it is said again begins. */
  over(id, now) {
    if (this.#said.has(id)) this.#said.set(id, now);
  }
}
