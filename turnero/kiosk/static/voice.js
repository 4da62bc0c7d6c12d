// Spoken guidance: a page says its question, a key says its name when it has the focus or is
// touched for the first time. One sentence at a time; a new one ends the one before.
"use strict";
(() => {
  const ARMED_MS = 12000;
  const player = new Audio();
  let armed = null;
  let armedAt = -Infinity;
  let told = null;

  const on = () => document.querySelector("[data-voice]") !== null;

  function say(address) {
    if (!address) return;
    player.src = address;
    player.play().catch(() => { /* the browser wants a touch first: the next one speaks */ });
  }

  function quiet() {
    player.pause();
    armed = null;
  }

  // true when this touch only told what the key is
  function explore(key) {
    if (!on() || !key.dataset.say) return false;
    const now = performance.now();
    if (armed === key && now - armedAt < ARMED_MS) {
      quiet();
      return false;
    }
    armed = key;
    armedAt = now;
    const had = document.activeElement === key;
    key.focus();
    if (had || document.activeElement !== key) say(key.dataset.say);
    key.classList.add("is-heard");
    return true;
  }

  document.addEventListener("focusin", (event) => {
    document.querySelectorAll(".is-heard").forEach((one) => one.classList.remove("is-heard"));
    const key = event.target.closest?.("[data-say]");
    if (key && on()) say(key.dataset.say);
  });

  function prompt() {
    const page = document.querySelector("[data-voice]");
    if (!page) {
      quiet();
      told = null;
      return;
    }
    if (page === told) return;
    told = page;
    say(page.dataset.prompt);
  }

  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target === document.body) prompt();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prompt);
  else prompt();

  window.Turnero = Object.assign(window.Turnero ?? {}, {
    explore,
    speaking: () => !player.paused && !player.ended,
  });
})();
