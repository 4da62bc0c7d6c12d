// What every page does with htmx: one press is one act, a lost answer says so and can be
// repeated under the same key, errors become messages, keys press the buttons that show them.
"use strict";
(() => {
  const root = document.documentElement;
  const inFlight = new WeakSet();
  const SHOWN_MS = 12000;
  const KEPT_TOASTS = 3;

  const text = (name) => document.body.dataset[name] ?? "";

  // --- messages -----------------------------------------------------------------------------

  function toast(message) {
    const box = document.getElementById("toasts");
    if (!box || !message) return;
    for (const old of box.children) {
      if (old.dataset.message === message) old.remove();
    }
    const item = document.createElement("div");
    item.className = "toast toast-bad";
    item.setAttribute("role", "alert");
    item.dataset.message = message;
    const words = document.createElement("p");
    words.textContent = message;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.dataset.close = "";
    close.setAttribute("aria-label", text("textClose"));
    close.textContent = "×";
    item.append(words, close);
    box.append(item);
    tidyToasts();
  }

  function tidyToasts() {
    const box = document.getElementById("toasts");
    if (!box) return;
    const items = [...box.children];
    for (const item of items.slice(0, -KEPT_TOASTS)) item.remove();
    for (const item of items) {
      if (item.dataset.timed) continue;
      item.dataset.timed = "true";
      setTimeout(() => item.matches(":hover, :focus-within") || item.remove(), SHOWN_MS);
    }
  }

  function say(message) {
    const place = document.getElementById("say");
    if (!place) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = message; }, 60);
  }

  // --- requests -----------------------------------------------------------------------------

  const pressed = (ctx) => ctx.request?.submitter ?? ctx.sourceElement;

  document.addEventListener("htmx:config:request", (event) => {
    // a second press while the first is under way does nothing
    if (inFlight.has(event.detail.ctx.sourceElement)) event.preventDefault();
  });

  // Stands for "no answer": what was typed and the form's key stay, so pressing again is safe.
  const unanswered = () => new Response("", { status: 504, headers: { "x-unanswered": "true" } });

  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    const go = ctx.fetch;
    ctx.fetch = (...args) => go(...args).catch((error) => {
      if (error?.name === "AbortError") throw error;
      return unanswered();
    });
    ctx.turneroStarted = performance.now();
    inFlight.add(ctx.sourceElement);
    ctx.turneroPressed = pressed(ctx);
    ctx.turneroPressed?.setAttribute?.("aria-busy", "true");
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    inFlight.delete(ctx.sourceElement);
    ctx.turneroPressed?.removeAttribute?.("aria-busy");
  });

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const { raw, status } = ctx.response;
    if (raw.headers.has("x-unanswered")) {
      event.preventDefault();
      toast(text("textUnanswered"));
      return;
    }
    const ours = ctx.hx?.retarget || ctx.hx?.redirect;
    if (status >= 500 && !ours) {
      // a proxy's page, or ours that stands alone: never in place of what is shown
      event.preventDefault();
      toast(text("textRefused"));
      return;
    }
    if (ctx.target === document.body && (raw.redirected || ctx.request.method === "GET")) {
      const room = /<body[^>]*\bdata-room="([^"]*)"/.exec(ctx.text)?.[1];
      const version = /<html[^>]*\bdata-version="([^"]*)"/.exec(ctx.text)?.[1];
      const other = room !== undefined && room !== document.body.dataset.room;
      const newer = version !== undefined && version !== root.dataset.version;
      if (status < 400 && (room === undefined || other || newer)) {
        // another room has its own style sheets and scripts: load it as a page
        event.preventDefault();
        location.assign(raw.url);
      }
    }
  });

  document.addEventListener("htmx:before:history:update", (event) => {
    const { sourceElement, response } = event.detail;
    const posted = sourceElement?.method === "post" && !response?.raw?.redirected;
    if (posted || (response?.status ?? 200) >= 400) event.preventDefault();
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    tidyToasts();
    if (ctx.target !== document.body) return;
    root.lang = document.body.dataset.lang ?? root.lang;
    if (!document.activeElement || document.activeElement === document.body) {
      document.getElementById("main")?.focus({ preventScroll: true });
    }
    setTimeout(() => say(document.title)); // htmx sets the title after this event
  });

  // --- small things -------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const close = event.target.closest?.("[data-close]");
    if (close) {
      const dialog = close.closest("dialog");
      if (dialog) dialog.close();
      else close.closest(".toast")?.remove();
    }
    const open = event.target.closest?.("[data-open]");
    if (open) document.querySelector(open.dataset.open)?.showModal?.();
  });

  const FIELD = "input:not([type=button]):not([type=submit]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const active = document.activeElement;
    if (active?.matches(FIELD)) return;
    const space = event.key === " ";
    // who walks by Tab presses the button that has the focus; who clicked it did not mean that
    if ((space || event.key === "Enter") && active?.matches("button:focus-visible, a:focus-visible, summary:focus-visible, input:focus-visible")) return;
    const key = space ? "Space" : event.key.toUpperCase();
    const dialog = document.querySelector("dialog[open]");
    const button = [...(dialog ?? document).querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key.toUpperCase() === key.toUpperCase() && !one.disabled && one.checkVisibility(),
    );
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  window.Turnero = Object.assign(window.Turnero ?? {}, { toast, say, inFlight });
})();
