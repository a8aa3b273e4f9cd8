#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes core/src/simulation/latency_tables.cpp: quantiles as integers, so that every platform draws the same latencies.

    latency_tables.py            write the file
    latency_tables.py --check    write nothing; exit 1 when it would change

The tables are smooth, so the file has their differences of an order that makes these small and alike: a page that is
loaded over a network contains the module. latency.cpp sums them up again, modulo 2^32.

Entry p of a quantile table is for the tail probability t = 2^-(p / 32) between the powers of two, straight in between:
p = 32 (k + 1) - j stands for t = 2^-(k+1) (1 + j/32). Quantiles are scaled so that the median is 0 and p99 is 1.
"""
import math
import pathlib
import statistics
import sys

STEPS = 32     # an octave of the tail probability
OCTAVES = 33   # the last one ends at 2^-33
ONE = 1 << 28  # 1.0 of a quantile
POWER_STEPS = 256
POWER_ONE = 1 << 30
TARGET = pathlib.Path(__file__).resolve().parents[2] / "core" / "src" / "simulation" / "latency_tables.cpp"


def tail(p):
    """The tail probability of entry p."""
    octave, down = divmod(p, STEPS)
    if down == 0:
        return 2.0 ** -octave
    return 2.0 ** -(octave + 1) * (1 + (STEPS - down) / STEPS)


def exponential(p):
    median, p99 = math.log(2), math.log(100)
    return round((-math.log(tail(p)) - median) / (p99 - median) * ONE)


def normal(p):
    """Of half the tail probability: the table is for the upper half, the lower one mirrors it."""
    upper = statistics.NormalDist()
    return round(-upper.inv_cdf(tail(p) / 2) / -upper.inv_cdf(0.01) * ONE)


def power(i):
    return round(2.0 ** (i / POWER_STEPS) * POWER_ONE)


def table(name, numbers, order):
    for _ in range(order):
        numbers = [b - a for a, b in zip([0] + numbers, numbers)]
    numbers = [str((n + (1 << 31)) % (1 << 32) - (1 << 31)) for n in numbers]
    lines, line = [], ""
    for number in numbers:
        if len(line) + len(number) + 2 > 116:
            lines.append(line.rstrip())
            line = ""
        line += number + ", "
    lines.append(line.rstrip().rstrip(","))
    return f"const std::int32_t {name}[{len(numbers)}] = {{\n" + "\n".join("    " + one for one in lines) + "};\n"


def source():
    entries = range(STEPS * OCTAVES + 1)
    return ("// SPDX-License-Identifier: Apache-2.0\n"
            "// Written by tests/golden/latency_tables.py, which says what it means.\n"
            '#include "simulation/latency.hpp"\n\nnamespace metabatch {\n\n// clang-format off\n'
            + table("kExponentialDifferences", [exponential(p) for p in entries], 1) + "\n"
            + table("kNormalDifferences", [normal(p) for p in entries], 4) + "\n"
            + table("kPowerDifferences", [power(i) for i in range(POWER_STEPS + 1)], 3)
            + "// clang-format on\n\n}  // namespace metabatch\n")


def main():
    wanted = source()
    if TARGET.exists() and TARGET.read_text(encoding="ascii") == wanted:
        return 0
    if "--check" in sys.argv:
        print(f"differs from what latency_tables.py writes: {TARGET.name}")
        return 1
    TARGET.write_text(wanted, encoding="ascii")
    print(f"written: {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
