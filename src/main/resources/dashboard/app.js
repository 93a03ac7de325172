import { Chart } from './chart.js';
import { follow, setToken } from './feed.js';
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
  const streams = now.streams;
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  // a server that started anew counts from 0
  const more = (figure) => Math.max(0, sum(streams, figure) - sum(before?.streams ?? streams, figure));
  if (seconds > 0) {
    const flushes = more('flushes');
    rate.add(more('accepted') / seconds, more('committed') / seconds);
    flush.add(flushes ? more('flushMillis') / flushes : 0);
  }
  depth.add(sum(streams, 'depth'));
  lag.add(Math.max(0, ...streams.map((stream) => stream.lagMillis)));
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
      word(!partition.trouble, 'well', `${partition.stopped ? 'stopped' : 'in trouble'}: ${partition.trouble}`),
      number(partition.uncommitted), partition.epoch == null ? null : number(partition.epoch), partition.cursor,
      partition.owner])),
    'No partitions.');
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

function drawRest(now) {
  find('parts').replaceChildren(...[['Redis', now.redis], ['PostgreSQL', now.database]].map(([name, good]) =>
    element('li', {}, `${name}: `, good === undefined ? 'not asked yet' : word(good, 'answers', 'does not answer'))));
  find('own').hidden = now.members.length < 2;
  table(find('members'), [['Node'], ['Status'], ['Seen from here']],
    now.members.map((member) => [member.address === now.node ? `${member.address} (this one)` : member.address,
      member.status, word(member.reachable, 'reachable', 'unreachable')]), 'It has not joined a cluster yet.');
  table(find('alerts'), [['Alert'], ['Since'], ['What', 'text']],
    now.alerts.active.map((alert) => [element('span', { className: 'bad' }, alert.alert), alert.since.slice(0, 19), alert.message]),
    'None: no figure is past its limit.');
}

function say(state, text) {
  find('connection').dataset.state = state;
  // a status that is written anew each second would be read out each second
  if (find('connection').textContent !== text) {
    find('connection').textContent = text;
  }
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
    drawRest(now);
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
