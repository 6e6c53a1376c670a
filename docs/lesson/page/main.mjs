import { element } from './dom.mjs';
import { makeExamplesLive } from './examples.mjs';
import { makeExercisesLive } from './exercises.mjs';
import { makeQuizLive } from './quiz.mjs';
import { store } from './store.mjs';

function showProgress() {
  const names = [
    ...[...document.querySelectorAll('.example')].map(({ dataset }) => `example ${dataset.name}`),
    ...[...document.querySelectorAll('.exercise')].map(({ dataset }) => `exercise ${dataset.name}`),
  ];
  const questions = [...document.querySelectorAll('.question')].map(({ dataset }) => dataset.number);
  const total = names.length + questions.length;
  const bar = element('progress', { max: total, 'aria-label': 'What you have done of this lesson' });
  const text = element('span');
  const forget = element('button', { type: 'button', onclick: () => {
    if (!confirm('Forget what you have done, and all that you have edited?')) return;
    store.dropAll();
    location.reload();
  } }, 'Start anew');
  document.querySelector('.progress').append(bar, text, forget);
  const update = () => {
    const done = names.filter(store.isDone).length + questions.filter((number) => store.answer(number) !== undefined).length;
    bar.value = done;
    text.textContent = `${done} of ${total}`;
    forget.disabled = done === 0;
  };
  store.onChange(update);
  update();
}

function makeReferencePrintable() {
  const heading = document.getElementById('quick-reference');
  heading.after(element('button', { type: 'button', class: 'print', onclick: () => {
    document.body.classList.add('reference-only');
    print();
    document.body.classList.remove('reference-only');
  } }, 'Print this table'));
}

makeExamplesLive();
makeExercisesLive();
makeQuizLive();
makeReferencePrintable();
showProgress();
document.documentElement.classList.add('live');
