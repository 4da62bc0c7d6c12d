// Draws each frame at the size its screen has in a hospital, scaled to the place there is.
// The paper has a width only: its stage is as tall as the kiosk's beside it.
const fit = (stage) => {
  const frame = stage.firstElementChild;
  const width = Number(stage.dataset.width);
  const scale = stage.clientWidth / width;
  let height = Number(stage.dataset.height);
  if (height) {
    stage.style.height = `${Math.round(height * scale)}px`;
  } else {
    const kiosk = document.querySelector(".demo-kiosk .stage");
    stage.style.height = `${kiosk.offsetHeight}px`;
    height = kiosk.offsetHeight / scale;
  }
  frame.style.width = `${width}px`;
  frame.style.height = `${Math.round(height)}px`;
  frame.style.transform = `scale(${scale})`;
};
const stages = [...document.querySelectorAll(".stage")];
const all = () => stages.forEach(fit);
new ResizeObserver(all).observe(document.querySelector(".demo"));
all();
