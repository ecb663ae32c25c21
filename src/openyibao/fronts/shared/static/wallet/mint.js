// The 28 digits of this moment, from a day key. The server computes the same (rooms/presentation). Needs vendor/sm3.js.

(function define(scope) {
  const SHANGHAI_MS = 8 * 3600 * 1000;
  const HOUR_MS = 3600 * 1000;
  const HOURS_A_DAY = 24;
  const MAC_DIGITS = 11;
  const MAC_FIRST = 9;
  const EIGHT_OCTETS_HEX = 16;

  const shanghaiDay = (ms) => new Date(ms + SHANGHAI_MS).toISOString().slice(0, 10);

  const stepAt = (delivery, ms) => Math.floor(ms / (delivery.step_seconds * 1000));

  function mint(delivery, ms) {
    const step = stepAt(delivery, ms);
    const begun = step * delivery.step_seconds * 1000;
    const day = shanghaiDay(begun);
    const key = delivery.days[day];
    if (!key) return null;
    // What is shown of the serial is another number each hour.
    const alias = delivery.aliases[day][Math.floor((begun + SHANGHAI_MS) / HOUR_MS) % HOURS_A_DAY];
    const head = delivery.issuer + alias;
    const tail = delivery.province + delivery.extension;
    const digits = new TextEncoder().encode(head + tail);
    const message = new Uint8Array(1 + digits.length + 8);
    message[0] = delivery.version;
    message.set(digits, 1);
    new DataView(message.buffer).setBigUint64(1 + digits.length, BigInt(step));
    const first = BigInt('0x' + scope.sm3(message, { key }).slice(0, EIGHT_OCTETS_HEX));
    const mac = String(first % BigInt(10) ** BigInt(MAC_DIGITS)).padStart(MAC_DIGITS, '0');
    return head + mac.slice(0, MAC_FIRST) + tail + mac.slice(MAC_FIRST);
  }

  scope.minting = { mint, shanghaiDay, stepAt };
}(self));
