"""Writes normalization.txt, which Normalization.cs reads, and vectors from Python's own tables.

    python3 src/Gateway.Core/Manifests/Unicode/generate.py

U first last        not assigned
C first last class  canonical combining class
D code a b          canonical decomposition that composes again
E code a [b]        canonical decomposition that does not
F code a [b [c]]    full case folding (CaseFolding.txt, C and F)
"""
import json
import pathlib
import random
import unicodedata as u

HERE = pathlib.Path(__file__).parent
CODES = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def ranges(value):
    runs = []
    for c in range(0x110000):
        v = 0 if 0xD800 <= c <= 0xDFFF else value(chr(c))
        if v and runs and runs[-1][1] == c - 1 and runs[-1][2] == v:
            runs[-1][1] = c
        elif v:
            runs.append([c, c, v])
    return runs


def hexes(*codes):
    return " ".join(f"{c:X}" for c in codes)


lines = [f"# Unicode {u.unidata_version}, written by generate.py; do not edit."]
lines += [f"U {hexes(a, b)}" for a, b, _ in ranges(lambda ch: u.category(ch) == "Cn")]
lines += [f"C {hexes(a, b)} {v}" for a, b, v in ranges(u.combining)]
for c in CODES:
    raw = u.decomposition(chr(c))
    if raw and not raw.startswith("<") and c not in HANGUL:
        parts = [int(x, 16) for x in raw.split()]
        composes = len(parts) == 2 and u.normalize("NFC", "".join(map(chr, parts))) == chr(c)
        lines.append(f"{'D' if composes else 'E'} {hexes(c, *parts)}")
for c in CODES:
    if chr(c).casefold() != chr(c):
        lines.append(f"F {hexes(c, *map(ord, chr(c).casefold()))}")
(HERE / "normalization.txt").write_text("\n".join(lines) + "\n")

# Strings of characters that interact: marks, jamo, parts of vowels, singletons, and letters that fold to several.
random.seed(1)
pool = [c for c in CODES if u.combining(chr(c)) or u.decomposition(chr(c)) or chr(c).casefold() != chr(c)]
pool += [*range(0x1100, 0x1200), 0x61, 0x65, 0x6F, 0x41, *HANGUL[:60], 0x9C7, 0x9BE, 0xBC6, 0xBBE]
texts = [chr(c) for c in random.sample(pool, 600)]
texts += ["".join(chr(random.choice(pool)) for _ in range(random.randint(2, 6))) for _ in range(1200)]
texts += [u.normalize("NFC", t) for t in texts[600:900]]
cases = [
    {"text": t, "nfc": u.normalize("NFC", t), "folded": u.normalize("NFD", u.normalize("NFD", t).casefold())}
    for t in texts
]
vectors = HERE.parents[3] / "tests" / "vectors" / "paths"
vectors.mkdir(parents=True, exist_ok=True)
(vectors / "normalization.json").write_text(json.dumps({"unicode": u.unidata_version, "cases": cases}, indent=0) + "\n")
