// Beside the code: asks every few seconds whether a payment waits to be confirmed, and shows the way to it.

const PAUSE_MS = 3000;
const notice = document.getElementById('waiting');

async function look() {
  if (document.hidden || !navigator.onLine) return;
  try {
    const answer = await fetch('/wallet/confirm/waiting', { cache: 'no-store' });
    if (answer.ok) notice.hidden = (await answer.json()).count === 0;
  } catch {
    // Without a network nothing can wait here.
  }
}

look();
setInterval(look, PAUSE_MS);
document.addEventListener('visibilitychange', look);
