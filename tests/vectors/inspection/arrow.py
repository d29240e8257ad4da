#!/usr/bin/env python3
"""Writes arrow.json beside it: Arrow IPC files and streams, sound and hostile, by a FlatBuffer writer of its own. Python 3 standard library."""
import base64
import json
import pathlib
import struct

CODES = {"b": 1, "h": 2, "i": 4, "q": 8}


class Flat:
    """Writes forward: each table behind its vtable, what it points to behind it."""

    def __init__(self):
        self.out = bytearray(4)

    def pad(self, alignment, ahead=0):
        self.out += bytes(-(len(self.out) + ahead) % alignment)

    def point(self, at, target):
        struct.pack_into("<I", self.out, at, target - at)

    def table(self, fields):
        slots = max(fields, default=-1) + 1
        size = {k: CODES.get(kind, 4) for k, (kind, _) in fields.items()}
        self.pad(8, ahead=(4 + 2 * slots) % 8)
        vtable = len(self.out)
        place, end = {}, 4
        for k in sorted(fields, key=lambda k: -size[k]):
            end += -end % size[k]
            place[k] = end
            end += size[k]
        self.out += struct.pack("<HH", 4 + 2 * slots, end) + b"".join(struct.pack("<H", place.get(k, 0)) for k in range(slots))
        table = len(self.out)
        assert table % 8 == 0
        self.out += struct.pack("<i", table - vtable) + bytes(end - 4)
        for k in sorted(fields):
            kind, value = fields[k]
            at = table + place[k]
            if kind in CODES:
                struct.pack_into("<" + kind, self.out, at, value)
            else:
                self.point(at, getattr(self, kind)(value))
        return table

    def text(self, value):
        self.pad(4)
        at = len(self.out)
        self.out += struct.pack("<I", len(value)) + value + b"\0"
        return at

    def tables(self, values):
        self.pad(4)
        at = len(self.out)
        self.out += struct.pack("<I", len(values)) + bytes(4 * len(values))
        for i, value in enumerate(values):
            self.point(at + 4 + 4 * i, self.table(value))
        return at

    def structs(self, values):
        """Elements that are aligned to 8."""
        self.pad(8, ahead=4)
        at = len(self.out)
        self.out += struct.pack("<I", len(values)) + b"".join(values)
        return at

    def ints(self, values):
        self.pad(4)
        at = len(self.out)
        self.out += struct.pack("<I", len(values)) + b"".join(struct.pack("<i", v) for v in values)
        return at


def flat(root):
    writer = Flat()
    writer.point(0, writer.table(root))
    writer.pad(8)
    return bytes(writer.out)


def metadata(pairs):
    return ("tables", [{0: ("text", k), 1: ("text", v)} for k, v in pairs])


def field(name, kind, parameters=None, children=(), dictionary=None, pairs=()):
    made = {0: ("text", name), 1: ("b", 1), 2: ("b", kind), 3: ("table", parameters or {}), 5: ("tables", list(children))}
    if dictionary is not None:
        made[4] = ("table", {0: ("q", dictionary), 1: ("table", {0: ("i", 8), 1: ("b", 1)})})
    if pairs:
        made[6] = metadata(pairs)
    return made


INT32 = {0: ("i", 32), 1: ("b", 1)}
INT = field(b"a", 2, INT32)
STRING = field(b"s", 5)


def schema(fields, pairs=(), endian=0):
    made = {0: ("h", endian), 1: ("tables", list(fields))}
    if pairs:
        made[2] = metadata(pairs)
    return made


def message(kind, header, body=b"", version=4, extra=b"", size=None):
    head = flat({0: ("h", version), 1: ("b", kind), 2: ("table", header), 3: ("q", len(body) if size is None else size)}) + extra
    return b"\xff\xff\xff\xff" + struct.pack("<i", len(head)) + head, body


