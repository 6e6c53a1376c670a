// Runs a program that emscripten has compiled, and reports what it prints and what becomes of its temporary directory.

const TEMPORARY_DIRECTORY = '/tmp';

/**
 * Runs main(...args) to its end.
 *
 * @param {Function} createProgram    emscripten's glue
 * @param {WebAssembly.Module} code   linked against that glue, or against the same system libraries
 * @param {string[]} args
 * @param {object} report             told while it runs: print(line, isError); and, with names relative to the temporary
 *                                    directory, created(name, isDirectory), removed(name), renamed(from, to)
 * @returns {Promise<{status: number, failure: string, left: string[]}>} `failure` says why the program did not end by
 *                                    itself, and is empty if it did; `left` is what is in the temporary directory then
 */
export async function runProgram(createProgram, code, args, report) {
  const output = new Output(report);
  const module = await createProgram({
    print: (line) => output.print(line, false),
    printErr: (line) => output.print(line, true),
    quit: (status, reason) => {
      throw reason;
    },
    instantiateWasm: (imports, receive) => {
      instantiate(code, imports).then(receive);
      return {};
    },
  });
  watch(module.FS, report);
  const end = run(module, args, output);
  output.flush();
  return { ...end, left: listing(module.FS, TEMPORARY_DIRECTORY) };
}

function run(module, args, output) {
  try {
    return { status: module.callMain(args), failure: '' };
  } catch (reason) {
    if (reason.name === 'ExitStatus') return { status: reason.status, failure: '' };
    output.dropHeld();
    if (typeof reason === 'number') {  // where the exception lies in memory
      module.uncaught = reason;
      module._describe_uncaught_exception();
      return { status: 134, failure: 'An exception that nobody caught ended the program.' };
    }
    return { status: 134, failure: failureOf(reason) };
  }
}

function failureOf(reason) {
  const text = String(reason.message ?? reason);
  if (/^Aborted/.test(text)) return 'abort() ended the program.';
  if (/call stack/i.test(text)) return 'The program ended because its stack overflowed.';
  return `The program ended by a fault: ${text}.`;
}

// The glue prints what it has caught before it throws it again: a line like that is held until there is a next one.
class Output {
  constructor(report) {
    this.report = report;
    this.held = null;
  }
  print(line, isError) {
    this.flush();
    if (isError && line.startsWith('exception thrown: ')) this.held = line;
    else this.report.print(line, isError);
  }
  flush() {
    if (this.held !== null) this.report.print(this.held, true);
    this.held = null;
  }
  dropHeld() {
    this.held = null;
  }
}

// A program that was linked without the glue may import what the glue has only in another shape: calls of functions with
// other parameters, and catches of other numbers of types.
async function instantiate(code, imports) {
  let exports;
  const invoke = (index, ...args) => {
    const stack = exports.stackSave();
    try {
      return exports.__indirect_function_table.get(index)(...args);
    } catch (thrown) {
      exports.stackRestore(stack);
      if (typeof thrown !== 'number') throw thrown;
      exports.setThrew(1, 0);
    }
  };
  for (const { module, name, kind } of WebAssembly.Module.imports(code)) {
    if (kind !== 'function' || name in imports[module]) continue;
    if (name.startsWith('invoke_')) {
      imports[module][name] = invoke;
    } else if (name.startsWith('__cxa_find_matching_catch_')) {
      imports[module][name] = imports[module].__cxa_find_matching_catch_2;
    } else {
      imports[module][name] = () => {
        throw new Error(`${name}() is not there in the browser`);
      };
    }
  }
  const instance = await WebAssembly.instantiate(code, imports);
  exports = instance.exports;
  return instance;
}

// ---- the temporary directory

function watch(FS, report) {
  const after = (operation, tell) => {
    const original = FS[operation];
    FS[operation] = (...args) => {
      const result = original.apply(FS, args);
      tell(...args);
      return result;
    };
  };
  const inside = (path, tell) => {
    const name = relative(path);
    if (name !== null) tell(name);
  };
  after('mknod', (path, mode) => inside(path, (name) => report.created(name, FS.isDir(mode))));
  after('symlink', (_, path) => inside(path, (name) => report.created(name, false)));
  after('unlink', (path) => inside(path, (name) => report.removed(name)));
  after('rmdir', (path) => inside(path, (name) => report.removed(name)));
  after('rename', (from, to) => inside(from, (name) => report.renamed(name, relative(to) ?? to)));
}

// Null for what is elsewhere.
function relative(path) {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const normal = `/${parts.join('/')}`;
  return normal.startsWith(`${TEMPORARY_DIRECTORY}/`) ? normal.slice(TEMPORARY_DIRECTORY.length + 1) : null;
}

function listing(FS, directory) {
  const found = [];
  const visit = (path) => {
    for (const name of FS.readdir(path)) {
      if (name === '.' || name === '..') continue;
      const entry = `${path}/${name}`;
      const isDirectory = FS.isDir(FS.lstat(entry).mode);
      found.push(relative(entry) + (isDirectory ? '/' : ''));
      if (isDirectory) {
        FS.chmod(entry, 0o700);
        visit(entry);
      }
    }
  };
  visit(directory);
  return found.sort();
}
