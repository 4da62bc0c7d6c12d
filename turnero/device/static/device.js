// The screen of a box goes on by itself: to its kiosk, once it is let in.
(() => {
  const look = () => {
    const go = document.querySelector("[data-go]");
    if (go) location.replace(go.dataset.go);
  };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-go"] });
  look();
})();
