// SPDX-License-Identifier: Apache-2.0
// Shows the agents that a token may watch. What it receives is set as text, never as HTML.
'use strict';

const kStored = 'metabatch.token'; // session storage: gone with the tab
const kAgentsAtOnce = 1000; // of one bulk read; the service takes no more
const kShown = 120; // agents on the page
const kStreams = 4; // a browser opens six connections to a host
const kReadEvery = 5000; // ms: agents without a stream
const kLeastStale = 5; // seconds

const $ = (id) => document.getElementById(id);
const state = { token: sessionStorage.getItem(kStored) ?? '', ids: [], agents: new Map(), cards: new Map(), visible: new Set(), streams: new Map(), epoch: 0 };

const headers = () => (state.token ? { 'Coder-Session-Token': state.token } : {});
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function showProblem(text) {
  $('problem').textContent = text;
  $('problem').hidden = !text;
}

/** Asks for a token; everything that was shown goes. */
function ask(why) {
  ++state.epoch;
  for (const stream of state.streams.values()) stream.abort();
  state.streams.clear();
  state.ids = [];
  state.agents.clear();
  sessionStorage.removeItem(kStored);
  state.token = '';
  $('ask').hidden = false;
  $('forget').hidden = true;
  $('summary').textContent = '';
  showProblem(why);
  show();
  $('token').focus();
}

class Refused extends Error {}

async function readJson(path) {
  const answer = await fetch(path, { headers: headers(), cache: 'no-store' });
  if (answer.status === 401) throw new Refused(state.token ? 'The service does not accept this token.' : '');
  if (!answer.ok) throw new Error(`The service answered ${answer.status}.`);
  return answer.json();
}

function keep(id, rows) {
  state.agents.set(id, { rows, at: Date.now() });
}

/** Reads the list, and the rows of those without a stream. */
async function readAll(epoch) {
  const ids = await readJson('api/v2/metadata/agents');
  if (epoch !== state.epoch) return;
  state.ids = ids;
  for (const id of state.agents.keys()) if (!ids.includes(id)) state.agents.delete(id);
  const wanted = matching(state.ids).slice(0, kAgentsAtOnce).filter((id) => !state.streams.has(id));
  for (let from = 0; from < wanted.length; from += 100) {
    const found = await readJson(`api/v2/metadata?agents=${wanted.slice(from, from + 100).join(',')}`);
    if (epoch !== state.epoch) return;
    for (const { agent_id: id, metadata } of found) if (!state.streams.has(id)) keep(id, metadata);
  }
}

async function run() {
  const epoch = ++state.epoch;
  $('ask').hidden = true;
  while (epoch === state.epoch) {
    try {
      await readAll(epoch);
      if (epoch !== state.epoch) return;
      if (state.token) sessionStorage.setItem(kStored, state.token);
      $('forget').hidden = !state.token;
      showProblem('');
      show();
    } catch (error) {
      if (epoch !== state.epoch) return;
      if (error instanceof Refused) return ask(error.message);
      showProblem(error instanceof TypeError ? 'The service cannot be reached; it is tried again.' : error.message);
    }
    await pause(kReadEvery);
  }
}

/** The events of a stream of server-sent events, as [type, data]. */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const fields = new Map(text.slice(0, end).split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
      yield [fields.get('event') ?? 'message', fields.get('data') ?? '', fields.get('retry')];
    }
  }
}

async function follow(id) {
  const abort = new AbortController();
  state.streams.set(id, abort);
  for (let wait = 1000; !abort.signal.aborted; await pause(wait)) {
    try {
      const answer = await fetch(`api/v2/workspaceagents/${id}/watch-metadata`, { headers: headers(), signal: abort.signal });
      if (!answer.ok) break; // the next reading says why
      for await (const [type, data, retry] of eventsOf(answer.body)) {
        if (retry) wait = Number(retry) || wait;
        if (type === 'data') keep(id, JSON.parse(data));
        if (type === 'error') showProblem(JSON.parse(data).message);
        if (type === 'data') showAgent(id, true);
      }
    } catch {
      // Ended or aborted: it is opened again, or not.
    }
    showAgent(id, false);
  }
  if (state.streams.get(id) === abort) state.streams.delete(id);
}

/** Opens streams for the first agents in view, and ends those of others. */
function chooseStreams() {
  const wanted = [...$('agents').children].map((card) => card.dataset.id).filter((id) => state.visible.has(id)).slice(0, kStreams);
  for (const [id, abort] of state.streams) {
    if (wanted.includes(id)) continue;
    abort.abort();
    state.streams.delete(id);
    showAgent(id, false);
  }
  for (const id of wanted) if (!state.streams.has(id)) follow(id);
}

