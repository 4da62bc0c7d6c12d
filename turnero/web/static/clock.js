// Time on the page: the server's clock, and elements that count up (data-since) or down
// (data-until), both in milliseconds UTC. An element that reaches zero gets "clock:done".
"use strict";
(() => {
  const started = Number(document.documentElement.dataset.now) || Date.now();
  // performance.now() does not jump when somebody sets this machine's clock
  let offset = started - performance.now();

  const now = () => performance.now() + offset;

  function heard(serverMs) {
    // small differences are the network's; correcting them would make seconds stutter
    if (Math.abs(now() - serverMs) > 1500) offset = serverMs - performance.now();
  }

  const two = (n) => String(n).padStart(2, "0");

  function shown(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const minutes = Math.floor(seconds / 60);
    return minutes < 60
      ? `${minutes}:${two(seconds % 60)}`
      : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  }

  function set(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  function tick() {
    const at = now();
    for (const element of document.querySelectorAll("[data-since]")) {
      const passed = at - Number(element.dataset.since);
      set(element, shown(passed));
      if (element.dataset.warnAfter) {
        element.classList.toggle("late", passed >= Number(element.dataset.warnAfter));
      }
    }
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Number(element.dataset.until) - at;
      set(element, shown(Math.ceil(left / 1000) * 1000));
      if (left <= 0 && element.dataset.done !== element.dataset.until) {
        element.dataset.done = element.dataset.until;
        element.dispatchEvent(new CustomEvent("clock:done", { bubbles: true }));
      }
    }
    for (const element of document.querySelectorAll("[data-clock]")) {
      set(element, new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
        timeStyle: "short", timeZone: element.dataset.clock || undefined,
      }).format(at));
    }
  }

  function run() {
    tick();
    // just after the server's next full second, so that all screens of a room tick together
    setTimeout(run, 1000 - (now() % 1000) + 5);
  }

  for (const name of ["htmx:after:swap", "live:swapped"]) document.addEventListener(name, tick);
  window.Turnero = Object.assign(window.Turnero ?? {}, { now, heard, tick });
  run();
})();
