// What tests/browser.py asks of a page. Evaluated by the driver, which the page's security policy doesn't bind.

// --- what is seen: each line box of each text that is shown. What is shown to nobody (collapsed to a pixel for those who
// listen, or put out of the page) is left out.

const known = new Map();

function hidden(e) {
  if (!e) return false;
  if (!known.has(e)) {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const away = /^(absolute|fixed)$/.test(style.position)
      && (box.width <= 1 || box.height <= 1 || box.right <= 0 || box.bottom <= -scrollY
        || /^inset\((50|100)%|^rect\(0/.test(style.clipPath) || /^rect\([01]/.test(style.clip));
    known.set(e, away || style.opacity === '0' || hidden(e.parentElement));
  }
  return known.get(e);
}

function* lines() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility({visibilityProperty: true}) || hidden(e)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width && box.height) yield {node, box};
  }
}

const cutting = new Map();

// The elements around, and this one, that cut what overflows them.
function cutters(e) {
  if (!e || e === document.body) return [];
  if (!cutting.has(e)) {
    const style = getComputedStyle(e), [x, y] = [style.overflowX, style.overflowY].map(way => /hidden|clip/.test(way));
    const own = x || y ? [{e, x, y, inside: e.getBoundingClientRect()}] : [];
    cutting.set(e, [...own, ...cutters(e.parentElement)]);
  }
  return cutting.get(e);
}

