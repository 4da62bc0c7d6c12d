// The picture of the ticket follows what is typed. Without this the page shows the stored one.
"use strict";
(() => {
  let asked = 0;
  let soon = 0;

  async function draw() {
    const form = document.querySelector("[data-paper]");
    if (!form) return;
    const mine = ++asked;
    const end = (how, words) => {
      const wrong = form.querySelector("[data-paper-wrong]");
      wrong.textContent = words;
      wrong.hidden = !words;
      form.dataset.preview = how;
    };
    form.dataset.preview = "asking";
    try {
      const answer = await fetch(form.dataset.paper, { method: "POST", body: new FormData(form) });
      const picture = answer.ok ? await createImageBitmap(await answer.blob()) : null;
      const words = picture ? "" : await answer.text();
      if (mine !== asked) return;
      if (!picture) return end("wrong", words);
      const canvas = form.querySelector("[data-paper-drawn]");
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      canvas.hidden = false;
      form.querySelector("[data-paper-stored]").hidden = true;
      end("drawn", "");
    } catch {
      if (mine === asked) end("away", form.dataset.away);
    }
  }

  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("[data-paper]")) return;
    clearTimeout(soon);
    soon = setTimeout(draw, 350);
  });
  // What a form holds after an error, or after a step back in the browser, is not what is stored.
  document.addEventListener("htmx:after:swap", draw);
  window.addEventListener("pageshow", draw);
})();
