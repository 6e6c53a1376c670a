// The worker that compiles: it lives as long as the page.
import { parts } from './embedded_fetch.mjs';
import { inflate } from './packed.mjs';
import { Exit, runClang, runLLVM } from '@yowasp/clang';

let systemFiles;
let commands;

onmessage = async ({ data }) => {
  try {
    if (data.parts) {
      await prepare(data);
      postMessage({ ready: true });
    } else {
      const result = await compile(data.text);
      postMessage(result, result.bytes ? [result.bytes] : []);
    }
  } catch (error) {
    postMessage({ error: `The compiler failed: ${error.message ?? error}` });
  }
};

async function prepare(data) {
  commands = data.commands;
  const files = await new Response(inflate(data.parts.system)).arrayBuffer();
  systemFiles = unpackFiles(files);
  for (const [name, text] of Object.entries(data.parts)) parts.set(name, text);
  tellStep('Starting the compiler …');
  await runLLVM(['clang', '--version'], {}, { stdout: null, stderr: null, fetchProgress: () => {} });
  parts.clear();
}

// The length of the index, the index {path: [begin, size]}, the files.
function unpackFiles(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const tree = {};
  for (const [path, [begin, size]] of Object.entries(index)) {
    const names = path.split('/');
    const file = names.pop();
    let directory = tree;
    for (const name of names) directory = directory[name] ??= {};
    directory[file] = new Uint8Array(buffer, 4 + length + begin, size);
  }
  return tree;
}

async function compile(text) {
  tellStep('Compiling …');
  const compiled = await call(runClang, commands.compile, { ...systemFiles, 'main.cpp': text });
  const messages = messagesIn(compiled.printed);
  if (!compiled.files) return { bytes: null, messages: messages.length > 0 ? messages : [asMessage(compiled.printed)] };
  tellStep('Linking …');
  const linked = await call(runLLVM, commands.link, { ...systemFiles, 'main.o': compiled.files['main.o'] });
  if (!linked.files) return { bytes: null, messages: [...messages, asMessage(linked.printed)] };
  // A copy of its own, because what is sent away is gone here.
  return { bytes: linked.files['program.wasm'].slice().buffer, messages };
}

function tellStep(step) {
  postMessage({ step, share: undefined });
}

async function call(tool, command, files) {
  const decoder = new TextDecoder();
  let printed = '';
  const note = (bytes) => {
    if (bytes) printed += decoder.decode(bytes, { stream: true });
  };
  try {
    return { files: await tool(command, files, { stdout: note, stderr: note, decodeASCII: false }), printed };
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    return { files: null, printed };
  }
}

// clang says FILE:LINE:COLUMN: SEVERITY: TEXT. A note belongs to the error above it, and what is said of another file to
// the line of the program that it came from.
function messagesIn(printed) {
  const found = [];
  let includedFrom = null;
  for (const line of printed.split('\n')) {
    const from = /^In file included from main\.cpp:(\d+)/.exec(line);
    if (from) includedFrom = Number(from[1]);
    const message = /^(.+?):(\d+):(\d+): (fatal error|error|warning|note): (.*)$/.exec(line);
    if (!message) continue;
    const [, file, at, column, severity, text] = message;
    const isHere = file === 'main.cpp';
    if (severity === 'note') {
      if (isHere) found.push({ line: Number(at), column: Number(column), severity: 'info', text });
      continue;
    }
    found.push({
      line: isHere ? Number(at) : (includedFrom ?? 1),
      column: isHere ? Number(column) : 1,
      severity: severity === 'warning' ? 'warning' : 'error',
      text: isHere ? text : `${text} (in ${file.replace(/^.*include\//, '')})`,
    });
    includedFrom = null;
  }
  return found;
}

// What the linker says, or what is not of clang's usual shape.
function asMessage(printed) {
  const text = printed.trim().replace(/^.*?error: (main\.o: )?/, '') || 'the compiler has ended without a word';
  return { line: 1, column: 1, severity: 'error', text };
}
