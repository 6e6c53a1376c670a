// Packs clang, the system's headers and libraries, and ours into one script for the page.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const clang = dirname(createRequire(import.meta.url).resolve('@yowasp/clang'));

/** @returns {Promise<string>} a script that sets globalThis.lessonCompiler to {worker, parts, commands} */
export async function packCompiler(browserBuild, worker) {
  const linker = linkerCommandOf(browserBuild);
  const files = { ...headers(linker.sysroot), ...libraries(browserBuild, linker) };
  const parts = { system: pack(packFiles(files)) };
  for (const name of readdirSync(clang)) {
    if (name.endsWith('.wasm')) parts[name] = pack(readFileSync(join(clang, name)));
  }
  const commands = { compile: compileCommand, link: linkCommand(linker) };
  return `globalThis.lessonCompiler = ${JSON.stringify({ worker, parts, commands }).replace(/<\//g, '<\\/')};\n`;
}

const pack = (bytes) => gzipSync(bytes, { level: 9 }).toString('base64');

// For the ABI of emscripten, whose libc++ has names of its own, and whose exceptions are those of JavaScript. Without
// optimization: that takes longer than the programs do.
const compileCommand = [
  'clang++', '-c', 'main.cpp', '-o', 'main.o', '--target=wasm32-unknown-emscripten', '-std=c++20', '-O0', '-Wall', '-Wextra',
  '-fexceptions', '-mllvm', '-enable-emscripten-cxx-exceptions', '-nostdinc', '-D_LIBCPP_ABI_VERSION=2', '-DEMSCRIPTEN',
  '-fno-color-diagnostics', '-fno-caret-diagnostics', '-ferror-limit=10', '-ftemplate-backtrace-limit=1',
  '-isystem', 'include/c++/v1', '-isystem', 'include/compat', '-isystem', 'include/clang', '-isystem', 'include',
  '-isystem', 'include/ours',
];

// What em++ calls to link the programs of the page.
function linkerCommandOf(browserBuild) {
  const commands = execFileSync('ninja', ['-C', browserBuild, '-t', 'commands', 'lesson_programs'], { encoding: 'utf8' });
  const link = commands.trim().split('\n').pop().split(' && ').find((part) => /em\+\+.*lesson_programs/.test(part));
  const shown = execFileSync('/bin/sh', ['-c', `${link.replace(/-o \S+/, '-o lesson_probe.js')} -v 2>&1; rm -f lesson_probe.*`],
    { encoding: 'utf8', cwd: browserBuild });
  const line = shown.split('\n').find((text) => text.includes('wasm-ld'));
  if (!line) throw new Error(`em++ -v did not show a call of wasm-ld:\n${shown}`);
  const words = line.trim().split(/\s+/).slice(1);
  const folder = words.find((word) => word.startsWith('-L')).slice(2);
  return { words, folder, sysroot: folder.replace(/\/lib\/.*$/, '') };
}

const KEPT_OPTIONS = /^(--export|--import-undefined|--initial-memory|--max-memory|--no-entry|--global-base)/;

// lld 22 would put the stack first, where the glue of older versions expects the data.
function linkCommand({ words }) {
  const libraries = words.filter((word) => /^-l/.test(word) && !isOfGraphics(word));
  const options = words.filter((word) => KEPT_OPTIONS.test(word));
  const stack = words[words.indexOf('-z') + 1];
  return ['wasm-ld', '-o', 'program.wasm', 'main.o', 'lib/uncaught.o', 'lib/libtempfile.a', '-Llib', ...libraries, ...options,
    '-z', stack, '--no-stack-first', '--export-if-defined=describe_uncaught_exception', '--export-if-defined=__main_void',
    '--export-if-defined=__main_argc_argv'];
}

const isOfGraphics = (word) => ['-lGL', '-lal', '-lhtml5'].includes(word);

function libraries(browserBuild, { words, folder }) {
  const files = {
    'lib/libtempfile.a': readFileSync(join(browserBuild, 'libtempfile.a')),
    'lib/uncaught.o': readFileSync(join(browserBuild, 'docs/lesson/programs/CMakeFiles/lesson_programs.dir/uncaught.cpp.o')),
  };
  for (const word of words.filter((name) => /^-l/.test(name) && !isOfGraphics(name))) {
    const name = `lib${word.slice(2)}.a`;
    files[`lib/${name}`] = readFileSync(join(folder, name));
  }
  return files;
}

function headers(sysroot) {
  return {
    ...filesBelow(join(sysroot, 'include/c++/v1'), 'include/c++/v1'),
    ...filesBelow(join(sysroot, 'include/compat'), 'include/compat'),
    ...filesBelow(join(sysroot, 'include/bits'), 'include/bits'),
    ...filesBelow(join(sysroot, 'include/sys'), 'include/sys'),
    ...filesBelow(join(sysroot, 'include/emscripten'), 'include/emscripten'),
    ...filesBelow(join(sysroot, 'include/wasi'), 'include/wasi'),
    ...filesIn(join(sysroot, 'include'), 'include'),
    ...clangHeaders(),
    ...filesBelow(join(root, 'include'), 'include/ours'),
  };
}

// The compiler's own headers that C and C++ programs include, of those for a hundred processors.
function clangHeaders() {
  const archive = join(clang, 'llvm-resources.tar');
  const names = execFileSync('tar', ['-tf', archive], { encoding: 'utf8' }).split('\n')
    .filter((name) => /^include\/(__)?(std|float|limits|iso646|tgmath|inttypes|unwind|varargs)\w*\.h$/.test(name));
  const found = {};
  for (const name of names) {
    found[`include/clang/${basename(name)}`] = execFileSync('tar', ['-xOf', archive, name], { maxBuffer: 1 << 24 });
  }
  return found;
}

function filesIn(folder, prefix) {
  const found = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isFile()) found[`${prefix}/${name}`] = readFileSync(path);
  }
  return found;
}

function filesBelow(folder, prefix) {
  const found = filesIn(folder, prefix);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) Object.assign(found, filesBelow(path, `${prefix}/${name}`));
  }
  return found;
}

// As compiler_worker.mjs reads them: the length of the index, the index, the files.
function packFiles(files) {
  const index = {};
  let end = 0;
  for (const [path, bytes] of Object.entries(files)) {
    index[path] = [end, bytes.length];
    end += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...Object.values(files)]);
}
