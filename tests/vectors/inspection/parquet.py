"""Computes parquet.json: small Parquet files, genuine and hostile, by another program than the one under test."""
import base64
import copy
import json
import pathlib
import struct
import zlib

STOP = b"\0"
CODES = {"bool": 2, "i8": 3, "i16": 4, "i32": 5, "i64": 6, "bin": 8, "struct": 12}


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def zigzag(n):
    return varint((n << 1) ^ (n >> 63) if n >= 0 else ((-n) << 1) - 1)


def value(kind, v):
    if kind == "i8":
        return bytes([v & 0xFF])
    if kind in ("i16", "i32", "i64"):
        return zigzag(v)
    if kind == "bin":
        v = v.encode() if isinstance(v, str) else v
        return varint(len(v)) + v
    if kind == "bool":
        return bytes([1 if v else 2])
    if kind == "raw":
        return v
    return thrift(v)


def element(kind, v):
    return thrift(v) if isinstance(v, dict) else value(kind, v)


def thrift(fields):
    """A struct: {id: (kind, value)}; a list has the kind ("list", element kind)."""
    out, last = b"", 0
    for i, (kind, v) in fields.items():
        if isinstance(kind, tuple):
            code = 9
            head = bytes([len(v) << 4 | CODES[kind[1]]]) if len(v) < 15 else bytes([0xF0 | CODES[kind[1]]]) + varint(len(v))
            body = head + b"".join(element(kind[1], e) for e in v)
        elif kind == "bool":
            code, body = (1 if v else 2), b""
        elif kind == "raw":
            code, body = v
        else:
            code, body = CODES[kind], value(kind, v)
        out += (bytes([(i - last) << 4 | code]) if 0 < i - last < 16 else bytes([code]) + zigzag(i)) + body
        last = i
    return out + STOP


def i32(n):
    return ("i32", n)


def i64(n):
    return ("i64", n)


def lst(kind, *items):
    return (("list", kind), list(items))


def st(fields):
    return ("struct", fields)


def root(children):
    return {4: ("bin", "schema"), 5: i32(children)}


def leaf(name, type_=1, repetition=0, **more):
    return {1: i32(type_), 3: i32(repetition), 4: ("bin", name), **{int(k[1:]): v for k, v in more.items()}}


def group(name, children, repetition=0, **more):
    return {3: i32(repetition), 4: ("bin", name), 5: i32(children), **{int(k[1:]): v for k, v in more.items()}}


def page(values, body, encoding=0, size=None, crc=False, header=None, compressed=None):
    head = {
        1: i32(0),
        2: i32(len(body) if size is None else size),
        3: i32(len(body) if compressed is None else compressed),
        5: st({1: i32(values), 2: i32(encoding), 3: i32(3), 4: i32(3)}),
    }
    if crc:
        n = zlib.crc32(body)
        head[4] = i32(n - (1 << 32) if n >= 1 << 31 else n)
        head = dict(sorted(head.items()))
    if header:
        header(head)
    return thrift(head), body


def dictionary(values, body, encoding=0):
    return thrift({1: i32(2), 2: i32(len(body)), 3: i32(len(body)), 7: st({1: i32(values), 2: i32(encoding)})}), body


def page2(values, rows, body, levels=0, nulls=0, compressed=None, encoding=0, size=None):
    fields = {1: i32(values), 2: i32(nulls), 3: i32(rows), 4: i32(encoding), 5: i32(levels), 6: i32(0)}
    if compressed is not None:
        fields[7] = ("bool", compressed)
    return thrift({1: i32(3), 2: i32(len(body) if size is None else size), 3: i32(len(body)), 8: st(fields)}), body


INTS = struct.pack("<3i", 1, 2, 3)


