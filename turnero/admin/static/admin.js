// Small helps of the administration's forms; everything works without them too.
"use strict";
(() => {
  // Monday's hours for the working week.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy-week]");
    if (!button) return;
    const form = button.closest("form");
    const name = button.dataset.copyWeek;
    const monday = form.elements[`${name}.mon`]?.value ?? "";
    for (const day of ["tue", "wed", "thu", "fri"]) {
      const input = form.elements[`${name}.${day}`];
      if (input) input.value = monday;
    }
  });

  // A chosen file goes into the field that is sent, so that it can be read and corrected there.
  document.addEventListener("change", async (event) => {
    const chosen = event.target.closest?.("[data-into]");
    const [file] = chosen?.files ?? [];
    if (!file) return;
    const into = document.querySelector(chosen.dataset.into);
    into.value = await file.text();
    into.focus();
    into.setSelectionRange(0, 0);
  });

  // The line that an error names is marked where it stands.
  function toLine() {
    for (const source of document.querySelectorAll("textarea[data-line]")) {
      const line = Number(source.dataset.line);
      const lines = source.value.split("\n");
      const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      source.focus();
      source.setSelectionRange(from, from + (lines[line - 1] ?? "").length);
      const height = parseFloat(getComputedStyle(source).lineHeight);
      source.scrollTop = Math.max(0, (line - 4) * height);
      source.scrollIntoView({ block: "center" });
    }
  }

  function begin() {
    for (const button of document.querySelectorAll("[data-copy-week]")) button.hidden = false;
    toLine();
  }
  document.addEventListener("htmx:after:swap", begin);
  begin();
})();
