// The picture of the ticket follows what is typed. Without this the page shows the stored one.
"use strict";
(() => {
  const form = document.querySelector("[data-paper]");
  if (!form) return;
  const stored = form.querySelector("[data-paper-stored]");
  const canvas = form.querySelector("[data-paper-drawn]");
  const wrong = form.querySelector("[data-paper-wrong]");
  let asked = 0;
  let soon = 0;

  function say(words) {
    wrong.textContent = words;
    wrong.hidden = !words;
  }

  async function draw() {
    const mine = ++asked;
    form.dataset.preview = "asking";
    try {
      const answer = await fetch(form.dataset.paper, { method: "POST", body: new FormData(form) });
      const picture = answer.ok ? await createImageBitmap(await answer.blob()) : null;
      const words = picture ? "" : await answer.text();
      if (mine !== asked) return;
      say(words);
      form.dataset.preview = picture ? "drawn" : "wrong";
      if (!picture) return;
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      canvas.hidden = false;
      stored.hidden = true;
    } catch {
      if (mine !== asked) return;
      say(form.dataset.away);
      form.dataset.preview = "away";
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(draw, 350);
  });
  // What a form holds after an error, or after a step back in the browser, is not what is stored.
  window.addEventListener("pageshow", draw);
})();
