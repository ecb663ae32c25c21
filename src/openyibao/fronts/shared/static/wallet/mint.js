// The 28 digits of this moment, from a day key. The server computes the same (rooms/presentation).

import { hmacSm3 } from './sm3.js';

const SHANGHAI_MS = 8 * 3600 * 1000;

export const shanghaiDay = (ms) => new Date(ms + SHANGHAI_MS).toISOString().slice(0, 10);

export const stepAt = (delivery, ms) => Math.floor(ms / (delivery.step_seconds * 1000));

function octets(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

export function mint(delivery, ms) {
  const step = stepAt(delivery, ms);
  const key = delivery.days[shanghaiDay(step * delivery.step_seconds * 1000)];
  if (!key) return null;
  const head = delivery.issuer + delivery.serial;
  const tail = delivery.province + delivery.extension;
  const digits = new TextEncoder().encode(head + tail);
  const message = new Uint8Array(1 + digits.length + 8);
  message[0] = delivery.version;
  message.set(digits, 1);
  new DataView(message.buffer).setBigUint64(1 + digits.length, BigInt(step));
  const first = new DataView(hmacSm3(octets(key), message).buffer).getBigUint64(0);
  return head + String(first % 1000000000n).padStart(9, '0') + tail;
}
