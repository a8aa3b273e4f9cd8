#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""unit.py PROGRAM RESOURCES: runs the service as its systemd unit says, as far as that needs no systemd as process 1.

The command, the environment, the umask and the credentials are read from the unit as it is shipped. The service runs as a
foreign user without a name, without a privilege, in a system that is read-only but for its state. Credentials are given in
both ways of systemd: as files that the user owns, and as files of root that an access control list opens. Ends with 0 when all
of it holds. Needs root and a root folder that is a mount point, and says so with 77 where it has not."""
import contextlib
import encodings.idna  # here and two below: Python itself may lie in a folder that is covered later
import fcntl
import grp
import http.client
import json
import os
import pathlib
import pwd
import shlex
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import struct
import subprocess
import sys

import unit_server

USER = 64123  # of the range that systemd gives to DynamicUser
STAGE = pathlib.Path('/run/unit')
STATE = pathlib.Path('/var/lib/metabatch')
RUNTIME = pathlib.Path('/run/metabatch')
CREDENTIALS = pathlib.Path('/run/credentials/metabatch.service')
SECRETS = pathlib.Path('/etc/metabatch')
SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)
PATIENCE = 30  # seconds, for any one event
REPORTS = '/api/v2/workspaceagents/me/metadata'
MODULES = [encodings.idna, grp, pwd]  # used by others
DROPPED = ['--reuid', str(USER), '--regid', str(USER), '--clear-groups', '--no-new-privs', '--bounding-set', '-all', '--inh-caps', '-all']


def fail(text):
    sys.exit(f'unit: {text}')


def expect(holds, text):
    if not holds:
        fail(text)


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE, **options)
    expect(done.returncode == 0, f'{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}')
    return done.stdout


class Unit:
    """The settings of [Service], each a list; those in the comment about a drop-in count where it is asked for."""

    def __init__(self, path, has_drop_in):
        self.settings = {}
        for line in path.read_text().splitlines():
            if has_drop_in and line.startswith('#   '):
                line = line[1:].strip()
            key, equals, value = line.partition('=')
            if equals and key.isalpha():
                self.settings.setdefault(key, []).append(value)

    def all(self, key):
        return self.settings.get(key, [])

    def one(self, key):
        return self.all(key)[-1]

    def environment(self):
        made = {'HOME': '/', 'USER': 'metabatch', 'LOGNAME': 'metabatch', 'PATH': '/usr/local/bin:/usr/bin:/bin',
                'STATE_DIRECTORY': str(STATE), 'CREDENTIALS_DIRECTORY': str(CREDENTIALS), 'LANG': 'C.UTF-8'}
        for line in self.all('Environment'):
            for word in shlex.split(line):
                key, _, value = word.partition('=')
                made[key] = value.replace('%d', str(CREDENTIALS))
        return made


def open_by_list(path):
    """Opens a file of root to USER, as systemd does where the file system has access control lists."""
    entry = struct.Struct('<HHI').pack
    nobody = 0xFFFFFFFF
    path.chmod(0o400)
    os.setxattr(path, 'system.posix_acl_access', struct.pack('<I', 2) + entry(0x01, 4, nobody) + entry(0x02, 4, USER) +
                entry(0x04, 0, nobody) + entry(0x10, 4, nobody) + entry(0x20, 0, nobody))
    expect(stat.S_IMODE(path.stat().st_mode) == 0o440, f'{path} has not the mode that a list shows')


def give_credentials(unit, has_lists):
    shutil.rmtree(CREDENTIALS, ignore_errors=True)
    CREDENTIALS.mkdir(parents=True, mode=0o700)
    given = {}
    for line in unit.all('SetCredential'):
        name, _, text = line.partition(':')
        given[name] = text.encode()
    for line in unit.all('LoadCredential'):
        name, _, path = line.partition(':')
        if os.path.exists(path):
            given[name] = pathlib.Path(path).read_bytes()
        expect(name in given, f'{path} is missing, and systemd would not start the service')
    for name, text in given.items():
        path = CREDENTIALS / name
        path.write_bytes(text)
        if has_lists:
            open_by_list(path)
        else:
            path.chmod(0o400)
            os.chown(path, USER, USER)
    os.chown(CREDENTIALS, USER, USER)


class Service:
    """The process of the unit, and what it tells its manager."""

    def __init__(self, unit, program, has_lists=False):
        self.unit = unit
        give_credentials(unit, has_lists)
        RUNTIME.mkdir(exist_ok=True)
        os.chown(RUNTIME, USER, USER)
        expect(unit.one('RuntimeDirectory') == RUNTIME.name, 'the unit has another runtime folder')
        STATE.mkdir(exist_ok=True)
        STATE.chmod(int(unit.one('StateDirectoryMode'), 8))
        os.chown(STATE, USER, USER)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.settimeout(PATIENCE)
        address = STAGE / 'notify'
        address.unlink(missing_ok=True)
        self.manager.bind(str(address))
        address.chmod(0o777)
        command = shlex.split(unit.one('ExecStart'))
        expect(command[0] == '/usr/bin/metabatch', f'ExecStart begins with {command[0]}')
        self.environment = unit.environment() | {'NOTIFY_SOCKET': str(address), 'WATCHDOG_USEC': '30000000'}
        self.umask = int(unit.one('UMask'), 8)
        self.log = STAGE / 'log'
        with open(self.log, 'w') as log:
            self.process = subprocess.Popen(['setpriv', *DROPPED, '--', program, *command[1:]], env=self.environment, cwd='/',
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, umask=self.umask)
        self.program = program

    def said(self, wanted):
        """Waits until the manager was told this."""
        told = ''
        while wanted not in told:
            try:
                told = self.manager.recv(4096).decode()
            except TimeoutError:
                fail(f'{wanted} does not come:\n{self.log.read_text()}')

    def reload(self):
        command = shlex.split(self.unit.one('ExecReload').replace('$MAINPID', str(self.process.pid)))
        run('setpriv', *DROPPED, '--', *command)
        self.said('RELOADING=1')
        self.said('READY=1')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.said('STOPPING=1')
        status = self.process.wait(PATIENCE)
        well = {0} | {int(word) for word in self.unit.all('SuccessExitStatus')}
        expect(status in well, f'it ended with {status}:\n{self.log.read_text()}')
        return status

    def run(self, *arguments):
        return run('setpriv', *DROPPED, '--', self.program, *arguments, env=self.environment, umask=self.umask, cwd='/')


def ask(connection, method, path, headers=None, body=None):
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('localhost', timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def plain():
    return http.client.HTTPConnection('127.0.0.1', 7280, timeout=PATIENCE)


def await_readiness(connect):
    """Every request is a round trip; the service reads its agents soon."""
    for _ in range(2000):
        status, text = ask(connect(), 'GET', '/readyz')
        if status == 200:
            return
    fail(f'it does not become ready: {text}')


def token_from(service, *more):
    return json.loads(service.run('agents', 'add', '--key', 'cpu', '--json', *more))['token']


def report(connect, token, value):
    status, text = ask(connect(), 'POST', REPORTS, {'Coder-Session-Token': token},
                       json.dumps({'metadata': [{'key': 'cpu', 'value': value}]}))
    expect(status == 204, f'a report is answered {status}: {text}')


def check_files():
    for path in [STATE, *STATE.rglob('*')]:
        found = path.stat()
        expect(found.st_uid == USER and stat.S_IMODE(found.st_mode) & 0o077 == 0, f'{path} is open: {stat.filemode(found.st_mode)}')


def as_shipped(unit, program):
    """Nothing is configured: a file in the state folder, agents added by the command that the unit names."""
    service = Service(unit, program)
    service.said('READY=1')
    token = token_from(service)
    await_readiness(plain)
    report(plain, token, 'as shipped')
    service.reload()
    service.said('WATCHDOG=1')
    expect(service.stop() == 0, 'it did not end with 0')
    check_files()
    files = list(STATE.rglob('*.db'))
    expect(len(files) == 1, f'the state folder holds {files}')
    with contextlib.closing(sqlite3.connect(files[0])) as database:
        rows = database.execute('SELECT value FROM workspace_agent_metadata').fetchall()
    expect(rows == [('as shipped',)], f'the file holds {rows}')
    print('unit: as shipped, it serves, reloads and ends in order')


def on_a_socket(unit, program):
    """In the runtime folder; the second time over the file that a killed service has left."""
    path = RUNTIME / 'socket'
    unit.settings['Environment'].append(f'METABATCH_LISTEN=unix:{path}')
    service = Service(unit, program)
    service.said('READY=1')
    service.process.kill()
    service.process.wait()
    expect(path.is_socket(), 'the killed service left no socket')
    service = Service(unit, program)
    service.said('READY=1')
    await_readiness(lambda: UnixConnection(str(path)))
    found = path.stat()
    expect(found.st_uid == USER and stat.S_IMODE(found.st_mode) == 0o660, f'the socket has the mode {stat.filemode(found.st_mode)}')
    expect(service.stop() == 0 and not path.exists(), 'the socket was not removed')
    shutil.rmtree(STATE)
    print('unit: it serves on a Unix socket')


def make_secrets(address):
    SECRETS.mkdir()
    (SECRETS / 'config.toml').write_text(f'db = "{address}"\n')
    (SECRETS / 'pgpass').write_text('# of the database\n*:*:metabatch:metabatch:of the \\: unit\n')
    (SECRETS / 'watch-tokens').write_text('the-token-of-the-watchers\n')
    (SECRETS / 'metrics-token').write_text('the-token-of-the-metrics\n')
    run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=unit',
        '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', SECRETS / 'tls.key', '-out', SECRETS / 'tls.crt')
    for name in ['pgpass', 'watch-tokens', 'metrics-token', 'tls.key']:
        (SECRETS / name).chmod(0o600)
        seen = subprocess.run(['setpriv', *DROPPED, '--', 'cat', SECRETS / name], capture_output=True)
        expect(seen.returncode != 0, f'the service can read {name}, so this proves nothing')


def with_secrets(unit, program, server, has_lists):
    """PostgreSQL with a password, TLS, tokens: root's files, which the service gets as credentials."""
    server.stop()
    service = Service(unit, program, has_lists)
    service.said('READY=1')

    def secure():
        context = ssl.create_default_context(cafile=SECRETS / 'tls.crt')
        return http.client.HTTPSConnection('127.0.0.1', 7280, timeout=PATIENCE, context=context)

    status, text = ask(secure(), 'GET', '/readyz')
    expect(status == 503, f'without its database it answers {status}: {text}')
    server.start()
    token = token_from(service, '--db', server.address)
    await_readiness(secure)
    value = f'a secret, lists: {has_lists}'
    report(secure, token, value)
    expect(ask(secure(), 'GET', '/metrics')[0] == 401, 'the metrics need no token')
    status, _ = ask(secure(), 'GET', '/metrics', {'Authorization': 'Bearer the-token-of-the-metrics'})
    expect(status == 200, f'the metrics are answered {status}')
    status, _ = ask(secure(), 'GET', '/api/v2/metadata/agents', {'Coder-Session-Token': 'the-token-of-the-watchers'})
    expect(status == 200, f'a watcher is answered {status}')
    expect(service.stop() == 0, 'it did not end with 0')
    rows = server.query('SELECT value FROM workspace_agent_metadata ORDER BY collected_at DESC LIMIT 1')
    expect(rows == value, f'the database holds {rows}')
    expect('of the : unit' not in service.log.read_text(), 'the password is in the log')
    shutil.rmtree(STATE)
    print(f'unit: with credentials {"opened by lists" if has_lists else "of its own"}, it serves in TLS from PostgreSQL')


