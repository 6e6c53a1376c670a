// clang's package fetches its parts by URL; in this worker they have come with the worker, and are read from here. This is
// imported before the package, which keeps the fetch() that it finds.
import { inflate } from './packed.mjs';

export const parts = new Map();

// Clang's own libraries, for another system, are not wanted: an archive of no files.
const emptyArchive = new Uint8Array(1024);

globalThis.fetch = async (address) => {
  const name = String(address).split('/').pop();
  if (name.endsWith('.tar')) return new Response(emptyArchive);
  return new Response(inflate(parts.get(name)), { headers: { 'content-type': 'application/wasm' } });
};
