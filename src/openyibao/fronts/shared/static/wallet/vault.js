// Keeps what the wallet may show offline. The key that wraps it is made here, cannot be taken out, and never leaves the phone.
// Read by the minter alone, which is a worker: no script of a page sees a day key.

(function define(scope) {
  const NAME = 'openyibao-wallet';

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore('kept');
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function within(mode, act) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const asked = act(database.transaction('kept', mode).objectStore('kept'));
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
    } finally {
      database.close();
    }
  }

  const read = (name) => within('readonly', (kept) => kept.get(name));
  const write = (name, value) => within('readwrite', (kept) => kept.put(value, name));

  async function wrappingKey() {
    const known = await read('key');
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    await write('key', made);
    return made;
  }

  const DELIVERY = 'delivery';

  async function keep(delivery, name = DELIVERY) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const content = new TextEncoder().encode(JSON.stringify(delivery));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrappingKey(), content);
    await write(name, { iv, sealed });
  }

  async function kept(name = DELIVERY) {
    try {
      const found = await read(name);
      if (!found) return null;
      const content = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: found.iv }, await wrappingKey(), found.sealed);
      return JSON.parse(new TextDecoder().decode(content));
    } catch {
      return null;
    }
  }

  const drop = (name) => within('readwrite', (store) => store.delete(name));

  function forget() {
    return within('readwrite', (store) => store.clear());
  }

  scope.vault = { keep, kept, drop, forget };
}(self));
