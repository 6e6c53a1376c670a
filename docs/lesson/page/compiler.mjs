// The compiler: clang and its linker, compiled to WebAssembly, in compiler.js beside the page. It is loaded when a
// program has been edited and is to run, once for a visit.
import { element } from './dom.mjs';

const compilerSize = `${document.documentElement.dataset.compilerMegabytes} MB`;

let compiler = null;

/**
 * Compiles a program.
 *
 * @param {string} text
 * @param {Function} onStep  called with what happens, and how much of it is done: 0 to 1, or undefined if nobody knows
 * @returns {Promise<{bytes: ArrayBuffer | null, messages: {line, column, severity, text}[]}>}
 */
export async function compile(text, onStep) {
  compiler ??= startCompiler(onStep).catch((error) => {
    compiler = null;
    throw error;
  });
  const ask = await compiler;
  return ask({ text }, onStep);
}

async function startCompiler(onStep) {
  await loadScript(onStep);
  onStep('Starting the compiler …', undefined);
  const { worker, parts, commands } = globalThis.lessonCompiler;
  delete globalThis.lessonCompiler;
  const address = URL.createObjectURL(new Blob([worker], { type: 'text/javascript' }));
  const ask = asker(new Worker(address));
  await ask({ parts, commands }, onStep);
  return ask;
}

// One question at a time, each answered once, with any number of steps before.
function asker(worker) {
  let last = Promise.resolve();
  return (question, onStep) => {
    const answer = last.then(() => new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.step) onStep(data.step, data.share);
        else if (data.error) reject(new Error(data.error));
        else resolve(data);
      };
      worker.onerror = (event) => reject(new Error(`The compiler failed: ${event.message}`));
      worker.postMessage(question);
    }));
    last = answer.catch(() => {});
    return answer;
  };
}

// A page that was opened from disk can't see how much of a script has been loaded, one from a server can.
async function loadScript(onStep) {
  const step = `Loading the compiler (${compilerSize}, once for a visit) …`;
  onStep(step, undefined);
  if (location.protocol === 'file:') return insert('compiler.js');
  const response = await fetch('compiler.js').catch(() => null);
  if (!response?.ok) throw new Error(missing);
  const total = Number(response.headers.get('content-length'));
  const chunks = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    chunks.push(chunk.value);
    loaded += chunk.value.length;
    onStep(step, total > loaded ? loaded / total : undefined);
  }
  const address = URL.createObjectURL(new Blob(chunks, { type: 'text/javascript' }));
  return insert(address).finally(() => URL.revokeObjectURL(address));
}

const missing = 'The compiler could not be loaded: compiler.js is not beside this page. Unedited examples run without it.';

function insert(address) {
  return new Promise((resolve, reject) => {
    document.head.append(element('script', { src: address, onload: resolve, onerror: () => reject(new Error(missing)) }));
  });
}
