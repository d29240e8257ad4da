"""Computes weight-planes.json: packed blocks by another program than the one under test. Needs the zstd program."""
import json
import pathlib
import random
import struct
import subprocess

RAW, ZSTD = 0, 1


def zstd(plane):
    return subprocess.run(["zstd", "--fast=100", "--compress-literals", "--no-check", "-c"], input=plane, stdout=subprocess.PIPE, check=True).stdout


def planes_of(elements, width):
    bits = 8 * width
    out = [bytearray() for _ in range(width)]
    for at in range(0, len(elements), width):
        value = int.from_bytes(elements[at:at + width], "little")
        if width > 1:
            value = (value << 1 | value >> (bits - 1)) & ((1 << bits) - 1)
        for i in range(width):
            out[i].append(value >> (8 * i) & 0xFF)
    return [bytes(p) for p in out]


def pack(payload, width, phase, codings):
    count = (len(payload) - phase) // width
    end = phase + count * width
    coded = [zstd(p) if c == ZSTD else p for p, c in zip(planes_of(payload[phase:end], width), codings)]
    head = bytes([width, phase]) + b"".join(struct.pack(">BI", c, len(p)) for c, p in zip(codings, coded))
    return head + b"".join(coded) + payload[:phase] + payload[end:]


def bf16(rng, count):
    return b"".join(struct.pack("<f", rng.gauss(0, 0.02))[2:] for _ in range(count))


rng = random.Random(7)
text = b"every block that crosses is checked before anything else believes it; " * 5
single = b"".join(struct.pack("<f", rng.gauss(0, 0.02)) for _ in range(40))
good = [
    ("nothing", b"", 1, 0, [RAW]),
    ("bytes as they are", b"gateway", 1, 0, [RAW]),
    ("text", text, 1, 0, [ZSTD]),
    ("two bytes turned", bytes.fromhex("01800180ff7f"), 2, 0, [RAW, RAW]),
    ("bf16", bf16(rng, 100), 2, 0, [RAW, ZSTD]),
    ("bf16 behind one byte, with one byte left", b"\x55" + bf16(rng, 100) + b"\xaa", 2, 1, [RAW, ZSTD]),
    ("four bytes turned", bytes.fromhex("0100008004030201"), 4, 0, [RAW] * 4),
    ("fp32 behind three bytes, with two left", b"abc" + single + b"yz", 4, 3, [RAW, RAW, RAW, ZSTD]),
    ("all planes coded", b"\x00\x01\x02\x03" * 64, 4, 0, [ZSTD] * 4),
]
cases = []
for name, payload, width, phase, codings in good:
    cases.append({"name": name, "payloadBytes": len(payload), "packed": pack(payload, width, phase, codings).hex(), "payload": payload.hex()})

seven = pack(b"gateway", 1, 0, [RAW])
coded = pack(text, 1, 0, [ZSTD])
frame = coded[7:]
bad = [
    ("empty", 0, b""),
    ("a width of 0", 7, b"\x00" + seven[1:]),
    ("a width of 3", 7, b"\x03" + seven[1:]),
    ("a phase as wide as an element", 7, b"\x01\x01" + seven[2:]),
    ("a phase beyond the payload", 0, b"\x02\x01" + bytes(10)),
    ("no room for the planes' heads", 7, b"\x04\x00" + seven[2:]),
    ("an unknown coding", 7, seven[:2] + b"\x02" + seven[3:]),
    ("a raw plane too short", 8, seven),
    ("a raw plane too long", 6, seven),
    ("a plane beyond the end", 7, seven[:-1]),
    ("a byte behind the end", 7, seven + b"\x00"),
    ("a plane of 4 GiB", 7, seven[:3] + b"\xff\xff\xff\xff" + seven[7:]),
    ("a frame that gives more", len(text) - 1, coded),
    ("a frame that gives less", len(text) + 1, coded),
    ("a frame cut short", len(text), coded[:3] + struct.pack(">I", len(frame) - 1) + frame[:-1]),
    ("no frame", len(text), coded[:7] + b"\x00" * len(frame)),
]
for name, payload_bytes, packed in bad:
    cases.append({"name": name, "payloadBytes": payload_bytes, "packed": packed.hex(), "payload": None})

lines = ",\n".join("    " + json.dumps(c) for c in cases)
note = "packed unpacks to payload, of payloadBytes, or is refused where payload is null; see WeightPlanes. Made by weight-planes.py."
pathlib.Path(__file__).with_suffix(".json").write_text(f'{{\n  "note": "{note}",\n  "cases": [\n{lines}\n  ]\n}}\n')
