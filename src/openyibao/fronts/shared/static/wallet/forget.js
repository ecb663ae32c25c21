// After unbinding: nothing of the code stays on the phone.

const NAME = 'openyibao-wallet';

indexedDB.deleteDatabase(NAME);
if (navigator.serviceWorker && navigator.serviceWorker.controller) {
  navigator.serviceWorker.controller.postMessage('forget');
}