def batch(rows, nodes, buffers, codec=None, variadic=None, gap=b"\0", ranges=None):
    """The header of a batch and its body, each buffer padded to 8."""
    body, where = b"", []
    for content in buffers:
        where.append((len(body), len(content)))
        body += content + gap * (-len(content) % 8)
    made = {0: ("q", rows), 1: ("structs", [struct.pack("<qq", *n) for n in nodes]), 2: ("structs", [struct.pack("<qq", *w) for w in ranges or where])}
    if codec is not None:
        made[3] = ("table", {0: ("b", codec), 1: ("b", 0)})
    if variadic is not None:
        made[4] = ("structs", [struct.pack("<q", v) for v in variadic])
    return made, body


def rows(*args, **kwargs):
    return message(3, *batch(*args, **kwargs))


def values(id, *args, delta=False, **kwargs):
    header, body = batch(*args, **kwargs)
    return message(2, {0: ("q", id), 1: ("table", header), 2: ("b", int(delta))}, body)


END = b"\xff\xff\xff\xff\0\0\0\0"


def stream(messages, end=END):
    return b"".join(head + body for head, body in messages) + end


def file(shape, messages, shift=0, footer=None, tail=b"ARROW1", end=END, pad=b"\0\0", behind=b"", blocks=None):
    out, seen = b"ARROW1" + pad, []
    for head, body in messages:
        seen.append((len(out) + shift, len(head), len(body)))
        out += head + body
    pack = [struct.pack("<qi4xq", *s) for s in seen]
    dictionaries = 0 if blocks is None else blocks
    foot = flat({0: ("h", 4), 1: ("table", footer or shape), 2: ("structs", pack[1:1 + dictionaries]), 3: ("structs", pack[1 + dictionaries:])})
    return out + end + foot + behind + struct.pack("<i", len(foot)) + tail


def i32(*numbers):
    return struct.pack(f"<{len(numbers)}i", *numbers)


ONE = schema([INT])
BATCH = rows(2, [(2, 0)], [b"", i32(1, 2)])
HEAD = message(1, ONE)
TEXT = message(1, schema([STRING]))
DICT = schema([field(b"d", 5, dictionary=7)])
WORDS = values(7, 2, [(2, 0)], [b"", i32(0, 1, 3), b"xyz"])

cases = []


def case(name, content, codes=(), path="a.arrow", format="arrow", summary=None):
    made = {"name": name, "path": path, "input": base64.b64encode(content).decode(), "format": format,
            "accepted": not any(c for c in codes if not c.startswith("ARROW_")), "codes": list(codes)}
    if summary:
        made["summary"] = summary
    cases.append(made)


def bad(name, content, code="FORMAT_MALFORMED", **kwargs):
    case(name, content, [code], **kwargs)


def column(name, shape, *args, code=None, version=4, **kwargs):
    content = stream([message(1, schema([shape]), version=version), message(3, *batch(*args, **kwargs), version=version)])
    case(name, content, [code] if code else [])


MALFORMED = "FORMAT_MALFORMED"
SUMMARY = {"layout": "file", "rows": "2", "batches": "1", "columns": "1", "schema": '"a" int32', "compression": "none"}

