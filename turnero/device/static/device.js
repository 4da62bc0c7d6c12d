// The screen of a box goes on by itself: to its kiosk, once it is let in; and back to it when
// somebody has touched "How this box is" and gone: a kiosk has no key to go back.
(() => {
  let going = 0;
  const look = () => {
    const go = document.querySelector("[data-go]");
    if (!go) clearTimeout(going), (going = 0);
    else if (go.dataset.goIn) going ||= setTimeout(() => location.replace(go.dataset.go), go.dataset.goIn * 1000);
    else location.replace(go.dataset.go);
  };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-go"] });
  look();
  let leaving = 0;
  const stay = () => {
    const back = document.querySelector("[data-back]");
    clearTimeout(leaving);
    if (back) leaving = setTimeout(() => location.replace("/"), back.dataset.back * 1000);
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, stay, { capture: true, passive: true });
  stay();
})();
