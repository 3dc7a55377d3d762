/* A delivery run (form#ticks): a tap counts at once, is kept on this phone until the house has answered, and is sent again
   until it has. Kept is a list of { key, order, delivered, seen, at }, `sent` once it may have arrived and `told` once the
   person is to choose. Nobody asks the browser whether there is a network: it does not know. */
(function () {
  'use strict';
  const MOST = 100, PATIENCE = 10000, LONGEST = 20000;
  let run = null, memory = null, sending = false, wait = 0, timer = 0, shut = false;

  function read() {
    if (memory) return memory;
    try {
      return JSON.parse(localStorage.getItem(run.kept) || '[]');
    } catch (refused) { return []; }
  }
  function keep(taps) {
    try {
      if (taps.length) localStorage.setItem(run.kept, JSON.stringify(taps));
      else localStorage.removeItem(run.kept);
      memory = null;
    } catch (refused) { memory = taps; /* private mode: kept as long as the page is open */ }
  }
  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => (b + 256).toString(16).slice(1)).join('');
  const orderOf = (row) => Number(row.id.slice(6));
  const waiting = () => read().filter((tap) => !tap.told);

  function say(where, looks, text) {
    const said = document.createElement('span');
    said.className = looks;
    said.textContent = text;
    return where.appendChild(said);
  }

  /* what is on the way stands in the rows as it was tapped */
  function show() {
    const taps = waiting(), late = wait > 0 || shut, banner = run.form.querySelector('.kept');
    linli.all('[data-late]').forEach((mark) => mark.remove());
    taps.forEach((tap) => {
      const row = document.getElementById('order-' + tap.order), box = row && row.querySelector('button.tick-box');
      if (!box) return;
      box.setAttribute('aria-pressed', tap.delivered);
      row.classList.toggle('is-done', tap.delivered);
      if (!late || row.querySelector('[data-late]')) return;
      say(row.querySelector('.tick-line'), 'tag warn', run.form.dataset.unsent).dataset.late = '';
    });
    const line = banner.querySelector('span'), said = line.dataset, many = taps.length;
    const text = shut ? said.shut : many === 1 ? said.one : said.many;
    banner.hidden = !late || !many;
    line.textContent = banner.hidden ? '' : text.replace('#', many);
  }

  function tap(row, box) {
    const order = orderOf(row), delivered = box.getAttribute('aria-pressed') !== 'true';
    const earlier = read(), unsent = (one) => one.order === order && !one.sent;
    const taps = earlier.filter((one) => one.order !== order || (one.sent && !one.told));
    box.setAttribute('aria-pressed', delivered);
    row.classList.toggle('is-done', delivered);
    /* a tap nobody has heard of yet is taken back by forgetting it */
    if (!earlier.some(unsent)) {
      taps.push({ key: key(), order: order, delivered: delivered, seen: Number(row.dataset.seen), at: Date.now() });
    }
    keep(taps);
    show();
    if (!wait) send();
  }

  function settle(answer) {
    const told = {}, seen = {};
    answer.ticks.forEach((one) => {
      told[one.key] = one;
      seen[one.order] = one.seen;
    });
    keep(read().filter((one) => !told[one.key] || told[one.key].outcome === 'conflict').map((one) => {
      if (told[one.key]) one.told = true;
      else if (one.order in seen) one.seen = seen[one.order];
      return one;
    }));
    const focused = document.activeElement, at = focused.matches('.tick-box') && focused.closest('.tick').id;
    htmx.swap(document.body, answer.html, { swapStyle: 'none' });
    const box = at && document.querySelector('#' + at + ' button.tick-box');
    if (box) box.focus();
    answer.ticks.forEach((one) => {
      const row = one.outcome === 'unknown' && document.getElementById('order-' + one.order);
      if (row) say(row.querySelector('div'), 'notice bad', one.said);
    });
  }

  function later() {
    wait = Math.min(LONGEST, (wait || 1000) * 2);
    timer = setTimeout(send, wait);
  }

  function send() {
    clearTimeout(timer);
    const taps = waiting().slice(0, MOST);
    if (sending) return;
    if (!taps.length) {
      wait = 0;
      show();
      return;
    }
    sending = true;
    const keys = taps.map((one) => one.key);
    keep(read().map((one) => (keys.includes(one.key) ? Object.assign(one, { sent: true }) : one)));
    const patience = new AbortController(), limit = setTimeout(() => patience.abort(), PATIENCE);
    const headers = JSON.parse(document.body.getAttribute('hx-headers'));
    fetch(run.form.dataset.url, {
      method: 'POST', headers: headers, body: JSON.stringify({ taps: taps }), redirect: 'manual', signal: patience.signal
    }).then((answer) => {
      if (answer.ok) return answer.json();
      /* not signed in any more, or not as when the page was opened: asking again does not help */
      shut = answer.status < 500 && answer.status !== 429;
      throw new Error(answer.status);
    }).then((answer) => {
      wait = 0;
      shut = false;
      settle(answer);
      sending = false;
      send();
    }).catch(() => {
      sending = false;
      later();
      show();
    }).then(() => clearTimeout(limit));
  }

  function leave(row) {
    keep(read().filter((one) => one.order !== orderOf(row) || !one.told));
  }

  document.addEventListener('click', (event) => {
    if (!run) return;
    const button = event.target.closest('button.tick-box, [data-tick-anyway], [data-tick-leave], [data-ask]');
    const row = button && button.closest('.tick');
    if (!row) return;
    event.preventDefault();
    if ('ask' in button.dataset) {
      /* the row anew: with the form of a shortage, or with the number. Each byte counts sixty times, so one address is
         written once */
      const address = button.href || run.form.dataset.phone.replace('/0/', '/' + orderOf(row) + '/');
      htmx.ajax(button.href ? 'GET' : 'POST', address, { source: button, target: row, swap: 'outerHTML' });
      return;
    }
    if ('tickLeave' in button.dataset) leave(row);
    else tap(row, row.querySelector('button.tick-box'));
    if (!button.matches('.tick-box')) button.closest('.stack').remove();
  });

  linli.behave('form#ticks', (form) => {
    run = { form: form, kept: 'ticks:' + form.dataset.kept };
    /* what is still to be chosen is asked again: the house answers as it did */
    keep(read().map((one) => Object.assign(one, { told: false })));
    show();
    send();
    ['online', 'pageshow'].forEach((name) => addEventListener(name, send));
    document.addEventListener('visibilitychange', send);
    document.addEventListener('htmx:afterSettle', show);
  });
})();
