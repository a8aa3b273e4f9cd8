// SPDX-License-Identifier: Apache-2.0
/** A real `metabatch serve` on a file of its own, with agents. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const program = process.env.METABATCH_PROGRAM ?? join(root, 'build/dev/bin/metabatch');
export const watchToken = 'a-watch-token-of-some-length';

export class Service {
  constructor(...more) {
    this.folder = mkdtempSync(join(tmpdir(), 'metabatch-'));
    this.more = more;
    this.db = ['--db', `sqlite:${join(this.folder, 'm.db')}`];
    this.agents = [1, 2, 3].map(() => {
      const { agent, token } = JSON.parse(execFileSync(program, ['agents', 'add', '--key', 'cpu', '--key', 'mem', '--json', ...this.db], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { token, path: `/api/v2/workspaceagents/${agent}/watch-metadata` };
    });
    writeFileSync(join(this.folder, 'tokens'), `${watchToken}\n`);
  }
  /** Serves, on the previous port if there was one. */
  async start() {
    const flags = ['--drain-grace', '0s', '--interval', '50ms', '--schedule', 'linger', '--log-format', 'json', '--watch-token-file', join(this.folder, 'tokens')];
    this.process = spawn(program, ['serve', ...this.db, '--listen', `127.0.0.1:${this.port ?? 0}`, ...flags, ...this.more], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface(this.process.stderr)) {
      const said = JSON.parse(line);
      if (said.event !== 'serving') continue;
      this.port = Number(said.port);
      this.origin = `http://127.0.0.1:${this.port}`;
      this.process.stderr.resume();
      return this;
    }
    throw new Error('the service did not start');
  }
  /** The status it ended with, or the signal. */
  async stop(signal = 'SIGTERM') {
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    const [status, killed] = await ended;
    return killed ?? status;
  }
  async end() {
    if (this.process?.exitCode === null && this.process.signalCode === null) await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
  /** Says more about a key of an agent. Its token is another one then, so it is read anew. */
  describe(agent, key, ...flags) {
    const id = agent.path.split('/')[4];
    const added = execFileSync(program, ['agents', 'add', id, '--key', key, ...flags, '--json', ...this.db], { stdio: ['ignore', 'pipe', 'ignore'] });
    agent.token = JSON.parse(added).token;
  }
  /** The service's answer to a report of an agent. */
  async report({ token }, values) {
    const metadata = Object.entries(values).map(([key, value]) => ({ key, collected_at: new Date().toISOString(), age: 0, value, error: '' }));
    const answer = await fetch(`${this.origin}/api/v2/workspaceagents/me/metadata`, {
      method: 'POST',
      headers: { 'Coder-Session-Token': token },
      body: JSON.stringify({ metadata }),
    });
    return answer.status;
  }
}

/** An operator's dashboard: a page of its own, and in front of the service, as which it presents the token. */
export async function dashboard(service) {
  const headers = (from) => ({ ...from, 'coder-session-token': watchToken });
  const server = createServer((asked, answer) => {
    if (asked.url === '/') return answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>dashboard</title><link rel=icon href="data:,">');
    const onward = request({ port: service.port, host: '127.0.0.1', path: asked.url, method: asked.method, headers: headers(asked.headers) }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
      answered.on('error', () => answer.destroy());
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  server.on('upgrade', (asked, socket, head) => {
    const onward = connect(service.port, '127.0.0.1', () => {
      const lines = Object.entries(headers(asked.headers)).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [[onward, socket], [socket, onward]]) one.on('error', () => other.destroy());
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const end = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, end };
}
