import { Chart } from './chart.js';
import { follow, setToken } from './feed.js';
import { growth } from './growth.js';
import * as letters from './letters.js';
import * as top from './top.js';
import { duration, element, number, table, word } from './view.js';

const find = (id) => document.getElementById(id);
const charts = find('charts');
const rate = new Chart(charts, 'Events a second', [' accepted', ' committed'], number);
const depth = new Chart(charts, 'Depth', [' events wait'], number);
const lag = new Chart(charts, 'Lag', [' of the oldest event'], duration);
const flush = new Chart(charts, 'Flush time', [' for a transaction'], duration);
let before = null;
let ledgerAt = null;
let connected = false;

function sum(streams, figure) {
  return streams.reduce((all, stream) => all + stream[figure], 0);
}

function drawCharts(now) {
  if (before) {
    const grown = growth(before, now);
    rate.add(grown.accepted, grown.committed);
    flush.add(grown.flushes ? grown.flushMillis / grown.flushes : 0);
  }
  depth.add(sum(now.streams, 'depth'));
  lag.add(Math.max(0, ...now.streams.map((stream) => stream.lagMillis)));
}

function drawStreams(now) {
  table(find('streams'),
    [['Stream'], ['Accepted', 'number'], ['Committed', 'number'], ['Depth', 'number'], ['Of', 'number'], ['Lag', 'number']],
    now.streams.map((stream) => [stream.stream, number(stream.accepted), number(stream.committed), number(stream.depth),
      number(stream.maxDepth), duration(stream.lagMillis)]),
    'No streams: there is no file in conf/streams.');
  table(find('partitions'),
    [['Partition'], ['State', 'text'], ['Read', 'number'], ['Epoch', 'number'], ['Cursor'], ['Owner']],
    now.streams.flatMap((stream) => stream.partitions.map((partition) => [
      `${stream.stream}/${partition.partition}`,
      state(partition), partition.uncommitted == null ? null : number(partition.uncommitted),
      partition.epoch == null ? null : number(partition.epoch), partition.cursor,
      partition.owner])),
    'No partitions.');
}

function state(partition) {
  if (partition.node == null) {
    return element('span', { className: 'bad' }, 'no node tells of it');
  }
  const good = partition.paused ? 'paused' : 'well';
  return word(!partition.trouble, good, `${partition.stopped ? 'stopped' : 'in trouble'}: ${partition.trouble}`);
}

function drawLedger(ledger) {
  if (!ledger || ledger.asOf === ledgerAt) {
    return;
  }
  ledgerAt = ledger.asOf;
  find('ledger-sum').replaceChildren(
    word(ledger.balanced, 'Every accepted event is accounted for', 'Events are missing'), `, as of ${ledger.asOf.slice(11, 19)} UTC`);
  const terms = ['accepted', 'committed', 'deduplicated', 'filtered', 'deadLettered', 'depth', 'missingEntries', 'missingEvents'];
  const titles = ['Accepted', 'Committed', 'Deduplicated', 'Filtered', 'Dead letters', 'Depth', 'Missing entries', 'Missing events'];
  table(find('ledger'), [['Stream'], ...titles.map((title) => [title, 'number'])],
    ledger.streams.map((stream) => [stream.stream, ...terms.map((term) => number(stream[term]))]), 'No streams.');
}

function parts(node) {
  const away = [['Redis', node.redis], ['PostgreSQL', node.database]].filter(([, good]) => good === false);
  return away.length ? word(false, '', `does not reach ${away.map(([name]) => name).join(' and ')}`) : word(true, 'well');
}

function drawNodes(now) {
  const own = now.nodes.find((node) => node.node === now.node) ?? {};
  find('parts').replaceChildren(...[['Redis', own.redis], ['PostgreSQL', own.database]].map(([name, good]) =>
    element('li', {}, `${name}: `, good == null ? 'not asked yet' : word(good, 'answers', 'does not answer'))));
  const silent = now.nodes.filter((node) => node.status === 'Up' && !node.answers).map((node) => node.node);
  write('missing', silent.length === 0 ? '' : `Without the figures of ${silent.join(', ')}: no answer.`);
  find('missing').hidden = silent.length === 0;
  const figure = (node, name) => (node.answers ? number(node[name]) : null);
  table(find('members'),
    [['Node'], ['Status'], ['Seen from here'], ['State', 'text'], ['Partitions', 'number'], ['Accepted', 'number'],
      ['Committed', 'number'], ['Depth', 'number']],
    now.nodes.map((node) => [node.node === now.node ? `${node.node} (this one)` : node.node,
      node.status, word(node.reachable, 'reachable', 'unreachable'), node.answers ? parts(node) : word(false, '', 'no answer'),
      ...['partitions', 'accepted', 'committed', 'depth'].map((name) => figure(node, name))]),
    'No nodes.');
  const where = now.nodes.length > 1 ? [['Node']] : [];
  table(find('alerts'), [['Alert'], ['Since'], ['What', 'text'], ...where],
    now.nodes.flatMap((node) => (node.alerts ?? []).map((alert) => [
      element('span', { className: 'bad' }, alert.alert), alert.since.slice(0, 19), alert.message, ...where.map(() => node.node)])),
    'None: no figure is past its limit.');
}

// a status that is written anew each second would be read out each second
function write(id, text) {
  if (find(id).textContent !== text) {
    find(id).textContent = text;
  }
}

function say(state, text) {
  find('connection').dataset.state = state;
  write('connection', text);
}

letters.begin();
top.begin();
follow({
  snapshot(now) {
    say('live', 'Live');
    find('token-form').hidden = true;
    letters.setStreams(now.streams.map((stream) => stream.stream));
    if (!connected) {
      connected = true;
      letters.search();
    }
    drawCharts(now);
    drawStreams(now);
    top.update(now.streams);
    drawLedger(now.ledger);
    drawNodes(now);
    before = now;
  },
  lost(reason) {
    connected = false;
    say('lost', `Not connected: ${reason}. Trying again…`);
  },
  tokenNeeded(reason) {
    say('lost', 'The admin token is needed.');
    const form = find('token-form');
    form.hidden = false;
    find('token-problem').textContent = reason;
    find('token').focus();
    return new Promise((resolve) => form.addEventListener('submit', (event) => {
      event.preventDefault();
      setToken(find('token').value.trim());
      resolve();
    }, { once: true }));
  },
});
