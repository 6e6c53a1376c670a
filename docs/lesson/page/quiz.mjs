// The quiz: in place of questions with their answers below, options to choose from.
import { element } from './dom.mjs';
import { store } from './store.mjs';

export function makeQuizLive() {
  const questions = [...document.querySelectorAll('.question')].map((place) => new Question(place));
  const score = element('p', { class: 'score', role: 'status' });
  const again = element('button', { type: 'button', onclick: () => {
    store.dropAnswers();
    questions.forEach((question) => question.clear());
    tellScore();
    questions[0].focus();
  } }, 'Try again');
  const tellScore = () => {
    const answered = questions.filter((question) => question.isAnswered()).length;
    const right = questions.filter((question) => question.isRight()).length;
    again.disabled = answered === 0;
    score.textContent = answered < questions.length
      ? `${answered} of ${questions.length} answered, ${right} right.`
      : `${right} of ${questions.length} right. ${right === questions.length ? 'Well done.' : 'Try again?'}`;
  };
  questions.forEach((question) => question.onAnswer(tellScore));
  document.querySelector('.quiz').append(element('div', { class: 'toolbar' }, score, again));
  tellScore();
}

class Question {
  constructor(place) {
    this.number = place.dataset.number;
    this.right = place.dataset.right;
    const heading = place.querySelector('h3');
    this.explanation = element('div', { class: 'explanation', role: 'status' });
    this.answer = place.querySelector('.answer');
    const list = place.querySelector('ul');
    this.options = [...list.children].map((item) => this.optionOf(item));
    this.fields = element('fieldset', {}, element('legend', {}, ...heading.cloneNode(true).childNodes), ...this.options.map(({ label }) => label));
    list.replaceWith(this.fields);
    heading.hidden = true;
    // The answer as it was is for paper: hidden on the screen, and open, because nobody can click there.
    const details = place.querySelector('details');
    details.open = true;
    details.before(this.explanation);
    this.listener = () => {};
    const kept = store.answer(this.number);
    if (kept) this.choose(kept);
  }

  optionOf(item) {
    const { letter } = item.dataset;
    const input = element('input', { type: 'radio', name: `question-${this.number}`, value: letter, onchange: () => {
      this.choose(letter);
      store.keepAnswer(this.number, letter);
      this.listener();
    } });
    return { letter, input, label: element('label', {}, input, ' ', ...item.childNodes) };
  }

  choose(letter) {
    this.chosen = letter;
    for (const option of this.options) {
      option.input.checked = option.letter === letter;
      const isShown = option.letter === letter || option.letter === this.right;
      option.label.className = !isShown ? '' : option.letter === this.right ? 'good' : 'bad';
    }
    const verdict = element('strong', { class: this.isRight() ? 'good' : 'bad' }, this.isRight() ? 'Right. ' : 'Not that one. ');
    const text = this.answer.cloneNode(true);
    text.querySelector('p').prepend(verdict);
    this.explanation.replaceChildren(...text.childNodes);
  }

  clear() {
    this.chosen = undefined;
    this.options.forEach(({ input, label }) => {
      input.checked = false;
      label.className = '';
    });
    this.explanation.replaceChildren();
  }

  focus() {
    this.options[0].input.focus();
  }
  isAnswered() {
    return this.chosen !== undefined;
  }
  isRight() {
    return this.chosen === this.right;
  }
  onAnswer(listener) {
    this.listener = listener;
  }
}
