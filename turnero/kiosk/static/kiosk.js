// The kiosk's small things: the focus stays on a key that was turned, long pages get keys to
// move them, at most three reasons, the notice that the server is away, signs of life.
"use strict";
(() => {
  const BEAT_MS = 20000;
  let focused = "";
  let touched = performance.now();

  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { touched = performance.now(); }, { capture: true, passive: true });
  }

  // --- focus ---------------------------------------------------------------------------------

  document.addEventListener("htmx:before:request", () => {
    focused = document.activeElement?.id ?? "";
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target !== document.body) return;
    const again = focused ? document.getElementById(focused) : null;
    if (again?.matches("[aria-pressed], [aria-current], [role=button]")) again.focus({ preventScroll: true });
    fit();
    lost(away);
  });

  // --- what is longer than the screen --------------------------------------------------------

  function fit() {
    const box = document.querySelector("[data-scroll]");
    const keys = document.querySelector(".scroll-keys");
    if (!box || !keys) return;
    keys.hidden = box.scrollHeight <= box.clientHeight + 8;
    for (const key of keys.querySelectorAll("[data-scroll-by]")) {
      const way = Number(key.dataset.scrollBy);
      const end = way < 0 ? box.scrollTop <= 2 : box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
      key.setAttribute("aria-disabled", String(end));
    }
  }

  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("[data-scroll-by]");
    const box = key && document.querySelector("[data-scroll]");
    box?.scrollBy({ top: Number(key.dataset.scrollBy) * box.clientHeight * 0.8 });
  });
  addEventListener("scroll", fit, { capture: true, passive: true });
  addEventListener("resize", fit);
  document.addEventListener("live:swapped", fit);
  // what is unfolded may be longer than the screen
  document.addEventListener("toggle", fit, { capture: true });

  // --- reasons -------------------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-most]");
    if (!form) return;
    const boxes = [...form.querySelectorAll("input[name=reasons]")];
    const full = boxes.filter((one) => one.checked).length >= Number(form.dataset.most);
    for (const one of boxes) one.disabled = full && !one.checked;
  });

  // --- the server is away --------------------------------------------------------------------

  let away = false;
  function lost(now) {
    away = now;
    const notice = document.querySelector(".lost");
    if (notice) notice.hidden = !now;
  }
  document.addEventListener("live:lost", () => lost(true));
  document.addEventListener("live:back", () => lost(false));

  // --- signs of life -------------------------------------------------------------------------

  async function beat() {
    const page = document.getElementById("kiosk");
    if (!page?.dataset.report) return;
    const face = [...page.classList].find((one) => one.startsWith("page-")) ?? "";
    try {
      const answer = await fetch(page.dataset.report, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          version: document.documentElement.dataset.version ?? "",
          page: face.slice(5),
          idle_ms: Math.round(performance.now() - touched),
        }),
        signal: AbortSignal.timeout(5000),
      });
      if (answer.ok) Turnero.heard((await answer.json()).now_ms);
    } catch {
      // the band says that the server is away
    }
  }
  setInterval(beat, BEAT_MS);
  setTimeout(beat, 500);
  fit();
})();
