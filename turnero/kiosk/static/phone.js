// The ticket on a phone: when it is called it says so by vibration and sound (after the holder
// allowed it with a touch), in the title and to screen readers.
"use strict";
(() => {
  const TURN_MS = [400, 150, 400, 150, 800];
  const BACK_MS = [250, 120, 250];
  let allowed = false;
  let sound = null;
  let lock = null;
  let heard = null;
  let hurried = null;
  let told = null;

  const state = () => document.querySelector("[data-state]");

  function chime() {
    if (!sound) return;
    [[659, 0], [523, 0.28]].forEach(([hertz, after]) => {
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      const begin = sound.currentTime + after;
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0.0001, begin);
      loud.gain.exponentialRampToValueAtTime(0.5, begin + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, begin + 0.9);
      tone.connect(loud).connect(sound.destination);
      tone.start(begin);
      tone.stop(begin + 1);
    });
  }

  function ring() {
    if (allowed) {
      navigator.vibrate?.(TURN_MS);
      chime();
    }
    scrollTo({ top: 0 });
  }

  function tell(page) {
    const box = document.getElementById("phone");
    if (!box) return;
    const turn = page.dataset.state === "called";
    const hurry = page.dataset.hurry === "yes";
    const { urgent } = page.dataset;
    document.title = `${urgent ? `${urgent} · ` : ""}${page.dataset.number} · ${box.dataset.site}`;
    const notify = document.querySelector(".phone-notify");
    if (notify) notify.hidden = !["waiting", "parked", "away"].includes(page.dataset.state);
    const call = Number(page.dataset.call);
    // what was called before this page was opened is read, not rung
    if (heard !== null && turn && call > heard) ring();
    heard = Math.max(heard ?? 0, call);
    // the same for what the house has to say: an emergency, a notice, a line that is kept
    const message = Number(page.dataset.told);
    if (told !== null && message > told) ring();
    told = Math.max(told ?? 0, message);
    // who stepped out is reminded once, while the page is open
    if (hurry && hurried === false) {
      navigator.vibrate?.(BACK_MS);
      if (allowed) chime();
      scrollTo({ top: 0 });
    }
    hurried = hurry;
  }

  async function stayAwake() {
    try {
      lock = await navigator.wakeLock?.request("screen");
    } catch {
      lock = null; // only where the browser allows it
    }
  }

  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("[data-notify]");
    if (!key) return;
    allowed = true;
    key.setAttribute("aria-pressed", "true");
    key.querySelector("span").textContent = key.dataset.on;
    navigator.vibrate?.(80);
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (Context && !sound) sound = new Context();
    sound?.resume?.();
    stayAwake();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && allowed && lock?.released !== false) stayAwake();
  });

  // --- rating --------------------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-most]");
    if (!form) return;
    const boxes = [...form.querySelectorAll("input[name=reasons]")];
    const full = boxes.filter((one) => one.checked).length >= Number(form.dataset.most);
    for (const one of boxes) one.disabled = full && !one.checked;
  });
  document.addEventListener("submit", (event) => { event.target.dataset.sent = "yes"; }, { capture: true });
  // whoever closes the page after the first answer has answered
  addEventListener("pagehide", () => {
    const form = document.querySelector("form[data-send-when-left]");
    if (!form || form.dataset.sent) return;
    form.dataset.sent = "yes";
    fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true,
    }).catch(() => { /* nobody is left to be told */ });
  });

  document.addEventListener("live:swapped", () => state() && tell(state()));
  document.addEventListener("live:refused", (event) => {
    // the code was revoked, or its day is gone: the page says so itself
    if (event.detail.status === 404) location.reload();
  });
  if (state()) tell(state());
})();
