// Rings for help calls where somebody is asked to go (data-ring): two soft notes when one is new,
// again every ten seconds while nobody has answered. A browser that forbids sound shows a key.
"use strict";
(() => {
  const AGAIN_MS = 10000;
  const NOTES = [[880, 0], [659.25, 0.22], [880, 0.44]];
  let audio = null;
  let known = new Set();
  let rung = -Infinity;

  const ringing = () => document.querySelector("[data-ring]");
  const ids = () => new Set((document.querySelector("#help [data-ids]")?.dataset.ids ?? "").split(" ").filter(Boolean));

  function context() {
    if (!audio && window.AudioContext) audio = new AudioContext();
    return audio;
  }

  function chime() {
    const sound = context();
    if (!sound || sound.state !== "running") return;
    for (const [hertz, at] of NOTES) {
      const tone = sound.createOscillator();
      const level = sound.createGain();
      const begin = sound.currentTime + at;
      tone.frequency.value = hertz;
      level.gain.setValueAtTime(0.0001, begin);
      level.gain.exponentialRampToValueAtTime(0.35, begin + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, begin + 0.5);
      tone.connect(level).connect(sound.destination);
      tone.start(begin);
      tone.stop(begin + 0.55);
    }
    rung = performance.now();
    document.documentElement.dataset.rung = String(Number(document.documentElement.dataset.rung ?? 0) + 1);
  }

  function permit() {
    const key = ringing();
    const sound = key && context();
    if (key) key.hidden = !sound || sound.state === "running";
  }

  async function look() {
    const now = ids();
    const fresh = [...now].some((id) => !known.has(id));
    known = now;
    if (!ringing()) return;
    permit();
    if (now.size && (fresh || performance.now() - rung > AGAIN_MS)) chime();
  }

  async function allow() {
    if (!ringing()) return;
    const sound = context();
    if (sound && sound.state !== "running") await sound.resume();
    permit();
    look();
  }

  document.addEventListener("live:swapped", (event) => event.target.id === "help" && look());
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx?.target?.id === "help" && look());
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, allow, { passive: true });
  setInterval(look, 1000);
  look();
})();
