// SM3 (GB/T 32905) and HMAC-SM3, for showing codes without a network. WebCrypto knows no SM3.

const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const BLOCK = 64;

const rotate = (x, n) => (x << n % 32) | (x >>> (32 - (n % 32)) % 32);
const spread0 = (x) => x ^ rotate(x, 9) ^ rotate(x, 17);
const spread1 = (x) => x ^ rotate(x, 15) ^ rotate(x, 23);

function compress(state, block) {
  const w = new Int32Array(68);
  for (let j = 0; j < 16; j += 1) w[j] = block.getInt32(j * 4);
  for (let j = 16; j < 68; j += 1) {
    w[j] = spread1(w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)) ^ rotate(w[j - 13], 7) ^ w[j - 6];
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let j = 0; j < 64; j += 1) {
    const early = j < 16;
    const a12 = rotate(a, 12);
    const ss1 = rotate((a12 + e + rotate(early ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7);
    const ss2 = ss1 ^ a12;
    const tt1 = ((early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + ss2 + (w[j] ^ w[j + 4])) | 0;
    const tt2 = ((early ? e ^ f ^ g : (e & f) | (~e & g)) + h + ss1 + w[j]) | 0;
    [a, b, c, d] = [tt1, a, rotate(b, 9), c];
    [e, f, g, h] = [spread0(tt2), e, rotate(f, 19), g];
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => { state[n] ^= word; });
}

export function sm3(message) {
  const length = message.length;
  const padded = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
  const state = Int32Array.from(IV);
  for (let at = 0; at < padded.length; at += BLOCK) compress(state, new DataView(padded.buffer, at, BLOCK));
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => digest.setInt32(n * 4, word));
  return new Uint8Array(digest.buffer);
}

function joined(first, second) {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

export function hmacSm3(key, message) {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? sm3(key) : key);
  const inner = sm3(joined(block.map((octet) => octet ^ 0x36), message));
  return sm3(joined(block.map((octet) => octet ^ 0x5c), inner));
}
