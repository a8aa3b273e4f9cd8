# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for benchmarks, and how they run programs."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


def run(command, **options):
    """Seconds, peak memory in MB and output of a program; ends this one when it fails."""
    began = time.monotonic()
    out = tempfile.TemporaryFile()
    child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    out.seek(0)
    text = out.read().decode()
    if child.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {child.returncode}:\n{text[-2000:]}")
    return seconds, usage.ru_maxrss / 1024, text


class Server:
    """A private PostgreSQL server on a socket in a temporary folder."""

    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
        self.bin = pathlib.Path(os.environ.get("METABATCH_PG_BIN") or found[-1])
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mb-bench-", dir="/tmp"))
        self.user = {}
        if os.geteuid() == 0:
            self.user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, "nobody", "nogroup")
        self.folder.chmod(0o755)
        data = self.folder / "data"
        run([self.bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
            cwd="/", **self.user)
        with open(data / "postgresql.conf", "a") as config:
            config.write(f"listen_addresses=''\nunix_socket_directories='{self.folder}'\nfsync=off\nshared_buffers=512MB\n"
                         "max_wal_size=4GB\nwork_mem=64MB\n")
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen([self.bin / "postgres", "-D", data], cwd="/", stdout=self.log, stderr=self.log, **self.user)
        for _ in range(200):
            if subprocess.run(["psql", "-X", "-q", "-d", self.address("postgres"), "-c", ""], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit("bench: PostgreSQL does not start; see " + str(self.folder / "log"))

    def address(self, database):
        return f"host={self.folder} user=postgres dbname={database}"

    def sql(self, *statements, database="postgres"):
        words = [word for statement in statements for word in ("-c", statement)]
        return run(["psql", "-X", "-q", "-t", "-A", "-d", self.address(database), *words])[2].strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