class Parquet:
    """A file that is sound until something in it is changed."""

    def __init__(self, pages=None, schema=None, path=("a",), type_=1, rows=3, values=None, codec=0, encodings=(0, 3), has_dictionary=False):
        self.head, self.tail, self.trailer = b"PAR1", b"PAR1", b""
        self.pages = pages or [page(3, INTS)]
        self.between = self.before = b""
        self.chunk_bytes = b"".join(h + b for h, b in self.pages)
        size = sum(len(h) for h, _ in self.pages) + sum(self.uncompressed(h, b) for h, b in self.pages)
        first = 4 + (len(self.pages[0][0]) + len(self.pages[0][1]) if has_dictionary else 0)
        self.meta = {
            1: i32(type_),
            2: lst("i32", *encodings),
            3: lst("bin", *path),
            4: i32(codec),
            5: i64(rows if values is None else values),
            6: i64(size),
            7: i64(len(self.chunk_bytes)),
            9: i64(first),
        }
        if has_dictionary:
            self.meta[11] = i64(4)
        self.chunk = {2: i64(0), 3: st(self.meta)}
        self.group = {1: lst("struct", self.chunk), 2: i64(size), 3: i64(rows)}
        self.schema = schema or [root(1), leaf("a")]
        self.file = {1: i32(1), 2: lst("struct", *self.schema), 3: i64(rows), 4: lst("struct", self.group)}
        self.length = None

    @staticmethod
    def uncompressed(header, body):
        """Field 2 of the page header, read back."""
        n = shift = 0
        for b in header[3:]:
            n |= (b & 0x7F) << shift
            shift += 7
            if b < 0x80:
                break
        return n >> 1 if not n & 1 else -(n + 1 >> 1)

    def end(self):
        return 4 + len(self.before) + len(self.chunk_bytes) + len(self.between)

    def append(self, what):
        at = self.end()
        self.between += what
        return at

    def bytes(self):
        footer = thrift(self.file) + self.trailer
        length = len(footer) if self.length is None else self.length
        return self.head + self.before + self.chunk_bytes + self.between + footer + struct.pack("<I", length) + self.tail


cases = []


def case(name, what, *codes, path="a.parquet", accepted=None, form=None):
    content = what.bytes() if isinstance(what, Parquet) else what
    accepted = not codes if accepted is None else accepted
    cases.append({
        "name": name,
        "path": path,
        "input": base64.b64encode(content).decode(),
        "format": form or "parquet",
        "accepted": accepted,
        "codes": list(codes),
    })
    return cases[-1]


def bad(name, change, code="FORMAT_MALFORMED", make=Parquet, **more):
    p = make()
    change(p)
    case(name, p, code, **more)


# Genuine.
sound = case("one column of three integers", Parquet())
sound["summary"] = {
    "rows": "3", "columns": "1", "schema": '"a" int32', "row groups": "1", "codecs": "UNCOMPRESSED", "metadata entries": "0",
}
case("CRC-32 of the page", Parquet([page(3, INTS, crc=True)]))
case("two pages", Parquet([page(2, INTS[:8]), page(1, INTS[8:])]))
case("page of version 2", Parquet([page2(3, 3, INTS)]))
case("page of version 2 that is not compressed under a codec", Parquet([page2(3, 3, INTS, compressed=False)], codec=6))
def dictionary_file():
    return Parquet([dictionary(3, INTS), page(3, b"\x02\x03\x00", encoding=8)], encodings=(0, 3, 8), has_dictionary=True)
case("dictionary", dictionary_file())
case("snappy page", Parquet([page(3, b"\x0c\x2c" + INTS, size=12)], codec=1))
optional = lambda: Parquet([page(3, INTS)], schema=[root(1), leaf("a", repetition=1)])
case("optional column", optional())


def list_file():
    return Parquet(
        [page(4, INTS)],
        schema=[root(1), group("l", 1, 1, _6=i32(3), _10=st({3: st({})})), group("list", 1, 2), leaf("element", repetition=1)],
        path=("l", "list", "element"),
        values=4,
    )


case("list of integers", list_file())
case("string with both annotations", Parquet([page(1, b"\x01\0\0\0x")], schema=[root(1), leaf("a", 6, _6=i32(0), _10=st({1: st({})}))], type_=6, rows=1))


def no_groups():
    p = Parquet()
    p.chunk_bytes, p.file[3], p.file[4] = b"", i64(0), lst("struct")
    return p


case("no row groups", no_groups())