function misplaced() {
  const found = [], all = document.scrollingElement.scrollWidth;
  if (all > innerWidth) found.push(`wide: ${all} px in a window of ${innerWidth}`);
  for (const {node, box} of lines()) {
    const said = `« ${node.data.trim().slice(0, 60)} »`;
    if (box.right > innerWidth + 1 || box.left < -1)
      found.push(`out: ${said}, from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    for (const {e, x, y, inside} of cutters(node.parentElement))
      if (x && (box.right > inside.right + 1 || box.left < inside.left - 1)
        || y && (box.bottom > inside.bottom + 2 || box.top < inside.top - 2))
        found.push(`cut: ${said}, by <${e.localName}>`);
  }
  return found.slice(0, 8);
}

function inWindow() {
  const inside = new Map();
  for (const {node, box} of lines()) {
    const whole = box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
    inside.set(node, (inside.get(node) ?? true) && whole);
  }
  return [...inside].filter(([, whole]) => whole).map(([node]) => node.data);
}

// --- what it holds

function unsettled() {
  const seen = new Set(), found = [];
  for (const {id} of document.querySelectorAll('[id]'))
    seen.has(id) ? found.push(`twice: ${id}`) : seen.add(id);
  for (const link of document.querySelectorAll('a[href^="#"]'))
    if (!seen.has(decodeURIComponent(link.hash.slice(1)))) found.push(`leads nowhere: ${link.hash}`);
  for (const name of ['aria-labelledby', 'aria-describedby', 'for', 'headers'])
    for (const e of document.querySelectorAll(`[${name}]`))
      for (const id of e.getAttribute(name).split(/\s+/))
        if (id && !seen.has(id)) found.push(`${name}: ${id}`);
  return found;
}

// What a document may show: an embedded image that is there, with words for those who don't see it.
const logo = e => e.localName === 'img' && e.getAttribute('src').startsWith('data:image/') && e.naturalWidth > 0 && !!e.alt;

function odd() {
  const elements = /^(script|iframe|frame|object|embed|applet|form|base|math|video|audio|source|textarea|template)$/;
  const attributes = /^(on|style$|src|action|formaction|ping|background$|poster)/;
  return [...document.querySelectorAll('*')].flatMap(e => [
    ...(elements.test(e.localName) || e.localName === 'img' && !logo(e) ? [`<${e.localName}>`] : []),
    ...[...e.attributes].filter(a => attributes.test(a.name) && !(a.name === 'src' && logo(e))).map(a => `${a.name}=${a.value.slice(0, 60)}`),
    ...(e.localName === 'a' && !/^(https?:|mailto:|tel:|#|data:text\/csv)/.test(e.getAttribute('href')) ? [e.outerHTML] : []),
  ]);
}

function rows(...anchors) {
  return Object.fromEntries(anchors.map(anchor => [anchor, document.getElementById(anchor).innerText]));
}

// Outside a mesure's own place, the items of lists that lead to it.
function tiles(...anchors) {
  const outside = tile => !tile.querySelector('li') && !tile.closest('tr, [id^="mesure-"]') && tile.checkVisibility();
  return Object.fromEntries(anchors.map(anchor => [
    anchor,
    [...document.querySelectorAll(`li:has(> a[href="#${anchor}"])`)].filter(outside).map(tile => tile.textContent),
  ]));
}

// --- where one gets

const LOOKS = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'backgroundColor', 'borderTopColor',
  'borderLeftColor', 'borderLeftWidth', 'borderBottomColor', 'textDecorationLine'];

function look(e) {
  const style = getComputedStyle(e);
  return LOOKS.map(name => style[name]);
}

async function landed(anchor) {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const target = document.getElementById(anchor), found = [];
  if (!target) return [`${anchor}: no such place`];
  const parts = [target, ...target.querySelectorAll('*')];
  location.hash = '';
  const before = parts.map(e => look(e).join());
  location.hash = '#' + encodeURIComponent(anchor);
  await drawn();
  const walker = document.createTreeWalker(target, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (walker.nextNode() && !walker.currentNode.data.trim());
  range.selectNodeContents(walker.currentNode);
  const box = [...range.getClientRects()].find(line => line.width > 1);
  if (!box) found.push('nothing to see');
  else if (box.top < 0 || box.bottom > innerHeight) found.push(`out of the window, ${box.top} to ${box.bottom}`);
  else {
    const above = document.elementFromPoint(box.left + 1, box.top + box.height / 2);
    if (!above || !target.contains(above)) found.push(`under <${above?.localName}>`);
    const top = document.elementFromPoint(box.left + 1, Math.max(target.getBoundingClientRect().top, 0) + 2);
    if (!top || !target.contains(top)) found.push(`its top is under <${top?.localName}>`);
  }
  if (parts.every((e, i) => look(e).join() === before[i])) found.push('it looks as before');
  return found.map(fault => `${anchor}: ${fault}`);
}

// Where the keyboard can stop, in order: a group of radio buttons is one stop.
function stops() {
  const all = 'a[href], area[href], button, input, select, textarea, summary, [tabindex]';
  const stands = e => {
    if (e.type !== 'radio') return true;
    const group = [...document.querySelectorAll('input[type=radio]')].filter(other => other.name === e.name);
    return e === (group.find(other => other.checked) ?? group[0]);
  };
  return [...document.querySelectorAll(all)].filter(e => !e.disabled && e.tabIndex >= 0 && e.type !== 'hidden'
    && e.checkVisibility({visibilityProperty: true}) && stands(e));
}

const withLabels = e => [e, ...(e.labels ?? [])];
const named = e => `<${e.localName}> ${e.getAttribute('href') ?? e.id} « ${e.textContent.trim().slice(0, 30)} »`;

// Keeps the stops and how they look without the focus; how many there are.
function setOut() {
  window.__stops = stops().map(e => [e, withLabels(e).map(look)]);
  return window.__stops.length;
}

function stopped(place) {
  const found = [], [e, before] = window.__stops[place], here = document.activeElement;
  if (here !== e) return [`stop ${place}: on ${named(here)}, not on ${named(e)}`];
  const shows = withLabels(e).some((part, i) => {
    const [line, width, colour, shadow] = look(part), [line0, width0, colour0, shadow0] = before[i];
    return shadow !== 'none' && shadow !== shadow0
      || line !== 'none' && parseFloat(width) > 0 && [line, width, colour].join() !== [line0, width0, colour0].join();
  });
  if (!shows) found.push(`stop ${place}: the focus isn't seen on ${named(e)}`);
  const part = withLabels(e).findLast(one => one.getBoundingClientRect().width > 1) ?? e;
  const box = [...part.getClientRects()].find(line => line.width > 1) ?? part.getBoundingClientRect();
  const [width, height] = [box.width, box.height].map(side => Math.min(side, 20));
  if (box.top < -1 || box.left < -1 || box.top + height > innerHeight + 1 || box.left >= innerWidth)
    found.push(`stop ${place}: out of the window: ${named(e)}`);
  else {
    const above = document.elementFromPoint(box.left + width / 2, box.top + height / 2);
    if (above && !part.contains(above) && !above.contains(part)) found.push(`stop ${place}: under something: ${named(e)}`);
  }
  return found;
}

function cameRound() {
  return !window.__stops.length || [document.body, window.__stops[0][0]].includes(document.activeElement);
}

// The radio button that has the focus: its label, and the mesures and the tables without any that are shown with it.
function chosen() {
  const shown = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height > 1;
  const radio = document.activeElement;
  const tables = [...document.querySelectorAll('table')].filter(table => table.querySelector('[id^="mesure-"]'));
  return {
    id: radio.id,
    checked: radio.checked,
    label: withLabels(radio).map(label => label.textContent).join(' ').replace(/\s+/g, ' ').trim().toLowerCase(),
    mesures: [...document.querySelectorAll('[id^="mesure-"]')].filter(shown).map(e => e.id),
    empty: tables.filter(table => shown(table) && ![...table.querySelectorAll('tbody tr')].some(shown))
      .map(table => table.caption.textContent.trim()),
  };
}

// --- what is done to it

// How many folds were opened.
function unfold() {
  const folded = document.querySelectorAll('details:not([open])');
  folded.forEach(fold => { fold.open = true; });
  return folded.length;
}

function restyle(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}

function unstyle() {
  document.querySelectorAll('style, link[rel~=stylesheet]').forEach(sheet => sheet.remove());
}

// How many steps it took.
async function scrollThrough(step) {
  const drawn = () => new Promise(done => requestAnimationFrame(done));
  let steps = 0;
  for (let before = -1; scrollY > before; steps++) {
    before = scrollY;
    scrollBy(0, step);
    await drawn();
  }
  return steps;
}
