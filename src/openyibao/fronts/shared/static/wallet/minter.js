// Worker: holds the day keys, keeps the server's time and mints. The page gets the digits of the moment and nothing else.

const asked = new URL(self.location.href).searchParams;
importScripts(...asked.getAll('part'));

const DAY_MS = 86400000;
const RENEW_DAYS = 3;
const KEEP_EVERY_MS = 10000;
const CODE_LOST = 401;

let place = null;
let delivery = null;
let clock = null;
let keptAt = 0;
let shown = '';

const { steady, minting, vault } = self;
const say = (state) => self.postMessage({ kind: 'state', state });

async function remember() {
  keptAt = performance.now();
  if (delivery) await vault.keep({ ...delivery, clock }, place.shelf).catch(() => undefined);
}

// Where the clock leaped or the days are over there are no digits, and the page says why.
function tell() {
  if (!delivery) return;
  const now = steady.now(clock, performance.now());
  const length = delivery.step_seconds * 1000;
  const digits = clock.jumped ? null : minting.mint(delivery, now);
  const state = digits || (clock.jumped ? 'jumped' : 'ended');
  if (state !== shown && !digits) say(state);
  shown = state;
  self.postMessage({ kind: 'shown', digits, left: length - (now % length), length });
}

async function ask(path, options) {
  const begun = performance.now();
  const answer = await fetch(path, { cache: 'no-store', ...options });
  if (answer.status === CODE_LOST) return null;
  if (!answer.ok) throw new Error(String(answer.status));
  const told = await answer.json();
  // Half the way there and back is the best guess of when the server looked at its clock.
  const mono = performance.now();
  return { told, clock: steady.anchored(told.server_ms + (mono - begun) / 2, Date.now(), mono) };
}

function isDue() {
  if (!delivery) return true;
  return !delivery.days[minting.shanghaiDay(steady.now(clock, performance.now()) + RENEW_DAYS * DAY_MS)];
}

async function fetchKeys() {
  const answer = await ask(place.keys, { method: 'POST', headers: place.proof });
  if (!answer) {
    delivery = null;
    await (place.shelf ? vault.drop(place.shelf) : vault.forget()).catch(() => undefined);
    say('over');
    return false;
  }
  delivery = answer.told;
  clock = answer.clock;
  return true;
}

async function contact() {
  try {
    if (isDue()) {
      if (!await fetchKeys()) return;
    } else {
      const answer = await ask('/wallet/time');
      clock = answer.clock;
      // The server makes codes in another way now, or this phone's clock told a wrong day.
      if ((answer.told.version !== delivery.version || isDue()) && !await fetchKeys()) return;
    }
    await remember();
    shown = '';
    say('online');
  } catch {
    if (!delivery) say('unreachable');
    else if (!clock.jumped) say('offline');
    shown = '';
  }
  tell();
}

async function begin(told) {
  place = told;
  const found = await vault.kept(place.shelf);
  // A relative's code is bound by the first keys: a page opened before that names no binding.
  if (found && (!place.binding || found.binding === place.binding) && found.clock && found.aliases) {
    delivery = found;
    clock = steady.resumed(found.clock, Date.now(), performance.now());
    tell();
  }
  await contact();
}

function tick(watched) {
  if (!delivery) return;
  const before = clock;
  clock = steady.stepped(clock, Date.now(), performance.now(), watched);
  // A leap is kept at once, so that opening the page again does not undo it.
  if (clock.jumped !== before.jumped || performance.now() - keptAt > KEEP_EVERY_MS) remember();
  tell();
}

self.onmessage = ({ data }) => {
  if (data.kind === 'begin') begin(data.place);
  else if (data.kind === 'tick') tick(data.watched);
  else if (data.kind === 'again') { shown = ''; tell(); contact(); }
  else contact();
};
