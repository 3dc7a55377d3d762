/* Draws what stands in [data-poster] into one PNG: WeChat sends and keeps pictures, and only those. The text is set in
   the fonts of the device, so that no Chinese font has to be sent. */
(function () {
  'use strict';

  const WIDTH = 750;
  const EDGE = 56;
  const QR = 320;
  const PAPER = '#fffefb';
  const INK = '#25211c';
  const PALE = '#6b6257';
  const BRAND = '#14573f';
  const LINE = '#e5ded1';
  const STYLES = {
    title: { size: 46, bold: true, ink: BRAND, after: 28 },
    goods: { size: 34, bold: true, ink: INK, after: 10 },
    terms: { size: 26, bold: false, ink: PALE, after: 14 },
    plain: { size: 30, bold: false, ink: INK, after: 6, centred: true },
    small: { size: 26, bold: false, ink: PALE, after: 0, centred: true },
  };

  function font(style) {
    return (style.bold ? '600 ' : '') + style.size + 'px ' + getComputedStyle(document.body).fontFamily;
  }

  /* breaks between any two characters, as Chinese does; Latin words that fit stay whole */
  function broken(pen, text, width) {
    const lines = [];
    let line = '';
    (text.match(/[A-Za-z0-9¥.,/]+|[\s\S]/gu) || []).forEach((part) => {
      if (line && pen.measureText(line + part).width > width) {
        lines.push(line.trim());
        line = '';
      }
      line += part;
    });
    return lines.concat(line.trim());
  }

  /* one pass to measure, one to draw: `pen` sets the text, `y` is where the next line begins */
  function put(pen, element, y, draws) {
    const style = STYLES[element.dataset.line];
    const price = element.dataset.line === 'goods' ? element.querySelector('span').textContent : '';
    const last = element.dataset.line === 'plain' && element.previousElementSibling.matches('ul');
    const text = price ? element.querySelector('b').textContent : element.textContent.trim();
    pen.font = font(style);
    pen.fillStyle = style.ink;
    const room = WIDTH - 2 * EDGE - (price ? pen.measureText(price).width + 24 : 0);
    if (price || last) y += 20;
    if ((price || last) && draws) {
      pen.fillStyle = LINE;
      pen.fillRect(EDGE, y - 18, WIDTH - 2 * EDGE, 2);
      pen.fillStyle = style.ink;
    }
    if (price && draws) {
      pen.fillStyle = BRAND;
      pen.textAlign = 'right';
      pen.fillText(price, WIDTH - EDGE, y + style.size);
      pen.fillStyle = style.ink;
    }
    broken(pen, text, room).forEach((line) => {
      y += style.size;
      pen.textAlign = style.centred ? 'center' : 'left';
      if (draws) pen.fillText(line, style.centred ? WIDTH / 2 : EDGE, y);
      y += style.size * .3;
    });
    return y + style.after;
  }

  function set(pen, poster, qr, draws) {
    let y = EDGE;
    poster.querySelectorAll('[data-line], img').forEach((element) => {
      if (element !== qr) {
        y = put(pen, element, y, draws);
        return;
      }
      if (draws) {
        pen.imageSmoothingEnabled = false;
        pen.drawImage(qr, (WIDTH - QR) / 2, y + 12, QR, QR);
      }
      y += QR + 24;
    });
    return y + EDGE;
  }

  function draw(poster) {
    const qr = poster.querySelector('img');
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    canvas.width = WIDTH;
    canvas.height = Math.ceil(set(pen, poster, qr, false));
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    set(pen, poster, qr, true);

    const picture = new Image(WIDTH, canvas.height);
    picture.alt = Array.from(poster.querySelectorAll('[data-line]'), (line) => line.textContent.trim()).join('\n');
    picture.src = canvas.toDataURL('image/png');
    poster.replaceChildren(picture);
    poster.classList.add('is-drawn');
  }

  linli.behave('[data-poster]', (poster) => {
    const qr = poster.querySelector('img');
    if (qr.complete && qr.naturalWidth) draw(poster);
    else qr.addEventListener('load', () => draw(poster), { once: true });
  });
})();
