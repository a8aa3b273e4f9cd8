#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden vectors (*.vec), from Python's own base64, uuid and hashlib, independent of the code they judge.

    generate.py            write the files next to this script
    generate.py --check    write nothing; exit 1 and name the files that would change

A .vec file is lines of ASCII: `#` begins a comment line, fields are separated by one TAB, the first field names the
kind of case. In fields of text, bytes outside of 0x21..0x7e, and the backslash, are written \\xHH (two lower-case
digits). A field may be empty. Lists within a field are separated by commas.
"""
import base64
import datetime
import hashlib
import pathlib
import string
import sys
import uuid

HERE = pathlib.Path(__file__).parent


def text(data):
    """A field of text."""
    data = data.encode() if isinstance(data, str) else data
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x5C else f"\\x{b:02x}" for b in data)


def agent(n, seed="agent"):
    """The n-th agent: a version 4 UUID that never changes."""
    return uuid.UUID(bytes=hashlib.sha256(f"{seed} {n}".encode()).digest()[:16], version=4)


# ---- uuids.vec ------------------------------------------------------------------------------------------------

def uuid_templates():
    canonical, digits = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "h" * 32
    for body in (canonical, digits):
        yield body
        yield "{" + body + "}"
        yield "URN:UUID:" + body  # a capital stands for itself in either case


def fits(template_char, char):
    if template_char == "h":
        return char in string.hexdigits
    return char.upper() == template_char if template_char in "URNID" else char == template_char


def uuid_offence(candidate):
    """None for a UUID; else how far the form that matches longest matches."""
    furthest = 0
    for template in uuid_templates():
        n = 0
        while n < len(template) and n < len(candidate) and fits(template[n], candidate[n]):
            n += 1
        if n == len(template) == len(candidate):
            return None
        furthest = max(furthest, n)
    return furthest


def uuids():
    yield "# ok TEXT HEX: reads as these 16 bytes.  bad TEXT AT: refused, AT is the first offending byte"
    yield "# format HEX TEXT: the canonical form.  about HEX VARIANT VERSION: RFC 9562 variant and version nibble"
    candidates = []
    values = [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)] + [agent(n) for n in range(6)]
    for value in values:
        plain, digits = str(value), value.hex
        candidates += [plain, plain.upper(), digits, digits.upper(), "{" + plain + "}", "{" + digits.upper() + "}",
                       "urn:uuid:" + plain, "URN:UUID:" + plain.upper(), "uRn:UuId:" + digits]
    whole = list(candidates[-9:])
    for form in whole:
        candidates += [form[:n] for n in range(len(form))]
        candidates += [form + extra for extra in (" ", "0", "}", "-", "\n", "\0", "a" * 40)]
        candidates += [" " + form, "(" + form[1:], form.replace("-", "_"), form.replace(":", ";")]
        for at in range(len(form)):
            candidates += [form[:at] + wrong + form[at + 1:] for wrong in ("g", "-", "{", "\x80")]
            candidates.append(form[:at] + form[at + 1:])
    for candidate in dict.fromkeys(candidates):
        at = uuid_offence(candidate)
        raw = candidate.encode("latin-1")
        if at is None:
            yield f"ok\t{text(raw)}\t{uuid.UUID(candidate.lower()).hex}"
        else:
            yield f"bad\t{text(raw)}\t{at}"
    names = {uuid.RESERVED_NCS: "ncs", uuid.RFC_4122: "rfc", uuid.RESERVED_MICROSOFT: "microsoft",
             uuid.RESERVED_FUTURE: "future"}
    for top in range(16):
        value = uuid.UUID(bytes=bytes(6) + bytes([top << 4 | 5, 0, top << 4 | 5]) + bytes(7))
        yield f"format\t{value.hex}\t{value}"
        yield f"about\t{value.hex}\t{names[value.variant]}\t{value.bytes[6] >> 4}"


# ---- chunks.vec -----------------------------------------------------------------------------------------------

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def encode(ids):
    return "".join(base64.b64encode(i.bytes).decode().rstrip("=") for i in ids)


def read_window(window, at):
    for n, symbol in enumerate(window):
        if symbol not in ALPHABET:
            return f"bad:{at + n}"
    raw = base64.b64decode(window + "==")
    same = base64.b64encode(raw).decode().rstrip("=") == window
    return ("id:" if same else "odd:") + raw.hex()


def chunk_case(payload):
    """The results of a lenient reader, window by window, and of the strict decoder."""
    windows = [(payload[at:at + 22], at) for at in range(0, len(payload) - 21, 22)]
    met = [read_window(window, at) for window, at in windows]
    wrong = [one[4:] for one in met if one.startswith("bad:")]
    if len(payload) % 22:
        strict = f"length:{len(payload)}"
    else:
        strict = f"symbol:{wrong[0]}" if wrong else "ok"
    return f"decode\t{text(payload.encode('latin-1'))}\t{strict}\t{','.join(met)}\t{len(payload) % 22}"


def chunks():
    yield "# encode MAX_PAYLOAD HEX,... CHUNK,...: these ids make these payloads"
    yield "# refuse MAX_PAYLOAD CODE: no payload can be made with this budget"
    yield "# decode PAYLOAD STRICT WINDOW,... REST: STRICT is ok, length:SIZE or symbol:AT; a WINDOW is id:HEX,"
    yield "#   odd:HEX (the last symbol is not canonical) or bad:AT; REST is the number of bytes behind the last one"
    for count, max_payload in ((0, 8000), (1, 8000), (2, 44), (3, 43), (5, 22), (363, 8000), (364, 8000), (500, 8000),
                               (600, 8000), (364, 8007), (40, 100)):
        ids = [agent(n, f"chunk {count}") for n in range(count)]
        step = max_payload // 22
        made = [encode(ids[at:at + step]) for at in range(0, count, step)]
        yield f"encode\t{max_payload}\t{','.join(i.hex for i in ids)}\t{','.join(made)}"
    for max_payload in (0, 1, 21):
        yield f"refuse\t{max_payload}\tpayload_too_small"
    for max_payload in (8008, 8030, 100000):
        yield f"refuse\t{max_payload}\tpayload_too_large"
    one = encode([agent(1)])
    payloads = ["", one, one * 2, one[:21], one + "A", "A" * 22, "/" * 22, one + one[:-1] + "\xff", "=" * 22, one + "=="]
    payloads += [one[:21] + symbol for symbol in ALPHABET]
    for byte in range(256):
        place = byte % 66
        three = encode([agent(n) for n in range(3)])
        payloads.append(three[:place] + chr(byte) + three[place + 1:])
    payloads.append("\n".join([one, one]))
    payloads.append(one[:5] + "*" + one[6:] + one + one[:9] + "-" + one[10:] + one + "rest")
    for payload in payloads:
        yield chunk_case(payload)


# ---- values.vec -----------------------------------------------------------------------------------------------

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def draws(name, count, limit):
    """Numbers below limit that never change."""
    for n in range(count):
        yield int.from_bytes(hashlib.sha256(f"{name} {n}".encode()).digest()[:8], "big") % limit


def time_case(seconds, micros, minutes_east):
    moment = EPOCH + datetime.timedelta(seconds=seconds, microseconds=micros)
    zone = datetime.timezone(datetime.timedelta(minutes=minutes_east))
    canonical = moment.replace(tzinfo=None).isoformat(timespec="microseconds").rstrip("0").rstrip(".") + "Z"
    local = moment.astimezone(zone).isoformat(timespec="microseconds")
    return f"time\t{local}\t{seconds * 1000000 + micros}\t{canonical}"


def sanitized(data):
    return data.decode("utf-8", "replace").replace("\0", "\ufffd").encode()


def values():
    yield "# time TEXT MICROSECONDS CANONICAL: reads as this, and is written so"
    yield "# clean HEX HEX: bytes received and their sanitised form.  sha256 TIMES HEX DIGEST: of the bytes so many times"
    offsets = (0, 120, -330, 1439, -1439, 1, -1, 345)
    span = 9998 * 365 * 86400
    for n, number in enumerate(draws("time", 400, span * 1000000)):
        yield time_case(number // 1000000 - 62135510400, number % 1000000, offsets[n % len(offsets)])
    pieces = [bytes([b]) for b in (0, 0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xF5, 0xFF, 0xA0, 0x9F, 0x90, 0x8F)]
    pieces += [c.encode() for c in ("é", "€", "😀", "\ufffd", "\ud7ff", "\U0010ffff", "plain text")]
    for seed in range(400):
        data = b"".join(pieces[n] for n in draws(f"utf8 {seed}", 1 + seed % 24, len(pieces)))
        yield f"clean\t{data.hex()}\t{sanitized(data).hex()}"
    for times in (0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000):
        yield f"sha256\t{times}\ta5\t{hashlib.sha256(bytes([0xA5]) * times).hexdigest()}"


FILES = {"uuids.vec": uuids, "chunks.vec": chunks, "values.vec": values}


def main():
    changed = []
    for name, lines in FILES.items():
        wanted = ("# SPDX-License-Identifier: Apache-2.0\n# Written by generate.py, which says what the format is.\n"
                  + "".join(line + "\n" for line in lines())).encode("ascii")
        path = HERE / name
        if path.exists() and path.read_bytes() == wanted:
            continue
        changed.append(name)
        if "--check" not in sys.argv:
            path.write_bytes(wanted)
    if changed:
        print(("differ from what generate.py writes: " if "--check" in sys.argv else "written: ") + ", ".join(changed))
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
