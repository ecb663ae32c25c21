// Service worker of the wallet: the code page opens without a network. Only pages and static files, never keys.

const SHELF = 'openyibao-wallet-1';
const PAGE = '/wallet/code';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  if (event.data === 'forget') event.waitUntil(caches.delete(SHELF));
});

async function freshOrKept(request, name) {
  const shelf = await caches.open(SHELF);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await shelf.put(name, answer.clone());
    return answer;
  } catch (fault) {
    const found = await shelf.match(name);
    if (found) return found;
    throw fault;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname === PAGE) event.respondWith(freshOrKept(request, PAGE));
  else if (url.pathname.startsWith('/static/')) event.respondWith(freshOrKept(request, request.url));
});
