// A scanner types a ticket's code like a very quick keyboard, whatever page is shown; the keypad
// types its digits like a slow hand.
"use strict";
(() => {
  // scanners leave a few milliseconds, slow ones and busy machines more; fingers twice this
  const QUICK_MS = 120;
  const LEAST = 8;
  const DIGITS = 8;
  let typed = "";
  let at = 0;

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const quick = event.timeStamp - at < QUICK_MS;
    at = event.timeStamp;
    if (event.key === "Enter") {
      const code = typed;
      typed = "";
      if (!quick || code.length < LEAST) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const form = document.querySelector("form[data-scan]");
      if (!form) return;
      const input = document.querySelector(".entry-digits");
      if (input) input.value = "";
      form.elements.code.value = code;
      form.requestSubmit();
    } else if (event.key.length === 1) {
      typed = quick ? typed + event.key : event.key;
    }
  }, { capture: true });

  // eight digits, or a printed number: its letters and up to four figures
  const digitsOf = (text) => {
    const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const letters = document.querySelector(".pad-letters") && /^[A-Z]{1,3}/.exec(plain)?.[0];
    if (!letters) return plain.replace(/\D/g, "").slice(0, DIGITS);
    return letters + plain.slice(letters.length).replace(/\D/g, "").slice(0, 4);
  };
  const grouped = (digits) => digits.replace(/^(\d{4})(?=\d)/, "$1 ");

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
