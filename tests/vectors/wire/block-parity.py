"""Computes block-parity.json: the least parity of a block, with exact fractions rather than logarithms."""
import json
import pathlib
from fractions import Fraction
from math import comb

FAILURE = Fraction(5, 10**14)


def tail(n, most, p):
    return sum(comb(n, i) * p**i * (1 - p)**(n - i) for i in range(most + 1, n + 1))


def least(k, share, p):
    m = max(1, share)
    while tail(k + m - share, m - share, p) > FAILURE:
        m += 1
    return m


lines = []
for loss in ("0", "0.0001", "0.001", "0.01", "0.02", "0.05", "0.1"):
    for k in (1, 2, 10, 64, 128, 200, 228):
        for share in (0, 1, 3):
            m = least(k, share, Fraction(loss))
            if k + m <= 255:
                lines.append("    " + json.dumps({"dataSymbols": k, "outageShare": share, "randomLoss": float(loss), "paritySymbols": m}))

note = "The least paritySymbols for which a block that loses outageShare of its symbols anyway fails by randomLoss of the others with at most 5e-14; see LossTarget. Made by block-parity.py."
cases = ",\n".join(lines)
pathlib.Path(__file__).with_suffix(".json").write_text(f'{{\n  "note": "{note}",\n  "cases": [\n{cases}\n  ]\n}}\n')
