"""Computes webdataset.json: tars by CPython's tarfile, as webdataset's TarWriter asks it, and tars written by hand, so that each field can lie."""
import base64
import io
import json
import pathlib
import struct
import tarfile

BLOCK, RECORD = 512, 10240
JSON, TEXT = b'{"label":3}', "words, é\n".encode()


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def fill(data):
    return data + bytes(-len(data) % BLOCK)


def header(name=b"a.txt", length=0, kind=b"0", checksum=None, **over):
    """A header by hand; `over` names fields and what is written there."""
    name = name if isinstance(name, bytes) else name.encode()
    fields = {"name": name, "mode": octal(0o444, 8), "uid": octal(0, 8), "gid": octal(0, 8), "size": octal(length, 12), "mtime": octal(1700000000, 12),
              "checksum": b" " * 8, "kind": kind, "link": b"", "magic": b"ustar\0", "version": b"00", "uname": b"bigdata", "gname": b"bigdata",
              "major": b"", "minor": b"", "prefix": b"", "unused": b""} | over
    widths = [100, 8, 8, 8, 12, 12, 8, 1, 100, 6, 2, 32, 32, 8, 8, 155, 12]
    block = b"".join(value.ljust(width, b"\0") for value, width in zip(fields.values(), widths))
    assert len(block) == BLOCK, fields
    stated = checksum(sum(block)) if checksum else b"%06o\0 " % sum(block)
    return block[:148] + stated + block[156:]


def member(name="a.txt", data=TEXT, **over):
    return header(name, len(data), **over) + fill(data)


def record(key, value):
    value = value if isinstance(value, bytes) else value.encode()
    body = b" " + key.encode() + b"=" + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return b"%d" % length + body


def pax(*records, name="././@PaxHeader", **over):
    data = b"".join(r if isinstance(r, bytes) else record(*r) for r in records)
    return header(name, len(data), b"x", **over) + fill(data)


def tar(*parts, end=bytes(2 * BLOCK)):
    return b"".join(parts) + end


