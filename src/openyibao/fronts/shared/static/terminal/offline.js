// Takes codes down without a network, and sends them in when there is one. What counts is judged by the server.

const page = document.getElementById('offline');
const words = page.dataset;
const named = (name) => document.querySelector(`[data-part="${name}"]`);
const NAME = 'openyibao-terminal';
const TICK_MS = 1000;
const SEND_MS = 30000;
const DAY_MS = 86400000;
const KEEP_DAYS = 8;
const SHANGHAI_MS = 8 * 3600 * 1000;
const SENT_AT_ONCE = 50;
const CLOCK = 'clock';

let clock = null;
let hidden = false;
let sending = false;

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('taken', { keyPath: 'request_key' });
      asked.result.createObjectStore('kept');
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(shelf, mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(database.transaction(shelf, mode).objectStore(shelf));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

const all = () => within('taken', 'readonly', (shelf) => shelf.getAll());
const put = (one) => within('taken', 'readwrite', (shelf) => shelf.put(one));
const drop = (key) => within('taken', 'readwrite', (shelf) => shelf.delete(key));
const dayOf = (at) => new Date(Date.parse(at) + SHANGHAI_MS).toISOString().slice(0, 10);
const yuan = (fen) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

function fenOf(text) {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return found ? Number(found[1]) * 100 + Number((found[2] || '').padEnd(2, '0')) : 0;
}

function serverNow() {
  return clock && !clock.jumped ? steady.now(clock, performance.now()) : null;
}

function sayLine() {
  const line = named('line');
  if (!line) return;
  const state = clock && clock.jumped ? 'jumped' : !clock ? 'unset' : navigator.onLine ? 'online' : 'offline';
  const text = words[`line${state[0].toUpperCase()}${state.slice(1)}`];
  if (line.textContent !== text) line.textContent = text;
  line.dataset.tone = { offline: 'wait', jumped: 'stop', unset: 'stop' }[state] || '';
}

function settleForm(one) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '/terminal/offline/bill';
  const fields = {
    code: one.code, taken_at: one.taken_at, amount_fen: one.amount_fen, purpose: one.purpose,
    request_key: one.request_key, [words.proofField]: words.proof,
  };
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name, value: String(value) });
    form.append(field);
  }
  const button = document.createElement('button');
  Object.assign(button, { type: 'submit', className: 'weui-btn weui-btn_primary weui-btn_mini', textContent: words.settle });
  form.append(button);
  return form;
}

function row(one) {
  const item = document.createElement('li');
  item.dataset.state = one.state;
  const head = document.createElement('p');
  const amount = document.createElement('b');
  amount.textContent = `¥${yuan(one.amount_fen)}`;
  const at = new Date(Date.parse(one.taken_at) + SHANGHAI_MS).toISOString().slice(5, 16).replace('T', ' ');
  head.append(amount, ` · ${at} · …${one.code.slice(-4)}`);
  const state = document.createElement('p');
  state.className = 'offline__state';
  state.textContent = words[`state${one.state[0].toUpperCase()}${one.state.slice(1)}`];
  item.append(head, state);
  for (const text of [one.said, one.next]) {
    if (!text) continue;
    const said = document.createElement('p');
    said.textContent = text;
    item.append(said);
  }
  if (one.state === 'accepted') item.append(settleForm(one));
  return item;
}

async function show() {
  const taken = (await all()).sort((one, other) => (one.taken_at < other.taken_at ? 1 : -1));
  named('list').replaceChildren(...taken.map(row));
  named('none').hidden = taken.length > 0;
}

async function fault(code, fen) {
  const now = serverNow();
  if (now === null) return words[clock ? 'lineJumped' : 'lineUnset'];
  if (!/^\d{28}$/.test(code)) return words.badCode;
  if (fen < 1 || fen > Number(words.amountMax)) return words.badAmount;
  const taken = await all();
  if (taken.some((one) => one.code === code)) return words.badRepeat;
  const today = dayOf(new Date(now).toISOString());
  return taken.filter((one) => dayOf(one.taken_at) === today).length >= Number(words.countMax) ? words.badCount : '';
}

async function take(form) {
  const code = form.elements.code.value.replace(/[\s-]/g, '');
  const fen = fenOf(form.elements.amount.value);
  const said = await fault(code, fen);
  named('said').textContent = said || words.taken;
  if (said) return;
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  await put({
    request_key: `F${key}`,
    code,
    taken_at: new Date(serverNow()).toISOString(),
    amount_fen: fen,
    purpose: form.elements.purpose.value,
    state: 'waiting',
  });
  form.elements.code.value = '';
  form.elements.amount.value = '';
  form.elements.code.focus();
  await show();
  send();
}

async function send() {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    const waiting = (await all()).filter((one) => one.state === 'waiting').slice(0, SENT_AT_ONCE);
    if (!waiting.length) return;
    const fields = ['code', 'taken_at', 'amount_fen', 'purpose', 'request_key'];
    const acceptances = waiting.map((one) => Object.fromEntries(fields.map((name) => [name, one[name]])));
    const answer = await fetch('/terminal/offline/send', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Form-Proof': words.proof },
      body: JSON.stringify({ acceptances }),
      cache: 'no-store',
    });
    if (!answer.ok) return;
    const told = new Map((await answer.json()).answers.map((one) => [one.request_key, one]));
    for (const one of waiting) await put({ ...one, ...told.get(one.request_key) });
    await show();
  } catch {
    // Without a network they wait.
  } finally {
    sending = false;
  }
}

async function contact() {
  try {
    const begun = performance.now();
    const answer = await fetch('/terminal/time', { cache: 'no-store' });
    const { server_ms: serverMs } = await answer.json();
    const mono = performance.now();
    clock = steady.anchored(serverMs + (mono - begun) / 2, Date.now(), mono);
    await within('kept', 'readwrite', (shelf) => shelf.put(clock, CLOCK));
  } catch {
    // The clock goes on as it was set.
  }
  sayLine();
  await send();
}

async function tick() {
  if (clock) {
    const before = clock;
    clock = steady.stepped(clock, Date.now(), performance.now(), !hidden && !document.hidden);
    if (clock.jumped !== before.jumped || Math.floor(clock.seen_mono_ms / 10000) !== Math.floor(before.seen_mono_ms / 10000)) {
      await within('kept', 'readwrite', (shelf) => shelf.put(clock, CLOCK));
    }
  }
  hidden = document.hidden;
  sayLine();
}

async function begin() {
  const kept = await within('kept', 'readonly', (shelf) => shelf.get(CLOCK));
  if (kept) clock = steady.resumed(kept, Date.now(), performance.now());
  for (const one of await all()) {
    if (Date.now() - Date.parse(one.taken_at) > KEEP_DAYS * DAY_MS) await drop(one.request_key);
  }
  await show();
  sayLine();
  await contact();
  setInterval(tick, TICK_MS);
  setInterval(send, SEND_MS);
  window.addEventListener('online', contact);
  window.addEventListener('offline', sayLine);
  document.addEventListener('visibilitychange', () => { hidden = true; });
  named('send').addEventListener('click', contact);
  const form = named('form');
  if (form) form.addEventListener('submit', (event) => { event.preventDefault(); take(form); });
  if ('serviceWorker' in navigator) {
    navigator.serviceWorker.register('/terminal/offline.js', { scope: '/terminal/' }).catch(() => undefined);
  }
}

begin();
