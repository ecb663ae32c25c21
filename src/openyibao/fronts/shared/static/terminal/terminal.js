// The desk: sums while typing, the camera, remembered fields, paper sizes. All that counts is judged by the server.

const MICRO = 6;
const PLACES = 4;

function parsed(text, places) {
  const found = /^(\d{1,10})(?:\.(\d+))?$/.exec(text.trim());
  if (!found || (found[2] || '').length > places) return null;
  return BigInt(found[1] + (found[2] || '').padEnd(places, '0'));
}

function yuan(fen) {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function sumUp() {
  const output = document.getElementById('sum');
  if (!output) return;
  const amounts = [...document.querySelectorAll('#lines [name=amount]')].map((field) => parsed(field.value, 2));
  output.textContent = yuan(amounts.reduce((sum, fen) => sum + (fen || 0n), 0n));
}

// Codes scanned so far, one a line; whole packs are counted against the quantity.
function countPacks(line) {
  const field = line.querySelector('textarea[name=trace_codes]');
  if (!field) return;
  const scanned = field.value.split(/[\s,;，；]+/).filter(Boolean).length;
  const quantity = parsed(line.querySelector('[name=quantity]').value, PLACES);
  line.querySelector('.packs__count').textContent = scanned;
  line.querySelector('.packs').classList.toggle('packs--whole', quantity !== null && BigInt(scanned) * 10000n === quantity);
  field.rows = Math.max(2, scanned + 1);
}

// A refusal of one line is said at the line too, and the hand is led back there.
function markLine(outcome) {
  for (const line of document.querySelectorAll('tr.line--refused')) {
    line.classList.remove('line--refused');
    line.querySelector('.line__fault').hidden = true;
  }
  const box = outcome && outcome.querySelector('[data-line]');
  const line = box && document.querySelectorAll('#lines tr.line')[Number(box.dataset.line) - 1];
  if (!line) return;
  const fault = line.querySelector('.line__fault');
  line.classList.add('line--refused');
  fault.textContent = box.querySelector('.box__sentence').textContent;
  fault.hidden = false;
  const field = line.querySelector('textarea[name=trace_codes]') || line.querySelector('[name=quantity]');
  field.focus();
}

// A refusal about a field of the visit leads there.
function leadToField(outcome) {
  const box = outcome && outcome.querySelector('[data-field]');
  const field = box && document.querySelector(`#bill [name="${box.dataset.field}"]`);
  if (!field) return;
  const folded = field.closest('details');
  if (folded) folded.open = true;
  field.focus();
}

document.addEventListener('click', ({ target }) => {
  const filling = target.closest('[data-fill]');
  if (!filling) return;
  const field = document.querySelector(`#bill [name="${filling.dataset.fill}"]`);
  field.value = filling.value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
});

// A split that was shown no longer counts once the bill changes.
function withdrawSplit() {
  const outcome = document.getElementById('outcome');
  if (outcome) outcome.replaceChildren();
  markLine(null);
}

document.addEventListener('input', ({ target }) => {
  const line = target.closest('tr.line');
  if (line && (target.name === 'quantity' || target.name === 'unit_price')) {
    const quantity = parsed(line.querySelector('[name=quantity]').value, PLACES);
    const price = parsed(line.querySelector('[name=unit_price]').value, MICRO);
    if (quantity !== null && price !== null) {
      line.querySelector('[name=amount]').value = yuan((quantity * price + 50000000n) / 100000000n);
    }
  }
  if (line) countPacks(line);
  if (target.closest('#bill') && target.name !== 'query') withdrawSplit();
  if (target.dataset.remember !== undefined) sessionStorage.setItem(`terminal.${target.name}`, target.value);
  if (target.name === 'paper') document.documentElement.dataset.paper = target.value;
  sumUp();
});

document.addEventListener('click', ({ target }) => {
  const remove = target.closest('button.remove');
  if (remove) {
    remove.closest('tr').remove();
    withdrawSplit();
    sumUp();
  }
  if (target.id === 'print') window.print();
});

// A paper that asks for a proof keeps its code, and the proof opens; for the next person nothing stays ticked or typed.
function readyForNext(visit) {
  const proof = document.querySelector('.scan__proof');
  const reason = visit.querySelector('.box code');
  if (proof && reason && reason.textContent.trim().startsWith('printed_proof')) {
    proof.open = true;
    return;
  }
  document.getElementById('code').value = '';
  for (const field of document.querySelectorAll('.scan__proof input, #card input')) {
    if (field.type === 'checkbox') field.checked = false;
    else field.value = '';
  }
  if (proof) proof.open = false;
}

document.addEventListener('htmx:afterSwap', ({ detail }) => {
  for (const field of detail.target.querySelectorAll('[data-remember]')) {
    field.value = sessionStorage.getItem(`terminal.${field.name}`) || field.value;
  }
  if (detail.target.id === 'visit') {
    readyForNext(detail.target);
    const first = detail.target.querySelector('input:not([type=hidden]), .box');
    if (first) first.focus();
    else document.getElementById('code').focus();
  }
  if (detail.target.id === 'lines') {
    withdrawSplit();
    const last = [...detail.target.querySelectorAll('textarea[name=trace_codes]')].pop();
    if (last && !last.value) last.focus();
  }
  if (detail.target.id !== 'outcome' && detail.target.id !== 'settle-answer') return;
  markLine(detail.target);
  leadToField(detail.target);
  sumUp();
});

// Enter in the search field or a line is the scanner's or the hand's habit; it must not send the bill.
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target.closest('#bill') && event.target.tagName === 'INPUT') event.preventDefault();
});

const camera = document.getElementById('camera');
let stop = null;

async function start() {
  const words = camera.dataset;
  const state = document.getElementById('camera-state');
  const viewer = document.getElementById('viewer');
  const video = viewer.querySelector('video');
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch {
    state.textContent = words.none;
    return;
  }
  const address = new URL(words.reader, window.location.href);
  address.searchParams.set('library', words.library);
  address.searchParams.set('wasm', words.wasm);
  const worker = new Worker(address);
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  stop = () => {
    worker.terminate();
    stream.getTracks().forEach((track) => track.stop());
    viewer.hidden = true;
    camera.textContent = words.start;
    stop = null;
  };
  const look = () => {
    if (!stop) return;
    if (!video.videoWidth) {
      setTimeout(look, 100);
      return;
    }
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    pen.drawImage(video, 0, 0);
    worker.postMessage(pen.getImageData(0, 0, canvas.width, canvas.height));
  };
  worker.onmessage = ({ data }) => {
    if (!stop) return;
    if (data.text && /^\d{28}$/.test(data.text)) {
      stop();
      state.textContent = '';
      document.getElementById('code').value = data.text;
      document.getElementById('scan').requestSubmit();
      return;
    }
    if (data.fault) state.textContent = words.none;
    setTimeout(look, 120);
  };
  worker.onerror = () => {
    stop();
    state.textContent = words.none;
  };
  video.srcObject = stream;
  viewer.hidden = false;
  camera.textContent = words.stop;
  state.textContent = words.looking;
  await video.play();
  look();
}

if (camera) camera.addEventListener('click', () => (stop ? stop() : start()));
