// What a board shows between calls takes turns here. Everything it needs is in the page already, so it
// goes on while the server is away. When a turn may change is board.js's to say; what there is, the
// server's.

/**
 * One of the things that take turns.
 * @typedef {object} Item
 * @property {string} key
 * @property {[number, number][] | null} windows  when it is shown, ms UTC; null: always
 * @property {number} slides  how many it has; each time it comes it shows its next
 */

export class Turns {
  /** @type {Item[]} */
  #items = [];
  /** The key of the one shown now. @type {string | null} */
  #shown = null;
  /** Where it stood in the list. */
  #at = -1;
  /** Which slide of each comes next. @type {Map<string, number>} */
  #next = new Map();

  /** Take in what there is. @param {Item[]} items */
  take(items) {
    this.#items = items;
    const at = items.findIndex((one) => one.key === this.#shown);
    // What was taken out leaves its place to the one after it.
    if (at >= 0) this.#at = at;
    else this.#at = Math.min(this.#at, items.length) - (this.#shown === null ? 0 : 1);
  }

  /** Whether an item is to be shown at that moment. @param {Item} item @param {number} now */
  static open(item, now) {
    return item.windows?.some(([from, until]) => from <= now && now < until) ?? true;
  }

  /**
   * The next turn; null where there is nothing to show.
   * @param {number} now @returns {{item: number, slide: number} | null}
   */
  next(now) {
    const count = this.#items.length;
    for (let step = 1; step <= count; step += 1) {
      const at = (((this.#at + step) % count) + count) % count;
      const item = this.#items[at];
      if (item.slides === 0 || !Turns.open(item, now)) continue;
      const slide = (this.#next.get(item.key) ?? 0) % item.slides;
      this.#next.set(item.key, slide + 1);
      this.#at = at;
      this.#shown = item.key;
      return { item: at, slide };
    }
    this.#shown = null;
    return null;
  }
}

const windowOf = (text) => text.split("-").map(Number);

/** Draws the turns in one element. */
export class Content {
  #list;
  #turns = new Turns();
  #clock;
  /** What is shown, by where it stands. @type {{key: string, slide: number} | null} */
  #shown = null;
  #until = 0;

  /** @param {HTMLElement} list @param {() => number} clock  the server's */
  constructor(list, clock) {
    this.#list = list;
    this.#clock = clock;
    this.take();
  }

  /** What there is has changed, or was drawn anew: what was shown goes on if it is still there. */
  take() {
    const now = this.#clock();
    const nodes = [...this.#list.children];
    this.#turns.take(
      nodes.map((node) => ({
        key: node.id,
        windows: node.dataset.when === "always"
          ? null
          : node.dataset.when.split(" ").filter(Boolean).map(windowOf),
        slides: node.children.length,
      })),
    );
    const node = nodes.find((one) => one.id === this.#shown?.key);
    if (node?.children[this.#shown.slide] === undefined) this.#until = now;
    else node.children[this.#shown.slide].toggleAttribute("data-on", true);
    this.tick(false);
  }

  /** Time passed. @param {boolean} hold  a call is made: nothing moves */
  tick(hold) {
    const now = this.#clock();
    if (hold || now < this.#until) return;
    const turn = this.#turns.next(now);
    this.#list.querySelectorAll("[data-on]").forEach((one) => one.toggleAttribute("data-on", false));
    const node = turn === null ? null : this.#list.children[turn.item];
    node?.children[turn.slide].toggleAttribute("data-on", true);
    this.#shown = node === null ? null : { key: node.id, slide: turn.slide };
    this.#until = now + (node === null ? 0 : 1_000 * Number(node.dataset.seconds));
    this.#list.dataset.shown = node?.id ?? "";
  }
}
