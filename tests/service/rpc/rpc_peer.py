#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent of today, written from the protocol and not from our sources: WebSocket, yamux, dRPC, protobuf.

  rpc_peer.py call HOST PORT TOKEN [--calls N] [--in-flight N] [--items N] [--value-bytes N] [--rpc NAME] [--path PATH]
                                   [--pings] [--hold-fin]

Makes N calls with so many of them open at once and prints one JSON object: calls, ok, errors by text, seconds. It checks what
the reference client checks: the ACK of each stream, message and CloseSend in order, FIN only after its own, the windows.
With --pings a keep-alive follows each request at once. With --hold-fin each call is ended only after a ping that was sent
behind the answer came back, so that an end of the server before that of the caller is always seen.
"""
import argparse
import base64
import hashlib
import json
import os
import socket
import struct
import time

WINDOW = 256 * 1024
DATA, WINDOW_UPDATE, PING, GO_AWAY = range(4)
SYN, ACK, FIN, RST = 1, 2, 4, 8
METADATA = '/coder.agent.v2.Agent/BatchUpdateMetadata'


def varint(number):
    out = b''
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def metadata_request(items):
    message = b''
    for key, value, error in items:
        stamp = field(1, b'\x08' + varint(1_764_000_000))  # collected_at, which servers ignore
        result = stamp + b'\x10\x05' + field(3, value.encode()) + (field(4, error.encode()) if error else b'')
        message += field(2, field(1, key.encode()) + field(2, result))
    return message


def packet(kind, stream, number, data):
    out, at = b'', 0
    while True:
        part = data[at:at + 65536]
        at += len(part)
        done = at >= len(data)
        out += bytes([kind << 1 | (1 if done else 0)]) + varint(stream) + varint(number) + varint(len(part)) + part
        if done:
            return out


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


class Refused(Exception):
    pass


class WebSocket:
    """A client's side; every write is one binary message, as the reference client's are."""

    def __init__(self, host, port, path, headers):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f'GET {path} HTTP/1.1', f'Host: {host}:{port}', 'User-Agent: Go-http-client/1.1', 'Connection: Upgrade',
                 f'Sec-Websocket-Key: {key}', 'Sec-Websocket-Version: 13', 'Upgrade: websocket', 'Accept-Encoding: gzip']
        lines += [f'{name}: {value}' for name, value in headers]
        self.socket.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        self.rest = b''
        while b'\r\n\r\n' not in self.rest:
            more = self.socket.recv(65536)
            if not more:
                raise Refused('the connection was closed without an answer')
            self.rest += more
        head, self.rest = self.rest.split(b'\r\n\r\n', 1)
        if b' 101 ' not in head.split(b'\r\n', 1)[0]:
            while b'content-length' in head.lower() and len(self.rest) < int(head.lower().split(b'content-length:')[1].split()[0]):
                self.rest += self.socket.recv(65536)
            raise Refused(head.split(b'\r\n')[0].decode() + ' ' + self.rest.decode())
        accept = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
        if accept not in head or b'permessage-deflate' in head.lower():
            raise Refused('not the upgrade that was asked for: ' + head.decode())

    def send(self, data):
        mask = os.urandom(4)
        size = len(data)
        head = bytes([0x82]) + (bytes([0x80 | size]) if size < 126 else b'\xfe' + struct.pack('>H', size) if size < 65536
                                else b'\xff' + struct.pack('>Q', size)) + mask
        repeated = (mask * (size // 4 + 1))[:size]
        self.socket.sendall(head + (int.from_bytes(data, 'big') ^ int.from_bytes(repeated, 'big')).to_bytes(size, 'big'))

    def payloads(self):
        """The binary payloads that are there whole; waits for at least some bytes."""
        more = self.socket.recv(1 << 18)
        if not more:
            raise Refused('the server closed the connection')
        self.rest += more
        out = []
        while len(self.rest) >= 2:
            opcode, size, at = self.rest[0] & 15, self.rest[1] & 127, 2
            if self.rest[1] & 0x80:
                raise Refused('a masked frame of the server')
            if size == 126 or size == 127:
                width = 2 if size == 126 else 8
                if len(self.rest) < 2 + width:
                    break
                size, at = int.from_bytes(self.rest[2:2 + width], 'big'), 2 + width
            if len(self.rest) < at + size:
                break
            body, self.rest = self.rest[at:at + size], self.rest[at + size:]
            if opcode == 8:
                raise Refused(f'closed with {struct.unpack(">H", body[:2])[0] if len(body) > 1 else 1005}')
            if opcode not in (0, 2):
                raise Refused(f'a frame with opcode {opcode}')
            out.append(body)
        return out


class Call:
    def __init__(self, send):
        self.send = send          # bytes that the window does not allow yet
        self.window = WINDOW
        self.received = b''
        self.acknowledged = False
        self.answered = False     # message and CloseSend, or an error, are there
        self.finished = False     # our direction is closed
        self.error = None


class Session:
    def __init__(self, websocket, holds_fin=False):
        self.websocket, self.calls, self.next_id, self.input = websocket, {}, 1, b''
        self.holds_fin, self.pongs = holds_fin, 0

    def frame(self, kind, flags, stream, length, body=b''):
        # Header and body apart, as the reference writes them.
        self.websocket.send(struct.pack('>BBHII', 0, kind, flags, stream, length))
        if body:
            self.websocket.send(body)

    def open(self, rpc, message):
        stream, self.next_id = self.next_id, self.next_id + 2
        self.calls[stream] = Call(packet(1, 1, 1, rpc.encode()) + packet(2, 1, 2, message) + packet(6, 1, 3, b''))
        self.frame(WINDOW_UPDATE, SYN, stream, 0)
        self.push(stream)

    def push(self, stream):
        call = self.calls[stream]
        while call.send and call.window:
            part = call.send[:min(call.window, 65536)]
            call.send, call.window = call.send[len(part):], call.window - len(part)
            self.frame(DATA, 0, stream, len(part), part)

    def turn(self):
        """Reads once; the calls that ended."""
        for payload in self.websocket.payloads():
            self.input += payload
        ended = []
        while len(self.input) >= 12:
            _, kind, flags, stream, length = struct.unpack('>BBHII', self.input[:12])
            body = length if kind == DATA else 0
            if len(self.input) < 12 + body:
                break
            data, self.input = self.input[12:12 + body], self.input[12 + body:]
            if kind == PING:
                if flags & SYN:
                    self.frame(PING, ACK, 0, length)
                    continue
                self.pongs += 1
                if self.holds_fin and length in self.calls:
                    self.finish(length)
                continue
            if kind == GO_AWAY:
                raise Refused(f'GoAway {length}')
            call = self.calls.get(stream)
            if call is None:
                raise Refused(f'a frame for stream {stream}, which is closed')
            call.acknowledged |= bool(flags & ACK)
            if kind == WINDOW_UPDATE:
                call.window += length
                self.push(stream)
            call.received += data
            if flags & FIN and not call.finished:
                call.error = 'context canceled'  # what the reference client makes of an early FIN
            if flags & RST:
                call.error = 'stream reset'
            if flags & (FIN | RST):
                ended.append(self.calls.pop(stream))
                continue
            if not call.answered and self.is_answered(call):
                call.answered = True
                if call.error is None:
                    close = packet(5, 1, 4, b'')
                    self.frame(DATA, 0, stream, len(close), close)
                if self.holds_fin:
                    self.frame(PING, SYN, 0, stream)
                else:
                    self.finish(stream)
        return ended

    def finish(self, stream):
        self.calls[stream].finished = True
        self.frame(WINDOW_UPDATE, FIN, stream, 0)

    @staticmethod
    def is_answered(call):
        at, kinds = 0, []
        try:
            while at < len(call.received):
                control = call.received[at]
                stream, next_at = read_varint(call.received, at + 1)
                number, next_at = read_varint(call.received, next_at)
                size, next_at = read_varint(call.received, next_at)
                if len(call.received) < next_at + size:
                    return False
                kinds.append(control >> 1 & 63)
                if stream != 1 or number != len(kinds):
                    call.error = f'ids {stream}.{number}'
                if kinds[-1] == 3:
                    code = int.from_bytes(call.received[next_at:next_at + 8], 'big')
                    call.error = f'{code}: {call.received[next_at + 8:next_at + size].decode()}'
                    return True
                at = next_at + size
        except IndexError:
            return False
        return kinds == [2, 6]


def call_many(arguments):
    path = arguments.path or '/api/v2/workspaceagents/me/rpc?role=agent&version=2.8'
    websocket = WebSocket(arguments.host, arguments.port, path, [('Coder-Session-Token', arguments.token)])
    session = Session(websocket, arguments.hold_fin)
    began, started, done = time.monotonic(), 0, []
    while len(done) < arguments.calls:
        while started < arguments.calls and len(session.calls) < arguments.in_flight:
            items = [(f'key_{i:02}', (f'value-{started}-{i}' * 200)[:arguments.value_bytes] if arguments.value_bytes else
                      f'value-{started}-{i}', '') for i in range(arguments.items)]
            session.open(arguments.rpc, metadata_request(items))
            started += 1
            if arguments.pings:
                session.frame(PING, SYN, 0, 0xFFFF0000 + started)
        done += session.turn()
    while arguments.pings and session.pongs < arguments.calls:
        session.turn()
    errors = {}
    for call in done:
        error = call.error or (None if call.acknowledged else 'not acknowledged')
        if error:
            errors[error] = errors.get(error, 0) + 1
    print(json.dumps({'calls': len(done), 'ok': len(done) - sum(errors.values()), 'errors': errors,
                      'seconds': round(time.monotonic() - began, 3)}))


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest='command', required=True)
    call = commands.add_parser('call')
    call.add_argument('host')
    call.add_argument('port', type=int)
    call.add_argument('token')
    call.add_argument('--calls', type=int, default=1)
    call.add_argument('--in-flight', type=int, default=1)
    call.add_argument('--items', type=int, default=3)
    call.add_argument('--value-bytes', type=int, default=0)
    call.add_argument('--rpc', default=METADATA)
    call.add_argument('--path', default='')
    call.add_argument('--pings', action='store_true')
    call.add_argument('--hold-fin', action='store_true')
    arguments = parser.parse_args()
    try:
        call_many(arguments)
    except Refused as refusal:
        print(json.dumps({'refused': str(refusal)}))


if __name__ == '__main__':
    main()
