// The supervisor's page: a soft chime when an alarm is new, and what is so after an act, in words
// that stay while the page goes on living. Alarms that were there when the page came make no sound.
"use strict";
(() => {
  const NOTES = [[523.25, 0], [392, 0.28]];
  const NOTE_S = 0.5;
  const LOUD = 0.25;
  const NOTE_SHOWN_MS = 90000;
  const root = document.documentElement;
  let audio = null;
  let known = null;
  let clearing = 0;

  const page = () => document.querySelector("#now[data-live=supervisor]");

  function context() {
    if (!audio && window.AudioContext) audio = new AudioContext();
    return audio;
  }

  function chime() {
    const sound = context();
    if (sound?.state !== "running") return;
    for (const [hertz, at] of NOTES) {
      const tone = sound.createOscillator();
      const level = sound.createGain();
      const begin = sound.currentTime + at;
      tone.frequency.value = hertz;
      level.gain.setValueAtTime(0.0001, begin);
      level.gain.exponentialRampToValueAtTime(LOUD, begin + 0.03);
      level.gain.exponentialRampToValueAtTime(0.0001, begin + NOTE_S);
      tone.connect(level).connect(sound.destination);
      tone.start(begin);
      tone.stop(begin + NOTE_S + 0.05);
    }
    root.dataset.alarmed = String(Number(root.dataset.alarmed ?? 0) + 1);
  }

  const words = (alarm) => (alarm.querySelector(".alarm-words, .lack-words, h2") ?? alarm).innerText.replace(/\s+/g, " ").trim();

  /** What is new since the last look is said, and sounds where it should. */
  function look() {
    if (!page()) {
      known = null;
      return;
    }
    const now = [...document.querySelectorAll("#now [data-alarm]")];
    const fresh = known ? now.filter((one) => !known.has(one.dataset.alarm)) : [];
    known = new Set(now.map((one) => one.dataset.alarm));
    if (!fresh.length) return;
    Turnero.say(fresh.map(words).join(". "));
    if (fresh.some((one) => "rings" in one.dataset)) chime();
  }

  /** What an act's answer says stands outside the live part, which loses it with its next state. */
  function tell(answer) {
    const place = document.getElementById("watch-note");
    const said = new DOMParser().parseFromString(answer, "text/html").querySelector("[data-done]");
    if (!said || !place) return;
    place.textContent = said.textContent.replace(/\s+/g, " ").trim();
    clearTimeout(clearing);
    clearing = setTimeout(() => { place.textContent = ""; }, NOTE_SHOWN_MS);
  }

  async function allow() {
    if (!page()) return;
    const sound = context();
    if (sound && sound.state !== "running") await sound.resume();
  }

  document.addEventListener("live:swapped", (event) => event.target.id === "now" && look());
  document.addEventListener("htmx:after:swap", look);
  // Read before it is swapped in: the stream may bring a newer state in the same moment.
  document.addEventListener("htmx:before:swap", (event) => {
    const { text } = event.detail.ctx ?? {};
    if (text?.includes("data-done")) tell(text);
  });
  document.addEventListener("click", (event) => {
    const ready = event.target.closest?.("[data-words]");
    if (!ready) return;
    for (const [language, text] of Object.entries(JSON.parse(ready.dataset.words))) {
      const field = ready.form.querySelector(`textarea[data-language="${CSS.escape(language)}"]`);
      if (field) field.value = text;
    }
  });
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, allow, { passive: true });
  look();
})();