# Sound.
case("file", file(ONE, [HEAD, BATCH]), summary=SUMMARY)
case("file named feather", file(ONE, [HEAD, BATCH]), path="a.feather", summary=SUMMARY)
case("stream", stream([HEAD, BATCH]), summary=SUMMARY | {"layout": "stream"})
case("stream of no batches", stream([HEAD]))
case("stream of no columns", stream([message(1, schema([])), rows(3, [], [])]))
case("file of no batches", file(ONE, [HEAD]))
case("metadata of version 4", stream([message(1, ONE, version=3), message(3, *batch(1, [(1, 0)], [b"", i32(1)]), version=3)]))
case("Hugging Face metadata", stream([message(1, schema([INT], [(b"huggingface", b'{"info":{}}')])), BATCH]))
case("dictionary", stream([message(1, DICT), WORDS, rows(3, [(3, 0)], [b"", b"\0\1\1"])]))
case("dictionary in a file", file(DICT, [message(1, DICT), WORDS, rows(1, [(1, 0)], [b"", b"\1"])], blocks=1))
case("dictionary with -1 under a null", stream([message(1, DICT), WORDS, rows(2, [(2, 1)], [b"\1", b"\0\xff"])]))
case("dictionary that grows", stream([message(1, DICT), WORDS, values(7, 1, [(1, 0)], [b"", i32(0, 1), b"z"], delta=True), rows(1, [(1, 0)], [b"", b"\2"])]))
case("extension type is shown", stream([message(1, schema([field(b"a", 2, INT32, pairs=[(b"ARROW:extension:name", b"arrow.opaque")])])), BATCH]), ["ARROW_EXTENSION"])
column("nulls", INT, 3, [(3, 1)], [b"\5", i32(1, 2, 3)])
column("strings", STRING, 2, [(2, 0)], [b"", i32(0, 1, 3), b"abc"])
column("strings of no rows, offsets left out", STRING, 0, [(0, 0)], [b"", b"", b""])
LIST = field(b"l", 12, children=[field(b"item", 2, INT32)])
column("list", LIST, 2, [(2, 0), (3, 0)], [b"", i32(0, 1, 3), b"", i32(1, 2, 3)])
STRUCT = field(b"t", 13, children=[field(b"x", 2, INT32), field(b"y", 6)])
column("struct", STRUCT, 2, [(2, 0), (2, 0), (2, 0)], [b"", b"", i32(1, 2), b"", b"\3"])
FIXED = field(b"f", 16, {0: ("i", 2)}, [field(b"item", 2, INT32)])
column("fixed-size list", FIXED, 2, [(2, 0), (4, 0)], [b"", b"", i32(1, 2, 3, 4)])
UNION = field(b"u", 14, {0: ("h", 0), 1: ("ints", [5])}, [field(b"x", 2, INT32)])
column("sparse union", UNION, 2, [(2, 0), (2, 0)], [b"\5\5", b"", i32(1, 2)])
RUNS = field(b"r", 22, children=[field(b"run_ends", 2, INT32), field(b"values", 2, INT32)])
column("runs", RUNS, 5, [(5, 0), (2, 0), (2, 0)], [b"", i32(2, 5), b"", i32(8, 9)])
VIEW = field(b"v", 24)
LONG = i32(13) + b"0123" + i32(0, 0)
column("views", VIEW, 2, [(2, 0)], [b"", i32(2) + b"hi" + bytes(10) + LONG, b"0123456789abc"], variadic=[1])
column("nulls alone", field(b"n", 1), 4, [(4, 4)], [])
ZSTD = struct.pack("<q", 8) + b"\x28\xb5\x2f\xfd" + b"\x20\x08\x41\0\0\1\0\0\0\2\0\0\0"
column("zstd", INT, 2, [(2, 0)], [b"", ZSTD], codec=1)
column("zstd that was not worth it", INT, 2, [(2, 0)], [b"", struct.pack("<q", -1) + i32(1, 2)], codec=1)