const searched = () => $('search').value.trim().toLowerCase();
const textOf = ({ result, description }) => `${description.key}\n${description.display_name}\n${result.value}\n${result.error}`.toLowerCase();
const rowsOf = (id, words) => {
  const rows = state.agents.get(id)?.rows ?? [];
  return !words || id.includes(words) ? rows : rows.filter((row) => textOf(row).includes(words));
};
const matching = (ids) => {
  const words = searched();
  return words ? ids.filter((id) => id.includes(words) || !state.agents.has(id) || rowsOf(id, words).length > 0) : ids;
};

function ageText(seconds) {
  for (const [unit, size] of [['d', 86400], ['h', 3600], ['min', 60]]) if (seconds >= size * 2) return `${Math.floor(seconds / size)} ${unit}`;
  return `${Math.max(0, Math.floor(seconds))} s`;
}

/** never, stale, error or fresh; an interval of 0 says nothing about the age. */
function judged({ result, description }, age) {
  if (result.collected_at.startsWith('0001-')) return 'never';
  if (description.interval > 0 && age > Math.max(kLeastStale, description.interval + 2 * description.timeout)) return 'stale';
  return result.error ? 'error' : 'fresh';
}

const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

function element(name, parent, className = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  return parent.appendChild(made);
}

let choosing; // a timer: whoever scrolls past an agent opens no stream
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) state.visible[isIntersecting ? 'add' : 'delete'](target.dataset.id);
  clearTimeout(choosing);
  choosing = setTimeout(chooseStreams, 300);
});

function cardOf(id) {
  if (state.cards.has(id)) return state.cards.get(id);
  const card = document.createElement('section');
  card.dataset.id = id;
  const head = element('h2', card);
  head.id = `agent-${id}`;
  head.append(id);
  element('span', head);
  card.setAttribute('aria-labelledby', head.id);
  element('tbody', element('table', card));
  element('p', card);
  state.cards.set(id, card);
  return card;
}

function showRow(line, row, seconds) {
  const age = row.result.age + seconds, status = judged(row, age);
  if (line.className !== status) line.className = status;
  const [key, value, when] = line.children;
  setText(key, row.description.display_name || row.description.key);
  if (key.title !== row.description.key) key.title = row.description.key;
  setText(value, status === 'never' ? 'no report yet' : row.result.error || row.result.value);
  setText(when, status === 'never' ? '' : status === 'stale' ? `stale, ${ageText(age)}` : ageText(age));
}

function showAgent(id, isLive = state.streams.has(id)) {
  const card = state.cards.get(id), known = state.agents.get(id);
  if (!card?.isConnected) return;
  card.classList.toggle('live', isLive && Boolean(known));
  setText(card.querySelector('h2 span'), known ? (isLive ? 'live' : 'read now and then') : '');
  const rows = rowsOf(id, searched()), body = card.querySelector('tbody'), note = card.querySelector('p');
  while (body.rows.length > rows.length) body.deleteRow(-1);
  while (body.rows.length < rows.length) {
    const line = element('tr', body);
    element('th', line).scope = 'row';
    element('td', line, 'value');
    element('td', line, 'age');
  }
  rows.forEach((row, i) => showRow(body.rows[i], row, (Date.now() - known.at) / 1000));
  note.hidden = rows.length > 0;
  setText(note, known ? 'This agent has no keys.' : 'Being read.');
}

function show() {
  const found = matching(state.ids), shown = found.slice(0, kShown), place = $('agents');
  for (const [id, card] of state.cards) {
    if (shown.includes(id)) continue;
    seen.unobserve(card);
    card.remove();
    state.cards.delete(id);
    state.visible.delete(id);
  }
  shown.forEach((id, i) => {
    const card = cardOf(id);
    if (place.children[i] !== card) place.insertBefore(card, place.children[i] ?? null);
    seen.observe(card);
    showAgent(id);
  });
  if ($('ask').hidden) setText($('summary'), `${found.length === state.ids.length ? '' : `${found.length} of `}${state.ids.length} agents`);
  setText($('more'), found.length > shown.length ? `${found.length - shown.length} more agents are not shown; search for them.` : '');
  $('more').hidden = found.length <= shown.length;
  chooseStreams();
}

$('search').addEventListener('input', show);
$('forget').addEventListener('click', () => ask(''));
$('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  state.token = $('token').value.trim();
  $('token').value = '';
  run();
});
setInterval(() => [...state.cards.keys()].forEach((id) => showAgent(id)), 1000); // ages
run();
