// The face check's camera: opens it on a tap, shows one sign after the other, and hands the frames in with the form.
// Nothing is kept in the browser. Without a camera, or without this script, the form says so and the equal way stays.

const STEP_MS = 170;
const WIDTH_MAX = 320;
const FRAMES_MAX = 115;
const SETTLE_MS = 700;

const form = document.querySelector('form[data-camera]');

function wait(ms) {
  return new Promise((done) => { setTimeout(done, ms); });
}

function fits(source) {
  const scale = WIDTH_MAX / Math.max(source.videoWidth, source.videoHeight);
  return [Math.round(source.videoWidth * scale), Math.round(source.videoHeight * scale)];
}

function packed(canvas) {
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob.arrayBuffer()) : failed(new Error('no picture'))), 'image/jpeg', 0.8);
  });
}

// Each frame: time and length as four octets each, then the picture.
function capture(frames) {
  const parts = [];
  for (const [at, octets] of frames) {
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, at);
    head.setUint32(4, octets.byteLength);
    parts.push(head.buffer, octets);
  }
  return new File(parts, 'capture', { type: 'application/octet-stream' });
}

function sign(at, plan) {
  const found = plan.windows.findIndex(([begin, end]) => at >= begin && at <= end);
  return found < 0 ? 'ahead' : plan.actions[found];
}

async function film(video, plan, show) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = fits(video);
  const brush = canvas.getContext('2d');
  const frames = [];
  const begun = performance.now();
  let last = -1;
  while (frames.length < FRAMES_MAX) {
    const at = Math.round(performance.now() - begun);
    show(sign(at, plan), Math.min(1, at / plan.total));
    if (at > last) {
      brush.drawImage(video, 0, 0, canvas.width, canvas.height);
      frames.push([at, await packed(canvas)]);
      last = at;
    }
    if (at > plan.total) break;
    await wait(Math.max(10, STEP_MS - (performance.now() - begun - at)));
  }
  return frames;
}

async function run(box) {
  const video = box.querySelector('video');
  const words = box.querySelector('[data-say]');
  const ring = box.querySelector('[data-ring]');
  const plan = JSON.parse(box.dataset.plan);
  const say = (key) => {
    if (words.dataset.now === key) return;
    words.dataset.now = key;
    box.dataset.sign = key;
    words.textContent = words.dataset[`say_${key}`] || '';
  };
  box.hidden = false;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } }, audio: false });
  } catch (fault) {
    say('none');
    return null;
  }
  try {
    video.srcObject = stream;
    await video.play();
    say('ahead');
    box.scrollIntoView({ block: 'center' });
    await wait(SETTLE_MS);
    const frames = await film(video, plan, (key, part) => {
      say(key);
      ring.setAttribute('stroke-dashoffset', String(100 - 100 * part));
    });
    say('checking');
    return capture(frames);
  } finally {
    stream.getTracks().forEach((track) => track.stop());
  }
}

if (form && navigator.mediaDevices && window.DataTransfer) {
  const box = form.querySelector('[data-plan]');
  const button = form.querySelector('button[type=submit]');
  form.addEventListener('submit', async (event) => {
    const field = form.elements.namedItem('capture');
    if (field.files.length) return;
    event.preventDefault();
    button.disabled = true;
    const taken = await run(box);
    if (taken === null) {
      button.disabled = false;
      return;
    }
    const carried = new DataTransfer();
    carried.items.add(taken);
    field.files = carried.files;
    form.submit();
  });
} else if (form) {
  const box = form.querySelector('[data-plan]');
  const words = box.querySelector('[data-say]');
  box.hidden = false;
  words.textContent = words.dataset.say_none;
}
