// The worker in which a program runs: a fresh one for each run, so that one that doesn't end can be ended.
import { runProgram } from './program.mjs';

// A program that prints without end must neither flood the page nor fill its memory.
const SENT_AT_ONCE = 100;
const MILLISECONDS_BETWEEN = 50;
const MAX_EVENTS = 5000;

class Sender {
  constructor() {
    this.events = [];
    this.count = 0;
    this.last = 0;
  }
  add(event) {
    this.count += 1;
    if (this.count > MAX_EVENTS) return;
    this.events.push(event);
    if (this.count <= SENT_AT_ONCE || performance.now() - this.last > MILLISECONDS_BETWEEN) this.send();
  }
  send() {
    if (this.events.length > 0) postMessage({ events: this.events });
    this.events = [];
    this.last = performance.now();
  }
}

onmessage = async ({ data: { glue, code, args } }) => {
  const sender = new Sender();
  // The glue is a classic script that defines createProgram.
  const createProgram = new Function(`${glue}; return createProgram;`)();
  try {
    const end = await runProgram(createProgram, code, args, {
      print: (line, isError) => sender.add({ kind: 'print', line, isError }),
      created: (name, isDirectory) => sender.add({ kind: 'created', name, isDirectory }),
      removed: (name) => sender.add({ kind: 'removed', name }),
      renamed: (name, to) => sender.add({ kind: 'renamed', name, to }),
    });
    sender.send();
    postMessage({ end: { ...end, dropped: Math.max(0, sender.count - MAX_EVENTS) } });
  } catch (error) {
    postMessage({ end: { status: 134, failure: `The program could not be run: ${error.message}.`, left: [], dropped: 0 } });
  }
};
