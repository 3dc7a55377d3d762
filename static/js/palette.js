/* The palette: ⌘K, Ctrl K or / opens it, letters narrow the places and find rows, arrows and Enter go. */
(function () {
  'use strict';

  const palette = document.getElementById('palette');
  const input = palette.querySelector('input');
  const list = palette.querySelector('ul');
  const nothing = palette.querySelector('[data-nothing]');
  const places = linli.all('li', list);
  let asked = 0;
  let waiting = false;

  function shown() {
    return linli.all('li:not([hidden]) > a', list);
  }

  function choose(option) {
    linli.all('a', list).forEach((other) => other.setAttribute('aria-selected', String(other === option)));
    if (option) {
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else {
      input.removeAttribute('aria-activedescendant');
    }
    nothing.hidden = Boolean(option) || waiting;
  }

  function narrow() {
    const wanted = input.value.trim().toLowerCase();
    places.forEach((place) => {
      place.hidden = !place.textContent.toLowerCase().includes(wanted);
    });
    show('');  // rows found by fewer letters leave at once, or Enter would go to one of them
    waiting = Boolean(wanted && palette.dataset.paletteUrl);
    choose(shown()[0]);
    find(wanted);
  }

  /* what only the server knows: it answers with <li> options, the last question wins */
  function find(wanted) {
    asked += 1;
    const mine = asked;
    const answered = (html) => {
      if (mine !== asked) return;
      waiting = false;
      show(html);
      choose(list.querySelector('[aria-selected=true]') || shown()[0]);
    };
    setTimeout(() => {
      if (mine !== asked || !waiting) return;
      fetch(palette.dataset.paletteUrl + '?q=' + encodeURIComponent(wanted), { headers: { 'HX-Request': 'true' } })
        .then((answer) => (answer.ok ? answer.text() : ''))
        .then(answered, () => answered(''));
    }, 180);
  }
  function show(html) {
    linli.all('li[data-found]', list).forEach((old) => old.remove());
    const parsed = new DOMParser().parseFromString('<ul>' + html + '</ul>', 'text/html');
    linli.all('li', parsed).forEach((item, index) => {
      item.dataset.found = '';
      item.querySelector('a').id = 'palette-found-' + index;
      list.appendChild(item);
    });
  }

  function move(by) {
    const options = shown();
    const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    if (options.length) choose(options[(at + by + options.length) % options.length]);
  }

  palette.addEventListener('opened', () => {
    input.value = '';
    narrow();
    input.focus();
  });
  input.addEventListener('input', narrow);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter') {
      const chosen = list.querySelector('[aria-selected=true]');
      if (chosen) chosen.click();
    } else return;
    event.preventDefault();
  });

  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const asks = (event.key === 'k' && (event.metaKey || event.ctrlKey)) || (event.key === '/' && !typing);
    if (asks && !palette.open) {
      event.preventDefault();
      linli.openDialog('palette');
    }
  });
})();