# Framing.
bad("empty", b"")
bad("text", b"hello", "FORMAT_MISMATCH", format="unknown")
bad("Feather version 1", b"FEA1" + bytes(20) + b"FEA1", "FORMAT_UNKNOWN")
bad("under another name", file(ONE, [HEAD, BATCH]), "FORMAT_MISMATCH", path="a.npy")
bad("stream under another name", stream([HEAD, BATCH]), "FORMAT_MISMATCH", path="a.csv")
bad("stream without its end mark", stream([HEAD, BATCH], end=b""))
bad("bytes behind the end mark", stream([HEAD, BATCH]) + b"\0")
bad("two streams", stream([HEAD, BATCH]) * 2)
bad("file behind a stream", stream([HEAD]) + file(ONE, [HEAD]))
bad("file without an end mark", file(ONE, [HEAD, BATCH], end=b""))
bad("magic padded with something", file(ONE, [HEAD, BATCH], pad=b"\0x"))
bad("file without its last magic", file(ONE, [HEAD, BATCH], tail=b"ARROW2"))
bad("bytes behind the file", file(ONE, [HEAD, BATCH]) + bytes(8))
bad("bytes between footer and its length", file(ONE, [HEAD, BATCH], behind=bytes(8)))
bad("footer of other offsets", file(ONE, [HEAD, BATCH], shift=8))
bad("footer of another schema", file(ONE, [HEAD, BATCH], footer=schema([field(b"b", 2, INT32)])))
bad("footer that lists a batch as a dictionary", file(ONE, [HEAD, BATCH], blocks=1))
bad("metadata longer than the file", HEAD[0][:4] + struct.pack("<i", 8192) + HEAD[0][8:])
bad("metadata beyond the limit", b"\xff\xff\xff\xff" + struct.pack("<i", 1 << 30) + HEAD[0][8:], "LIMIT_EXCEEDED")
bad("old prefix without continuation", file(ONE, [(HEAD[0][4:], b"")]))
bad("batch before the schema", stream([BATCH, HEAD]))
bad("two schemas", stream([HEAD, HEAD]))
bad("end before the schema", b"ARROW1\0\0" + END + bytes(16) + i32(16) + b"ARROW1")
bad("tensor", stream([HEAD, message(4, {})]))
bad("metadata of version 3", stream([message(1, ONE, version=2)]), "FORMAT_UNKNOWN")
bad("version that changes", stream([message(1, ONE, version=3), BATCH]), "FORMAT_UNKNOWN")
bad("big-endian", stream([message(1, schema([INT], endian=1))]))
bad("body longer than the file", stream([HEAD, message(3, *batch(2, [(2, 0)], [b"", i32(1, 2)]), size=1 << 40)]))
bad("negative body", stream([HEAD, message(3, *batch(2, [(2, 0)], [b"", i32(1, 2)]), size=-8)]))
bad("schema with a body", stream([message(1, ONE, bytes(8))]))

# FlatBuffers.
bad("bytes behind the FlatBuffer", stream([message(1, ONE, extra=b"hidden!!")]))
bad("root outside", stream([(HEAD[0][:8] + b"\xff\xff\0\0" + HEAD[0][12:], b"")]), format="arrow")
bad("field the format does not know", stream([message(1, {**ONE, 4: ("q", 1)})]))
twice = bytearray(flat({0: ("h", 4), 1: ("b", 1), 2: ("table", schema([INT, field(b"b", 2, INT32)])), 3: ("q", 0)}))
vector = next(i for i in range(0, len(twice), 4) if twice[i:i + 4] == i32(2) and i32(0) != twice[i + 4:i + 8])
first = struct.unpack_from("<I", twice, vector + 4)[0]
struct.pack_into("<I", twice, vector + 8, first - 4)
bad("one field listed twice", stream([(b"\xff\xff\xff\xff" + struct.pack("<i", len(twice)) + bytes(twice), b"")]))
deep = field(b"x", 2, INT32)
for _ in range(70):
    deep = field(b"x", 12, children=[deep])
bad("types that nest too deep", stream([message(1, schema([deep]))]), "LIMIT_EXCEEDED")
bad("name that is not UTF-8", stream([message(1, schema([field(b"\xff", 2, INT32)]))]))
bad("name with a NUL", stream([message(1, schema([field(b"a\0b", 2, INT32)]))]))

# Schema.
bad("two columns of a name", stream([message(1, schema([INT, INT]))]))
bad("metadata key twice", stream([message(1, schema([INT], [(b"k", b"1"), (b"k", b"2")]))]))
bad("pickled extension type", stream([message(1, schema([field(b"a", 2, INT32, pairs=[(b"ARROW:extension:name", b"arrow.py_extension_type")])])), BATCH]), "PICKLE_REFUSED")
bad("integer of 24 bits", stream([message(1, schema([field(b"a", 2, {0: ("i", 24)})]))]))
bad("type of no kind", stream([message(1, schema([field(b"a", 99)]))]))
bad("list view", stream([message(1, schema([field(b"a", 25, children=[INT])]))]))
bad("dense union", stream([message(1, schema([field(b"a", 14, {0: ("h", 1)}, [INT])]))]))
bad("list without a child", stream([message(1, schema([field(b"a", 12)]))]))
bad("integer with a child", stream([message(1, schema([field(b"a", 2, INT32, [STRING])]))]))
bad("one dictionary of two types", stream([message(1, schema([field(b"d", 5, dictionary=7), field(b"e", 2, INT32, dictionary=7)]))]))

