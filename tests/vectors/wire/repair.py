"""Computes repair.json: repair codes by another program than the one under test."""
import base64
import hashlib
import hmac
import json
import pathlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LANE_TAGS = {"lane-1": "2d91677f"}  # lane-tags.json
SECRET = bytes(range(32))


def hkdf(secret, info):
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def lane_key(purpose_and_lane):
    return hkdf(SECRET, b"gateway lane 2 " + purpose_and_lane)


def number(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def ranges(some):
    out, earliest = number(len(some)), 0
    for first, last in some:
        out += number(first - earliest) + number(last - first)
        earliest = last + 2
    return out


def code(lane, keyed, sessions, transfers):
    key_id = hashlib.sha256(lane_key(lane.encode())).digest()[:4] if keyed else bytes(4)
    out = b"\x01" + bytes.fromhex(LANE_TAGS[lane]) + key_id + ranges(sessions) + number(len(transfers))
    for t in transfers:
        out += bytes.fromhex(t["id"]) + number(t["payloadBytes"]) + number(t["blocks"]) + ranges(t["missing"])
    if keyed:
        out += hmac.digest(lane_key(b"repair " + lane.encode()), out, "sha256")[:8]
    return out + hashlib.sha256(out).digest()[:4]


def times_a(symbol):
    symbol <<= 1
    return symbol if symbol < 32 else symbol ^ 0b100101


def text(content):
    bits = "".join(f"{b:08b}" for b in content)
    bits += "0" * (-len(bits) % 5)
    symbols = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    groups = []
    for g in range(0, len(symbols), 5):
        group, check = symbols[g : g + 5], g // 5 % 32
        for place, symbol in enumerate(group):
            for _ in range(place + 1):
                symbol = times_a(symbol)
            check ^= symbol
        groups.append("".join(ALPHABET[s] for s in group + [check]))
    return "-".join(groups)


FIRST = {"id": "0190a0b0c0d0e0f00102030405060708", "payloadBytes": 268784, "blocks": 4000, "missing": [[0, 0], [17, 31], [3999, 3999]]}
SECOND = {"id": "0190a0b0c0d0e0f00102030405060709", "payloadBytes": 1, "blocks": 1 << 26, "missing": [[0, (1 << 26) - 1]]}
CASES = [
    ("one session, no key", False, [[7, 7]], []),
    ("sessions next to each other and apart, under a key", True, [[1, 3], [5, 5], [1 << 40, (1 << 40) + 9]], []),
    ("blocks of one transfer, under a key", True, [], [FIRST]),
    ("sessions and two transfers, under a key", True, [[7, 7]], [FIRST, SECOND]),
    ("blocks of one transfer, no key", False, [], [FIRST]),
]
cases = []
for name, keyed, sessions, transfers in CASES:
    content = code("lane-1", keyed, sessions, transfers)
    cases.append({
        "name": name, "lane": "lane-1", "key": f"gateway-lane-key-1 {base64.b64encode(SECRET).decode()}\n" if keyed else None,
        "sessions": sessions, "transfers": transfers, "hex": content.hex(), "text": text(content),
    })
note = "Ranges are [first, last]. hex is the code's bytes, text what people copy; see RepairCode and CheckedGroups. Made by repair.py."
lines = ",\n    ".join(json.dumps(case) for case in cases)
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(f'{{\n  "note": "{note}",\n  "cases": [\n    {lines}\n  ]\n}}\n')
