// Markdown to HTML, as all pages have it.
import { parser } from '@lezer/cpp';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import MarkdownIt from 'markdown-it';

export function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** C++ as HTML, with the classes that the editor of the lesson gives as well. */
export function highlightCpp(code) {
  let html = '';
  const put = (text, classes) => {
    html += classes ? `<span class="${classes}">${escape(text)}</span>` : escape(text);
  };
  highlightCode(code, parser.parse(code), classHighlighter, put, () => (html += '\n'));
  return html;
}

/** The name of a heading in links, as the usual forges make it. */
export function slugOf(text) {
  return text.trim().toLowerCase().replace(/[^\p{L}\p{N}\- _]/gu, '').replace(/ /g, '-');
}

/**
 * @param {string} text
 * @param {Function} linkTo   what a link becomes: an address, or null for plain text
 * @returns {{html: string, headings: {level: number, id: string, html: string}[]}}
 */
export function renderMarkdown(text, linkTo) {
  const markdown = new MarkdownIt({
    html: true,
    highlight: (code, language) => (language === 'cpp' ? highlightCpp(code) : escape(code)),
  });
  const headings = [];
  const used = new Map();
  const { rules } = markdown.renderer;

  rules.heading_open = (tokens, index) => {
    const content = tokens[index + 1];
    const words = content.children.filter(({ type }) => type === 'text' || type === 'code_inline').map((token) => token.content);
    const slug = slugOf(words.join(''));
    const count = used.get(slug) ?? 0;
    used.set(slug, count + 1);
    const id = count === 0 ? slug : `${slug}-${count}`;
    const level = Number(tokens[index].tag.slice(1));
    headings.push({ level, id, html: markdown.renderer.renderInline(content.children, markdown.options, {}) });
    return `<h${level} id="${id}">`;
  };
  // What is wider than the page scrolls by itself, with the keyboard as well.
  rules.table_open = () => '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n';
  rules.table_close = () => '</table></div>\n';
  // A long name may be broken where its words meet.
  rules.code_inline = (tokens, index) => `<code>${escape(tokens[index].content).replace(/_(?=\w)|::(?=\w)/g, '$&<wbr>')}</code>`;
  // A corner without words heads nothing.
  rules.th_open = (tokens, index) => (tokens[index + 1].content === '' ? '<td>' : '<th scope="col">');
  rules.th_close = (tokens, index) => (tokens[index - 1].content === '' ? '</td>' : '</th>');
  rules.fence = (tokens, index, options) => {
    const code = options.highlight(tokens[index].content, tokens[index].info);
    return `<pre class="listing scroll" tabindex="0" role="group" aria-label="Code"><code>${code}</code></pre>\n`;
  };
  const dropped = [];
  rules.link_open = (tokens, index, options, env, self) => {
    const address = linkTo(tokens[index].attrGet('href'));
    dropped.push(address === null);
    if (address === null) return '';
    tokens[index].attrSet('href', address);
    return self.renderToken(tokens, index, options);
  };
  rules.link_close = () => (dropped.pop() ? '' : '</a>');
  rules.image = (tokens, index, options, env, self) => {
    tokens[index].attrSet('src', linkTo(tokens[index].attrGet('src')));
    tokens[index].attrSet('alt', tokens[index].content);
    return self.renderToken(tokens, index, options);
  };

  return { html: markdown.render(text), headings };
}
