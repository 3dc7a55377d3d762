/* A line chart answers the pointer and the arrow keys: a cursor, a point on each line, and what they say. */
(function () {
  'use strict';

  function piece(kind, parent) {
    const element = document.createElement('div');
    element.className = kind;
    element.hidden = true;
    parent.appendChild(element);
    return element;
  }

  function begin(chart) {
    const data = JSON.parse(chart.querySelector('script[type="application/json"]').textContent);
    const areas = linli.all('.plot-area', chart);
    const last = data.labels.length - 1;
    const tip = piece('plot-tip', areas[0]);
    const cursors = areas.map((area) => piece('plot-cursor', area));
    const points = data.panels.map((panel, index) =>
      panel.series.map((line) => piece('plot-point ' + line.style, areas[index])));
    let at = -1;
    tip.setAttribute('role', 'status');

    function place(index, x) {
      const panel = data.panels[index];
      const height = areas[index].clientHeight;
      cursors[index].hidden = false;
      cursors[index].style.transform = 'translateX(' + x + 'px)';
      panel.series.forEach((line, which) => {
        const value = line.values[at];
        const y = height - (value - panel.low) / (panel.high - panel.low) * height;
        points[index][which].hidden = value === null;
        points[index][which].style.transform = 'translate(' + x + 'px,' + y + 'px)';
      });
    }

    function say() {
      tip.textContent = '';
      const label = document.createElement('b');
      label.textContent = data.labels[at];
      tip.appendChild(label);
      data.panels.forEach((panel) => panel.series.forEach((line) => {
        const row = document.createElement('div');
        const figure = document.createElement('span');
        row.textContent = line.name;
        figure.textContent = line.texts[at];
        row.appendChild(figure);
        tip.appendChild(row);
      }));
    }

    function show(index) {
      if (index < 0 || index > last) return;
      at = index;
      const width = areas[0].clientWidth;
      const x = last ? width * at / last : 0;
      data.panels.forEach((panel, which) => place(which, x));
      say();
      tip.hidden = false;
      tip.style.transform = 'translateX(' + (x > width / 2 ? x - tip.offsetWidth - 14 : x + 14) + 'px)';
    }

    function hide() {
      at = -1;
      [tip].concat(cursors, ...points).forEach((element) => { element.hidden = true; });
    }

    chart.addEventListener('pointermove', (event) => {
      const box = areas[0].getBoundingClientRect();
      if (event.clientX < box.left - 10 || event.clientX > box.right + 10) return hide();
      show(Math.round((event.clientX - box.left) / box.width * last));
    });
    chart.addEventListener('pointerleave', hide);
    chart.addEventListener('blur', hide);
    chart.addEventListener('keydown', (event) => {
      if (event.target !== chart) return;
      if (event.key === 'ArrowRight') show(Math.min(last, at + 1));
      else if (event.key === 'ArrowLeft') show(at < 0 ? last : Math.max(0, at - 1));
      else if (event.key === 'Escape') hide();
      else return;
      event.preventDefault();
    });
  }

  linli.behave('[data-chart]', begin);
})();
