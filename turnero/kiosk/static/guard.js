// Touch as it is meant: a press counts when the finger leaves the key on which it came down,
// however it trembled between. A second one within half a second, one while a page changes and
// one by a second finger do nothing; drags move, mark and zoom nothing.
"use strict";
(() => {
  const AGAIN_MS = 500;
  const SETTLE_MS = 350;
  const KEY = "a[href], button, summary, label, input, select, textarea, [role=button]";

  let down = null;
  let pressedAt = -Infinity;
  let changedAt = -Infinity;

  const keyAt = (element) => element?.closest?.(KEY) ?? null;
  const waiting = () => document.querySelector("[aria-busy=true]") !== null;

  function mayPress() {
    const now = performance.now();
    return now - pressedAt >= AGAIN_MS && now - changedAt >= SETTLE_MS && !waiting();
  }

  function release() {
    document.querySelectorAll(".is-down").forEach((one) => one.classList.remove("is-down"));
  }

  function press(key) {
    pressedAt = performance.now();
    // with spoken guidance the first touch tells what a key is, the second presses it
    if (Turnero.explore?.(key)) return;
    if (key.matches("input, textarea, select")) key.focus();
    key.click();
  }

  addEventListener("pointerdown", (event) => {
    release();
    down = null;
    if (!event.isPrimary || event.button !== 0 || !mayPress()) return;
    const key = keyAt(event.target);
    if (!key) return;
    down = { id: event.pointerId, key };
    key.classList.add("is-down");
  }, { capture: true });

  addEventListener("pointerup", (event) => {
    const began = down;
    down = null;
    release();
    if (!began || began.id !== event.pointerId || !began.key.isConnected) return;
    const ended = keyAt(document.elementFromPoint(event.clientX, event.clientY));
    if (ended === began.key && !began.key.disabled && began.key.getAttribute("aria-disabled") !== "true") {
      press(began.key);
    }
  }, { capture: true });

  addEventListener("pointercancel", () => { down = null; release(); }, { capture: true });

  // a pointer's own click comes through `press` alone; keyboards and switches click with detail 0
  addEventListener("click", (event) => {
    if (event.detail === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });

  for (const kind of ["contextmenu", "dragstart", "selectstart"]) {
    addEventListener(kind, (event) => {
      if (!event.target.matches?.("input, textarea")) event.preventDefault();
    });
  }
  addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false });
  addEventListener("touchmove", (event) => {
    if (event.touches.length > 1 && event.cancelable) event.preventDefault();
  }, { passive: false });

  // Space presses what acts as a button without being one
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || !event.target.matches?.("a[role=button]")) return;
    event.preventDefault();
    event.target.click();
  });

  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target === document.body) changedAt = performance.now();
  });

  window.Turnero = Object.assign(window.Turnero ?? {}, { mayPress });
})();