def no_columns():
    p = no_groups()
    p.file[2] = lst("struct", root(0))
    return p


case("no columns", no_columns())


def metadata(*pairs):
    p = Parquet()
    p.file[5] = lst("struct", *[{1: ("bin", k), 2: ("bin", v)} for k, v in pairs])
    p.file[6] = ("bin", "writer version 1 (build \"x\")")
    return p


case("metadata and what wrote it", metadata(("k", "v"), ("l", "")))
case("a very long value of metadata", metadata(("k", "v" * 70000)), "LONG_METADATA", accepted=True)


def indexed(locations=None, null_pages=1, rows=None, column=True):
    p = Parquet([page(2, INTS[:8]), page(1, INTS[8:])])
    first = len(p.pages[0][0]) + 8
    locations = locations or [(4, first, 0), (4 + first, len(p.chunk_bytes) - first, 2)]
    pages = len(locations) if null_pages == 1 else null_pages
    offsets = thrift({1: lst("struct", *[{1: i64(o), 2: i32(s), 3: i64(r)} for o, s, r in locations])})
    columns = thrift({
        1: lst("bool", *[False] * pages), 2: lst("bin", *[b"\0\0\0\0"] * len(locations)), 3: lst("bin", *[b"\0\0\0\0"] * len(locations)),
        4: i32(0), 5: lst("i64", *[0] * len(locations)),
    })
    if column:
        at = p.append(columns)
        p.chunk[6], p.chunk[7] = i64(at), i32(len(columns))
    at = p.append(offsets)
    p.chunk[4], p.chunk[5] = i64(at), i32(len(offsets))
    p.chunk = p.group[1][1][0] = dict(sorted(p.chunk.items()))
    return p


case("page index", indexed())
case("offset index alone", indexed(column=False))


def bloom(length=True, bits=32, data=None, algorithm=1):
    p = Parquet()
    filter_ = thrift({1: i32(bits), 2: st({algorithm: st({})}), 3: st({1: st({})}), 4: st({1: st({})})}) + (bytes(bits) if data is None else data)
    at = p.append(filter_)
    p.meta[14] = i64(at)
    if length:
        p.meta[15] = i32(len(filter_))
    return p


case("bloom filter", bloom())
case("bloom filter without its length", bloom(length=False))


def repeated(change=lambda chunk: None):
    p = Parquet()
    again = copy.deepcopy(p.chunk)
    again[2] = i64(p.end())
    change(again)
    p.append(thrift(again))
    return p


case("metadata again behind the pages, as Arrow wrote", repeated())

# Not Parquet, or not one that may cross.
good = Parquet().bytes()
case("under another name", good, "FORMAT_MISMATCH", path="a.npy")
case("a text name", good, "FORMAT_MISMATCH", path="a.txt")
case("text under its name", b"PAR1 is a word", "FORMAT_MALFORMED")
case("other content under its name", b"hello", "FORMAT_MISMATCH", form="unknown")
case("empty", b"", "FORMAT_MALFORMED")
case("encrypted footer", b"PARE" + good[4:-4] + b"PARE", "FORMAT_UNKNOWN", form="unknown")
case("encrypted at its end only", good[:-4] + b"PARE", "FORMAT_UNKNOWN")
case("magic alone", b"PAR1\0", "FORMAT_MALFORMED")
case("no magic at the end", good[:-4] + b"PAR2", "FORMAT_MALFORMED")
case("bytes behind the end", good + b"\0", "FORMAT_MALFORMED")
# What lies behind the pages is read as metadata again, and is none.
case("a second file behind", good + good, "FORMAT_UNKNOWN")
case("cut in the footer", good[:-20], "FORMAT_MALFORMED")
zipped = Parquet()
zipped.file[6] = ("bin", b"PK\x05\x06" + bytes(8) + bytes(4) + bytes(4) + b"@\0")
case("zip end record in the footer", zipped, "ARCHIVE_REFUSED")
pickled = base64.b64encode(b"....arrow.py_extension_type....").decode()
case("pickled Arrow type in ARROW:schema", metadata(("ARROW:schema", pickled)), "PICKLE_REFUSED")
case("pickled Arrow type in plain", metadata(("x", "arrow.py_extension_type")), "PICKLE_REFUSED")
case("metadata key twice", metadata(("k", "v"), ("k", "w")), "FORMAT_MALFORMED")


