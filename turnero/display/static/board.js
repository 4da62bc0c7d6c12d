// Draws a board and gives it its voice: takes the calls from the live part of the page, says them one
// after the other (or lets their time pass where another board sounds), and shows each when it is said.
// Which call is next and how much of it is said: queue.js. What is said besides calls: told.js. How a
// sound is played: player.js. What is shown between calls: content.js.
import { Content } from "./content.js";
import { Announcements } from "./queue.js";
import { Player } from "./player.js";
import { Told } from "./told.js";

const BEAT_MS = 10_000;
/** Between two announcements, so that they are heard as two. */
const PAUSE_MS = 400;
/** A call that is taken back while it is said stays readable as such for this long. */
const ANNULLED_MS = 2_500;
/** Services, messages and notices that have no room at once take turns. */
const TURN_MS = 12_000;
const LINES = 7;
const RECENT = 4;
const REFUSED_MS = 15_000;
/** This page slept (a screen that was off, a browser that was stopped): as good as a lost server. */
const SLEPT_MS = 12_000;

const board = document.getElementById("board");
const now = document.getElementById("now");
const place = document.getElementById("call");
const last = document.getElementById("last");
const button = document.getElementById("sound");

const clock = () => window.Turnero?.now?.() ?? Date.now();
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const queue = new Announcements();
const told = new Told();
const content = new Content(document.getElementById("content"), clock);
const player = new Player(board.dataset.chime, () => {
  button.hidden = player.state !== "blocked" || !mine();
  beat();
});

/** Whether a state may have been missed since the one before. */
let gap = false;
let speaking = false;
/** Whether it is known if this page may sound; finding out breaks off whatever sounds. */
let probed = false;
/** The message that is said now; null: a call, or nothing. @type {import("./told.js").Message | null} */
let saying = null;
let lag = null;

/** Whether this board is the one that sounds in its zone; what a person looks at never does. */
function mine() {
  if (board.dataset.voice === "alone") return true;
  const sounding = document.getElementById("calls")?.dataset.sounding;
  return board.dataset.voice === "zone" && sounding === "yes";
}

// --- what the server lists -------------------------------------------------------------------

/** @returns {import("./queue.js").Call & {node: Element}} */
function callOf(node) {
  const data = node.dataset;
  const sound = (length) => ({ url: data[length], ms: Number(data[`${length}Ms`]) });
  return {
    node,
    seq: Number(data.seq),
    number: data.number,
    at: Number(data.at),
    inForce: data.inForce === "yes",
    byPhone: data.byPhone === "yes",
    sounds: { full: sound("full"), brief: sound("brief"), bare: sound("bare") },
  };
}

function take() {
  const list = document.getElementById("calls");
  if (!list) return;
  // A morph changes these nodes later: each call keeps its own copy.
  const calls = [...list.children].map((node) => callOf(node.cloneNode(true)));
  const messages = document.getElementById("told");
  told.take([...messages.children].map(messageOf), clock());
  // What an emergency held up, or what fell into it, is shown afterwards and never said.
  const quiet = told.alarm ? Infinity : Number(messages.dataset.quiet);
  queue.take(calls, Number(list.dataset.floor), clock(), gap, quiet);
  gap = false;
  button.hidden = player.state !== "blocked" || !mine();
  if (queue.waiting.length && mine()) player.prepare(queue.waiting[0].sounds[queue.length].url);
  if (speaking && hushed()) player.stop();
  turns();
  draw();
  speak();
}

function messageOf({ dataset: data }) {
  return {
    id: Number(data.id),
    at: Number(data.at),
    fills: data.fills === "yes",
    sound: { url: data.sound, ms: Number(data.ms) },
  };
}

/** What is said now is said no further: its call was taken back, its message is over, or an emergency came. */
function hushed() {
  if (saying === null) return queue.annulled.has(queue.current?.seq) || told.alarm;
  return !told.has(saying.id) || (told.alarm && !saying.fills);
}

const annulled = () => queue.current !== null && queue.annulled.has(queue.current.seq);

// --- saying ----------------------------------------------------------------------------------

