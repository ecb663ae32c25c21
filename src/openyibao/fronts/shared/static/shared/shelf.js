// Service worker: one page opens without a network. The server puts PAGE, PREFIX, VERSION and FILES before this text: of static files only those
// are kept, of pages only PAGE, keys never. A new version takes all of them anew and throws the old ones away.

const SHELF = PREFIX + VERSION;

async function takePage(shelf) {
  const answer = await fetch(PAGE, { cache: 'reload', credentials: 'same-origin' });
  if (answer.ok && !answer.redirected) await shelf.put(PAGE, answer);
}

async function fill() {
  const shelf = await caches.open(SHELF);
  await shelf.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })));
  await takePage(shelf);
}

async function sweep() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== SHELF).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener('install', (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(sweep()));
self.addEventListener('message', (event) => {
  if (event.data === 'forget') event.waitUntil(caches.open(SHELF).then((shelf) => shelf.delete(PAGE)));
});

// What the network has is newer; what is kept is for when it has nothing.
async function freshOrKept(request, name, keeps) {
  const shelf = await caches.open(SHELF);
  try {
    const answer = await fetch(request);
    if (keeps && answer.ok && !answer.redirected) await shelf.put(name, answer.clone());
    return answer;
  } catch (fault) {
    const found = await shelf.match(name);
    if (found) return found;
    throw fault;
  }
}

async function keptOrFresh(request, name) {
  const found = await (await caches.open(SHELF)).match(name);
  return found || fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  const name = url.pathname + url.search;
  if (url.pathname === PAGE && request.mode === 'navigate') event.respondWith(freshOrKept(request, PAGE, true));
  // A name with its digest never means another file.
  else if (FILES.includes(name)) event.respondWith(url.search ? keptOrFresh(request, name) : freshOrKept(request, name, false));
});
