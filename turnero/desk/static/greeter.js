// The greeter's tablet: a scanner's code finds its ticket whatever has the focus, a new code goes
// to the printer when that was asked, and what became of a ticket is said to who hears the page.
"use strict";
(() => {
  // scanners leave a few milliseconds, slow ones and busy machines more; fingers twice this
  const QUICK_MS = 120;
  const LEAST = 8;
  /** Nobody has seen sooner than this that the keys are elsewhere. */
  const READ_MS = 400;
  /** A key that moved by less is still under the finger. */
  const SLIGHT_PX = 8;
  const FIELD = "input:not([type=radio]):not([type=checkbox]), textarea, select";
  let typed = "";
  let at = 0;

  const get = (id) => document.getElementById(id);

  addEventListener("keydown", (event) => {
    const field = get("find");
    if (!field || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const quick = event.timeStamp - at < QUICK_MS;
    at = event.timeStamp;
    if (event.key === "Enter") {
      const code = typed;
      typed = "";
      if (!quick || code.length < LEAST || document.querySelector("dialog[open]")) return;
      // its Enter must not press the key that was touched last
      event.preventDefault();
      event.stopImmediatePropagation();
      const other = document.activeElement;
      if (other !== field && other?.matches(FIELD) && other.value.endsWith(code)) other.value = other.value.slice(0, -code.length);
      field.value = code;
      field.form.requestSubmit();
    } else if (event.key.length === 1) {
      typed = quick ? typed + event.key : event.key;
    }
  }, { capture: true });

  // A help call that comes moves the keys: who touches at that moment meant the one that was there.
  const tall = () => get("help")?.offsetHeight ?? 0;
  let height = tall();
  let moved = -Infinity;
  document.addEventListener("live:swapped", (event) => {
    if (event.target.id !== "help") return;
    const now = tall();
    if (Math.abs(now - height) > SLIGHT_PX) moved = performance.now();
    height = now;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target === document.body) height = tall();
  });
  // before the rule of 800 ms: what was not meant does not count as a press
  addEventListener("click", (event) => {
    if (!event.target.closest?.(".greeter .service-cell") || performance.now() - moved > READ_MS) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });

  /** The card comes into view: in its own column, or on the page where that is one column. */
  function show(card) {
    const column = card.closest(".greeter-find");
    if (getComputedStyle(column).position !== "sticky") return card.scrollIntoView({ block: "nearest" });
    const below = card.getBoundingClientRect().bottom - column.getBoundingClientRect().bottom;
    column.scrollTop = below > 0 ? column.scrollTop + below : 0;
  }

  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const target = typeof ctx?.target === "string" ? document.querySelector(ctx.target) : ctx?.target;
    if (target?.id !== "ticket") return;
    const said = get("ticket-said");
    if (!said) return;
    Turnero.say(said.dataset.say);
    const field = get("find");
    if (field && ctx.sourceElement === field.form) field.value = "";
    show(target);
    if ("paper" in said.dataset) {
      const keys = get("ticket-tools").querySelectorAll("form button");
      // with several printers somebody has to say which
      if (keys.length === 1) keys[0].click();
      else keys[0]?.focus();
    }
  });
})();
