// Starts programs, each in a worker of its own.
import workerSource from 'text:./run_worker.mjs';

import { unpack, unpackText } from './packed.mjs';

let glue;
let examples;

// The glue and the module with all examples are unpacked when the first program runs.
async function prepare() {
  glue ??= unpackText('glue');
  examples ??= unpack('programs').then((bytes) => WebAssembly.compile(bytes));
  await Promise.all([glue, examples]);
}

/** Runs the example of that name, as it is in the repository. */
export async function startExample(name, onEvent) {
  await prepare();
  return start(await examples, [name], onEvent);
}

/** Runs a program that was compiled in the page. */
export async function startCompiled(bytes, onEvent) {
  await prepare();
  return start(await WebAssembly.compile(bytes), [], onEvent);
}

/** A run: `end` is a promise of how it ended, stop() ends it. */
async function start(code, args, onEvent) {
  const address = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(address);
  const close = () => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
  let stop;
  const end = new Promise((resolve) => {
    stop = () => resolve({ status: 137, failure: 'You stopped the program.', left: null, dropped: 0 });
    worker.onmessage = ({ data }) => {
      if (data.end) resolve(data.end);
      else data.events.forEach(onEvent);
    };
    worker.onerror = (error) =>
      resolve({ status: 134, failure: `The program could not be run: ${error.message}.`, left: [], dropped: 0 });
  });
  worker.postMessage({ glue: await glue, code, args });
  return { end: end.finally(close), stop };
}
