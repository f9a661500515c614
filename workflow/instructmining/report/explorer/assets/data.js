// Loads the data files, which are scripts that call receive(): a page opened from disk may load nothing else.
"use strict";

const loading = new Map(); // name -> {promise, receive}
const ARRAYS = { float32: Float32Array, uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array };

// With require-trusted-types-for in the page's policy, no other script can be loaded, and no HTML made from text.
const scriptURLs = window.trustedTypes?.createPolicy("explorer", {
  createScriptURL(path) {
    if (!/^data\/[A-Za-z0-9_/-]+\.js$/.test(path)) throw new TypeError(`${path} is no data file`);
    return path;
  },
});

// eslint-disable-next-line no-unused-vars -- what data files call
function receive(name, packed) {
  loading.get(name)?.receive(packed);
}

/** The values and arrays of a data file; the same promise for the same name until forget(). */
function load(name) {
  if (!loading.has(name)) {
    const entry = {};
    const script = document.createElement("script");
    entry.promise = new Promise((resolve, reject) => {
      entry.receive = resolve;
      script.onerror = () => reject(new Error(`data/${name}.js is missing; the folder of this page must stay whole`));
    }).then(unpack);
    entry.promise.catch(() => forget(name)).finally(() => script.remove());
    const path = `data/${name}.js`;
    script.src = scriptURLs ? scriptURLs.createScriptURL(path) : path;
    loading.set(name, entry);
    document.head.append(script);
  }
  return loading.get(name).promise;
}

/** Let go of a data file, so that memory does not grow with all that was ever looked at. */
function forget(name) {
  loading.delete(name);
}

async function unpack(packed) {
  const stream = new Blob([fromBase64(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const headerLength = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength)));
  const arrays = {};
  let offset = padded(4 + headerLength);
  for (const { name, type, length } of header.arrays) {
    arrays[name] = new ARRAYS[type](buffer, offset, length);
    offset += padded(arrays[name].byteLength);
  }
  return { values: header.values, arrays };
}

const padded = (bytes) => Math.ceil(bytes / 8) * 8;

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