def set_(where, field, v):
    return lambda p: getattr(p, where).__setitem__(field, v)


# Footer.
bad("footer longer than the file", lambda p: setattr(p, "length", 1 << 20))
bad("footer of 4 GiB", lambda p: setattr(p, "length", (1 << 32) - 1))
bad("footer shorter than it is", lambda p: setattr(p, "length", 20))
bad("footer of no bytes", lambda p: setattr(p, "length", 0))
bad("bytes behind the metadata in the footer", lambda p: setattr(p, "trailer", b"x"))
bad("version 0", set_("file", 1, i32(0)), "FORMAT_UNKNOWN")
bad("version 3", set_("file", 1, i32(3)), "FORMAT_UNKNOWN")
bad("rows that no row group has", set_("file", 3, i64(4)))
bad("negative rows", set_("file", 3, i64(-3)))
bad("version missing", lambda p: p.file.pop(1))
bad("schema missing", lambda p: p.file.pop(2))
bad("encryption algorithm", set_("file", 8, st({1: st({})})), "FORMAT_UNKNOWN")
bad("footer signing key", set_("file", 9, ("bin", b"k")), "FORMAT_UNKNOWN")
bad("unknown field of the file", set_("file", 12, i32(1)), "FORMAT_UNKNOWN")
bad("extension field 32767", set_("file", 32767, ("bin", b"hidden")), "FORMAT_UNKNOWN")
bad("column orders of another count", set_("file", 7, lst("struct", {1: st({})}, {1: st({})})))
bad("column order of two choices", set_("file", 7, lst("struct", {1: st({}), 2: st({})})))
bad("what wrote it is not UTF-8", set_("file", 6, ("bin", b"\xff")))
bad("number in a long form", set_("file", 1, ("raw", (5, b"\x82\x00"))))
bad("number of 65 bits", set_("file", 3, ("raw", (6, b"\xff" * 9 + b"\x7f"))))
bad("version of 33 bits", set_("file", 1, ("raw", (5, zigzag(1 << 32)))))
bad("field of another type", set_("file", 3, ("bin", "3")))
bad("field out of order", lambda p: setattr(p, "file", {2: p.file[2], 1: p.file[1], 3: p.file[3], 4: p.file[4]}))
bad("list that claims 2^62 elements", set_("file", 5, ("raw", (9, b"\xfc" + varint(1 << 62)))))
bad("list that claims 2^64-1 elements", set_("file", 5, ("raw", (9, b"\xfc" + varint((1 << 64) - 1)))))
bad("string that claims 2^64-1 bytes", set_("file", 6, ("raw", (8, varint((1 << 64) - 1)))))
bad("list length in the long form", set_("file", 5, ("raw", (9, b"\xfc\x00"))))

