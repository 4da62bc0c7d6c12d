// The live stream: elements with data-live show their view's latest state. One stream a
// window; frames of the same origin use their parent's. When the server is silent the page
// says so and since when; when it is back the state comes anew, and a newer page loads itself.
"use strict";
(() => {
  const LOST_MS = 12000;
  const RETRY_MS = [200, 500, 1000, 2000, 3000];
  const REFUSED_MS = 30000;
  const root = document.documentElement;

  // --- the stream: in the outermost window only ----------------------------------------------

  function makeHost() {
    const clients = new Set();
    let source = null;
    let opened = "";
    let refused = new Set();
    let tries = 0;
    let timer = 0;
    let last = performance.now();
    let lastWall = Date.now();
    let lost = false;
    let version = null;

    const tell = (kind, data) => {
      for (const client of [...clients]) {
        try {
          client.receive(kind, data);
        } catch {
          clients.delete(client); // its frame is gone
        }
      }
    };

    function heard() {
      last = performance.now();
      lastWall = Date.now();
      if (lost) {
        lost = false;
        tell("back", {});
      }
    }

    function wanted() {
      const keys = new Set();
      for (const client of [...clients]) {
        try {
          for (const key of client.keys()) keys.add(key);
        } catch {
          clients.delete(client);
        }
      }
      return [...keys].sort();
    }

    // nothing that is shown here follows the server, or it will not show any of it
    const nothing = () => opened === "" || opened.split("\n").every((key) => refused.has(key));

    function open() {
      clearTimeout(timer);
      refused = new Set();
      source?.close();
      const keys = wanted();
      if (opened === "") heard(); // silence counts from now on
      opened = keys.join("\n");
      source = null;
      if (keys.length === 0) return; // nothing here follows the server
      source = new EventSource(`/live?${keys.map((key) => `view=${encodeURIComponent(key)}`).join("&")}`);
      const mine = source;
      mine.onmessage = (event) => {
        heard();
        tell("view", JSON.parse(event.data));
      };
      mine.addEventListener("hello", (event) => {
        heard();
        tries = 0;
        const data = JSON.parse(event.data);
        version = data.version;
        tell("hello", data);
      });
      mine.addEventListener("beat", (event) => {
        heard();
        tell("beat", JSON.parse(event.data));
      });
      mine.addEventListener("refused", (event) => {
        heard();
        const data = JSON.parse(event.data);
        refused.add(data.view);
        tell("refused", data);
      });
      mine.onerror = () => {
        // the browser gives up after a 503 and waits ever longer otherwise: we do neither
        if (mine === source) again();
      };
    }

    function again() {
      source?.close();
      source = null;
      clearTimeout(timer);
      const wait = nothing() ? REFUSED_MS : RETRY_MS[Math.min(tries, RETRY_MS.length - 1)];
      tries += 1;
      timer = setTimeout(open, wait * (0.8 + Math.random() * 0.4));
    }

    function changed() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!source || wanted().join("\n") !== opened) open();
      }, 40);
    }

    setInterval(() => {
      if (nothing()) {
        heard(); // nobody listens, so nobody can be silent
        return;
      }
      const silent = performance.now() - last;
      if (silent > LOST_MS && !lost) {
        lost = true;
        tell("lost", { since: lastWall });
      }
      // a connection that looks open and says nothing is as good as none
      if (silent > LOST_MS && source && source.readyState === EventSource.OPEN) again();
    }, 1000);

    addEventListener("pagehide", () => source?.close());
    addEventListener("pageshow", (event) => event.persisted && open());

    return {
      attach(client) {
        clients.add(client);
        changed();
        if (lost) client.receive("lost", { since: lastWall });
        if (version) client.receive("hello", { version });
      },
      detach(client) {
        clients.delete(client);
        changed();
      },
      changed,
    };
  }

  // --- this window ---------------------------------------------------------------------------

  function keyOf(element) {
    const language = element.closest("[data-lang]")?.dataset.lang ?? root.lang;
    return `${element.dataset.live}:${language.split("-")[0]}:${element.dataset.liveArg ?? ""}`;
  }

  const elements = () => document.querySelectorAll("[data-live]");

  // The pulse alone opens no stream behind other tabs: a browser has few connections to a server,
  // and whoever reads reports in six tabs would leave none for the page in sight.
  function keys() {
    const all = [...elements()];
    const shown = all.filter((element) => element.dataset.live !== "pulse");
    return (shown.length > 0 ? shown : document.hidden ? [] : all).map(keyOf);
  }

  function band(since) {
    const words = document.querySelector("#band .band-text");
    if (!words) return;
    if (since === null) {
      words.hidden = true;
      words.textContent = "";
      return;
    }
    // the site's hour, as its clocks show it, wherever this machine believes to be
    const time = new Date(since).toLocaleTimeString(root.lang, {
      timeStyle: "short", timeZone: document.body.dataset.zone,
    });
    // "p. m." brings its own full stop
    words.textContent = words.dataset.text.replace("{time}", time).replace("..", ".");
    words.hidden = false;
  }

  const latest = new Map();

  async function show(data) {
    latest.set(data.view, { data, at: performance.now() });
    ended = false;
    for (const element of elements()) {
      if (keyOf(element) !== data.view) continue;
      await htmx.swap({
        sourceElement: element, target: element, text: data.html, swap: "innerMorph", transition: false,
      });
      element.dataset.liveSeq = data.seq;
      element.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true, detail: { seq: data.seq } }));
    }
  }

  // An answer that was rendered before a change may arrive after it: what came on the stream
  // while it was under way is shown again.
  document.addEventListener("htmx:after:swap", (event) => {
    const started = event.detail.ctx.turneroStarted;
    if (started === undefined) return;
    for (const key of new Set(client.keys())) {
      const last = latest.get(key);
      if (last && last.at > started) show(last.data);
    }
  });

  let ended = false;
  function refused(data) {
    for (const element of elements()) {
      if (keyOf(element) !== data.view) continue;
      element.dispatchEvent(new CustomEvent("live:refused", { bubbles: true, detail: { status: data.status } }));
    }
    if (data.status === 401 && !ended) {
      ended = true; // it is asked for again now and then, and said once
      Turnero.toast(document.body.dataset.textEnded);
    }
  }

  // --- a newer version of the pages ----------------------------------------------------------

  let touched = performance.now();
  let newer = null;
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { touched = performance.now(); }, { capture: true, passive: true });
  }

  // a form on a page that shows nothing live may stay half filled in for long
  function half() {
    if ([...elements()].some((element) => element.dataset.live !== "pulse")) return false;
    return [...document.querySelectorAll("form :is(input, textarea, option)")].some((field) =>
      field.matches("option") ? field.selected !== field.defaultSelected && field.closest("select").selectedIndex > 0
        : field.value !== field.defaultValue || field.checked !== field.defaultChecked);
  }

  function idle() {
    if (half()) return false;
    if (document.querySelector("[data-busy], [aria-busy=true], dialog[open]")) return false;
    if (document.activeElement?.matches("input, textarea") && document.activeElement.value) return false;
    return document.querySelector("[data-idle]") !== null || performance.now() - touched > 10000;
  }

  function reloadWhenIdle(version) {
    newer = version && version !== root.dataset.version ? version : null;
  }

  setInterval(() => {
    if (newer === null || !idle()) return;
    const key = "turnero-reloaded";
    const [done, at] = (sessionStorage.getItem(key) ?? "").split(" ");
    // a server that keeps announcing what it does not serve must not make the page blink
    if (done === newer && Date.now() - Number(at) < 60000) return;
    sessionStorage.setItem(key, `${newer} ${Date.now()}`);
    location.reload();
  }, 1000);

  // --- together ------------------------------------------------------------------------------

  const client = {
    keys,
    receive(kind, data) {
      if (data.at_ms) Turnero.heard(data.at_ms);
      if (kind === "view") show(data);
      else if (kind === "refused") refused(data);
      else if (kind === "hello") {
        reloadWhenIdle(data.version);
        document.dispatchEvent(new CustomEvent("live:hello"));
      }
      else if (kind === "lost") {
        band(data.since);
        document.dispatchEvent(new CustomEvent("live:lost", { detail: data }));
      } else if (kind === "back") {
        band(null);
        document.dispatchEvent(new CustomEvent("live:back"));
      }
    },
  };

  function parentHost() {
    try {
      if (window.parent === window || !window.parent.document.querySelector("[data-live-host]")) return null;
      return window.parent.Turnero?.live ?? undefined; // undefined: it will be there in a moment
    } catch {
      return null; // another origin
    }
  }

  function start(attempt = 0) {
    let host = parentHost();
    if (host === undefined && attempt < 50) {
      setTimeout(start, 100, attempt + 1);
      return;
    }
    if (!host) {
      host = makeHost();
      window.Turnero.live = host;
    }
    host.attach(client);
    addEventListener("pagehide", () => host.detach(client));
    let known = client.keys().join("\n");
    const look = () => {
      const now = client.keys().join("\n");
      if (now === known) return;
      known = now;
      host.changed();
    };
    document.addEventListener("visibilitychange", look);
    new MutationObserver(look).observe(document.documentElement, {
      subtree: true, childList: true, attributes: true, attributeFilter: ["data-live", "data-live-arg", "data-lang"],
    });
  }

  window.Turnero = Object.assign(window.Turnero ?? {}, {});
  start();
})();