async function speak() {
  if (speaking || !probed) return;
  speaking = true;
  // A newer version of the page loads itself between two announcements, never within one (live.js).
  board.toggleAttribute("data-busy", true);
  try {
    for (;;) {
      saying = told.next(clock());
      const said = saying !== null || told.alarm ? null : queue.next();
      if (saying === null && said === null) break;
      if (said !== null) lag = Math.max(0, Math.round(clock() - said.call.at));
      draw();
      await turn(saying?.sound ?? said.call.sounds[said.length]);
      if (saying !== null) told.over(saying.id, clock());
      await sleep(saying === null && annulled() ? ANNULLED_MS : PAUSE_MS);
    }
  } finally {
    saying = null;
    speaking = false;
    board.toggleAttribute("data-busy", false);
    draw();
  }
}

/** One announcement: its sound, or as long as that would last. */
async function turn(sound) {
  const began = performance.now();
  if (mine()) await player.play(sound.url, sound.ms);
  // Mute, blocked or failed: the screen keeps the voice's pace all the same, unless it is hushed.
  while (performance.now() - began < sound.ms && !hushed()) await sleep(100);
}

// --- drawing ---------------------------------------------------------------------------------

let drawn = "";
let turnOf = 0;

function draw() {
  const call = queue.current;
  const recent = queue.recent(RECENT);
  const calling = speaking && saying === null;
  const state = call === null ? "idle" : annulled() ? "annulled" : calling ? "calling" : "rest";
  const key = [state, call?.seq, call?.inForce, ...recent.map((one) => one.seq)].join(" ");
  if (key === drawn) return;
  drawn = key;
  now.dataset.state = state;
  now.dataset.inForce = call?.inForce ? "yes" : "no";
  if (call !== null && place.dataset.seq !== String(call.seq)) {
    place.dataset.seq = call.seq;
    place.replaceChildren(...copies(call.node));
  }
  last.replaceChildren(
    ...recent.map((one) => {
      const item = document.createElement("li");
      item.dataset.seq = one.seq;
      item.classList.toggle("by-phone", one.byPhone);
      item.append(...copies(one.node));
      return item;
    }),
  );
}

/** What is too long for its place has smaller letters: several languages, or several emergencies. */
function fit() {
  for (const one of document.querySelectorAll(".alarm-one, .say")) {
    for (let size = 100; size >= 30; size -= 5) {
      one.style.setProperty("--fit", size / 100);
      if (one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth) break;
    }
  }
}

const copies = (node) => [...node.cloneNode(true).children];

// --- the board about itself ------------------------------------------------------------------

async function beat(sound = player.state) {
  if (!board.dataset.report) return;
  const body = {
    seq: queue.last ?? 0,
    sound,
    lag_ms: lag,
    backlog: queue.waiting.length,
    sounding: mine(),
    version: document.documentElement.dataset.version ?? "",
  };
  try {
    await fetch(board.dataset.report, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      // It is said to the end though the page is gone.
      keepalive: true,
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    // The server is away: the page says so already (live.js), and the next beat tries again.
  }
}

/** Of what has no room at once, so many at a time; `title`: where the turn is written. */
function inTurn(selector, room, title) {
  const all = [...document.querySelectorAll(selector)];
  const turns = Math.max(1, Math.ceil(all.length / room));
  const each = Math.ceil(all.length / turns);
  const first = (turnOf % turns) * each;
  all.forEach((one, at) => { one.hidden = at < first || at >= first + each; });
  if (title) {
    title.toggleAttribute("data-turn", turns > 1);
    if (turns > 1) title.dataset.turn = `${(turnOf % turns) + 1} / ${turns}`;
  }
}

function turns() {
  inTurn(".say", 1);
  inTurn(".lines li", LINES, document.getElementById("waits-title"));
  inTurn("#notices li", 1);
  fit();
}

let awake = performance.now();
setInterval(() => {
  if (performance.now() - awake > SLEPT_MS) gap = true;
  awake = performance.now();
  if (told.alarm) speak();
  content.tick(speaking || told.alarm);
}, 1_000);

document.addEventListener("live:lost", () => { gap = true; });
document.addEventListener("live:swapped", (event) => {
  if (event.target.dataset?.live === "board") take();
  if (event.target.dataset?.live === "board-content") content.take();
});
// This board may no longer be shown: better the page that says why than a screen that looks alive.
document.addEventListener("live:refused", () => setTimeout(() => location.reload(), REFUSED_MS));
button.addEventListener("click", () => player.unblock());

addEventListener("resize", fit);
take();
player.probe().then(() => {
  probed = true;
  speak();
});
setInterval(beat, BEAT_MS);
// Another board of the zone need not wait until this one is missed.
addEventListener("pagehide", () => beat("gone"));
setInterval(() => {
  turnOf += 1;
  turns();
}, TURN_MS);
