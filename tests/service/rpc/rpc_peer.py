#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent of today, written from the protocol and not from our sources: WebSocket, yamux, dRPC, protobuf.

  rpc_peer.py call HOST PORT TOKEN [--calls N] [--in-flight N] [--items N] [--value-bytes N] [--rpc NAME] [--path PATH]
                                   [--pings] [--hold-fin] [--echo]
  rpc_peer.py serve [--refuse STATUS BODY]

Makes N calls with so many of them open at once and prints one JSON object: calls, ok, errors by text, seconds. It checks what
the reference client checks: the ACK of each stream, message and CloseSend in order, FIN only after its own, the windows.
With --pings a keep-alive follows each request at once. With --hold-fin each call is ended only after a ping that was sent
behind the answer came back, so that an end of the server before that of the caller is always seen. With --echo the answer
must be the message.

`serve` is a control plane: it prints {"port":N}, accepts agents, and answers every call with its message. Of a connection
that ends it prints what it was: path, token, calls by name, and the last message of each as hex. With --refuse it refuses all.
"""
import argparse
import json
import struct
import time

from rpc_plane import serve
from rpc_wire import (ACK, DATA, FIN, GO_AWAY, METADATA, PING, RST, SYN, WINDOW, WINDOW_UPDATE, Refused, WebSocket,
                      metadata_request, packet, read_varint, take_frame)


class Call:
    def __init__(self, send, expected=None):
        self.send = send          # bytes that the window does not allow yet
        self.expected = expected  # the message of the answer; None: any
        self.received_bytes = 0   # not yet returned to the other side's window
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

    def open(self, rpc, message, is_echo=False):
        stream, self.next_id = self.next_id, self.next_id + 2
        expected = message if is_echo else None
        self.calls[stream] = Call(packet(1, 1, 1, rpc.encode()) + packet(2, 1, 2, message) + packet(6, 1, 3, b''),
                                  expected)
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
        while True:
            frame, self.input = take_frame(self.input)
            if frame is None:
                break
            kind, flags, stream, length, data = frame
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
            call.received_bytes += len(data)
            if call.received_bytes >= WINDOW // 2:
                self.frame(WINDOW_UPDATE, 0, stream, call.received_bytes)
                call.received_bytes = 0
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
        at, kinds, message = 0, [], b''
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
                if kinds[-1] == 2:
                    message += call.received[next_at:next_at + size]
                    if not control & 1:  # more frames of this packet follow
                        kinds.pop()
                at = next_at + size
        except IndexError:
            return False
        if kinds == [2, 6] and call.expected not in (None, message):
            call.error = 'not the message'
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
            session.open(arguments.rpc, metadata_request(items), arguments.echo)
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
    call.add_argument('--echo', action='store_true')
    plane = commands.add_parser('serve')
    plane.add_argument('--refuse', nargs=2)
    arguments = parser.parse_args()
    try:
        (serve if arguments.command == 'serve' else call_many)(arguments)
    except Refused as refusal:
        print(json.dumps({'refused': str(refusal)}))


if __name__ == '__main__':
    main()
