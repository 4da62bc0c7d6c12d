// Draws each frame at the size its screen has in a hospital, scaled to the place there is.
// The paper has a width only: its stage is as tall as the desk's beside it.
const LEAST = 200;
const fit = (stage) => {
  const frame = stage.firstElementChild;
  const width = Number(stage.dataset.width);
  const scale = stage.clientWidth / width;
  let height = Number(stage.dataset.height);
  if (height) {
    stage.style.height = `${Math.round(height * scale)}px`;
  } else {
    const tall = Math.max(document.querySelector(".demo-desk .stage").offsetHeight, LEAST);
    stage.style.height = `${tall}px`;
    height = tall / scale;
  }
  frame.style.width = `${width}px`;
  frame.style.height = `${Math.round(height)}px`;
  frame.style.transform = `scale(${scale})`;
};
const stages = [...document.querySelectorAll(".stage")];
const all = () => stages.forEach(fit);
new ResizeObserver(all).observe(document.querySelector(".demo"));
all();
