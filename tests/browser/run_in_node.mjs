// node run_in_node.mjs PROGRAMS.js NAME EXPECTED
//
// Runs an example as the page does. It must print what the file EXPECTED holds, end by itself, and leave nothing behind.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { runProgram } from '../../docs/lesson/page/program.mjs';

const [programs, name, expected] = process.argv.slice(2);
const createProgram = createRequire(import.meta.url)(programs);
const code = new WebAssembly.Module(readFileSync(programs.replace(/\.js$/, '.wasm')));

let printed = '';
const complaints = [];
const ignore = () => {};
const { status, failure, left } = await runProgram(createProgram, code, [name], {
  print: (line, isError) => {
    printed += `${line}\n`;
    if (isError) complaints.push(`printed on standard error: ${line}`);
  },
  created: ignore,
  removed: ignore,
  renamed: ignore,
});
if (printed !== readFileSync(expected, 'utf8')) complaints.push(`printed:\n${printed}`);
if (failure !== '' || status !== 0) complaints.push(`ended with ${status}. ${failure}`);
if (left.length > 0) complaints.push(`left behind: ${left.join(', ')}`);
console.log(complaints.join('\n') || `${name}: as expected, nothing left behind`);
process.exit(complaints.length === 0 ? 0 : 1);
