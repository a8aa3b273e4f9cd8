# SPDX-License-Identifier: Apache-2.0
"""The wire of agents' RPC for the peers of tests: WebSocket, frames of yamux, packets of dRPC, protobuf."""
import base64
import hashlib
import os
import socket
import struct

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


def take_frame(data):
    """The first frame of yamux as (kind, flags, stream, length, body), and the bytes behind it; None: it is incomplete."""
    if len(data) < 12:
        return None, data
    _, kind, flags, stream, length = struct.unpack('>BBHII', data[:12])
    end = 12 + (length if kind == DATA else 0)
    if len(data) < end:
        return None, data
    return (kind, flags, stream, length, data[12:end]), data[end:]


class Refused(Exception):
    pass


class WebSocket:
    """A client's side; every write is one binary message, as the reference client's are."""
    takes_masked = False

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
        self.socket.sendall(self.head(len(data), 0x80) + mask + self.masked(data, mask))

    @staticmethod
    def head(size, mask_bit):
        return bytes([0x82]) + (bytes([mask_bit | size]) if size < 126 else
                                bytes([mask_bit | 126]) + struct.pack('>H', size) if size < 65536 else
                                bytes([mask_bit | 127]) + struct.pack('>Q', size))

    @staticmethod
    def masked(data, mask):
        size = len(data)
        repeated = (mask * (size // 4 + 1))[:size]
        return (int.from_bytes(data, 'big') ^ int.from_bytes(repeated, 'big')).to_bytes(size, 'big')

    def payloads(self):
        """The binary payloads that are there whole; waits for at least some bytes."""
        more = self.socket.recv(1 << 18)
        if not more:
            raise Refused('the other side closed the connection')
        self.rest += more
        out = []
        while len(self.rest) >= 2:
            opcode, size, at = self.rest[0] & 15, self.rest[1] & 127, 2
            if bool(self.rest[1] & 0x80) != self.takes_masked:
                raise Refused('a frame with a mask where none belongs, or without one')
            if size == 126 or size == 127:
                width = 2 if size == 126 else 8
                if len(self.rest) < 2 + width:
                    break
                size, at = int.from_bytes(self.rest[2:2 + width], 'big'), 2 + width
            at += 4 if self.takes_masked else 0
            if len(self.rest) < at + size:
                break
            body, mask, self.rest = self.rest[at:at + size], self.rest[at - 4:at], self.rest[at + size:]
            if self.takes_masked:
                body = self.masked(body, mask)
            if opcode == 8:
                raise Refused(f'closed with {struct.unpack(">H", body[:2])[0] if len(body) > 1 else 1005}')
            if opcode not in (0, 2):
                raise Refused(f'a frame with opcode {opcode}')
            out.append(body)
        return out


class AcceptedSocket(WebSocket):
    """The control plane's side."""
    takes_masked = True

    def __init__(self, connected, refusal):
        self.socket, request = connected, b''
        while b'\r\n\r\n' not in request:
            more = connected.recv(65536)
            if not more:
                raise Refused('no request came')
            request += more
        lines = request.split(b'\r\n\r\n', 1)[0].decode().split('\r\n')
        self.rest, self.path = request.split(b'\r\n\r\n', 1)[1], lines[0].split()[1]
        headers = {line.split(':', 1)[0].lower(): line.split(':', 1)[1].strip() for line in lines[1:]}
        self.token = headers.get('coder-session-token', '')
        if refusal:
            status, body = refusal
            connected.sendall(f'HTTP/1.1 {status} No\r\nContent-Type: application/json; charset=utf-8\r\n'
                              f'Content-Length: {len(body)}\r\n\r\n{body}'.encode())
            raise Refused('as it was asked to')
        key = headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        connected.sendall(('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
                           f'Sec-WebSocket-Accept: {accept}\r\n\r\n').encode())

    def send(self, data):
        self.socket.sendall(self.head(len(data), 0) + data)
