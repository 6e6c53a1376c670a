// What the page carries compressed, in <script type="text/plain" id="packed-NAME">: gzip as base64, because a page that
// was opened from disk may fetch nothing.

function stream(name) {
  const text = document.getElementById(`packed-${name}`).textContent;
  return inflate(text);
}

/** A stream of the bytes that `text`, base64 of gzip, stands for. */
export function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
}

export async function unpack(name) {
  return new Response(stream(name)).arrayBuffer();
}

export async function unpackText(name) {
  return new Response(stream(name)).text();
}
