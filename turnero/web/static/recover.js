// A page that could not be served asks once a second whether it can be now, and reloads itself.
"use strict";
(() => {
  const url = document.body.dataset.recover;
  const ask = async () => {
    try {
      const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (answer.ok) {
        location.reload();
        return;
      }
    } catch {
      // not there yet
    }
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 1000);
})();
