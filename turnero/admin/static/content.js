// How it will look on a board follows what is typed. Without this it is seen on a board once it is stored.
"use strict";
(() => {
  const place = document.querySelector("[data-content-preview]");
  const form = place?.closest("form");
  if (!form) return;
  const wrong = form.querySelector("[data-content-wrong]");
  let asked = 0;
  let soon = 0;

  async function draw() {
    const mine = ++asked;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(place.dataset.contentPreview, { method: "POST", body });
      const text = await answer.text();
      if (mine !== asked) return;
      wrong.textContent = answer.ok ? "" : text;
      wrong.hidden = answer.ok;
      if (answer.ok) {
        // A parser puts the style sheet into the head.
        const { head, body } = new DOMParser().parseFromString(text, "text/html");
        place.replaceChildren(...head.childNodes, ...body.childNodes);
      }
      place.dataset.state = answer.ok ? "drawn" : "wrong";
    } catch {
      // The server is away: the page says so, and the next letter asks again.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(draw, 350);
  });
  window.addEventListener("pageshow", draw);
})();
