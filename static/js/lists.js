/* Lists at the desk: choosing rows for a bulk action, moving cards on a board by keys. */
(function () {
  'use strict';

  /* [data-bulk-list] holds a table with row checkboxes, [data-all] and the bar [data-bulk] with [data-count] */
  document.addEventListener('change', (event) => {
    const list = event.target.closest('[data-bulk-list]');
    if (!list || event.target.type !== 'checkbox') return;
    const everything = list.querySelector('[data-all]');
    const rows = linli.all('tbody input[type=checkbox]', list);
    if (event.target === everything) rows.forEach((row) => { row.checked = everything.checked; });
    rows.forEach((row) => row.closest('tr').classList.toggle('picked', row.checked));
    const count = rows.filter((row) => row.checked).length;
    const bar = list.querySelector('[data-bulk]');
    bar.hidden = count === 0;
    bar.querySelector('[data-count]').textContent = count;
    everything.checked = count > 0 && count === rows.length;
    everything.indeterminate = count > 0 && count < rows.length;
  });

  /* [data-board] > [data-column] > [data-card] with an id: ↑ ↓ go through a column, ← → press the card's own
     buttons [data-move=left] and [data-move=right]; the server moves it and says so */
  let moved = null;
  function neighbour(card, by) {
    const cards = linli.all('[data-card]', card.closest('[data-column]'));
    return cards[cards.indexOf(card) + by];
  }
  document.addEventListener('keydown', (event) => {
    const card = event.target.closest('[data-card]');
    if (!card || event.target !== card) return;
    const side = { ArrowLeft: 'left', ArrowRight: 'right' }[event.key];
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (side) {
      const button = card.querySelector('[data-move=' + side + ']');
      if (button && !button.disabled) {
        moved = card.id;
        button.click();
      }
    } else if (by) {
      const next = neighbour(card, by);
      if (next) next.focus();
    } else return;
    event.preventDefault();
  });
  document.addEventListener('htmx:afterSettle', () => {
    const card = moved && document.getElementById(moved);
    if (card) card.focus();
    moved = null;
  });
})();
