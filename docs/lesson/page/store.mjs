// What the reader has done and edited, kept in this browser alone.
const KEY = 'tempfile-lesson';

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {  // no storage, or nothing of ours in it
    return {};
  }
}

const kept = { code: {}, done: {}, answers: {}, ...read() };
const listeners = [];

function changed() {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // The page works without; only the next visit starts anew.
  }
  listeners.forEach((listener) => listener());
}

export const store = {
  code: (name) => kept.code[name],
  keepCode(name, text) {
    if (kept.code[name] === text) return;
    kept.code[name] = text;
    changed();
  },
  dropCode(name) {
    delete kept.code[name];
    changed();
  },
  isDone: (name) => kept.done[name] === true,
  setDone(name) {
    if (kept.done[name]) return;
    kept.done[name] = true;
    changed();
  },
  answer: (question) => kept.answers[question],
  keepAnswer(question, option) {
    kept.answers[question] = option;
    changed();
  },
  dropAnswers() {
    kept.answers = {};
    changed();
  },
  dropAll() {
    Object.assign(kept, { code: {}, done: {}, answers: {} });
    changed();
  },
  onChange: (listener) => listeners.push(listener),
};
