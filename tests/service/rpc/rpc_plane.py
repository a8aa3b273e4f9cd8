# SPDX-License-Identifier: Apache-2.0
"""A control plane for tests: accepts agents and answers each call with its message."""
import json
import socket
import struct
import sys
import threading

from rpc_wire import (ACK, DATA, FIN, METADATA, PING, RST, SYN, WINDOW, WINDOW_UPDATE, AcceptedSocket, Refused, packet,
                      read_varint, take_frame)


class Plane:
    """The control plane's side of a session: each call is answered with its message."""

    def __init__(self, websocket):
        self.websocket, self.input = websocket, b''
        self.streams, self.calls, self.last, self.windows, self.held = {}, {}, {}, {}, {}

    def frame(self, kind, flags, stream, length, body=b''):
        self.websocket.send(struct.pack('>BBHII', 0, kind, flags, stream, length) + body)

    def run(self):
        while True:
            for payload in self.websocket.payloads():
                self.input += payload
            frame, self.input = take_frame(self.input)
            while frame is not None:
                self.take(*frame)
                frame, self.input = take_frame(self.input)

    def take(self, kind, flags, stream, length, data):
        if kind == PING:
            if flags & SYN:
                self.frame(PING, ACK, 0, length)
            return
        if flags & SYN:
            self.streams[stream], self.windows[stream], self.held[stream] = b'', WINDOW, b''
            self.frame(WINDOW_UPDATE, ACK, stream, 0)
        if stream not in self.streams:
            return
        if kind == WINDOW_UPDATE:
            self.windows[stream] += length
            self.push(stream)
        elif data:
            self.frame(WINDOW_UPDATE, 0, stream, len(data))
            self.streams[stream] += data
            self.answer(stream)
        if flags & (FIN | RST):
            if flags & FIN:
                self.frame(WINDOW_UPDATE, FIN, stream, 0)
            del self.streams[stream]

    def answer(self, stream):
        received, at, packets = self.streams[stream], 0, {}
        while at < len(received):
            try:
                kind, (_, next_at) = received[at] >> 1 & 63, read_varint(received, at + 1)
                _, next_at = read_varint(received, next_at)
                size, next_at = read_varint(received, next_at)
            except IndexError:
                return
            if len(received) < next_at + size:
                return
            packets[kind] = packets.get(kind, b'') + received[next_at:next_at + size]
            at = next_at + size
        if 6 not in packets or 5 in packets:  # not complete, or already answered
            return
        rpc = packets[1].decode()
        self.calls[rpc] = self.calls.get(rpc, 0) + 1
        self.last[rpc] = packets[2].hex()
        answer = b'' if rpc == METADATA else packets[2]
        self.held[stream] += packet(2, 1, 1, answer) + packet(6, 1, 2, b'')
        self.push(stream)

    def push(self, stream):
        while self.held[stream] and self.windows[stream]:
            part = self.held[stream][:min(self.windows[stream], 65536)]
            self.held[stream], self.windows[stream] = self.held[stream][len(part):], self.windows[stream] - len(part)
            self.frame(DATA, 0, stream, len(part), part)


def serve(arguments):
    listener = socket.create_server(('127.0.0.1', 0))
    say({'port': listener.getsockname()[1]})

    def attend(connected):
        plane = None
        try:
            websocket = AcceptedSocket(connected, arguments.refuse)
            plane = Plane(websocket)
            plane.run()
        except (Refused, OSError) as end:
            if plane:
                say({'path': websocket.path, 'token': websocket.token, 'calls': plane.calls, 'last': plane.last,
                     'end': str(end)})
        finally:
            connected.close()
    while True:
        connected, _ = listener.accept()
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=attend, args=(connected,), daemon=True).start()


def say(what):
    sys.stdout.write(json.dumps(what) + '\n')
    sys.stdout.flush()
