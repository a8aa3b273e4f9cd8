# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for unit.py."""
import pathlib
import shutil
import signal
import subprocess
import sys


class Server:
    """PostgreSQL that asks everybody but its owner for a password."""

    def __init__(self, folder):
        found = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin'), key=lambda one: int(one.parent.name))
        self.bin, self.folder = found[-1], folder
        self.user = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []}
        self.folder.mkdir()
        shutil.chown(self.folder, 'nobody', 'nogroup')
        subprocess.run([self.bin / 'initdb', '-D', self.folder / 'data', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'],
                       cwd='/', check=True, stdout=subprocess.DEVNULL, **self.user)
        data = self.folder / 'data'
        (data / 'pg_hba.conf').write_text('local all postgres trust\nlocal all all scram-sha-256\n')
        with open(data / 'postgresql.conf', 'a') as config:
            config.write(f"listen_addresses=''\nunix_socket_directories='{self.folder}'\nfsync=off\n")
        self.address = f'host={self.folder} user=metabatch dbname=metabatch'
        self.process = None
        self.start()
        self.query("CREATE ROLE metabatch LOGIN PASSWORD 'of the : unit'", 'postgres')
        self.query('CREATE DATABASE metabatch OWNER metabatch', 'postgres')

    def start(self):
        log = open(self.folder / 'log', 'a')
        self.process = subprocess.Popen([self.bin / 'postgres', '-D', self.folder / 'data'], cwd='/', stdout=log, stderr=log, **self.user)
        for _ in range(1000):
            if subprocess.run([self.bin / 'pg_isready', '-q', '-h', self.folder]).returncode == 0:
                return
        sys.exit('unit: PostgreSQL does not start')

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def query(self, text, database='metabatch'):
        command = ['psql', '-X', '-q', '-t', '-A', '-h', self.folder, '-U', 'postgres', '-d', database, '-c', text]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
