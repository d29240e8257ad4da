"""Computes npz.json: zip archives of npy files, written by hand and not by a zip library, so that each field can lie."""
import base64
import json
import pathlib
import struct
import zlib

STORED, DEFLATED = 0, 8
ONES = 0xFFFFFFFF


def npy(descr="<i2", shape="(3,)", data=b"\1\0\2\0\3\0"):
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
    return b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header.ljust(117).encode() + b"\n" + data


def deflate(data, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return packer.compress(data) + packer.flush()


class Member:
    """A member. What `local` and `central` name is written there instead of what is true."""

    def __init__(self, name="a.npy", data=None, method=STORED, zip64=None, local=None, central=None, packed=None, behind=b"", **both):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.data = npy() if data is None else data
        self.packed = packed if packed is not None else deflate(self.data) if method == DEFLATED else self.data
        self.behind = behind
        fields = {
            "signature": b"PK\3\4", "version": 20, "flags": 0 if self.name.isascii() else 0x800, "method": method, "time": 0x210000,
            "crc": zlib.crc32(self.data), "packed": len(self.packed), "unpacked": len(self.data), "name": self.name, "extra": b"",
        } | both
        wide = struct.pack("<HHQQ", 1, 16, fields["unpacked"], fields["packed"])
        here = dict(fields)
        if zip64 == "ones":
            here |= {"packed": ONES, "unpacked": ONES, "extra": wide, "version": 45}
            fields["version"] = 45
        elif zip64 == "both":
            here["extra"] = wide
        self.local = here | (local or {})
        self.central = fields | {
            "signature": b"PK\1\2", "made": 20, "system": 3, "comment": b"", "disk": 0, "internal": 0, "external": 0o600 << 16, "offset": None,
        } | (central or {})

    def local_bytes(self):
        f = self.local
        return f["signature"] + struct.pack(
            "<HHHIIIIHH", f["version"], f["flags"], f["method"], f["time"], f["crc"], f["packed"], f["unpacked"], len(f["name"]), len(f["extra"])
        ) + f["name"] + f["extra"]

    def central_bytes(self, offset):
        f = self.central
        return f["signature"] + struct.pack(
            "<BBHHHIIIIHHHHHII", f["made"], f["system"], f["version"], f["flags"], f["method"], f["time"], f["crc"], f["packed"], f["unpacked"],
            len(f["name"]), len(f["extra"]), len(f["comment"]), f["disk"], f["internal"], f["external"],
            offset if f["offset"] is None else f["offset"]
        ) + f["name"] + f["extra"] + f["comment"]


def zip64_end(count, size, at, end_at, /, **over):
    f = {"bytes": 44, "made": 45, "system": 3, "need": 45, "disk": 0, "first": 0, "here": count, "all": count, "size": size, "at": at} | over
    record = b"PK\6\6" + struct.pack(
        "<QBBHIIQQQQ", f["bytes"], f["made"], f["system"], f["need"], f["disk"], f["first"], f["here"], f["all"], f["size"], f["at"])
    return record + b"PK\6\7" + struct.pack("<IQI", f.get("locatorDisk", 0), f.get("locator", end_at), f.get("disks", 1))


def end(count, size, at, /, **over):
    f = {"disk": 0, "first": 0, "here": count, "all": count, "size": size, "at": at, "comment": b""} | over
    return b"PK\5\6" + struct.pack("<HHHHIIH", f["disk"], f["first"], f["here"], f["all"], f["size"], f["at"], len(f["comment"])) + f["comment"]


def archive(*members, prefix=b"", before_directory=b"", before_end=b"", zip64=None, tail=b"", order=None, listed=None, **over):
    out, offsets = prefix, []
    for member in members:
        offsets.append(len(out))
        out += member.local_bytes() + member.packed + member.behind
    out += before_directory
    at = len(out)
    rows = [m.central_bytes(o) for m, o in zip(members, offsets)]
    rows = [rows[i] for i in order] if order is not None else rows
    rows = rows[:listed] if listed is not None else rows
    directory = b"".join(rows)
    out += directory + before_end
    if zip64 is not None:
        out += zip64_end(len(rows), len(directory), at, at + len(directory), **zip64)
    return out + end(len(rows), len(directory), at, **over) + tail


cases = []


def case(name, content, codes, path="a.npz", format="npz", summary=None):
    row = {"name": name, "path": path, "input": base64.b64encode(content).decode(), "format": format, "accepted": not codes, "codes": codes}
    if summary is not None:
        row["summary"] = summary
    cases.append(row)


def good(name, content, **more):
    case(name, content, [], **more)


def bad(name, content, **more):
    case(name, content, ["FORMAT_MALFORMED"], **more)


def other(name, content, code="ARCHIVE_REFUSED", **more):
    case(name, content, [code], **more)


A, B = Member("a.npy"), Member("b.npy", npy("|u1", "(2, 2)", b"abcd"))
Z = Member("z.npy", npy("<f4", "(50, 10)", bytes(2000)), DEFLATED)

# As CPython's zipfile writes what NumPy asks of it.
good("savez", archive(Member(zip64="ones"), Member("b.npy", npy("|u1", "(2, 2)", b"abcd"), zip64="ones")), summary={
    "arrays": "2", "array bytes": "266", "array 1": '"a" <i2 (3)', "array 2": '"b" |u1 (2, 2)'})
good("savez, CPython before 3.11.4", archive(Member(zip64="both")), summary={"arrays": "1", "array bytes": "134", "array 1": '"a" <i2 (3)'})
good("savez_compressed", archive(Member("z.npy", npy("<f4", "(50, 10)", bytes(2000)), DEFLATED, zip64="ones")), summary={
    "arrays": "1", "array bytes": "2,128", "array 1": '"z" <f4 (50, 10)'})
good("without zip64, as cnpy writes", archive(Member(system=0, external=0), B))
good("deflated and stored", archive(A, Z))
good("no elements", archive(Member("e.npy", npy("<f8", "(0, 2)", b""))))
good("zip64 end record", archive(A, B, zip64={}))
good("zip64 end record and all ones", archive(A, B, zip64={}, here=0xFFFF, all=0xFFFF, size=ONES, at=ONES))
good("zip64 in the central header", archive(A, Member("b.npy", central={
    "offset": ONES, "version": 45, "extra": struct.pack("<HHQ", 1, 8, len(A.local_bytes()) + len(A.packed))})))
good("zip64 in the central header, all three", archive(Member(zip64="ones", central={
    "packed": ONES, "unpacked": ONES, "offset": ONES, "extra": struct.pack("<HHQQQ", 1, 24, 134, 134, 0)})))
good("name with a path", archive(Member("layer/0/w.npy")), summary={"arrays": "1", "array bytes": "134", "array 1": '"layer/0/w" <i2 (3)'})
good("name with a colon, as TensorFlow has", archive(Member("dense/kernel:0.npy")))
good("name in UTF-8", archive(Member("größe.npy")), summary={"arrays": "1", "array bytes": "134", "array 1": '"gr\\u{f6}\\u{df}e" <i2 (3)'})
good("ASCII name with the flag of UTF-8", archive(Member(flags=0x800)))
good("nine arrays", archive(*[Member(f"{i}.npy") for i in range(9)]), summary={
    "arrays": "9", "array bytes": "1,206"} | {f"array {i + 1}": f'"{i}" <i2 (3)' for i in range(8)})
good("ending in another case", archive(A), path="A.NPZ")
good("deflated without compression", archive(Member(method=DEFLATED, packed=deflate(npy(), 0))))
good("deflated with fixed codes", archive(Member(method=DEFLATED, packed=deflate(npy(), 9, zlib.Z_FIXED))))
good("deflated without matches", archive(Member(method=DEFLATED, packed=deflate(npy(), 9, zlib.Z_HUFFMAN_ONLY))))
good("bytes of a local header within an array", archive(Member(data=npy("|u1", "(64,)", (A.local_bytes() + b"PK\1\2").ljust(64, b"\0")))))

# Objects and other content.
other("array of objects", archive(Member(data=npy("|O", "(1,)", b"\x80\4K\1."))), "PICKLE_REFUSED")
other("array of objects, deflated, behind a good one", archive(A, Member("o.npy", npy("|O", "(1,)", b"\x80\4K\1."), DEFLATED)), "PICKLE_REFUSED")
other("pickle called npy", archive(Member(data=b"\x80\4K\1.")), "PICKLE_REFUSED")
other("pickle of protocol 0 called npy", archive(Member(data=b"cos\nsystem\n(S'id'\ntR.")), "PICKLE_REFUSED")
other("PyTorch checkpoint", archive(Member("archive/data.pkl", b"\x80\2}q\0.")), "PICKLE_REFUSED", format="unknown")
other("PyTorch checkpoint behind an array", archive(A, Member("archive/data.pkl", b"\x80\2}q\0.")), "PICKLE_REFUSED")
other("text in a zip", archive(Member("a.txt", b"words")), format="unknown")
other("text behind an array", archive(A, Member("a.txt", b"words")))
other("program behind an array", archive(A, Member("a.py", b"import os\n")))
other("text called npy", archive(Member(data=b"words")))
other("ELF called npy", archive(Member(data=b"\x7fELF" + bytes(60))), "EXECUTABLE_REFUSED")
other("nothing called npy", archive(Member(data=b"")), "FORMAT_MALFORMED")
other("name ending in NPY", archive(A, Member("b.NPY")))
other("directory", archive(A, Member("d/", b"")), "FORMAT_MALFORMED")
other("mimetype first", archive(Member("mimetype", b"application/epub+zip"), A), format="unknown")
other("mimetype behind an array", archive(A, Member("mimetype", b"application/epub+zip")))
other("Java manifest behind an array", archive(A, Member("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n")))
other("empty archive", end(0, 0, 0), format="unknown")
other("zip in zip", archive(Member(data=archive(A))))
other("zip in zip, deflated", archive(Member(data=archive(A), method=DEFLATED)))
other("itself under another name, as a quine would", archive(Member("r.npy", archive(Member("r.npy", archive(Member("r.npy")), DEFLATED)), DEFLATED)))
other("zip at the end of an array", archive(Member(data=npy("|u1", "(%d,)" % len(archive(B)), archive(B)))))
other("big-endian array", archive(Member(data=npy(">i2"))), "FORMAT_UNKNOWN")
other("structured array", archive(Member(data=npy().replace(b"'<i2'", b"[('a')"))), "FORMAT_UNKNOWN")
bad("array with a byte too many", archive(Member(data=npy() + b"\0")))
bad("array with a byte too few", archive(Member(data=npy()[:-1])))
other("under the name of npy", archive(A), "FORMAT_MISMATCH", path="a.npy")
other("under the name of safetensors", archive(A), "FORMAT_MISMATCH", path="a.safetensors")
other("under the name of text", archive(A), "FORMAT_MISMATCH", path="a.txt")
other("under the name of zip", archive(A), "FORMAT_MISMATCH", path="a.zip")
other("npy under its name", npy(), "FORMAT_MISMATCH", format="npy")
other("text under its name", b"words and words and words\n", "FORMAT_MISMATCH", format="unknown")
bad("empty file", b"")
other("safetensors with an archive behind", struct.pack("<Q", 2) + b"{}" + archive(A), path="a.npz", code="FORMAT_MISMATCH", format="safetensors")
other("npy with an archive behind, under npy", npy("|u1", "(%d,)" % len(archive(A)), archive(A)), path="a.npy", format="npy")
other("npy with an archive behind, under npz", npy("|u1", "(%d,)" % len(archive(A)), archive(A)), path="a.npz", code="FORMAT_MISMATCH", format="npy")
other("script before an archive", archive(A, prefix=b"#!/bin/sh\nexit\n"), "SOURCE_CODE_REFUSED", format="unknown")

# Structure.
bad("bytes behind the end", archive(A, tail=b"\0"))
bad("archive behind an archive", archive(A) + archive(B))
bad("archive behind an archive, counted from the front", archive(A) + archive(B, prefix=archive(A))[len(archive(A)):])
bad("archive comment", archive(A, comment=b"hi"))
bad("archive comment that is an end record", archive(A, comment=end(0, 0, 0)))
bad("gap behind a member", archive(Member(behind=b"\0"), B))
bad("gap before the directory", archive(A, before_directory=b"\0\0\0\0"))
bad("gap before the end", archive(A, before_end=b"\0\0\0\0"))
bad("archive extra data before the directory", archive(A, before_directory=b"PK\6\x08\0\0\0\0"))
bad("digital signature before the end", archive(A, before_end=b"PK\5\5\0\0"))
bad("marker of a spanned archive", archive(Member(behind=b"PK\7\x08"), B))
bad("directory in another order", archive(A, B, order=[1, 0]))
bad("member that the directory does not list", archive(A, B, listed=1))
bad("directory lists a member twice", archive(A, B, order=[0, 0]))
bad("directory lists a member too many", archive(A, order=[0, 0]))
bad("no directory", archive(A, listed=0))
bad("end record alone missing", archive(A)[:-22])
bad("members overlap", archive(A, Member("b.npy", central={"offset": 0})))
bad("member within another", archive(Member(data=npy("|u1", "(200,)", B.local_bytes().ljust(200, b"\0"))), Member("b.npy", central={"offset": 163})))
bad("member longer than the archive", archive(Member(local={"packed": 100_000, "unpacked": 100_000})))
bad("end record counts fewer on this disk", archive(A, B, here=1))
bad("end record counts fewer", archive(A, B, all=1))
bad("end record counts more", archive(A, here=2, all=2))
bad("end record gives another size", archive(A, size=1))
bad("end record gives another place", archive(A, at=0))
bad("end record of another disk", archive(A, disk=1))
bad("directory on another disk", archive(A, first=1))
bad("all ones without a zip64 record: count", archive(A, here=0xFFFF, all=0xFFFF))
bad("all ones without a zip64 record: place", archive(A, at=ONES))
for field, value in [("bytes", 45), ("system", 7), ("need", 20), ("disk", 1), ("first", 1), ("here", 2), ("all", 2), ("size", 1), ("at", 1),
                     ("locator", 0), ("locatorDisk", 1), ("disks", 2), ("bytes", 2**64 - 1), ("here", 2**63), ("at", 2**64 - 1)]:
    bad(f"zip64 end record: {field} {value}", archive(A, zip64={field: value}))
bad("zip64 record and an end record that counts other", archive(A, zip64={}, here=2, all=2))
bad("zip64 record twice", archive(A, before_end=zip64_end(1, 51, 164, 215), zip64={}))
bad("zip64 locator without its record", archive(A, before_end=zip64_end(1, 51, 164, 215)[56:]))
bad("zip64 record without its locator", archive(A, before_end=zip64_end(1, 51, 164, 215)[:56]))

# Local against central.
for field, value in [("name", b"b.npy"), ("name", b"a.npy.npy"), ("name", b"A.npy"), ("flags", 0x800), ("method", DEFLATED), ("time", 0x210001),
                     ("crc", 1), ("packed", 135), ("unpacked", 135), ("version", 10), ("offset", 1), ("extra", struct.pack("<HH", 1, 0)),
                     ("extra", struct.pack("<HHQQ", 1, 16, 134, 134)), ("extra", b"UT\5\0\3\0\0\0\0"), ("comment", b"hi"), ("disk", 1),
                     ("internal", 1), ("external", 0o120777 << 16), ("external", 0o040755 << 16), ("external", 0o4755 << 16), ("external", 0x10),
                     ("system", 10)]:
    bad(f"central header: {field} {value!r}", archive(Member(central={field: value})))
bad("central zip64: size that lies", archive(Member(central={"unpacked": ONES, "extra": struct.pack("<HHQ", 1, 8, 135)})))
bad("central zip64: offset that lies", archive(Member(central={"offset": ONES, "extra": struct.pack("<HHQ", 1, 8, 1)})))
bad("central zip64: without its field", archive(Member(central={"offset": ONES})))
bad("central zip64: value without a field", archive(Member(central={"offset": ONES, "extra": struct.pack("<HHQQ", 1, 16, 0, 0)})))
bad("central zip64: disk", archive(Member(central={"offset": ONES, "extra": struct.pack("<HHQI", 1, 12, 0, 0)})))
bad("local zip64: other sizes", archive(Member(local={"extra": struct.pack("<HHQQ", 1, 16, 135, 134)})))
bad("local zip64: all ones and other sizes", archive(Member(local={
    "packed": ONES, "unpacked": ONES, "extra": struct.pack("<HHQQ", 1, 16, 135, 135)})))
bad("local zip64: negative", archive(Member(local={"packed": ONES, "unpacked": ONES, "extra": struct.pack("<HHQQ", 1, 16, 2**64 - 1, 2**64 - 1)})))
bad("local zip64: one all ones", archive(Member(local={"packed": ONES, "extra": struct.pack("<HHQQ", 1, 16, 134, 134)})))
bad("local zip64: one size only", archive(Member(local={"packed": ONES, "extra": struct.pack("<HHQ", 1, 8, 134)})))
bad("local zip64: without its field", archive(Member(local={"packed": ONES, "unpacked": ONES})))
bad("local extra field of another kind", archive(Member(extra=b"UT\5\0\3\0\0\0\0")))
bad("local extra field of the Unicode path", archive(Member(local={"extra": b"up\x0a\0\1" + struct.pack("<I", zlib.crc32(b"a.npy")) + b"b.npy"})))
bad("local extra field as padding", archive(Member(local={"extra": bytes(16)})))
bad("local extra field of 60,000 bytes", archive(Member(local={"extra": bytes(60_000)})))
bad("time that there is not", archive(Member(time=0)))
bad("stored with two sizes", archive(Member(unpacked=135)))
bad("CRC-32 of something else, twice", archive(Member(crc=1)))

# Flags, methods, names.
for flags in (0x0001, 0x0040, 0x2000, 0x0008, 0x0002, 0x0020, 0x4000):
    other(f"flags 0x{flags:04x}", archive(Member(flags=flags)))
for method in (1, 9, 12, 14, 93, 95, 98, 99):
    other(f"method {method}", archive(Member(method=method, packed=npy())))
for version in (0, 21, 46, 51, 63):
    other(f"version {version}", archive(Member(version=version)))
for name in ("../a.npy", "a/../b.npy", "/a.npy", "C:/a.npy", "a\\b.npy", "./a.npy", "a//b.npy", "a\0.npy", "a\n.npy", ".npy", "d/.npy", "a.npy.npy",
             "a\u202e.npy", "a\u0308.npy", b"a\xff.npy"):
    flags = {"flags": 0x800} if name == b"a\xff.npy" else {}
    bad(f"name {name!r}", archive(Member(name, **flags)))
bad("name of a directory that ends as arrays do", archive(A, Member("a.npy/b.npy")))
bad("UTF-8 name without its flag", archive(Member("größe.npy", flags=0)))
bad("name of 256 bytes", archive(A, Member("a" * 252 + ".npy")))
bad("name twice", archive(A, A))
bad("names that differ in case", archive(A, Member("A.npy")))
bad("names that differ in case, not ASCII", archive(Member("é.npy"), Member("É.npy")))

# Deflate: each of these is read as something by one decoder and refused by another, or says less than it holds.
def bits(*fields):
    value = count = 0
    for field, width in fields:
        value |= field << count
        count += width
    return value.to_bytes((count + 7) // 8, "little")


plain = npy()
raw = deflate(plain)
block = struct.pack("<HH", len(plain), len(plain) ^ 0xFFFF) + plain
bad("deflate: bytes behind its end", archive(Member(method=DEFLATED, packed=raw + b"\0")))
bad("deflate: second stream behind its end", archive(Member(method=DEFLATED, packed=raw + raw)))
bad("deflate: cut", archive(Member(method=DEFLATED, packed=raw[:-1])))
bad("deflate: nothing", archive(Member(method=DEFLATED, packed=b"")))
bad("deflate: inflates to more", archive(Member(method=DEFLATED, unpacked=100)))
bad("deflate: inflates to fewer", archive(Member(method=DEFLATED, unpacked=200)))
bad("deflate: unknown block type", archive(Member(method=DEFLATED, packed=b"\7" + raw)))
bad("deflate: last block is not marked", archive(Member(method=DEFLATED, packed=b"\0" + block)))
good("deflate: stored block", archive(Member(method=DEFLATED, packed=b"\1" + block)))
bad("deflate: bits behind the block type", archive(Member(method=DEFLATED, packed=b"\xf9" + block)))
bad("deflate: length of a stored block", archive(Member(method=DEFLATED, packed=b"\1" + block[:2] + b"\0\0" + plain)))
bad("deflate: bits behind its end", archive(Member(method=DEFLATED, packed=b"\0" + block + b"\x03\x80")))
good("deflate: empty block at its end", archive(Member(method=DEFLATED, packed=b"\0" + block + b"\x03\0")))
bad("deflate: a thousand empty blocks", archive(Member(method=DEFLATED, packed=b"\0\0\0\xff\xff" * 1000 + b"\1" + block)))
bad("deflate: more codes than there are", archive(Member(method=DEFLATED, packed=bits((1, 1), (2, 2), (31, 5), (31, 5), (15, 4)) + bytes(300))))
bad("deflate: code for lengths incomplete", archive(Member(method=DEFLATED, packed=bits((1, 1), (2, 2), (0, 5), (0, 5), (0, 4), (1, 3)) + bytes(300))))
bad("deflate: code for lengths oversubscribed", archive(Member(method=DEFLATED, packed=bits((1, 1), (2, 2), (0, 5), (0, 5), (0, 4), (1, 3), (1, 3), (1, 3)) + bytes(300))))
zeros = npy("|u1", "(3,)", bytes(3))
far = b"\0" + struct.pack("<HH", 128, 128 ^ 0xFFFF) + zeros[:128]
# A match of three bytes at distance 129 behind 128: symbol 257 (7 bits), distance symbol 14 (5 bits, most significant first) and 6 extra bits.
bad("deflate: distance to before its first byte", archive(Member(data=zeros, method=DEFLATED, packed=far + bits(
    (1, 1), (1, 2), (0b1000000, 7), (0b01110, 5), (0, 6), (0, 7)))))

# Bombs: the header says what they are.
other("bomb by its ratio", archive(Member(data=b"", method=DEFLATED, packed=raw, unpacked=2**31)), "LIMIT_EXCEEDED")
other("bomb by its size", archive(Member(method=DEFLATED, packed=raw, local={
    "packed": ONES, "unpacked": ONES, "extra": struct.pack("<HHQQ", 1, 16, 2**62, len(raw))})), "LIMIT_EXCEEDED")

about = "NumPy arrays in a zip archive, and archives that lie about what they hold."
source = "numpy/lib/npyio (savez), PKWARE APPNOTE 6.3.10, RFC 1951; computed by npz.py"
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps({"about": about, "source": source, "cases": cases}, indent=1) + "\n")
