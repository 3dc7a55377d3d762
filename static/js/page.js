/* What every page does: progress bar, theme, dialogs, menus, toasts, copying, drafts. No inline handler, no eval. */
(function () {
  'use strict';

  function all(selector, root) {
    return Array.from((root || document).querySelectorAll(selector));
  }

  /* the bar at the top while htmx waits for an answer */
  let waiting = 0;
  function busy(change) {
    waiting = Math.max(0, waiting + change);
    document.getElementById('busy').classList.toggle('on', waiting > 0);
  }
  document.addEventListener('htmx:beforeRequest', () => busy(1));
  document.addEventListener('htmx:afterRequest', () => busy(-1));

  /* toasts */
  function toast(text) {
    const box = document.createElement('div');
    box.className = 'toast';
    box.dataset.toast = '';
    box.textContent = text;
    document.getElementById('toasts').appendChild(box);
    fade(box);
  }
  function fade(box) {
    const seconds = box.querySelector('form') ? 30 : 6;
    setTimeout(() => box.remove(), seconds * 1000);
  }
  document.addEventListener('htmx:sendError', () => toast(document.body.dataset.offline));
  document.addEventListener('htmx:responseError', (event) => {
    const answer = event.detail.xhr;
    const inWords = /^text\/plain/.test(answer.getResponseHeader('Content-Type'));
    toast(inWords ? answer.responseText : document.body.dataset.failed);
  });

  /* theme: the cookie lets the server draw the right one at once */
  function toggleTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme === 'dark' ||
      (root.dataset.theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    root.dataset.theme = dark ? 'light' : 'dark';
    document.cookie = 'theme=' + root.dataset.theme + ';path=/;max-age=31536000;samesite=lax' +
      (location.protocol === 'https:' ? ';secure' : '');
  }

  /* dialogs: data-open="id", data-close inside; a click beside it closes it */
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute('open', '');
    dialog.dispatchEvent(new Event('opened'));
  }
  function closeDialog(dialog) {
    if (dialog.close) dialog.close();
    else dialog.removeAttribute('open');
  }

  /* copying: WeChat's browser may refuse, then the text is selected for a long press */
  function copy(id) {
    const source = document.getElementById(id);
    const text = 'value' in source ? source.value : source.textContent;
    const byHand = () => {
      getSelection().selectAllChildren(source);
      toast(document.body.dataset.copyByHand);
    };
    if (!navigator.clipboard) return byHand();
    navigator.clipboard.writeText(text).then(() => toast(document.body.dataset.copied), byHand);
  }

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-theme-toggle],[data-open],[data-close],[data-copy],[data-dismiss]');
    if (target) {
      if ('themeToggle' in target.dataset) toggleTheme();
      if (target.dataset.open) openDialog(target.dataset.open);
      if ('close' in target.dataset) closeDialog(target.closest('dialog'));
      if (target.dataset.copy) copy(target.dataset.copy);
      if ('dismiss' in target.dataset) target.closest('[data-toast]').remove();
    }
    if (event.target.matches('dialog')) closeDialog(event.target);
    all('[data-menu][open]').forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    all('[data-menu][open]').forEach((menu) => {
      menu.open = false;
      menu.querySelector('summary').focus();
    });
    if (location.hash === '#navigation') location.hash = '#main';
  });

  /* a draft stays on this device until its form has been accepted: form[data-draft="key"] */
  function keepDraft(form) {
    const key = 'draft:' + form.dataset.draft;
    const fields = all('textarea, input[type=text]', form);
    try {
      const kept = JSON.parse(localStorage.getItem(key) || '{}');
      fields.forEach((field) => {
        if (!field.value && kept[field.name]) field.value = kept[field.name];
      });
      form.addEventListener('input', () => {
        localStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
      });
    } catch (refused) { /* private mode: no drafts, everything else works */ }
  }
  function forgetDraft(element) {
    try {
      localStorage.removeItem('draft:' + element.dataset.draftDone);
    } catch (refused) { /* nothing was kept */ }
  }

  /* a link of a searched list asks with what the fields say by now, and its choice stays in the hidden ones:
     whoever goes on before the answer has come loses neither what was typed nor what was chosen */
  document.addEventListener('htmx:configRequest', (event) => {
    const list = event.detail.elt.closest('[data-searched]');
    if (!list || event.detail.elt.tagName !== 'A') return;
    const asked = new URL(event.detail.path, location.href);
    all('input, select', list.querySelector('form')).forEach((field) => {
      if (field.type === 'hidden') field.value = asked.searchParams.get(field.name) || '';
      else if (field.value) asked.searchParams.set(field.name, field.value);
      else asked.searchParams.delete(field.name);
    });
    event.detail.path = asked.pathname + asked.search;
  });

  /* what the page brings, once: on load and after each swap. Other files add theirs with linli.behave. */
  const behaviours = [];
  function behave(selector, begin) {
    behaviours.push([selector, begin]);
  }
  function start() {
    behaviours.forEach(([selector, begin]) => {
      all(selector).forEach((element) => {
        const mark = 'begun ' + selector;
        if (element[mark]) return;
        element[mark] = true;
        begin(element);
      });
    });
  }
  behave('form[data-draft]', keepDraft);
  behave('[data-draft-done]', forgetDraft);
  behave('[data-toast]', fade);
  behave('[data-focus]', (element) => element.focus());
  document.addEventListener('DOMContentLoaded', start);
  document.addEventListener('htmx:afterSettle', start);

  window.linli = { all: all, behave: behave, openDialog: openDialog };
})();
