// Worker: reads one picture after another. Its own answer lets it compile WebAssembly; the page may not.

const asked = new URL(self.location.href).searchParams;
importScripts(asked.get('library'));
ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => asked.get('wasm') } });

self.onmessage = async ({ data }) => {
  try {
    const found = await ZXingWASM.readBarcodes(data, { formats: ['QRCode', 'DataMatrix'], maxNumberOfSymbols: 1, tryHarder: true });
    self.postMessage({ text: found.length ? found[0].text : '' });
  } catch (fault) {
    self.postMessage({ fault: String(fault) });
  }
};