# Batches.
column("fewer nodes", INT, 2, [], [b"", i32(1, 2)], code=MALFORMED)
column("more nodes", INT, 2, [(2, 0), (2, 0)], [b"", i32(1, 2)], code=MALFORMED)
column("fewer buffers", INT, 2, [(2, 0)], [b""], code=MALFORMED)
column("more buffers", INT, 2, [(2, 0)], [b"", i32(1, 2), i32(3, 4)], code=MALFORMED)
column("node of another length", INT, 2, [(3, 0)], [b"", i32(1, 2, 3)], code=MALFORMED)
column("more nulls than rows", INT, 2, [(2, 3)], [b"\0", i32(1, 2)], code=MALFORMED)
column("negative rows", INT, -1, [(-1, 0)], [b"", b""], code=MALFORMED)
column("rows beyond the limit", field(b"n", 1), 1 << 40, [(1 << 40, 1 << 40)], [], code="LIMIT_EXCEEDED")
column("values cut", INT, 3, [(3, 0)], [b"", i32(1, 2)], code=MALFORMED)
column("bytes of no value", INT, 1, [(1, 0)], [b"", bytes(128)], code=MALFORMED)
column("padding in a buffer", INT, 1, [(1, 0)], [b"", i32(1, 0, 7)], code=MALFORMED)
column("padding between buffers", INT, 1, [(1, 0)], [b"", i32(1)], gap=b"x", code=MALFORMED)
column("buffers that overlap", INT, 2, [(2, 1)], [b"\1", i32(1, 2)], ranges=[(0, 1), (0, 8)], code=MALFORMED)
column("buffer outside", INT, 2, [(2, 0)], [b"", i32(1, 2)], ranges=[(0, 0), (8, 8)], code=MALFORMED)
column("buffer that is not aligned", INT, 1, [(1, 0)], [b"", bytes(8)], ranges=[(0, 0), (4, 4)], code=MALFORMED)
column("buffer of negative length", INT, 1, [(1, 0)], [b"", bytes(8)], ranges=[(0, 0), (0, -8)], code=MALFORMED)
column("nulls without a bitmap", INT, 2, [(2, 1)], [b"", i32(1, 2)], code=MALFORMED)
column("bitmap of other nulls", INT, 2, [(2, 1)], [b"\3", i32(1, 2)], code=MALFORMED)
column("bitmap with nulls that the node denies", INT, 2, [(2, 0)], [b"\1", i32(1, 2)], code=MALFORMED)
column("offset beyond the data", STRING, 2, [(2, 0)], [b"", i32(0, 1, 300), b"abc"], code=MALFORMED)
column("negative offset", STRING, 2, [(2, 0)], [b"", i32(0, -1, 3), b"abc"], code=MALFORMED)
column("offsets that go back", STRING, 2, [(2, 0)], [b"", i32(0, 3, 1), b"abc"], code=MALFORMED)
column("offsets from 1", STRING, 2, [(2, 0)], [b"", i32(1, 2, 3), b"abc"], code=MALFORMED)
column("offsets cut", STRING, 2, [(2, 0)], [b"", i32(0, 1), b"a"], code=MALFORMED)
column("data behind the last offset", STRING, 1, [(1, 0)], [b"", i32(0, 1), b"a" * 80], code=MALFORMED)
column("list beyond its child", LIST, 2, [(2, 0), (3, 0)], [b"", i32(0, 1, 4), b"", i32(1, 2, 3)], code=MALFORMED)
column("struct of unequal children", STRUCT, 2, [(2, 0), (2, 0), (1, 0)], [b"", b"", i32(1, 2), b"", b"\3"], code=MALFORMED)
column("fixed-size list of a short child", FIXED, 2, [(2, 0), (3, 0)], [b"", b"", i32(1, 2, 3)], code=MALFORMED)
column("union of an unknown type id", UNION, 2, [(2, 0), (2, 0)], [b"\5\0", b"", i32(1, 2)], code=MALFORMED)
column("union in version 4", UNION, 2, [(2, 0), (2, 0)], [b"\5\5", b"", i32(1, 2)], code=MALFORMED, version=3)
column("runs that do not rise", RUNS, 5, [(5, 0), (2, 0), (2, 0)], [b"", i32(5, 5), b"", i32(8, 9)], code=MALFORMED)
column("runs that end early", RUNS, 5, [(5, 0), (2, 0), (2, 0)], [b"", i32(2, 4), b"", i32(8, 9)], code=MALFORMED)
column("view of no buffer", VIEW, 1, [(1, 0)], [b"", i32(13) + b"0123" + i32(1, 0), b"0123456789abc"], variadic=[1], code=MALFORMED)
column("view beyond its buffer", VIEW, 1, [(1, 0)], [b"", i32(14) + b"0123" + i32(0, 0), b"0123456789abc"], variadic=[1], code=MALFORMED)
column("view of negative length", VIEW, 1, [(1, 0)], [b"", i32(-1) + bytes(12)], variadic=[0], code=MALFORMED)
column("views without their count", VIEW, 1, [(1, 0)], [b"", bytes(16)], code=MALFORMED)
column("variadic count beyond the buffers", VIEW, 1, [(1, 0)], [b"", bytes(16)], variadic=[1 << 40], code=MALFORMED)
bad("dictionary that never comes", stream([message(1, DICT), rows(1, [(1, 0)], [b"", b"\0"])]))
bad("dictionary of no field", stream([HEAD, WORDS]))
bad("index outside of its dictionary", stream([message(1, DICT), WORDS, rows(1, [(1, 0)], [b"", b"\2"])]))
bad("negative index", stream([message(1, DICT), WORDS, rows(1, [(1, 0)], [b"", b"\xff"])]))
bad("growth of no dictionary", stream([message(1, DICT), values(7, 1, [(1, 0)], [b"", i32(0, 1), b"z"], delta=True)]))
bad("dictionary replaced in a file", file(DICT, [message(1, DICT), WORDS, WORDS], blocks=2))

