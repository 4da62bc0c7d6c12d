// A page that nobody touches goes back to the start, after a countdown that can be stopped.
// "More time" doubles the patience until the start. What was answered in a rating is sent.
"use strict";
(() => {
  const WARN_S = 15;
  let left = Infinity;
  let page = null;
  let more = false;
  let last = performance.now();
  let leaving = 0;

  const dialog = () => document.getElementById("still");

  function begin() {
    const now = document.querySelector("[data-patience]");
    if (!now) {
      more = false;
      left = Infinity;
    } else {
      left = Number(now.dataset.patience) * (more ? 2 : 1);
    }
    page = now;
    leaving = 0;
  }

  function stay() {
    dialog()?.close();
    begin();
  }

  function leave() {
    // the server may be away: tried again every few seconds until the start is shown
    if (performance.now() - leaving < 4000) return;
    leaving = performance.now();
    const form = document.querySelector("form[data-send-when-left]");
    if (form && !form.dataset.sent) {
      form.dataset.sent = "yes";
      form.requestSubmit();
      return;
    }
    document.querySelector("[data-home]")?.click();
  }

  function tick() {
    const now = performance.now();
    const passed = Math.min((now - last) / 1000, 2);
    last = now;
    if (document.querySelector("[data-patience]") !== page) begin();
    if (!page) return;
    if (Turnero.speaking?.() && left <= WARN_S + 2) left = WARN_S + 2;
    else left -= passed;
    const shown = String(Math.max(0, Math.ceil(left)));
    document.querySelectorAll("[data-left]").forEach((one) => {
      if (one.textContent !== shown) one.textContent = shown;
    });
    const counting = page.querySelector("[data-left]") !== null;
    if (!counting && left <= WARN_S && !document.querySelector("dialog[open]")) dialog()?.showModal();
    if (left <= 0) leave();
  }

  function touched(event) {
    if (!page) return;
    if (event.target.closest?.("[data-more]")) return;
    if (dialog()?.open) return;
    begin();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-more]")) {
      more = true;
      stay();
    } else if (event.target.closest?.("[data-stay]")) {
      stay();
    }
  });
  for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, touched, { capture: true });
  document.addEventListener("cancel", (event) => event.target === dialog() && begin(), { capture: true });
  // a question that came up on the page is not cut off
  document.addEventListener("live:swapped", (event) => {
    if (event.target.querySelector?.("[data-asks]") && left < 40) left = 40;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target === document.body) begin();
  });

  setInterval(tick, 200);
  begin();
})();