# Schema.
bad("schema without a root", set_("file", 2, lst("struct")))
bad("root that is a column", set_("file", 2, lst("struct", leaf("a"))))
bad("root with a logical type", set_("file", 2, lst("struct", {**root(1), 10: st({3: st({})})}, leaf("a"))))
bad("fewer elements than children", set_("file", 2, lst("struct", root(2), leaf("a"))))
bad("more elements than children", set_("file", 2, lst("struct", root(1), leaf("a"), leaf("b"))))
bad("negative children", set_("file", 2, lst("struct", root(-1), leaf("a"))))
bad("two columns of one name", set_("file", 2, lst("struct", root(2), leaf("a"), leaf("a"))))
bad("group without children", set_("file", 2, lst("struct", root(2), leaf("a"), group("g", 0))))
bad("column with children", set_("file", 2, lst("struct", root(1), {**leaf("a"), 5: i32(1)}, leaf("b"))))
bad("neither column nor group", set_("file", 2, lst("struct", root(1), {3: i32(0), 4: ("bin", "a")})))
bad("no repetition", set_("file", 2, lst("struct", root(1), {1: i32(1), 4: ("bin", "a")})))
bad("repetition of fixed-size vectors", set_("file", 2, lst("struct", root(1), leaf("a", repetition=3))), "FORMAT_UNKNOWN")
bad("type 8", set_("file", 2, lst("struct", root(1), leaf("a", 8))), "FORMAT_UNKNOWN")
bad("name that is not UTF-8", set_("file", 2, lst("struct", root(1), leaf(b"\xc0\x80"))))
bad("name of 1,025 bytes", set_("file", 2, lst("struct", root(1), leaf("a" * 1025))), "LIMIT_EXCEEDED")
bad("fixed length of no bytes", set_("file", 2, lst("struct", root(1), leaf("a", 7))))
bad("string of integers", set_("file", 2, lst("struct", root(1), leaf("a", _10=st({1: st({})})))))
bad("logical and converted type that differ", set_("file", 2, lst("struct", root(1), leaf("a", 6, _6=i32(19), _10=st({1: st({})})))))
bad("converted type 22", set_("file", 2, lst("struct", root(1), leaf("a", _6=i32(22)))), "FORMAT_UNKNOWN")
bad("logical type 19", set_("file", 2, lst("struct", root(1), leaf("a", _10=st({19: st({})})))), "FORMAT_UNKNOWN")
bad("two logical types", set_("file", 2, lst("struct", root(1), leaf("a", 6, _10=st({1: st({}), 4: st({})})))))
bad("integer of 7 bits", set_("file", 2, lst("struct", root(1), {**leaf("a"), 10: st({10: st({1: ("i8", 7), 2: ("bool", True)})})})))
bad("decimal of no digits", set_("file", 2, lst("struct", root(1), leaf("a", _10=st({5: st({1: i32(0), 2: i32(0)})})))))
bad("65 groups deep", set_("file", 2, lst("struct", root(1), *[group("g", 1) for _ in range(65)], leaf("a"))), "LIMIT_EXCEEDED")

# Row groups and columns.
bad("row group of no columns", set_("group", 1, lst("struct")))
bad("row group with negative rows", set_("group", 3, i64(-3)))
bad("row group of another ordinal", set_("group", 7, ("i16", 1)))
bad("row group of another size", set_("group", 2, i64(1)))
bad("row group of another compressed size", set_("group", 6, i64(1)))
bad("row group outside the file", set_("group", 5, i64(1 << 40)))
bad("rows sorted by column 1", set_("group", 4, lst("struct", {1: i32(1), 2: ("bool", False), 3: ("bool", False)})))
def external():
    p = Parquet()
    p.group[1] = lst("struct", {1: ("bin", "/etc/passwd"), **p.chunk})
    return p
case("data in another file", external(), "FORMAT_UNKNOWN")
bad("column without metadata", lambda p: p.chunk.pop(3))
bad("encrypted column", set_("chunk", 8, st({1: st({})})), "FORMAT_UNKNOWN")
bad("encrypted column metadata", set_("chunk", 9, ("bin", b"x")), "FORMAT_UNKNOWN")
bad("column outside the file", set_("chunk", 2, i64(1 << 50)))
bad("column of another type", set_("meta", 1, i32(2)))
bad("column of another path", set_("meta", 3, lst("bin", "b")))
bad("column of a longer path", set_("meta", 3, lst("bin", "a", "b")))
bad("LZO", set_("meta", 4, i32(3)), "FORMAT_UNKNOWN")
bad("LZ4 of Hadoop or not", set_("meta", 4, i32(5)), "FORMAT_UNKNOWN")
bad("codec 8", set_("meta", 4, i32(8)), "FORMAT_UNKNOWN")
bad("encoding 1", set_("meta", 2, lst("i32", 0, 1)), "FORMAT_UNKNOWN")
bad("encoding 10", set_("meta", 2, lst("i32", 0, 10)), "FORMAT_UNKNOWN")
bad("encoding that is not listed", set_("meta", 2, lst("i32", 3)))
bad("more values than rows", set_("meta", 5, i64(4)))
bad("another decompressed size", lambda p: (p.meta.__setitem__(6, i64(99)), p.group.__setitem__(2, i64(99))))
bad("negative size", set_("meta", 7, i64(-1)))
bad("size beyond the file", set_("meta", 7, i64(1 << 62)))
bad("one byte too few", lambda p: p.meta.__setitem__(7, i64(p.meta[7][1] - 1)))
bad("one byte too many", lambda p: p.meta.__setitem__(7, i64(p.meta[7][1] + 1)))
bad("pages at 0", set_("meta", 9, i64(0)))
bad("pages at -2^63", set_("meta", 9, ("raw", (6, b"\xff" * 9 + b"\x01"))))
bad("pages at 2^63-1", set_("meta", 9, ("raw", (6, b"\xfe" + b"\xff" * 8 + b"\x01"))))
bad("index page", set_("meta", 10, i64(4)))
bad("dictionary that is not there", set_("meta", 11, i64(4)))
bad("page counts that differ", set_("meta", 13, lst("struct", {1: i32(0), 2: i32(0), 3: i32(2)})))
bad("negative page count", set_("meta", 13, lst("struct", {1: i32(0), 2: i32(0), 3: i32(-1)})))


