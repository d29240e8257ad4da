"""Computes session-headers.json: headers of sessions by another program than the one under test."""
import json
import pathlib
import struct

TRANSFER = bytes.fromhex("0190a0b0c0d0e0f00102030405060708")
DOCUMENTS = (b"release", b"manifest", b"inspection")


def header(version, session, earlier=(), count=None, lane=b"lane-1", behind=b""):
    out = b"GWSH" + struct.pack(">BBBBHHQ", version, 8, 4, len(lane), 64, 4, session) + TRANSFER + struct.pack(">Q", 5000)
    out += struct.pack(">III", *map(len, DOCUMENTS))
    if version > 1:
        out += bytes([len(earlier) if count is None else count]) + b"".join(struct.pack(">QQ", *r) for r in earlier)
    return out + lane + b"".join(DOCUMENTS) + behind


def case(name, bytes_, session=None, earlier=None):
    expect = None if session is None else {
        "session": session, "transferId": TRANSFER.hex(), "totalBytes": 5000, "lane": "lane-1", "earlier": earlier, "documents": [d.hex() for d in DOCUMENTS]}
    return {"name": name, "hex": bytes_.hex(), "expect": expect}


def read(name, session, earlier):
    return case(name, header(2, session, earlier), session, [list(r) for r in earlier])


CASES = [
    case("version 1, which says nothing of earlier sessions", header(1, 7), 7, []),
    read("the first session of a transfer", 7, []),
    read("one earlier session", 7, [(5, 5)]),
    read("earlier sessions up to the one before", 1 << 40, [(1, 3), (5, 5), (9, (1 << 40) - 1)]),
    read("as many ranges as a header holds", 1000, [(n, n) for n in range(1, 511, 2)]),
    case("a version to come", header(3, 7)),
    case("a version before the first", header(0, 7)),
    case("version 1 with a count of earlier sessions", header(1, 7)[:4] + b"\x01" + header(2, 7)[5:]),
    case("earlier sessions that touch, which are one range", header(2, 7, [(1, 2), (3, 3)])),
    case("earlier sessions that overlap", header(2, 7, [(1, 3), (3, 4)])),
    case("earlier sessions out of order", header(2, 7, [(4, 4), (1, 1)])),
    case("a range that ends before it begins", header(2, 7, [(4, 3)])),
    case("session 0 as an earlier one", header(2, 7, [(0, 1)])),
    case("the session itself as an earlier one", header(2, 7, [(5, 7)])),
    case("a later session as an earlier one", header(2, 7, [(9, 9)])),
    case("fewer ranges than are counted", header(2, 7, [(1, 1)], count=2)),
    case("more ranges than are counted", header(2, 7, [(1, 1)], count=0)),
    case("more ranges counted than there are bytes", header(2, 7, [(1, 1)], count=255)),
    case("something behind the documents", header(2, 7, behind=b"\x00")),
    case("cut off before the count", header(2, 7)[:56]),
]

NOTE = "hex is the header's bytes, expect what is read from it, null where it is refused. k = 8, m = 4, symbols of 64 bytes, D = 4. See SessionHeader. Made by session-headers.py."
lines = ",\n".join("    " + json.dumps(c) for c in CASES)
pathlib.Path(__file__).with_name("session-headers.json").write_text('{\n  "note": ' + json.dumps(NOTE) + ',\n  "cases": [\n' + lines + "\n  ]\n}\n")
