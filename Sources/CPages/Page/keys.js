// The keyboard: everything on the page, without a mouse.
import { byId, element, on } from './words.js';
import { MEASURES } from './map.js';

const HELP = [['1 … 5', 'what the map shows'], ['arrows', 'from cell to cell'], ['Enter', 'open the cell'],
    ['/', 'filter cells'],
  ['c', 'find a customer'], ['k', 'kill the cell'], ['f', 'inject a fault'], ['e', 'evacuate its region'],
  ['d', 'run a drill'],
  [', and .', 'ten seconds back; now'], ['!', 'halt: ends faults and drills at once'], ['Esc', 'close'],
      ['?', 'this help']];

export function listenToKeys(page) {
  byId('help-list').replaceChildren(...HELP.flatMap(([key, what]) =>
    [element('dt', {}, element('kbd', {}, key)), element('dd', {}, what)]));
  on('help-open', 'click', () => byId('help').showModal());
  on('help-close', 'click', () => byId('help').close());
  on(document, 'keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key !== 'Escape'
        && event.target.closest?.('input:not([type=radio]):not([type=range]), select, textarea')) return;
    if (press(page, event.key)) event.preventDefault();
  });
}

/// Does what a key stands for; false where it stands for nothing.
function press(page, key) {
  const { store, map } = page;
  const measure = MEASURES[Number(key) - 1];
  if (measure) {
    map.choose(measure);
    return true;
  }
  const cell = page.drawer.name ?? (store.shape ? map.name(map.focused) : null);
  switch (key) {
    case '/': byId('filter').focus(); return true;
    case 'c': byId('customer').focus(); return true;
    case ',': page.time.step(-10_000); return true;
    case '.': page.time.hold(null); return true;
    case '?': byId('help').showModal(); return true;
    case '!': page.actions.halt(); return true;
    case 'k': if (cell) page.actions.begin('kill', cell); return true;
    case 'f': if (cell) page.actions.begin('fault', cell); return true;
    case 'd': page.actions.run('drill'); return true;
    case 'e': if (cell) page.actions.begin('evacuate', regionOf(store.shape, cell)); return true;
    case 'Escape': page.drawer.name === null ? document.activeElement?.blur?.() : page.drawer.close(); return false;
    default: return false;
  }
}

const regionOf = (shape, name) => shape.regions[shape.zones.at[shape.cells.at[shape.cells.name.indexOf(name)]]];