def two(second_at=None):
    """Two columns."""
    p = Parquet(schema=[root(2), leaf("a"), leaf("b")])
    other = copy.deepcopy(p.chunk)
    at = p.append(p.chunk_bytes)
    other[3][1][9] = i64(at if second_at is None else second_at)
    other[3][1][3] = lst("bin", "b")
    p.group[1] = lst("struct", p.chunk, other)
    p.group[2] = i64(2 * p.meta[6][1])
    return p


case("two columns", two())
case("two columns of the same bytes", two(4), "FORMAT_MALFORMED")
case("two columns that overlap", two(5), "FORMAT_MALFORMED")
bad("bytes before the first column", lambda p: (setattr(p, "before", b"\0"), p.meta.__setitem__(9, i64(5))))
bad("bytes behind the last column", lambda p: p.append(b"\0"))
bad("a program behind the last column", lambda p: p.append(b"\x7fELF" + bytes(20)))
case("metadata again with more in it", repeated(lambda c: c[3][1].__setitem__(14, i64(7))), "FORMAT_MALFORMED")
case("metadata again of another type", repeated(lambda c: c[3][1].__setitem__(1, i32(2))), "FORMAT_MALFORMED")
case("metadata again with an index", repeated(lambda c: c.update({4: i64(4), 5: i32(4)})), "FORMAT_MALFORMED")

# Pages.
def pages(name, *some, code="FORMAT_MALFORMED", **more):
    case(name, Parquet(list(some), **more), code)


def wrong_crc(head):
    head[4] = i32(7)
    item = head.pop(5)
    head[5] = item