def check_config(program, resources):
    """Each line of the shipped config is one that the service reads, also without its #."""
    shipped = (resources / 'systemd/config.toml').read_text()
    used = ''.join(line[1:] if line.startswith('#') and line[1:2].isalpha() else line for line in shipped.splitlines(True))
    expect(used != shipped, 'the shipped config has no settings')
    for text in [shipped, used]:
        (STAGE / 'config.toml').write_text(text)
        run(program, 'serve', '--print-config', '--config', STAGE / 'config.toml')


def check_exposure(resources, program):
    copy = STAGE / 'metabatch.service'
    copy.write_text((resources / 'systemd/metabatch.service').read_text().replace('/usr/bin/metabatch', str(program)))
    said = subprocess.run(['systemd-analyze', 'verify', '--man=no', copy], capture_output=True, text=True)
    expect(said.returncode == 0 and not said.stdout + said.stderr, f'systemd-analyze finds: {said.stdout}{said.stderr}')
    run('systemd-analyze', 'security', '--offline=true', '--threshold=13', copy)


def use_loopback():
    """Of the new network, in which no other program has the service's port."""
    with socket.socket() as any_socket:
        request = struct.pack('16sH14x', b'lo', IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def enclose():
    """A system as the unit sees it: read-only, with folders of its own where something is written."""
    use_loopback()
    for folder in ['/run', '/tmp', '/var/lib', '/home', '/root']:
        run('mount', '-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', folder)
    STAGE.mkdir()
    run('cp', '-a', '/etc/.', STAGE / 'etc/')
    shutil.rmtree(STAGE / 'etc/metabatch', ignore_errors=True)
    run('mount', '--bind', STAGE / 'etc', '/etc')
    run('mount', '-o', 'remount,bind,ro', '/')


def is_mounted(folder):
    lines = pathlib.Path('/proc/self/mountinfo').read_text().splitlines()
    return any(line.split()[4] == folder for line in lines)


def main(program, resources):
    if os.geteuid() != 0:
        print('skipped: package/unit: only root can run a service as somebody else')
        sys.exit(77)
    if not is_mounted('/'):
        print('skipped: package/unit: / is no mount point, as in a chroot, so what is mounted for the unit could be seen outside')
        sys.exit(77)
    if os.environ.get('METABATCH_ENCLOSED') != 'yes':
        os.environ['METABATCH_ENCLOSED'] = 'yes'
        # With its own processes, all that is started ends with this program.
        os.execvp('unshare', ['unshare', '--mount', '--propagation', 'private', '--net', '--pid', '--mount-proc', '--fork', '--kill-child',
                              sys.executable, '-B', *sys.argv])
    # What was built may lie in a folder that is covered below, or that others may not enter.
    kept, text = pathlib.Path(program).read_bytes(), {}
    for name in ['systemd/metabatch.service', 'systemd/config.toml']:
        text[name] = (pathlib.Path(resources) / name).read_text()
    enclose()
    copy, own = STAGE / 'metabatch', STAGE / 'resources'
    copy.write_bytes(kept)
    copy.chmod(0o755)
    (own / 'systemd').mkdir(parents=True)
    for name, content in text.items():
        (own / name).write_text(content)
    check_config(copy, own)
    check_exposure(own, copy)
    as_shipped(Unit(own / 'systemd/metabatch.service', False), copy)
    on_a_socket(Unit(own / 'systemd/metabatch.service', False), copy)
    server = unit_server.Server(STAGE / 'pg')
    make_secrets(server.address)
    unit = Unit(own / 'systemd/metabatch.service', True)
    run(copy, 'init-db', '--agents', '--db', server.address, env=os.environ | {'PGPASSWORD': 'of the : unit'})
    for has_lists in [False, True]:
        with_secrets(unit, copy, server, has_lists)
    server.stop()


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
