// The staff's pages: dialogs that come from the server, the rule of 800 ms, what is announced, and
// lists in which one searches by typing. Acts themselves are forms; nothing is shown before the
// server said it.
"use strict";
(() => {
  /** A second press of "next" within this time was no decision. */
  const TWICE_MS = 800;
  /** Nobody has read a new person's number sooner than this. */
  const READ_MS = 250;

  const get = (id) => document.getElementById(id);
  const dialog = () => get("dialog");

  // --- next: once -----------------------------------------------------------------------------

  let pressed = -Infinity;
  let changed = -Infinity;

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-next]");
    if (!button) return;
    const now = performance.now();
    if (now - pressed < TWICE_MS || now - changed < READ_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    pressed = now;
  }, { capture: true });

  // Who presses a key of the desk with the mouse does not want it under the space bar afterwards:
  // a browser gives a clicked button the focus, and its ring with the next key.
  document.addEventListener("mousedown", (event) => {
    if (!event.target.closest?.(".desk .button")) return;
    event.preventDefault();
    if (document.activeElement?.matches(".desk .button")) document.activeElement.blur();
  });

  // --- what is at the desk ----------------------------------------------------------------------

  let shown = "";

  /** After each change of the seat: title, announcement, focus, what others offer for the ticket. */
  function seated(loud = true) {
    const seat = get("seat-now");
    const desk = document.querySelector("[data-desk]");
    if (!seat || !desk) return;
    const { state, ticket, number, say } = seat.dataset;
    const key = `${state} ${ticket}`;
    const title = number ? `${number} · ${desk.dataset.name}` : desk.dataset.name;
    if (document.title !== title) document.title = title;
    if (key === shown) return;
    shown = key;
    if (loud && state === "called") changed = performance.now();
    if (loud) Turnero.say(say);
    offer(ticket);
  }

  function offer(ticket) {
    const tools = get("tools");
    if (!tools || tools.dataset.ticket === ticket) return;
    tools.dataset.ticket = ticket;
    if (ticket) htmx.ajax("GET", tools.dataset.path + ticket, { target: "#tools", swap: "innerHTML" });
    else tools.replaceChildren();
  }

  const targetOf = (ctx) => (typeof ctx?.target === "string" ? document.querySelector(ctx.target) : ctx?.target);

  // Another connection may be to another journal: one restored from a backup has lower numbers.
  let anew = false;
  document.addEventListener("live:hello", () => { anew = true; });

  /** Neither an answer nor the stream may show an older state of the line than is shown. */
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (targetOf(ctx)?.id !== "seat" || !ctx.text) return;
    const seq = /data-seq="(\d+)"/.exec(ctx.text)?.[1];
    if (!anew && seq !== undefined && Number(seq) < Number(get("seat-now")?.dataset.seq ?? 0)) event.preventDefault();
  });

  let focused = false;
  document.addEventListener("focusin", (event) => { focused = Boolean(event.target.closest?.("#seat")); });

  function keepFocus() {
    // the key that was pressed is gone: go on where a screen reader finds the person
    if (focused && (!document.activeElement || document.activeElement === document.body)) {
      get("person-title")?.focus({ preventScroll: true });
    }
  }

  document.addEventListener("live:swapped", (event) => {
    if (event.target.id !== "seat") return;
    anew = false;
    seated();
    keepFocus();
  });

  document.addEventListener("clock:done", (event) => {
    const time = event.target;
    const undo = time.closest(".undo");
    if (undo) undo.remove();
    const soonest = time.closest(".rule-soonest");
    if (soonest) soonest.hidden = true;
    const wait = time.closest(".rule-wait");
    if (wait) {
      wait.hidden = true;
      wait.parentElement.querySelector(".rule-now").hidden = false;
    }
  });

  // --- dialogs: what the server asks before an act ------------------------------------------------

  let opener = null;
  let byKeyboard = false;
  /** The key whose dialog is on its way, and what was typed meanwhile. */
  let asking = null;
  let typed = [];

  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail.ctx.sourceElement;
    if (source?.getAttribute?.("aria-haspopup") === "dialog") {
      opener = source;
      byKeyboard = source.matches(":focus-visible");
      asking = source;
      typed = [];
    }
  });

  document.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx.sourceElement === asking) asking = null;
  });

  // Who types on while the dialog is on its way means the dialog, never the keys behind it:
  // "T" and then "farmacia" must not finish anybody.
  addEventListener("keydown", (event) => {
    if (!asking || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key.length === 1 && !event.repeat) typed.push(event.key);
  }, { capture: true });

  function typeOn(box) {
    const field = box.querySelector("[data-pick]");
    const keys = typed.splice(0);
    if (field && keys.length) {
      field.value = keys.join("").trimStart();
      narrow(field);
      return;
    }
    for (const key of keys.filter((one) => one !== " ")) {
      const button = [...box.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
      if (button) return button.click();
    }
  }

  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const box = dialog();
    const target = targetOf(ctx);
    if (!box || !target) return;
    if (target === box) {
      if (!box.open) box.showModal();
      (box.querySelector("[autofocus]") ?? get("dialog-title"))?.focus();
      box.querySelectorAll("form").forEach(fit);
      Turnero.tick();
      asking = null;
      typeOn(box);
      return;
    }
    if (target.id === "toasts") {
      // behind a dialog nobody sees a message: it moves inside
      const place = box.open && box.querySelector(".dialog-messages");
      if (place) place.replaceChildren(get("toasts").lastElementChild ?? "");
      return;
    }
    if (box.contains(ctx.sourceElement)) box.close();
    // the next person is asked anew: no class or language is carried over
    if (target.id === "ticket" && target.querySelector("[data-fresh]")) get("issue").reset();
    if (target.id === "seat") {
      const note = get("desk-note");
      const words = get("seat-now")?.dataset.note ?? "";
      if (note) note.textContent = words;
      seated();
      keepFocus();
    }
  });

  document.addEventListener("close", (event) => {
    if (event.target !== dialog()) return;
    event.target.replaceChildren();
    // who opened it by a letter or the mouse wants the letters back, not a button under Space
    const back = byKeyboard && opener?.isConnected ? opener : get("person-title") ?? get("main");
    back?.focus({ preventScroll: true });
    opener = null;
  }, { capture: true });

  // --- inside dialogs -----------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const options = (form) => [...form.querySelectorAll("[data-find]")];

  function narrow(field) {
    const form = field.form;
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let first = null;
    for (const option of options(form)) {
      const text = plain(option.dataset.find);
      option.hidden = !words.every((word) => text.includes(word));
      if (!option.hidden) first ??= option;
    }
    for (const group of form.querySelectorAll(".pick-list fieldset")) {
      group.hidden = !group.querySelector("[data-find]:not([hidden])");
    }
    const none = form.querySelector("[data-none]");
    if (none) none.hidden = first !== null;
    const checked = form.querySelector("[data-find] input:checked");
    if (checked && (checked.closest("[data-find]").hidden || words.length)) checked.checked = false;
    if (first && words.length) choose(first);
    demand(form);
  }

  /** A list has no required field of its own that could be shown when it is narrowed: the search has it. */
  function demand(form) {
    const field = form.querySelector("[data-pick]");
    field?.setCustomValidity(form.querySelector("[data-find] input:checked") ? "" : field.dataset.missing);
  }

  function choose(option) {
    const input = option.querySelector("input");
    input.checked = true;
    option.scrollIntoView({ block: "nearest" });
    demand(input.form);
    Turnero.say(option.innerText.replace(/\s+/g, " ").trim());
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-pick]")) narrow(event.target);
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-pick]") || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const seen = options(field.form).filter((one) => !one.hidden);
    if (!seen.length) return;
    const at = seen.findIndex((one) => one.querySelector("input").checked);
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(seen[at < 0 ? (step > 0 ? 0 : seen.length - 1) : (at + step + seen.length) % seen.length]);
  });

  document.addEventListener("click", (event) => {
    const fill = event.target.closest?.("[data-fill]");
    if (!fill) return;
    const field = document.querySelector(fill.dataset.fill);
    field.value = fill.innerText.trim();
    field.focus();
  });

  /** Parts of a form that are asked only when another answer says so: data-when="name=value". */
  function fit(form) {
    for (const part of form.querySelectorAll("[data-when]")) {
      const [name, value] = part.dataset.when.split("=");
      const on = new FormData(form).get(name) === value;
      part.hidden = !on;
      for (const set of part.querySelectorAll("fieldset")) set.disabled = !on;
    }
    demand(form);
  }

  document.addEventListener("change", (event) => event.target.form && fit(event.target.form));

  seated(false);
})();