def written(*members, format=tarfile.PAX_FORMAT, mtime=1700000000.25, **over):
    """As webdataset.TarWriter does."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w|", format=format) as stream:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode, info.uname, info.gname = len(data or b""), mtime, 0o444, "bigdata", "bigdata"
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            for key, value in over.items():
                setattr(info, key, value)
            stream.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def npy(descr="<i2", shape="(3,)", data=b"\1\0\2\0\3\0"):
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
    return b"\x93NUMPY\1\0" + struct.pack("<H", 118) + head.ljust(117).encode() + b"\n" + data


cases = []


def case(name, content, codes, path="a.tar", format="webdataset", accepted=None, summary=None):
    row = {"name": name, "path": path, "input": base64.b64encode(content).decode(), "format": format,
           "accepted": not codes if accepted is None else accepted, "codes": codes}
    if summary is not None:
        row["summary"] = summary
    cases.append(row)


def good(name, content, **more):
    case(name, content, [], **more)


def bad(name, content, code="FORMAT_MALFORMED", **more):
    case(name, content, [code], **more)


SAMPLES = [("000.cls", b"3"), ("000.json", JSON), ("000.txt", TEXT), ("001.cls", b"4"), ("001.json", JSON), ("001.txt", TEXT)]
LONG = "d" * 60 + "/" + "k" * 60 + ".txt"
NAME = "k" * 110 + ".txt"

# As CPython writes.
good("webdataset, pax", written(*SAMPLES), summary={"members": "6", "samples": "2", "formats": "json x2, text x4"})
good("webdataset, ustar", written(*SAMPLES, format=tarfile.USTAR_FORMAT, mtime=1700000000), summary={
    "members": "6", "samples": "2", "formats": "json x2, text x4"})
good("pax, whole seconds", written(*SAMPLES, mtime=1700000000))
good("ustar, name of more than 100 bytes", written((LONG, TEXT), format=tarfile.USTAR_FORMAT), summary={
    "members": "1", "samples": "1", "formats": "text x1"})
good("pax, name of more than 100 bytes", written((NAME, TEXT)))
good("pax, name that is not ASCII", written(("größe.txt", TEXT)))
good("pax, long name that is not ASCII", written(("ö" * 90 + ".txt", TEXT)))
good("pax, directory of a long name", written((LONG[:-4] + "/" + NAME[:-4], None), (LONG[:-4] + "/" + NAME[:-4] + "/a.txt", TEXT)))
good("ustar, name that is not ASCII", written(("größe.txt", TEXT), format=tarfile.USTAR_FORMAT))
good("pax, owners of many digits and letters", written(("a.txt", TEXT), uid=3_000_000, gid=3_000_000, uname="ö" * 40, gname="g" * 40))
good("pax, time before 1970", written(("a.txt", TEXT), mtime=-1.5))
good("directories", written(("d", None), ("d/a.txt", TEXT), ("d/a.json", JSON)), summary={"members": "2", "samples": "1", "formats": "json x1, text x1"})
good("npy in a tar", written(("a.npy", npy()), ("a.cls", b"1")), summary={"members": "2", "samples": "1", "formats": "npy x1, text x1"})
good("rows in a tar", written(("a.jsonl", b"{}\n{}\n"), ("b.csv", b"a,b\n1,2\n3,4\n")), summary={
    "members": "2", "samples": "2", "formats": "jsonl x1, csv x1", "rows": "5"})
good("endings that webdataset reads", written(*[("a." + e, b"1") for e in "cls cls2 class count index inx id text transcript txt".split()], ("a.jsn", JSON)))
good("endings of several parts", written(("a.left.npy", npy()), ("a.right.npy", npy()), ("a.meta.json", JSON)), summary={
    "members": "3", "samples": "1", "formats": "npy x2, json x1"})
good("name without a dot", written(("README", TEXT), ("a.txt", TEXT)), summary={"members": "2", "samples": "1", "formats": "text x2"})
good("name with a colon", written(("2024-01-01T12:30.txt", TEXT)))
good("dots in a directory", written(("v1.0/a.txt", TEXT), ("v1.0/b.txt", TEXT)), summary={"members": "2", "samples": "2", "formats": "text x2"})
good("empty member", written(("a.txt", b""), ("b.txt", TEXT)))
good("member of exactly a block", written(("a.txt", b"x" * BLOCK), ("b.txt", b"x" * 2 * BLOCK)))
good("ending in another case", written(*SAMPLES), path="A.TAR")
case("warning of a member", written(("a.csv", b"=1+1,2\n"), ("b.txt", "a\u202eb".encode())), ["CSV_FORMULA", "BIDI_CONTROL"], accepted=True)
case("eleven warnings of members", written(*[(f"{i}.csv", b"=1+1\n") for i in range(11)]), ["CSV_FORMULA"] * 9, accepted=True)
case("sample that comes again", written(("a.txt", TEXT), ("b.txt", TEXT), ("a.json", JSON)), ["SAMPLE_SPLIT"], accepted=True, summary={
    "members": "3", "samples": "2", "formats": "json x1, text x2"})

# By hand, as other writers do.
good("by hand", tar(member()))
good("zeros up to a record", tar(member(), end=bytes(RECORD - 2 * BLOCK)))
good("three blocks of zeros", tar(member(), end=bytes(3 * BLOCK)))
good("type flag NUL", tar(member(kind=b"\0")))
good("numbers left out, as .NET writes zero", tar(header("a.txt", 0, size=b"", uid=b"", gid=b"", mode=b"")))
good("numbers ended by a space", tar(member(mode=b"0000444 ", uid=b"0000000 ", size=b"%011o " % len(TEXT))))
good("device numbers of zero, as GNU tar writes", tar(member(major=octal(0, 8), minor=octal(0, 8))))
good("directory without a slash", tar(header("d", 0, b"5"), member("d/a.txt")))
good("name in prefix and name", tar(member("a.txt", prefix=b"d/e")))
good("pax header of GNU tar", tar(pax(("mtime", "1.5"), ("atime", "2.25"), ("ctime", "3"), name="d/PaxHeaders/a.txt"), member("d/a.txt")))
good("pax path that the header has", tar(pax(("path", "a.txt"), ("mtime", "1.5"), name="./PaxHeaders.7/a.txt"), member()))
good("pax size that the header has", tar(pax(("size", str(len(TEXT)))), member()))
good("pax path cut before a character", tar(pax(("path", "k" * 99 + "é.txt")), member("k" * 99)))

# Types that are none of a file.
for kind, what in ((b"1", "hard link"), (b"2", "symbolic link"), (b"3", "character device"), (b"4", "block device"), (b"6", "FIFO")):
    bad(what, tar(member(), header("b.txt", 0, kind, link=b"a.txt" if kind in b"12" else b"")), "NOT_REGULAR_FILE")
    bad(what + " first", tar(header("b.txt", 0, kind, link=b"/etc/passwd" if kind in b"12" else b""), member()), "NOT_REGULAR_FILE")
for kind in b"7gLKSDMNVAXZ\x01\x80\xff":
    bad(f"type flag 0x{kind:02x}", tar(header("b.txt", 0, bytes([kind])), member()), "FORMAT_UNKNOWN")
bad("symbolic link by CPython", written(("a.txt", b""), type=tarfile.SYMTYPE, linkname="/etc/passwd"), "NOT_REGULAR_FILE")
bad("GNU by CPython", written(*SAMPLES, format=tarfile.GNU_FORMAT), "FORMAT_UNKNOWN")
bad("GNU by CPython, long name", written((NAME, TEXT), format=tarfile.GNU_FORMAT), "FORMAT_UNKNOWN")
bad("GNU header behind a good member", tar(member(), member("b.txt", magic=b"ustar ", version=b" \0")), "FORMAT_UNKNOWN")
bad("V7 header", tar(member(magic=b"", version=b"")), "FORMAT_UNKNOWN")
bad("V7 header behind a good member", tar(member(), member("b.txt", magic=b"", version=b"")), "FORMAT_UNKNOWN")
bad("version of another tar", tar(member(version=b"01")), "FORMAT_UNKNOWN")

# Headers.
bad("checksum of something else", tar(member(checksum=lambda s: b"%06o\0 " % (s + 1))))
bad("checksum of signed bytes", tar(member("é.txt", checksum=lambda s: b"%06o\0 " % (s - 2 * 256))))
bad("checksum left out", tar(member(checksum=lambda s: bytes(8))))
bad("checksum without an end", tar(member(checksum=lambda s: b"%08o" % s)))
bad("checksum behind spaces", tar(member(checksum=lambda s: b"%6o\0 " % s)))
for field, width in (("mode", 8), ("uid", 8), ("gid", 8), ("size", 12), ("mtime", 12)):
    bad(f"{field}: no octal", tar(member(**{field: b"9".rjust(width - 1, b"0")})))
    bad(f"{field}: not ended", tar(member(**{field: b"0" * (width - 2) + b"11"})))
    bad(f"{field}: spaces before", tar(member(**{field: b"11".rjust(width - 1)})))
    bad(f"{field}: bytes behind", tar(member(**{field: b"11\x001"})))
    bad(f"{field}: negative", tar(member(**{field: b"-1"})))
    bad(f"{field}: base 256", tar(member(**{field: b"\x80" + bytes(width - 2) + b"\x09"})))
    bad(f"{field}: only spaces", tar(member(**{field: b" " * width})))
bad("size: base 256, negative", tar(member(size=b"\xff" * 12)))
bad("size: beyond the end", tar(member(size=octal(8**11 - 1, 12))))
bad("size: one block too many", tar(member(size=octal(len(TEXT) + 3 * BLOCK, 12))))
bad("size: over the next member", tar(member("a.txt", TEXT, size=octal(BLOCK + 20, 12)), member("b.txt")), "FORMAT_MISMATCH")
bad("size: shorter than the content", tar(member("a.txt", b"x" * 600, size=octal(80, 12))))
bad("name: bytes behind its end", tar(member(b"a.txt\0b.txt")))
bad("prefix: bytes behind its end", tar(member(prefix=b"d\0e")))
bad("link name of a file", tar(member(link=b"b.txt")))
bad("user name: bytes behind its end", tar(member(uname=b"u\0v")))
bad("group name with a control character", tar(member(gname=b"g\x1b[2J")))
bad("user name that is not UTF-8", tar(member(uname=b"\xff")))
bad("device number", tar(member(major=octal(1, 8))))
bad("unused bytes", tar(member(unused=b"\0\0\0x")))
bad("unused bytes, as star writes", tar(member(unused=b"\0" * 8 + b"tar\0")))
bad("directory with content", tar(header("d/", 512, b"5") + bytes(512), member()))
bad("directory that claims a size", tar(header("d/", len(TEXT), b"5"), member()))

# Names.
for name in ("/a.txt", "../a.txt", "d/../../a.txt", "./a.txt", "d/./a.txt", "d//a.txt", "a.txt/", "", "d\\a.txt", "a\n.txt", "a\x7f.txt", "a.txt.", "a.txt ", "d /a.txt",
             "a\u202e.txt", "a\u0308.txt", b"a\xff.txt", b"a\xc0\xaf.txt", "C:/a.txt", "c:a.txt"):
    if name != "":
        bad(f"name {name!r}", tar(member("0.txt"), member(name)), "PATH_INVALID")
bad("name that is empty", tar(member("0.txt"), member("")))
bad("name of a slash", tar(member("0.txt"), member("/")), "PATH_INVALID")
bad("name that begins with a dot", tar(member(".a.txt")), "PATH_INVALID")
bad("name that begins with a dot, in a directory", tar(member("d/._a.txt")), "PATH_INVALID")
bad("prefix that leads out", tar(member("a.txt", prefix=b"../..")), "PATH_INVALID")
bad("prefix of the root", tar(member("a.txt", prefix=b"/")), "PATH_INVALID")
bad("directory that leads out", tar(header("../d/", 0, b"5"), member()), "PATH_INVALID")
bad("directory of here", tar(header("./", 0, b"5"), member()), "PATH_INVALID")
bad("name twice", tar(member(), member()), "PATH_COLLISION")
bad("name twice, once by pax", tar(member(), pax(("path", "a.txt")), member()), "PATH_COLLISION")
bad("name twice, once by prefix", tar(member("d/a.txt"), member("a.txt", prefix=b"d")), "PATH_COLLISION")
bad("names that differ in case", tar(member(), member("A.TXT")), "PATH_COLLISION")
bad("names that differ in case, not ASCII", tar(member("é.txt"), member("É.txt")), "PATH_COLLISION")
bad("names that fold to one", tar(member("straße.txt"), member("STRASSE.txt")), "PATH_COLLISION")
bad("file in a file", tar(member("a.txt"), member("a.txt/b.txt")), "PATH_COLLISION")
bad("file where others lie", tar(member("d/a.txt"), member("D")), "PATH_COLLISION")
bad("directory that is a file", tar(member("d"), header("d/", 0, b"5")), "FORMAT_UNKNOWN")
bad("directory that is a text", tar(member("README"), header("readme/", 0, b"5")), "PATH_COLLISION")
bad("directory twice", tar(header("d/", 0, b"5"), header("d", 0, b"5"), member()), "PATH_COLLISION")

# pax headers.
for key in ("linkpath", "hdrcharset", "charset", "comment", "GNU.sparse.major", "GNU.sparse.map", "GNU.sparse.name", "GNU.sparse.realsize", "SCHILY.xattr.user.a",
            "SCHILY.realsize", "SCHILY.filetype", "LIBARCHIVE.creationtime", "LIBARCHIVE.xattr.a", "RHT.security.selinux", "realtime.a", "Path", "path ", "\n"):
    bad(f"pax keyword {key!r}", tar(pax((key, "1")), member()), "FORMAT_UNKNOWN")
bad("pax path that disagrees", tar(pax(("path", "b.txt")), member("a.txt")))
bad("pax path that is longer", tar(pax(("path", "a.txt" + "x" * 200)), member("a.txt")))
bad("pax path that is longer than a name cut at 96 bytes", tar(pax(("path", "k" * 110 + ".txt")), member("k" * 96)))
bad("pax path that disagrees in one letter", tar(pax(("path", "k" * 110 + ".txt")), member("k" * 99 + "l")))
bad("pax path that leads out", tar(pax(("path", "../a.txt")), member("../a.txt")), "PATH_INVALID")
bad("pax path that leads out behind 100 bytes", tar(pax(("path", "k" * 99 + "/../../../a.txt")), member(("k" * 99 + "/../../../a.txt")[:100])), "PATH_INVALID")
bad("pax path with NUL", tar(pax(("path", "a.txt\0b")), member("a.txt\0b"[:5])))
bad("pax path with NUL behind 100 bytes", tar(pax(("path", "k" * 110 + "\0.txt")), member("k" * 100)), "PATH_INVALID")
bad("pax path that is empty", tar(pax(("path", "")), member()))
bad("pax size that is larger", tar(pax(("size", "600")), member()))
bad("pax size of a header of zero", tar(pax(("size", str(len(TEXT)))), member(size=octal(0, 12))))
bad("pax size of 2^64", tar(pax(("size", str(2**64))), member()))
bad("pax size with zeros before", tar(pax(("size", "-9")), member()))
bad("pax record twice", tar(pax(("mtime", "1"), ("mtime", "2")), member()))
bad("pax path twice", tar(pax(("path", "a.txt"), ("path", "a.txt")), member()))
bad("two pax headers", tar(pax(("mtime", "1")), pax(("atime", "1")), member()))
bad("pax header for nothing", tar(member(), pax(("mtime", "1"))))
bad("pax header without records", tar(header("././@PaxHeader", 0, b"x"), member()))
bad("global pax header by hand", tar(header("pax_global_header", 20, b"g") + fill(b"20 comment=aaaaaaaa\n"), member()), "FORMAT_UNKNOWN")
for value in ("", "1.", ".5", "1e9", "0x10", "1,5", "--1", "now", "1" * 30, "1\n"):
    bad(f"pax mtime {value!r}", tar(pax(("mtime", value)), member()))
for value in ("", "-1", "a", "1" * 30):
    bad(f"pax uid {value!r}", tar(pax(("uid", value)), member()))
for value in (b"", b"u\x1b[2J", b"\xff", b"u" * 257):
    bad(f"pax uname {value[:8]!r}", tar(pax(("uname", value)), member()))
for line in (b"mtime=1\n", b"8 mtime=1\n", b"10 mtime=1\n",  b"010 mtime=1\n", b"+9 mtime=1\n", b"-9 mtime=1\n", b"9  mtime=1\n", b"9 mtime 1\n\n",
             b"0 \n", b"2 \n", b"3 \n", b"5 =1\n", b"99999999999 mtime=1\n", b"10 mtime=1\nx", b"10 mtime=1\n\0\0", b"\0" * 20, b"10 mtime=1"):
    bad(f"pax record {line!r}", tar(pax(line), member()))
good("pax record of the right length", tar(pax(b"11 mtime=1\n"), member()))
for name in ("a.txt", "/PaxHeader", "../PaxHeader", "d/../PaxHeader", b"PaxHeader\x1b", b"PaxHeader\xff", ""):
    bad(f"pax header called {name!r}", tar(member("0.txt"), pax(("mtime", "1"), name=name), member()))
bad("pax header of 8 KiB and one byte", tar(pax(("uname", "u" * 8200)), member()), "LIMIT_EXCEEDED")
bad("pax header of 8 GiB", tar(pax(("mtime", "1"), size=octal(8**11 - 1, 12)), member()))
bad("padding of a pax header", tar(pax(("mtime", "1"))[:-1] + b"x", member()))

# Padding and end.
bad("padding of a member", tar(member()[:-1] + b"x"))
bad("padding of a member, its first byte", tar(header("a.txt", 3) + b"abc" + b"d" + bytes(508)))
bad("one block of zeros", tar(member(), end=bytes(BLOCK)))
bad("no end", tar(member(), end=b""))
bad("zeros that are no block", tar(member(), end=bytes(2 * BLOCK + 1)))
bad("zeros beyond a record", tar(member(), end=bytes(RECORD - BLOCK)))
bad("zeros that fill two records", tar(member(), end=bytes(2 * RECORD - 2 * BLOCK)))
bad("a member behind a block of zeros", tar(member(), bytes(BLOCK), member("b.txt")))
bad("a member behind the end", tar(member(), bytes(2 * BLOCK), member("b.txt")))
bad("two tars", tar(member()) + tar(member("b.txt")))
bad("two tars, by CPython", written(("a.txt", TEXT)) + written(("b.txt", TEXT)))
bad("bytes in the last block", tar(member())[:-1] + b"x")
bad("text behind a member", tar(member(), fill(b"words")))
bad("cut in the first header", tar(member())[:300], "FORMAT_MISMATCH", format="unknown")
bad("cut in a member", tar(member("a.txt", b"x" * 2000))[:1000])
bad("cut behind a member", member())
bad("no members", bytes(RECORD))
bad("directories alone", tar(header("d/", 0, b"5")))
bad("empty file", b"")
bad("block of zeros first", bytes(BLOCK) + tar(member()))
bad("no tar", b"words and words\n" * 100, "FORMAT_MISMATCH", format="unknown")
bad("binary that is no tar", bytes(range(1, 256)) * 40, "FORMAT_MISMATCH", format="unknown")

# Members.
for name, data, code in (
        ("a.pkl", b"\x80\4K\1.", "PICKLE_REFUSED"), ("a.pickle", b"x", "PICKLE_REFUSED"), ("a.txt", b"\x80\4K\1.", "PICKLE_REFUSED"),
        ("a.pyd", b"\x80\4K\1.", "PICKLE_REFUSED"), ("a.pth", b"\x80\2}q\0.", "PICKLE_REFUSED"), ("a.cls", b"cos\nsystem\n(S'id'\ntR.", "PICKLE_REFUSED"),
        ("a.npy", npy("|O", "(1,)", b"\x80\4K\1."), "PICKLE_REFUSED"), ("a.py", b"import os\n", "SOURCE_CODE_REFUSED"),
        ("a.txt", b"#!/bin/sh\nid\n", "SOURCE_CODE_REFUSED"), ("a.txt", b"import os\nos.system('id')\n", "SOURCE_CODE_REFUSED"),
        ("a.txt", b"\x7fELF" + bytes(60), "EXECUTABLE_REFUSED"), ("a.exe", b"MZ" + bytes(100), "EXECUTABLE_REFUSED"),
        ("a.json", b"{", "FORMAT_MALFORMED"), ("a.json", b'{"a":1,"a":2}', "FORMAT_MALFORMED"), ("a.txt", b"\xff", "FORMAT_MALFORMED"),
        ("a.txt", b"a\0b", "FORMAT_MISMATCH"), ("a.txt", npy(), "FORMAT_MISMATCH"), ("a.npy", TEXT, "FORMAT_MISMATCH"), ("a.npy", npy() + b"\0", "FORMAT_MALFORMED"),
        ("a.html", b"<html>", "FORMAT_UNKNOWN"), ("a.bin", b"\1\2\3", "FORMAT_UNKNOWN"), ("a.mp", b"\x80", "FORMAT_UNKNOWN"), ("a.ten", bytes(16), "FORMAT_UNKNOWN"),
        ("a.txt.gz", b"\x1f\x8b\x08" + bytes(20), "ARCHIVE_REFUSED"), ("a.zip", b"PK\3\4" + bytes(60), "ARCHIVE_REFUSED"), ("a.npz", b"PK\3\4", "ARCHIVE_REFUSED"),
        ("a.tar", tar(member()), "ARCHIVE_REFUSED"), ("a.txt", tar(member()), "ARCHIVE_REFUSED"), ("a.tar", b"", "ARCHIVE_REFUSED"),
        ("a.npy", npy("|u1", "(22,)", b"PK\5\6" + bytes(18)), "ARCHIVE_REFUSED"), ("a.safetensors", struct.pack("<Q", 2) + b"{}", "KIND_MISMATCH"),
        ("a.gguf", b"GGUF", "KIND_MISMATCH"), ("a.onnx", b"\x08\x09", "KIND_MISMATCH"), ("m.safetensors.index.json", b"{}", "KIND_MISMATCH"),
        ("a.json", struct.pack("<Q", 2) + b"{}", "FORMAT_MISMATCH")):
    bad(f"member {name}: {data[:2]!r} to {data[-10:]!r}", tar(member("0.txt"), member(name, data)), code)
bad("member refused at its offset in a pax tar", written(("a.txt", TEXT), ("b.json", b'{"a":[}'), ("c.txt", TEXT)))

# One content, two readings.
bad("under the name of text", tar(member()), "ARCHIVE_REFUSED", path="a.txt", format="unknown")
bad("under the name of npy", tar(member()), "ARCHIVE_REFUSED", path="a.npy", format="unknown")
bad("under the name of tgz", tar(member()), "ARCHIVE_REFUSED", path="a.tgz", format="unknown")
bad("gzip under its name", b"\x1f\x8b\x08" + bytes(20), "ARCHIVE_REFUSED", format="unknown")
bad("zip under its name", b"PK\3\4" + bytes(60), "ARCHIVE_REFUSED", format="unknown")
bad("npy under its name", npy(), "FORMAT_MISMATCH", format="npy")
bad("safetensors under its name", struct.pack("<Q", 2) + b"{}", "FORMAT_MISMATCH", format="safetensors")
bad("pickle under its name", b"\x80\4K\1.", "PICKLE_REFUSED", format="unknown")
bad("script and tar", tar(member("#!sh.txt")), "SOURCE_CODE_REFUSED", format="unknown")
bad("DOS program and tar", tar(member("MZ.txt")), "EXECUTABLE_REFUSED", format="unknown")
bad("PDF and tar", tar(member("%PDF-1.txt")), "FORMAT_UNKNOWN", format="unknown")
bad("HTML and tar", tar(member("<html>.txt")), "FORMAT_UNKNOWN", format="unknown")
bad("zip and tar", tar(member(b"PK\3\4.txt")), "ARCHIVE_REFUSED", format="unknown")
bad("tar and zip", tar(member("a.npy", npy("|u1", "(22,)", b"PK\5\6" + bytes(18)))), "ARCHIVE_REFUSED")
bad("pickle and tar", tar(member(b"cos\nsystem\n(S'id'\ntR.")), "PICKLE_REFUSED")
good("member whose text begins as a tar's name would be", tar(member("a.txt", b"ustar\n")))
good("first member of Python's words after a first line", tar(member("a.txt", b"Notes\nimport os\nos.system('id')\n")))

about = "WebDataset: samples in POSIX tar, and tars that lie about what they hold."
source = "IEEE 1003.1-2001 pax (ustar and pax Interchange Format), CPython tarfile, webdataset writer.py and tariterators.py; computed by webdataset.py"
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps({"about": about, "source": source, "cases": cases}, indent=1) + "\n")
