// Plays one sound at a time and says how it went; never throws, never plays two at once.
// What is played and when is queue.js's rule.

/** How a sound went. @typedef {"played" | "blocked" | "failed" | "stopped"} Outcome */

/** A sound that has not ended this long after it should have is given up. */
const PATIENCE_MS = 4_000;

export class Player {
  /** What this page can do: "unknown" until it tried. @type {"unknown" | "ok" | "blocked" | "failed"} */
  state = "unknown";
  #audio = new Audio();
  #finish = () => {};
  #chime;
  #changed;

  /** @param {string} chime  address of the chime alone  @param {() => void} changed  `state` did */
  constructor(chime, changed) {
    this.#chime = chime;
    this.#changed = changed;
    this.#audio.preload = "auto";
  }

  /** Find out whether the browser lets this page sound, without being heard. */
  async probe() {
    const before = this.#audio.volume;
    this.#audio.volume = 0;
    await this.#sound(this.#chime, 900);
    this.#audio.volume = before;
    return this.state;
  }

  /** Let somebody's touch allow sound, and prove it with the chime. */
  unblock() {
    return this.#sound(this.#chime, 900);
  }

  /** Fetch it already, so that it starts at once. */
  prepare(url) {
    fetch(url).then((answer) => answer.blob()).catch(() => {});
  }

  /**
   * Play to the end; where the sound itself fails, the chime. Resolves when the turn is over:
   * at once when blocked.
   * @param {string} url @param {number} ms  about how long it lasts
   * @returns {Promise<Outcome>}
   */
  async play(url, ms) {
    const outcome = await this.#sound(url, ms);
    return outcome === "failed" ? this.#sound(this.#chime, 900) : outcome;
  }

  /** Break off what sounds. */
  stop() {
    this.#finish("stopped");
  }

  /** @returns {Promise<Outcome>} */
  #sound(url, ms) {
    this.stop();
    const audio = this.#audio;
    return new Promise((resolve) => {
      const late = setTimeout(() => finish("failed"), ms * 1.5 + PATIENCE_MS);
      const finish = (/** @type {Outcome} */ outcome) => {
        if (this.#finish !== finish) return;
        this.#finish = () => {};
        clearTimeout(late);
        audio.onended = audio.onerror = null;
        audio.pause();
        this.#learn(outcome);
        resolve(outcome);
      };
      this.#finish = finish;
      audio.onended = () => finish("played");
      audio.onerror = () => finish("failed");
      audio.src = url;
      audio.play().catch((error) => {
        finish(error?.name === "NotAllowedError" ? "blocked" : "failed");
      });
    });
  }

  #learn(outcome) {
    const state = outcome === "played" ? "ok" : outcome;
    if (state === this.state || state === "stopped") return;
    this.state = state;
    this.#changed();
  }
}
