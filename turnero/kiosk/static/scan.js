// A scanner types a code like a very quick keyboard, whatever page is shown; the keypad types a
// ticket's digits, or a telephone number, like a slow hand. Of a cédula nothing behind the date of birth is kept. A scanner
// of the box's own is told by the live stream.
"use strict";
(() => {
  // scanners leave a few milliseconds, slow ones and busy machines more; fingers twice this
  const QUICK_MS = 120;
  const LEAST = 8;
  const DIGITS = 8;
  const LONGEST = 200;
  // of a telephone number with its country
  const LONG_PHONE = 15;
  // a cédula: number, names, sex and date of birth; what follows are fingerprints, also after a pause.
  // Behind its mark stands "_", which a Spanish keyboard types as "?"
  const LATE_MS = 300;
  const MARK = "PubDSK";
  const CEDULA = /PubDSK[_?][^_]{0,17}?\d{10}\p{L}[^\d_]{0,91}[0O][MF]\d{8}/u;
  // a card's machine-readable zone comes as three lines of 30
  const LINES = /^[ACI][A-Z0-9<;]{29}([A-Z0-9<;]{30})?$/;
  // a scanner that sends no line end: what is whole counts after this; figures only where none are typed
  const SILENCE_MS = 500;
  const WHOLE = /^(?:\d{8}[\dA-K]?|(?:.*\Wt\W)?[\w?'´-]{22}|[ACI][A-Z0-9<;]{89})$/i;
  let typed = "";
  let at = -Infinity;
  let spent = false;
  let marked = false;
  let silence = 0;

  // nothing of a cédula that cannot be read, nor of a long code that does not say what it is
  function clip(code) {
    if (code.includes(MARK)) return CEDULA.exec(code)?.[0] ?? MARK;
    return code.length > LONGEST ? "" : code;
  }

  function found(code, scan = "0") {
    const form = document.querySelector("form[data-scan]");
    if (!form) return;
    const input = document.querySelector(".entry-digits");
    if (input) input.value = "";
    form.elements.code.value = code;
    form.elements.scan.value = scan;
    form.requestSubmit();
    form.elements.code.value = "";
  }

  function ended() {
    const code = typed;
    typed = "";
    spent = true;
    found(clip(code));
  }

  function whole() {
    if (/^\d+$/.test(typed) && document.activeElement?.matches?.("input")) return false;
    return WHOLE.test(typed) || CEDULA.test(typed);
  }

  addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    clearTimeout(silence);
    const quick = event.timeStamp - at < (marked ? LATE_MS : QUICK_MS);
    at = event.timeStamp;
    if (!quick) spent = marked = false;
    // what a code holds behind its first line end, and its control characters, press nothing
    if (spent || (quick && typed.length >= LEAST && (event.ctrlKey || event.altKey || event.metaKey))) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      if (quick && LINES.test(typed)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      if (!quick || typed.length < LEAST) {
        typed = "";
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      ended();
    } else if (event.key.length === 1) {
      typed = quick ? (typed + event.key).slice(0, LONGEST + 1) : event.key;
      const known = CEDULA.exec(typed);
      if (known) [typed] = known;
      marked = typed.includes(MARK);
      silence = setTimeout(() => { if (whole()) ended(); }, SILENCE_MS);
    }
  }, { capture: true });

  // --- a scanner of the box's own ------------------------------------------------------------

  let last = "0";
  document.addEventListener("live:swapped", (event) => {
    const scan = event.target.querySelector?.("[data-scanned]")?.dataset.scanned ?? "0";
    if (scan === "0" || scan === last) return;
    last = scan;
    found("", scan);
  });

  // eight digits, or a printed number: its letters and up to four figures
  const digitsOf = (text) => {
    if (document.querySelector(".entry-digits[data-phone]")) return text.replace(/\D/g, "").slice(0, LONG_PHONE);
    const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const letters = document.querySelector(".pad-letters") && /^[A-Z]{1,3}/.exec(plain)?.[0];
    if (!letters) return plain.replace(/\D/g, "").slice(0, DIGITS);
    return letters + plain.slice(letters.length).replace(/\D/g, "").slice(0, 4);
  };
  const grouped = (digits) => document.querySelector(".entry-digits[data-phone]")
    ? digits.replace(/(\d{3})(?=\d)/g, "$1 ")
    : digits.replace(/^(\d{4})(?=\d)/, "$1 ");

  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("[data-digit]");
    const input = key && document.querySelector(".entry-digits");
    if (!input) return;
    const digits = digitsOf(input.value);
    const letter = /[A-Z]/.test(key.dataset.digit);
    // a letter begins anew, unless the number's letters are still being typed
    if (letter) input.value = /^[A-Z]*$/.test(digits) ? digitsOf(digits + key.dataset.digit) : key.dataset.digit;
    else input.value = grouped(key.dataset.digit === "back" ? digits.slice(0, -1) : digitsOf(digits + key.dataset.digit));
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".entry-digits")) event.target.value = grouped(digitsOf(event.target.value));
  });
})();