pages("wrong CRC-32", page(3, INTS, header=wrong_crc))
pages("fewer values in pages", page(2, INTS))
pages("more values in pages", page(4, INTS))
pages("negative values in pages", page(-3, INTS))
pages("page of type 1", page(3, INTS, header=lambda h: h.__setitem__(1, i32(1))), code="FORMAT_UNKNOWN")
pages("page of two headers", page(3, INTS, header=lambda h: h.__setitem__(7, st({1: i32(3), 2: i32(0)}))))
pages("page without its header", page(3, INTS, header=lambda h: h.pop(5)))
pages("page with the header of another", page(3, INTS, header=lambda h: h.__setitem__(1, i32(3))))
pages("unknown field of a page", page(3, INTS, header=lambda h: h.__setitem__(9, i32(0))), code="FORMAT_UNKNOWN")
pages("uncompressed page of two sizes", page(3, INTS, size=13))
pages("page beyond its column", page(3, INTS, compressed=13, size=13))
pages("page short of its column", page(3, INTS, compressed=11, size=11))
pages("page of negative size", page(3, INTS, compressed=-1, size=-1))
pages("levels in an encoding of values", page(3, INTS, header=lambda h: h[5][1].__setitem__(3, i32(0))), code="FORMAT_UNKNOWN")
pages("integers in byte stream of booleans", page(3, INTS, encoding=3))
pages("integers as lengths of byte arrays", page(3, INTS, encoding=6), encodings=(0, 3, 6))
pages("dictionary indices without a dictionary", page(3, INTS, encoding=8), encodings=(0, 3, 8))
pages("two dictionaries", dictionary(3, INTS), dictionary(3, INTS), page(3, b"\x02\x03\x00", encoding=8), encodings=(0, 3, 8), has_dictionary=True)
pages("dictionary that the metadata does not name", dictionary(3, INTS), page(3, b"\x02\x03\x00", encoding=8), encodings=(0, 3, 8))
pages("dictionary in delta encoding", dictionary(3, INTS, 5), page(3, b"\x02\x03\x00", encoding=8), encodings=(0, 3, 8), has_dictionary=True)
pages("snappy page of 100 times its size", page(3, bytes(20_000), size=2_000_000), codec=1, code="LIMIT_EXCEEDED")
pages("zstd page of 1 GiB in 12 bytes", page(3, INTS, size=1 << 30), codec=6, code="LIMIT_EXCEEDED")
pages("page of 2^31-1 bytes", page(3, INTS, size=(1 << 31) - 1), codec=6, code="LIMIT_EXCEEDED")
pages("version 2 with more nulls than values", page2(3, 3, INTS, nulls=4))
pages("version 2 with other rows than values", page2(3, 2, INTS))
pages("version 2 with levels beyond the page", page2(3, 3, INTS, levels=13))
pages("version 2 with negative levels", page2(3, 3, INTS, levels=-1))
pages("version 2 not compressed with two sizes", page2(3, 3, INTS, compressed=False, size=13), codec=6)
pages("garbage for a page header", (b"\xff" * 20, b""))

# Indexes.
L = len(Parquet([page(2, INTS[:8])]).chunk_bytes)
case("offset index of another place", indexed([(5, L, 0), (4 + L, L - 4, 2)]), "FORMAT_MALFORMED")
case("offset index of another size", indexed([(4, L + 1, 0), (4 + L, L - 4, 2)]), "FORMAT_MALFORMED")
case("offset index of another row", indexed([(4, L, 0), (4 + L, L - 4, 1)]), "FORMAT_MALFORMED")
case("offset index of one page", indexed([(4, L, 0)]), "FORMAT_MALFORMED")
case("offset index whose rows descend", indexed([(4, L, 2), (4 + L, L - 4, 0)]), "FORMAT_MALFORMED")
case("column index of another count", indexed(null_pages=3), "FORMAT_MALFORMED")
bad("column index without an offset index", lambda p: (p.chunk.pop(4), p.chunk.pop(5)), make=indexed)
bad("offset index without its length", lambda p: p.chunk.pop(5), make=indexed)
bad("offset index of -1 bytes", lambda p: p.chunk.__setitem__(5, i32(-1)), make=indexed)
bad("offset index outside the file", lambda p: p.chunk.__setitem__(4, i64(1 << 40)), make=indexed)
bad("offset index with a byte behind it", lambda p: (p.append(b"\0"), p.chunk.__setitem__(5, i32(p.chunk[5][1] + 1))), make=indexed)
bad("indexes that overlap", lambda p: p.chunk.__setitem__(6, p.chunk[4]), make=indexed)
bad("bloom filter outside the file", lambda p: p.meta.__setitem__(14, i64(1 << 40)), make=bloom)
bad("bloom filter over the pages", lambda p: p.meta.__setitem__(14, i64(4)), make=bloom)
case("bloom filter of 33 bytes", bloom(bits=33), "FORMAT_MALFORMED")
case("bloom filter that is cut", bloom(data=bytes(31)), "FORMAT_MALFORMED")
case("bloom filter that is cut, without its length", bloom(length=False, data=bytes(31)), "FORMAT_MALFORMED")
case("bloom filter of 2^31-32 bytes", bloom(length=False, bits=(1 << 31) - 32, data=b""), "FORMAT_MALFORMED")
case("bloom filter of another algorithm", bloom(algorithm=2), "FORMAT_MALFORMED")

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps({"about": "Parquet files.", "source": "apache/parquet-format, README.md and parquet.thrift", "cases": cases}, indent=1) + "\n")
