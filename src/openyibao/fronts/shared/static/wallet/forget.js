// After unbinding: nothing of the code stays on the phone.

import { forget } from './vault.js';

forget().catch(() => undefined);
if (navigator.serviceWorker && navigator.serviceWorker.controller) {
  navigator.serviceWorker.controller.postMessage('forget');
}
