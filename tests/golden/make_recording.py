#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes recording.ndjson: a short recorded session with everything that a line may be (docs/recording-format.md).
--check: says whether that is what is there."""
import datetime
import json
import os
import random
import sys
import uuid

STARTED = datetime.datetime(2026, 1, 2, 3, 4, 5)


def stamp(micros):
    return (STARTED + datetime.timedelta(microseconds=micros)).isoformat(timespec='microseconds') + 'Z'


def lines():
    dice = random.Random(7)
    agents = [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(12)]
    yield {'record': 'session', 'version': 1, 'started': stamp(0), 'program': 'make_recording.py', 'source': 'golden',
           'settings': {'batch-size': '40', 'interval': '2s'}}
    at = 0
    for report in range(60):
        at += dice.randrange(20_000, 400_000)
        agent = dice.choice(agents)
        if report % 20 == 19:  # a report as an agent sends it
            yield {'agent': agent, 'metadata': [{'key': f'key {k}', 'value': 'größer'} for k in range(4)], 'at_us': at}
            continue
        for key in range(dice.randrange(1, 7)):
            yield {'agent': agent, 'key': f'key {key}', 'value': 'v' * dice.randrange(0, 40), 'error': '',
                   'collected_at': stamp(at - dice.choice([0, 0, 0, 2_000_000])), 'at_us': at}
        if report % 10 == 5:
            yield {'record': 'sample', 'at_us': at, 'offered': report * 4, 'reports': report}
        if report % 15 == 7:
            yield {'record': 'weather', 'at_us': at, 'of a kind': ['that', 'nobody', {'knows': None}]}
    yield {'agent': agents[0], 'key': 'no time'}


if __name__ == '__main__':
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'recording.ndjson')
    text = ''.join(json.dumps(line, ensure_ascii=False, separators=(',', ':')) + '\n' for line in lines())
    if '--check' in sys.argv:
        with open(path, encoding='utf-8', newline='') as file:
            sys.exit(0 if file.read() == text else path + ' is not what this writes')
    with open(path, 'w', encoding='utf-8', newline='\n') as file:
        file.write(text)
