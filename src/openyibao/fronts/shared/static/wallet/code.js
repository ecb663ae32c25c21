// The code page: draws what the minter mints, counts down, and says what the phone must do. Works without a network for days.

import { qrcode } from '../vendor/qrcode.mjs';

const page = document.getElementById('show');
const words = page.dataset;
// A relative's code has keys of its own, kept beside one's own, and leads back to the family where they are over.
const overPath = words.over || '/wallet/start';
const RING = 100;
const TICK_MS = 250;
// The white panel around the picture is the rest of the four modules of quiet.
const QUIET = 2;
const SVG = 'http://www.w3.org/2000/svg';
const TONES = { offline: 'wait', unreachable: 'stop', jumped: 'stop', ended: 'stop' };

let drawn = null;
let hidden = false;
const minter = new Worker(words.minter);
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
}

function show({ digits, left, length }) {
  named('seconds').textContent = digits ? String(Math.ceil(left / 1000)) : '';
  named('ring').setAttribute('stroke-dashoffset', String(digits ? RING - (RING * left) / length : RING));
  if (digits === drawn) return;
  drawn = digits;
  if (digits) draw(digits);
  else clear();
}

minter.onmessage = ({ data }) => {
  if (data.kind === 'shown') show(data);
  else if (data.state === 'over') window.location.assign(overPath);
  else say(words[data.state], TONES[data.state]);
};
minter.onerror = () => say(words.unreachable, 'stop');
minter.postMessage({
  kind: 'begin',
  place: {
    binding: words.binding,
    keys: words.keys || '/wallet/keys',
    shelf: words.keys ? `family-${words.keys}` : undefined,
    proof: JSON.parse(document.body.getAttribute('hx-headers')),
  },
});
setInterval(() => {
  minter.postMessage({ kind: 'tick', watched: !hidden && !document.hidden });
  hidden = document.hidden;
}, TICK_MS);
window.addEventListener('online', () => minter.postMessage({ kind: 'contact' }));
document.addEventListener('visibilitychange', () => {
  // A page that was hidden may have slept with its phone.
  hidden = true;
  minter.postMessage({ kind: 'tick', watched: false });
  if (!document.hidden) minter.postMessage({ kind: 'contact' });
});
named('refresh').addEventListener('click', () => { drawn = null; minter.postMessage({ kind: 'again' }); });
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/wallet/offline.js', { scope: '/wallet/' }).catch(() => undefined);
}
