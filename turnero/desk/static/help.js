// Rings for help calls where somebody is asked to go (data-ring): three soft notes when one is
// new and every ten seconds while nobody has answered; after a minute another, urgent sound every
// five. Sounds are made here, of pure tones. A browser that forbids sound until the first touch
// shows a key that says so.
"use strict";
(() => {
  const AGAIN_MS = 10000;
  const AGAIN_LATE_MS = 5000;
  /** Hertz, seconds from the start, seconds long, how loud. */
  const CALL = [[880, 0, 0.5, 0.35], [659.25, 0.22, 0.5, 0.35], [880, 0.44, 0.6, 0.35]];
  const LATE = [0, 0.7].flatMap((at) => [
    [622.25, at, 0.16, 0.5], [932.33, at + 0.17, 0.16, 0.5], [622.25, at + 0.34, 0.16, 0.5], [932.33, at + 0.51, 0.18, 0.5],
  ]);
  const READY = [[659.25, 0, 0.35, 0.15], [880, 0.12, 0.4, 0.15]];
  /** A touch is a click after this. */
  const AFTER_CLICK_MS = 400;
  const root = document.documentElement;
  let audio = null;
  /** Help call -> whether it was late when it was last looked at. */
  let known = new Map();
  let rung = -Infinity;

  const key = () => document.querySelector("[data-ring]");
  const calls = () => [...document.querySelectorAll("#help [data-help]")];

  function context() {
    if (!audio && window.AudioContext) audio = new AudioContext();
    return audio;
  }

  function play(notes) {
    const sound = context();
    if (sound?.state !== "running") return false;
    for (const [hertz, at, long, loud] of notes) {
      const tone = sound.createOscillator();
      const level = sound.createGain();
      const begin = sound.currentTime + at;
      tone.frequency.value = hertz;
      level.gain.setValueAtTime(0.0001, begin);
      level.gain.exponentialRampToValueAtTime(loud, begin + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, begin + long);
      tone.connect(level).connect(sound.destination);
      tone.start(begin);
      tone.stop(begin + long + 0.05);
    }
    return true;
  }

  function ring(late) {
    if (!play(late ? LATE : CALL)) return;
    rung = performance.now();
    const name = late ? "rungLate" : "rung";
    root.dataset[name] = String(Number(root.dataset[name] ?? 0) + 1);
  }

  /** Whether this browser may sound; the key says when it may not. */
  function permit() {
    const button = key();
    if (!button) return;
    const silent = context()?.state !== "running";
    if (button.hidden === silent) button.hidden = !silent;
  }

  /** How many there are stands before the page's name, for who looks at another one. */
  function count(number) {
    const title = document.title.replace(/^\(\d+\) /, "");
    const wanted = number ? `(${number}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
  }

  function say(words) {
    const place = document.getElementById("help-say");
    if (place) place.textContent = words;
    else Turnero.say(words);
  }

  function look(asks = true) {
    const now = calls();
    const late = now.some((one) => "late" in one.dataset);
    const fresh = now.filter((one) => known.get(one.dataset.help) !== ("late" in one.dataset));
    const answered = [...document.querySelectorAll("#help [data-gone]")].filter((one) => known.has(one.dataset.gone));
    known = new Map(now.map((one) => [one.dataset.help, "late" in one.dataset]));
    if (fresh.length) say(fresh.map((one) => one.dataset.say).join(" "));
    else if (answered.length) say(answered.map((one) => one.innerText).join(" "));
    if (!key()) return;
    if (asks) permit();
    count(now.length);
    if (fresh.length && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
    const again = performance.now() - rung > (late ? AGAIN_LATE_MS : AGAIN_MS);
    if (now.length && (fresh.length || again)) ring(late);
  }

  async function allow(event) {
    const button = key();
    const sound = button && context();
    if (!sound) return;
    if (sound.state !== "running") await sound.resume();
    // the click of this very touch is still to come, and must not fall through to what is behind
    setTimeout(permit, AFTER_CLICK_MS);
    if (event.target.closest?.("[data-ring]") && !calls().length) play(READY);
    look(false);
  }

  document.addEventListener("live:swapped", (event) => event.target.id === "help" && look());
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx?.target?.id === "help" && look());
  for (const kind of ["pointerup", "keydown"]) addEventListener(kind, allow, { passive: true });
  setInterval(look, 1000);
  look();
})();