# Compression.
column("codec of no kind", INT, 2, [(2, 0)], [b"", ZSTD], codec=9, code=MALFORMED)
column("lz4 that is zstd", INT, 2, [(2, 0)], [b"", ZSTD], codec=0, code=MALFORMED)
column("decompressed length of 1 TiB", STRING, 1, [(1, 0)], [b"", b"", struct.pack("<q", 1 << 40) + ZSTD[8:]], codec=1, code=MALFORMED)
column("decompressed length too short", INT, 4, [(4, 0)], [b"", ZSTD], codec=1, code=MALFORMED)
column("decompressed length too long", INT, 2, [(2, 0)], [b"", struct.pack("<q", 1 << 20) + ZSTD[8:]], codec=1, code=MALFORMED)
column("negative decompressed length", INT, 2, [(2, 0)], [b"", struct.pack("<q", -2) + ZSTD[8:]], codec=1, code=MALFORMED)
column("compressed buffer of a prefix", INT, 2, [(2, 0)], [b"", ZSTD[:8]], codec=1, code=MALFORMED)
column("stored buffer with an offset beyond", STRING, 1, [(1, 0)], [b"", struct.pack("<q", -1) + i32(0, 9), struct.pack("<q", -1) + b"a"], codec=1, code=MALFORMED)

out = {"about": "Arrow IPC files and streams.", "source": "apache/arrow, format/Columnar.rst, Message.fbs, Schema.fbs, File.fbs", "cases": cases}
pathlib.Path(__file__).with_name("arrow.json").write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
