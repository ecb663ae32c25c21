// The code page: mints a new code each step, draws it, counts down, and works without a network for a week.

import { qrcode } from '../vendor/qrcode.mjs';
import { mint, shanghaiDay, stepAt } from './mint.js';
import { drop, keep, kept } from './vault.js';

const page = document.getElementById('show');
const words = page.dataset;
// A relative's code has keys of its own, kept beside one's own, and leads back to the family where they are over.
const keysPath = words.keys || '/wallet/keys';
const overPath = words.over || '/wallet/start';
const shelf = words.keys ? `family-${words.keys}` : undefined;
const proof = () => JSON.parse(document.body.getAttribute('hx-headers'));
const DAY_MS = 86400000;
const RENEW_DAYS = 3;
const RING = 100;
// The white panel around the picture is the rest of the four modules of quiet.
const QUIET = 2;
const SVG = 'http://www.w3.org/2000/svg';

let delivery = null;
let shownStep = null;

const serverNow = () => Date.now() + (delivery ? delivery.offset_ms : 0);
const named = (name) => page.querySelector(`[data-part="${name}"]`);

function say(text, tone = '') {
  const line = named('state');
  if (line.textContent !== text) line.textContent = text;
  line.dataset.tone = tone;
}

function draw(digits) {
  const qr = qrcode(0, 'M');
  qr.addData(digits, 'Numeric');
  qr.make();
  const count = qr.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (qr.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${count + 2 * QUIET} ${count + 2 * QUIET}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', words.picture);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const dark = document.createElementNS(SVG, 'path');
  dark.setAttribute('d', path);
  svg.append(dark);
  named('picture').replaceChildren(svg);
  named('digits').textContent = digits.replace(/(\d{4})(?=\d)/g, '$1 ');
  named('digits').dataset.code = digits;
}

function clear() {
  named('picture').replaceChildren();
  named('digits').textContent = '';
  delete named('digits').dataset.code;
  shownStep = null;
}

function tick() {
  if (!delivery) return;
  const now = serverNow();
  const step = stepAt(delivery, now);
  const length = delivery.step_seconds * 1000;
  const left = length - (now % length);
  named('seconds').textContent = String(Math.ceil(left / 1000));
  named('ring').setAttribute('stroke-dashoffset', String(RING - (RING * left) / length));
  if (step === shownStep) return;
  const digits = mint(delivery, now);
  if (!digits) {
    clear();
    say(words.ended, 'stop');
    return;
  }
  shownStep = step;
  draw(digits);
}

async function fetchKeys() {
  const asked = Date.now();
  const answer = await fetch(keysPath, { method: 'POST', headers: proof(), cache: 'no-store' });
  if (answer.status === 401) {
    if (shelf) await drop(shelf).catch(() => undefined);
    window.location.assign(overPath);
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = await answer.json();
  // Half the way there and back is the best guess of when the server looked at its clock.
  delivery = { ...fresh, offset_ms: fresh.server_ms - (asked + Date.now()) / 2 };
  // A relative's code is bound to this phone by the first keys, not by opening the page.
  words.binding = fresh.binding;
  await keep(delivery, shelf).catch(() => undefined);
}

async function fetchOffset() {
  const asked = Date.now();
  const answer = await fetch('/wallet/time', { cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  const { server_ms: serverMs } = await answer.json();
  delivery = { ...delivery, offset_ms: serverMs - (asked + Date.now()) / 2 };
  await keep(delivery, shelf).catch(() => undefined);
}

function dueSoon() {
  if (!delivery || delivery.binding !== words.binding) return true;
  return !delivery.days[shanghaiDay(serverNow() + RENEW_DAYS * DAY_MS)];
}

async function contact() {
  try {
    await (dueSoon() ? fetchKeys() : fetchOffset());
    say(words.online);
  } catch {
    if (delivery) say(words.offline, 'wait');
    else say(words.unreachable, 'stop');
  }
  tick();
}

async function begin() {
  delivery = await kept(shelf);
  if (delivery && words.binding && delivery.binding !== words.binding) delivery = null;
  tick();
  await contact();
  setInterval(tick, 250);
  window.addEventListener('online', contact);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) contact(); });
  named('refresh').addEventListener('click', () => { shownStep = null; contact(); });
  if ('serviceWorker' in navigator) {
    navigator.serviceWorker.register('/wallet/offline.js', { scope: '/wallet/' }).catch(() => undefined);
  }
}

begin();
