// The administrative routes: the token, questions, and the feed, which begins again by itself.
const KEY = 'weir-admin-token';
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const SILENCE = 5_000;

export function setToken(token) {
  sessionStorage.setItem(KEY, token);
}

function headers() {
  const token = sessionStorage.getItem(KEY);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** What an administrative route answers. */
export function ask(path, options = {}) {
  return get(`api/admin/${path}`, options);
}

/** The JSON of an answer; throws what the server says is wrong. */
export async function get(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: headers() });
  if (answer.ok) {
    return answer.json();
  }
  throw new Error(await problem(answer));
}

async function problem(answer) {
  const said = await answer.json().catch(() => ({}));
  return said.detail ?? said.title ?? `the server answered ${answer.status}`;
}

/**
 * Follows the feed for ever. Calls one of snapshot(json), lost(reason, pause), and tokenNeeded(reason); after the last,
 * goes on once the promise that it answers is fulfilled.
 */
export async function follow({ snapshot, lost, tokenNeeded }) {
  let pause = FIRST_PAUSE;
  for (;;) {
    let reason = 'the server ended the feed';
    try {
      const refused = await listen((data) => {
        pause = FIRST_PAUSE;
        snapshot(data);
      });
      if (refused?.status === 401) {
        await tokenNeeded(refused.reason);
        continue;
      }
      reason = refused?.reason ?? reason;
    } catch {
      reason = 'the server does not answer';
    }
    const jittered = pause * (0.75 + Math.random() / 2);
    lost(reason, jittered);
    await new Promise((resolve) => setTimeout(resolve, jittered));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

async function listen(take) {
  // an EventSource can send no Authorization
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), SILENCE);
  try {
    const answer = await fetch('api/admin/live', { headers: headers(), signal: silence.signal });
    if (!answer.ok) {
      return { status: answer.status, reason: await problem(answer) };
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return null;
      }
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(), SILENCE);
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        take(JSON.parse(event.replace(/^data: /, '')));
      }
    }
  } finally {
    clearTimeout(watch);
  }
}
