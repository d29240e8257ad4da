"""Computes png.json, jpeg.json, webp.json, wav.json and flac.json: genuine images and sounds, and what hostile hands make of them."""
import base64
import io
import json
import pathlib
import struct
import wave
import zlib

from media_genuine import GENUINE

MALFORMED, UNKNOWN, MISMATCH, LIMIT, ARCHIVE = "FORMAT_MALFORMED", "FORMAT_UNKNOWN", "FORMAT_MISMATCH", "LIMIT_EXCEEDED", "ARCHIVE_REFUSED"
EXECUTABLE = "EXECUTABLE_REFUSED"
METADATA = "MEDIA_METADATA"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
ZIP = b"PK\x05\x06" + bytes(18)
CASES = {}


def case(format_, name, data, *codes, path=None, found=None, summary=None):
    accepted = all(c == METADATA for c in codes)
    entry = {"name": name, "path": path or f"a.{format_}", "input": base64.b64encode(data).decode(),
             "format": found or format_, "accepted": accepted, "codes": list(codes)}
    if summary:
        entry["summary"] = summary
    CASES.setdefault(format_, []).append(entry)


def genuine(format_, name):
    return base64.b64decode(GENUINE[format_][name])


def every_genuine(format_, codes):
    for name in GENUINE[format_]:
        case(format_, f"genuine: {name}", genuine(format_, name), *codes.get(name, ()))


def common(format_, sample):
    case(format_, "empty", b"", MALFORMED)
    case(format_, "one byte behind", sample + b"\x00", MALFORMED)
    case(format_, "itself again behind", sample + sample, MALFORMED)
    case(format_, "a PDF behind", sample + PDF, MISMATCH)
    case(format_, "a zip end record behind", sample + ZIP, MALFORMED)
    case(format_, "a script behind", sample + b"<?php system($_GET[0]); ?>", MALFORMED)
    case(format_, "half of it", sample[:len(sample) // 2], MALFORMED)
    case(format_, "a name that claims text", sample, MISMATCH, path="a.txt")
    case(format_, "a name that claims nothing", sample, MISMATCH, path="a.bin")
    case(format_, "a program under its name", b"\x7fELF" + bytes(60), EXECUTABLE, found="unknown")
    case(format_, "text under its name", b"Only words, and more of them.\n" * 3, MISMATCH, found="unknown")


# PNG, third edition

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(type_, data=b"", crc=None):
    return struct.pack(">I", len(data)) + type_ + data + struct.pack(">I", zlib.crc32(type_ + data) if crc is None else crc)


def ihdr(w=2, h=2, depth=8, colour=0, method=0, filter_=0, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, colour, method, filter_, interlace))


def idat(raw):
    return chunk(b"IDAT", zlib.compress(raw))


IEND = chunk(b"IEND")
GRAY = b"\x00\x01\x02" * 2
PLTE = chunk(b"PLTE", bytes(range(6)))


def png(*chunks):
    return SIGNATURE + b"".join(chunks)


def with_chunk(c, before=True):
    return png(ihdr(), c, idat(GRAY), IEND) if before else png(ihdr(), idat(GRAY), c, IEND)


def rows(w, h, bits, interlace):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if interlace else [(0, 0, 1, 1)]
    out = b""
    for x, y, dx, dy in passes:
        columns, lines = len(range(x, w, dx)), len(range(y, h, dy))
        if columns and lines:
            out += (b"\x00" + bytes((columns * bits + 7) // 8)) * lines
    return out


def png_cases():
    every_genuine("png", {"Pillow, text and ICC": [METADATA], "Pillow, frames": [UNKNOWN]})
    sample = png(ihdr(), idat(GRAY), IEND)
    common("png", sample)
    case("png", "gray, 2 by 2", sample, summary={"width": "2", "height": "2", "colour": "gray, 8 bit"})
    for colour, samples, depths in ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (3, 1, (1, 2, 4, 8)), (4, 2, (8, 16)), (6, 4, (8, 16))):
        for depth in (1, 2, 4, 8, 16, 3):
            for interlace in (0, 1):
                palette = PLTE if colour == 3 else b""
                data = png(ihdr(9, 5, depth, colour, interlace=interlace), palette, idat(rows(9, 5, samples * depth, interlace)), IEND)
                case("png", f"colour {colour}, depth {depth}, interlace {interlace}", data, *(() if depth in depths else (MALFORMED,)))
    for w, h in ((1, 1), (1, 8), (5, 1), (3, 2)):
        case("png", f"Adam7, {w} by {h}", png(ihdr(w, h, interlace=1), idat(rows(w, h, 8, 1)), IEND))
    stream = zlib.compress(GRAY)
    case("png", "an IDAT chunk a byte, and empty ones", png(ihdr(), *[chunk(b"IDAT", stream[i:i + 1]) + chunk(b"IDAT") for i in range(len(stream))], IEND))
    for name, header in (("colour 1", ihdr(colour=1)), ("width 0", ihdr(w=0)), ("height 0", ihdr(h=0)), ("compression 1", ihdr(method=1)),
                         ("filter 1", ihdr(filter_=1)), ("interlace 2", ihdr(interlace=2)), ("width 2^31", ihdr(w=1 << 31))):
        case("png", f"IHDR: {name}", png(header, idat(GRAY), IEND), MALFORMED)
    case("png", "IHDR: too many pixels", png(ihdr(60000, 60000), idat(GRAY), IEND), LIMIT)
    case("png", "IHDR: too wide", png(ihdr(65536, 1), idat(GRAY), IEND), LIMIT)
    case("png", "IHDR: twice", png(ihdr(), ihdr(), idat(GRAY), IEND), MALFORMED)
    case("png", "IHDR: not first", png(chunk(b"gAMA", struct.pack(">I", 45455)), ihdr(), idat(GRAY), IEND), MALFORMED)
    case("png", "IHDR: a byte longer", png(chunk(b"IHDR", struct.pack(">IIBBBBBB", 2, 2, 8, 0, 0, 0, 0, 0)), idat(GRAY), IEND), MALFORMED)
    case("png", "no IDAT", png(ihdr(), IEND), MALFORMED)
    case("png", "IDAT: in two places", png(ihdr(), chunk(b"IDAT", stream[:4]), chunk(b"tIME", struct.pack(">HBBBBB", 2026, 1, 1, 0, 0, 0)), chunk(b"IDAT", stream[4:]), IEND), MALFORMED)
    case("png", "no IEND", png(ihdr(), idat(GRAY)), MALFORMED)
    case("png", "IEND: with data", png(ihdr(), idat(GRAY), chunk(b"IEND", b"x")), MALFORMED)
    case("png", "wrong CRC: IHDR", png(ihdr()[:-1] + b"\x00", idat(GRAY), IEND), MALFORMED)
    case("png", "wrong CRC: IDAT", png(ihdr(), chunk(b"IDAT", stream, 1), IEND), MALFORMED)
    case("png", "wrong CRC: IEND", png(ihdr(), idat(GRAY), chunk(b"IEND", b"", 1)), MALFORMED)
    case("png", "a chunk of 2^31 bytes", png(ihdr(), struct.pack(">I", 1 << 31) + b"IDAT" + bytes(20)), MALFORMED)
    case("png", "a chunk longer than the file", png(ihdr(), struct.pack(">I", 1 << 30) + b"IDAT" + bytes(20)), MALFORMED)
    case("png", "an empty IDAT alone", png(ihdr(), chunk(b"IDAT"), IEND), MALFORMED)
    case("png", "pixels: a row too few", png(ihdr(), idat(GRAY[:3]), IEND), MALFORMED)
    case("png", "pixels: a byte too few", png(ihdr(), idat(GRAY[:-1]), IEND), MALFORMED)
    case("png", "pixels: a byte too many", png(ihdr(), idat(GRAY + b"\x00"), IEND), MALFORMED)
    case("png", "pixels: a bomb", png(ihdr(), idat(GRAY + bytes(5_000_000)), IEND), MALFORMED)
    case("png", "pixels: filter 5", png(ihdr(), idat(b"\x05\x00\x00" * 2), IEND), MALFORMED)
    case("png", "pixels: data behind the zlib stream", png(ihdr(), chunk(b"IDAT", stream + b"hidden"), IEND), MALFORMED)
    case("png", "pixels: data behind the zlib stream, in a chunk of its own", png(ihdr(), chunk(b"IDAT", stream), chunk(b"IDAT", b"hidden"), IEND), MALFORMED)
    case("png", "pixels: the zlib stream cut off", png(ihdr(), chunk(b"IDAT", stream[:-1]), IEND), MALFORMED)
    case("png", "pixels: wrong Adler-32", png(ihdr(), chunk(b"IDAT", stream[:-1] + bytes([stream[-1] ^ 1])), IEND), MALFORMED)
    case("png", "pixels: not deflate", png(ihdr(), chunk(b"IDAT", b"\x79\x00" + stream[2:]), IEND), MALFORMED)
    case("png", "pixels: a preset dictionary", png(ihdr(), chunk(b"IDAT", b"\x78\x20\x00\x00\x00\x00" + stream[2:]), IEND), MALFORMED)
    # Fixed codes: three literals of zero, then a match of three at distance 4, which lies before the first byte; SharpZipLib reads zeros there.
    for name, distance, codes in (("3, of what is there", "00010", ()), ("4, before the first byte", "00011", (MALFORMED,))):
        text = "1" + "10" + "00110000" * 3 + "0000001" + distance + "0000000"
        text += "0" * (-len(text) % 8)
        deflate = bytes(int(text[k:k + 8][::-1], 2) for k in range(0, len(text), 8))
        case("png", f"pixels: a match at distance {name}", png(ihdr(), chunk(b"IDAT", b"\x78\x9c" + deflate + struct.pack(">I", zlib.adler32(bytes(6)))), IEND), *codes)
    case("png", "PLTE: none for palette", png(ihdr(colour=3), idat(GRAY), IEND), MALFORMED)
    case("png", "PLTE: twice", png(ihdr(colour=3), PLTE, PLTE, idat(GRAY), IEND), MALFORMED)
    case("png", "PLTE: for gray", with_chunk(PLTE), MALFORMED)
    case("png", "PLTE: 5 bytes", png(ihdr(colour=3), chunk(b"PLTE", bytes(5)), idat(GRAY), IEND), MALFORMED)
    case("png", "PLTE: more entries than the depth", png(ihdr(depth=1, colour=3), chunk(b"PLTE", bytes(9)), idat(b"\x00\x01" * 2), IEND), MALFORMED)
    case("png", "PLTE: behind the pixels", png(ihdr(colour=2), idat(rows(2, 2, 24, 0)), PLTE, IEND), MALFORMED)
    case("png", "tRNS: for a palette", png(ihdr(colour=3), PLTE, chunk(b"tRNS", b"\x00"), idat(GRAY), IEND))
    case("png", "tRNS: more than the palette", png(ihdr(colour=3), PLTE, chunk(b"tRNS", bytes(3)), idat(GRAY), IEND), MALFORMED)
    case("png", "tRNS: before the palette", png(ihdr(colour=3), chunk(b"tRNS", bytes(1)), PLTE, idat(GRAY), IEND), MALFORMED)
    case("png", "tRNS: with alpha", png(ihdr(colour=4), chunk(b"tRNS", bytes(2)), idat(rows(2, 2, 16, 0)), IEND), MALFORMED)
    case("png", "tRNS: beyond the depth", with_chunk(chunk(b"tRNS", b"\x01\x00")), MALFORMED)
    small = {b"gAMA": bytes(4), b"cHRM": bytes(32), b"sRGB": b"\x00", b"pHYs": bytes(9), b"sBIT": b"\x05", b"bKGD": bytes(2), b"cICP": b"\x01\x0d\x00\x01",
             b"mDCV": bytes(24), b"cLLI": bytes(8), b"tIME": struct.pack(">HBBBBB", 2026, 2, 3, 4, 5, 60)}
    for type_, data in small.items():
        name = type_.decode()
        case("png", f"{name}: good", with_chunk(chunk(type_, data)))
        case("png", f"{name}: a byte longer", with_chunk(chunk(type_, data + b"\x01")), MALFORMED)
        case("png", f"{name}: twice", with_chunk(chunk(type_, data) * 2), MALFORMED)
        case("png", f"{name}: behind the pixels", with_chunk(chunk(type_, data), before=False), *(() if name == "tIME" else (MALFORMED,)))
    for type_, data in ((b"sRGB", b"\x04"), (b"pHYs", bytes(8) + b"\x02"), (b"sBIT", b"\x09"), (b"sBIT", b"\x00"), (b"bKGD", b"\x01\x00"), (b"tIME", bytes(7))):
        case("png", f"{type_.decode()}: a value of no meaning, {data.hex()}", with_chunk(chunk(type_, data)), MALFORMED)
    for type_ in (b"sPLT", b"mDAT", b"prVt", b"CgBI", b"caBX", b"\x00\x01\x02\x03", b"IDAt", b"oFFs"):
        case("png", f"unknown chunk {type_!r}", with_chunk(chunk(type_, b"hidden")), UNKNOWN)
    for type_ in (b"acTL", b"fcTL", b"fdAT"):
        case("png", f"APNG: {type_.decode()}", with_chunk(chunk(type_, bytes(8))), UNKNOWN)
    text = {"tEXt": b"Comment\0words\n", "zTXt": b"Comment\0\0" + zlib.compress(b"words"), "iTXt": b"Comment\0\0\0de\0Titel\0" + "größe".encode(),
            "iTXt, compressed": b"Comment\0\x01\0\0\0" + zlib.compress("größe".encode())}
    for name, data in text.items():
        for before in (True, False):
            case("png", f"{name}: good, {'before' if before else 'behind'} the pixels", with_chunk(chunk(name[:4].encode(), data), before), METADATA)
    case("png", "tEXt: many", with_chunk(chunk(b"tEXt", text["tEXt"]) * 50), METADATA)
    for name, type_, data in (("no keyword", b"tEXt", b"\0words"), ("a keyword of 80 bytes", b"tEXt", b"k" * 80 + b"\0words"), ("no separator", b"tEXt", b"words"),
                              ("a keyword with a control", b"tEXt", b"a\x1bb\0words"), ("a keyword with two spaces", b"tEXt", b"a  b\0words"),
                              ("a NUL within", b"tEXt", b"k\0a\0b"), ("binary", b"tEXt", b"k\0\x7fELF\x02\x01\x01\x00"), ("not zlib", b"zTXt", b"k\0\0words"),
                              ("method 1", b"zTXt", b"k\0\x01" + zlib.compress(b"w")), ("data behind the stream", b"zTXt", b"k\0\0" + zlib.compress(b"w") + b"x"),
                              ("a bomb", b"zTXt", b"k\0\0" + zlib.compress(b"w" * 20_000_000)), ("not UTF-8", b"iTXt", b"k\0\0\0\0\0\xff"),
                              ("flag 2", b"iTXt", b"k\0\x02\0\0\0w"), ("no language", b"iTXt", b"k\0\0\0words")):
        case("png", f"{type_.decode()}: {name}", with_chunk(chunk(type_, data)), MALFORMED)
    case("png", "a PDF within tEXt", with_chunk(chunk(b"tEXt", b"Comment\0" + PDF)), MISMATCH)
    case("png", "a PDF within an unknown chunk", with_chunk(chunk(b"mDAT", PDF)), MISMATCH)
    case("png", "a PDF between IHDR and the pixels, stored in them", png(ihdr(len(PDF), 1), chunk(b"IDAT", zlib.compress(b"\0" + PDF, 0)), IEND), MISMATCH)
    case("png", "a zip within tEXt at its end", with_chunk(chunk(b"iTXt", b"k\0\0\0\0\0" + ZIP), before=False), MALFORMED)
    case("png", "iCCP: no profile", with_chunk(chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(200)))), MALFORMED)
    case("png", "eXIf: none", with_chunk(chunk(b"eXIf", b"hidden data")), MALFORMED)
    case("png", "eXIf", with_chunk(chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0")), METADATA)


# JPEG, T.81

def segments(data):
    """Up to the first scan: (marker, segment); then the rest."""
    at, out = 2, []
    while True:
        length = struct.unpack(">H", data[at + 2:at + 4])[0]
        if data[at + 1] == 0xDA:
            return out, data[at:]
        out.append((data[at + 1], data[at:at + 2 + length]))
        at += 2 + length


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_cases():
    every_genuine("jpeg", {"Pillow, Exif and ICC": [METADATA], "Pillow, comment": [METADATA]})
    sample = genuine("jpeg", "Pillow, gray")
    common("jpeg", sample)
    case("jpeg", "the ending jpg", sample, path="a.JPG")
    parts, scan = segments(sample)
    case("jpeg", "gray, 9 by 9", sample, summary={"width": "9", "height": "9", "colour": "gray, 8 bit", "coding": "sequential", "beside": "JFIF x1 (14 bytes)"})

    def build(change=lambda m, s: s, first=b"", last=b"", scan_=scan):
        return b"\xff\xd8" + first + b"".join(change(m, s) for m, s in parts) + last + scan_

    def only(marker, new):
        return build(lambda m, s: new(s) if m == marker else s)

    def set_(s, at, value):
        return s[:at] + bytes([value]) + s[at + 1:]
    header = 2 + struct.unpack(">H", scan[2:4])[0]
    case("jpeg", "a PDF within a comment", build(first=segment(0xFE, PDF)), MISMATCH)
    case("jpeg", "a comment", build(first=segment(0xFE, b"words")), METADATA)
    case("jpeg", "a comment that is a program", build(first=segment(0xFE, b"\x7fELF" + bytes(20))), METADATA)
    case("jpeg", "a zip end record in a comment", build(first=segment(0xFE, ZIP)), ARCHIVE)
    case("jpeg", "a comment behind the scan", sample[:-2] + segment(0xFE, b"words") + b"\xff\xd9", MALFORMED)
    case("jpeg", "MPF, which names images behind", build(first=segment(0xE2, b"MPF\0II*\0\x08\0\0\0")), UNKNOWN)
    for marker, data in ((0xE1, b"unknown"), (0xE1, b"Exif\0\0hidden"), (0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(50)), (0xE0, b"JFXX\0\x10"), (0xE3, b"x"), (0xEF, b"x"),
                         (0xEE, b"Adobe\0d\0\0\0\0\x03"), (0xED, b"Photoshop 3.0\0hidden"), (0xE2, b"ICC_PROFILE\0\x02\x02" + bytes(200))):
        case("jpeg", f"application segment {marker:x}: {data[:16]!r}", build(first=segment(marker, data)), UNKNOWN)
    case("jpeg", "XMP", build(first=segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")), METADATA)
    case("jpeg", "Photoshop", build(first=segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\x03abc\0")), METADATA)
    case("jpeg", "Exif twice", build(first=segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0") * 2), UNKNOWN)
    case("jpeg", "an ICC profile that is none", build(first=segment(0xE2, b"ICC_PROFILE\0\x01\x01" + bytes(200))), MALFORMED)
    case("jpeg", "an ICC profile with a part missing", build(first=segment(0xE2, b"ICC_PROFILE\0\x01\x02" + bytes(200))), MALFORMED)
    case("jpeg", "JFIF twice", only(0xE0, lambda s: s + s), UNKNOWN)
    case("jpeg", "JFIF with data behind the thumbnail", only(0xE0, lambda s: segment(0xE0, s[4:] + b"x")), UNKNOWN)
    case("jpeg", "JFIF with a thumbnail", only(0xE0, lambda s: segment(0xE0, s[4:16] + b"\x01\x01abc")), METADATA)
    for marker, name in ((0xC3, "lossless"), (0xC5, "hierarchical"), (0xC9, "arithmetic"), (0xCC, "arithmetic conditioning"), (0xF7, "JPEG-LS"), (0xDC, "DNL"), (0xD8, "SOI again"),
                         (0x01, "TEM"), (0xD0, "RST outside a scan"), (0xDE, "DHP")):
        code = UNKNOWN if marker in (0xC3, 0xC5, 0xC9, 0xCC, 0xDC) else MALFORMED
        case("jpeg", f"marker {name}", build(last=segment(marker, bytes(8))), code)
    case("jpeg", "fill bytes before a marker", build(last=b"\xff"), MALFORMED)
    case("jpeg", "bytes between segments", build(last=b"hidden"), MALFORMED)
    case("jpeg", "SOF: twice", build(lambda m, s: s + s if m == 0xC0 else s), MALFORMED)
    case("jpeg", "SOF: 12 bit", only(0xC0, lambda s: set_(s, 4, 12)), UNKNOWN)
    case("jpeg", "SOF: 9 bit", only(0xC0, lambda s: set_(s, 4, 9)), MALFORMED)
    case("jpeg", "SOF: no lines (DNL)", only(0xC0, lambda s: set_(s, 6, 0)), MALFORMED)
    case("jpeg", "SOF: 65535 by 65535", only(0xC0, lambda s: s[:5] + b"\xff\xff\xff\xff" + s[9:]), LIMIT)
    case("jpeg", "SOF: 2 components said", only(0xC0, lambda s: set_(s, 9, 2)), MALFORMED)
    case("jpeg", "SOF: sampling 5", only(0xC0, lambda s: set_(s, 11, 0x51)), MALFORMED)
    case("jpeg", "SOF: sampling 0", only(0xC0, lambda s: set_(s, 11, 0x01)), MALFORMED)
    case("jpeg", "SOF: table 4", only(0xC0, lambda s: set_(s, 12, 4)), MALFORMED)
    case("jpeg", "SOF: a byte longer", only(0xC0, lambda s: segment(0xC0, s[4:] + b"x")), MALFORMED)
    case("jpeg", "SOF: none", only(0xC0, lambda s: b""), MALFORMED)
    case("jpeg", "DQT: none", only(0xDB, lambda s: b""), MALFORMED)
    case("jpeg", "DQT: a byte longer", only(0xDB, lambda s: segment(0xDB, s[4:] + b"x")), MALFORMED)
    case("jpeg", "DQT: a zero", only(0xDB, lambda s: set_(s, 5, 0)), MALFORMED)
    case("jpeg", "DQT: table 4", only(0xDB, lambda s: set_(s, 4, 4)), MALFORMED)
    case("jpeg", "DQT: empty", only(0xDB, lambda s: segment(0xDB, b"")), MALFORMED)
    case("jpeg", "DHT: none", only(0xC4, lambda s: b""), MALFORMED)
    case("jpeg", "DHT: a byte longer", only(0xC4, lambda s: segment(0xC4, s[4:] + b"x")), MALFORMED)
    case("jpeg", "DHT: more codes than there is room for", only(0xC4, lambda s: segment(0xC4, s[4:5] + b"\x03" + bytes(15) + b"\x00\x01\x02")), MALFORMED)
    case("jpeg", "DHT: a code of all ones", only(0xC4, lambda s: segment(0xC4, s[4:5] + b"\x02" + bytes(15) + b"\x00\x01")), MALFORMED)
    case("jpeg", "DHT: class 2", only(0xC4, lambda s: set_(s, 4, 0x20)), MALFORMED)
    case("jpeg", "DHT: a symbol twice", only(0xC4, lambda s: segment(0xC4, s[4:5] + b"\x00\x02" + bytes(14) + b"\x01\x01")), MALFORMED)
    case("jpeg", "DRI: 3 bytes", build(last=segment(0xDD, bytes(3))), MALFORMED)
    case("jpeg", "DRI: a scan without restarts", build(last=segment(0xDD, b"\x00\x01")), MALFORMED)
    case("jpeg", "a segment of length 1", build(last=b"\xff\xfe\x00\x01"), MALFORMED)
    case("jpeg", "a segment longer than the file", build(last=b"\xff\xfe\xff\xff"), MALFORMED)
    for name, at, value in (("component unknown", 5, 9), ("table not defined", 6, 0x11), ("table 4", 6, 0x40), ("Ss 1", 7, 1), ("Se 62", 8, 62), ("Al 1", 9, 1), ("two components said", 4, 2), ("none", 4, 0)):
        case("jpeg", f"SOS: {name}", build(scan_=set_(scan, at, value)), MALFORMED)
    case("jpeg", "SOS: the scan again", sample[:-2] + scan, MALFORMED)
    case("jpeg", "no scan", build(scan_=b"\xff\xd9"), MALFORMED)
    case("jpeg", "no EOI", sample[:-2], MALFORMED)
    case("jpeg", "RST in a scan without restarts", build(scan_=scan[:header] + b"\xff\xd0" + scan[header:]), MALFORMED)
    case("jpeg", "fill bytes in a scan", build(scan_=scan[:-2] + b"\xff" + scan[-2:]), MALFORMED)
    case("jpeg", "an image in the image's scan", build(scan_=scan[:-2] + sample), MALFORMED)
    restart = genuine("jpeg", "cjpeg, restart every block, 4:4:4")
    case("jpeg", "restarts: one out of turn", restart.replace(b"\xff\xd1", b"\xff\xd2", 1), MALFORMED)
    case("jpeg", "restarts: one missing", restart[:restart.rindex(b"\xff\xd4")] + b"\xff\xd9", MALFORMED)
    case("jpeg", "restarts: one more", restart[:-2] + b"\xff\xd5\xff\xd9", MALFORMED)
    progressive = genuine("jpeg", "cjpeg, progressive")
    first = progressive.index(b"\xff\xda")
    second = progressive.index(b"\xff\xda", first + 2)
    case("jpeg", "progressive: the first scan left out", progressive[:first] + progressive[second:], MALFORMED)
    case("jpeg", "progressive: the first scan again", progressive[:second] + progressive[first:], MALFORMED)
    case("jpeg", "progressive said to be sequential", progressive.replace(b"\xff\xc2", b"\xff\xc0", 1), MALFORMED)


# RIFF: WebP, RFC 9649, and WAV

def riff(form, *chunks, size=None):
    body = form + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def piece(name, data=b"", size=None, pad=b"\0"):
    return name + struct.pack("<I", len(data) if size is None else size) + data + (pad if len(data) & 1 else b"")


def pieces(data):
    at, out = 12, []
    while at < len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        out.append((data[at:at + 4], data[at + 8:at + 8 + size]))
        at += 8 + size + (size & 1)
    return out


def vp8x(flags, w=19, h=13, reserved=b"\0\0\0"):
    return piece(b"VP8X", bytes([flags]) + reserved + struct.pack("<I", w - 1)[:3] + struct.pack("<I", h - 1)[:3])


def webp_cases():
    every_genuine("webp", {"Pillow, Exif, ICC and XMP": [METADATA]})
    lossy, lossless = pieces(genuine("webp", "cwebp, lossy"))[0][1], pieces(genuine("webp", "cwebp, lossless"))[0][1]
    sample = genuine("webp", "cwebp, lossless")
    common("webp", sample)

    def webp(*chunks, size=None):
        return riff(b"WEBP", *chunks, size=size)
    image, plain = piece(b"VP8 ", lossy), piece(b"VP8L", lossless)
    xmp, exif = piece(b"XMP ", b"<x/>"), piece(b"EXIF", b"II*\0\x08\0\0\0\0\0")
    case("webp", "lossy, 19 by 13", webp(image), summary={"width": "19", "height": "13", "colour": "RGB", "coding": "lossy"})
    case("webp", "extended without anything", webp(vp8x(0), image))
    case("webp", "XMP", webp(vp8x(4), image, xmp), METADATA)
    case("webp", "RIFF size too small", webp(image, size=4), MALFORMED)
    case("webp", "RIFF size too large", webp(image, size=1 << 20), MALFORMED)
    case("webp", "RIFF size right, data behind inside", webp(image, b"hidden"), MALFORMED)
    case("webp", "form WEBQ", sample[:8] + b"WEBQ" + sample[12:], MISMATCH, found="unknown")
    case("webp", "two images", webp(image, plain), UNKNOWN)
    case("webp", "metadata without VP8X", webp(image, xmp), UNKNOWN)
    case("webp", "metadata that VP8X does not announce", webp(vp8x(0), image, xmp), MALFORMED)
    case("webp", "announced metadata that is not there", webp(vp8x(4), image), MALFORMED)
    case("webp", "announced ICC profile that is not there", webp(vp8x(0x20), image), MALFORMED)
    case("webp", "XMP twice", webp(vp8x(4), image, xmp, xmp), UNKNOWN)
    case("webp", "XMP before the image", webp(vp8x(4), xmp, image), UNKNOWN)
    case("webp", "ICC profile behind the image", webp(vp8x(0x20), image, piece(b"ICCP", bytes(200))), UNKNOWN)
    case("webp", "ICC profile that is none", webp(vp8x(0x20), piece(b"ICCP", bytes(200)), image), MALFORMED)
    case("webp", "Exif that is none", webp(vp8x(8), image, piece(b"EXIF", b"hidden data")), MALFORMED)
    case("webp", "Exif", webp(vp8x(8), image, exif), METADATA)
    case("webp", "a PDF within XMP", webp(vp8x(4), image, piece(b"XMP ", PDF)), MISMATCH)
    case("webp", "an unknown chunk", webp(vp8x(0), image, piece(b"HIDE", b"data")), UNKNOWN)
    case("webp", "an unknown chunk of a simple file", webp(image, piece(b"HIDE", b"data")), UNKNOWN)
    case("webp", "VP8X: reserved flag", webp(vp8x(1), image), MALFORMED)
    case("webp", "VP8X: reserved bytes", webp(vp8x(0, reserved=b"\0\0\1"), image), MALFORMED)
    case("webp", "VP8X: twice", webp(vp8x(0), vp8x(0), image), UNKNOWN)
    case("webp", "VP8X: another size than the image", webp(vp8x(0, w=20), image), MALFORMED)
    case("webp", "VP8X: too large", webp(vp8x(0, w=1 << 24, h=1 << 24), image), LIMIT)
    case("webp", "VP8X: no image", webp(vp8x(0)), MALFORMED)
    case("webp", "no chunks", webp(), MALFORMED)
    case("webp", "padding not zero", webp(piece(b"VP8L", lossless if len(lossless) & 1 else lossless + b"x", pad=b"x")), MALFORMED)
    case("webp", "padding left out", webp(piece(b"VP8L", lossless if len(lossless) & 1 else lossless + b"x", pad=b"")), MALFORMED)
    for name, at, value in (("an interframe", 0, lossy[0] | 1), ("version 4", 0, (lossy[0] & ~0x0E) | 0x08), ("not shown", 0, lossy[0] & ~0x10), ("start code", 3, 0), ("scaled", 7, 0x40),
                            ("a partition longer than the chunk", 2, 0xFF)):
        case("webp", f"VP8: {name}", webp(piece(b"VP8 ", lossy[:at] + bytes([value]) + lossy[at + 1:])), MALFORMED)
    case("webp", "VP8: width 0", webp(piece(b"VP8 ", lossy[:6] + b"\0\0" + lossy[8:])), MALFORMED)
    case("webp", "VP8: a header alone", webp(piece(b"VP8 ", lossy[:10])), UNKNOWN)
    case("webp", "VP8L: signature", webp(piece(b"VP8L", b"\x2e" + lossless[1:])), MALFORMED)
    case("webp", "VP8L: version 1", webp(piece(b"VP8L", lossless[:4] + bytes([lossless[4] | 0x20]) + lossless[5:])), MALFORMED)
    alpha = piece(b"ALPH", b"\0" + bytes(19 * 13))
    case("webp", "ALPH: not compressed", webp(vp8x(0x10), alpha, image))
    case("webp", "ALPH: a byte too many", webp(vp8x(0x10), piece(b"ALPH", bytes(2 + 19 * 13)), image), MALFORMED)
    case("webp", "ALPH: reserved bits", webp(vp8x(0x10), piece(b"ALPH", b"\x40" + bytes(19 * 13)), image), MALFORMED)
    case("webp", "ALPH: compression 2", webp(vp8x(0x10), piece(b"ALPH", b"\x02" + bytes(19 * 13)), image), MALFORMED)
    case("webp", "ALPH: not announced", webp(vp8x(0), alpha, image), MALFORMED)
    case("webp", "ALPH: twice", webp(vp8x(0x10), alpha, alpha, image), UNKNOWN)
    case("webp", "ALPH: before VP8L", webp(vp8x(0x10), alpha, plain), UNKNOWN)
    case("webp", "ALPH: behind the image", webp(vp8x(0x10), image, alpha), UNKNOWN)
    anim = piece(b"ANIM", bytes(6))

    def frame(*chunks, x=0, y=0, w=19, h=13, flags=0):
        return piece(b"ANMF", b"".join(struct.pack("<I", n)[:3] for n in (x, y, w - 1, h - 1, 40)) + bytes([flags]) + b"".join(chunks))
    case("webp", "frames: two", webp(vp8x(2), anim, frame(image), frame(plain)),
         summary={"width": "19", "height": "13", "colour": "RGB", "coding": "lossless", "frames": "2"})
    case("webp", "frames: without ANIM", webp(vp8x(2), frame(image)), UNKNOWN)
    case("webp", "frames: not announced", webp(vp8x(0), anim, frame(image)), UNKNOWN)
    case("webp", "frames: none", webp(vp8x(2), anim), MALFORMED)
    case("webp", "frames: and an image", webp(vp8x(2), anim, frame(image), image), UNKNOWN)
    case("webp", "frames: beyond the canvas", webp(vp8x(2), anim, frame(image, x=1)), MALFORMED)
    case("webp", "frames: reserved bits", webp(vp8x(2), anim, frame(image, flags=4)), MALFORMED)
    case("webp", "frames: another size than the image", webp(vp8x(2), anim, frame(image, w=18)), MALFORMED)
    case("webp", "frames: an unknown chunk within", webp(vp8x(2), anim, frame(image, piece(b"HIDE", b"data"))), UNKNOWN)
    case("webp", "frames: a chunk longer than its frame", webp(vp8x(2), anim, frame(piece(b"VP8 ", lossy, size=len(lossy) + 2)), frame(image)), MALFORMED)
    case("webp", "frames: bytes behind the image within", webp(vp8x(2), anim, frame(image, b"ab")), MALFORMED)
    case("webp", "frames: two images within", webp(vp8x(2), anim, frame(image, image)), UNKNOWN)
    case("webp", "frames: alpha alone within", webp(vp8x(0x12), anim, frame(alpha)), MALFORMED)


def wav_cases():
    def fmt(tag=1, channels=1, rate=8000, bits=16, align=None, bytes_rate=None, more=b""):
        align = channels * bits // 8 if align is None else align
        return piece(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * align if bytes_rate is None else bytes_rate, align, bits) + more)

    def extensible(sub=1, valid=16, mask=1, cb=22, bits=16, tail=bytes.fromhex("000000001000800000aa00389b71")):
        return fmt(0xFFFE, bits=bits, more=struct.pack("<HHIH", cb, valid, mask, sub) + tail)

    def wav(*chunks, size=None):
        return riff(b"WAVE", *chunks, size=size)
    data = piece(b"data", bytes(range(16)))
    for channels in (1, 2, 6):
        for width in (1, 2, 3, 4):
            out = io.BytesIO()
            with wave.open(out, "wb") as writer:
                writer.setnchannels(channels)
                writer.setsampwidth(width)
                writer.setframerate(44100)
                writer.writeframes(bytes(channels * width * 5))
            good = len(out.getvalue()) % 2 == 0
            case("wav", f"genuine: Python's wave, {channels} channels of {width} bytes", out.getvalue(), *(() if good else (MALFORMED,)))
    sample = wav(fmt(), data)
    common("wav", sample)
    case("wav", "mono, 8 samples", sample, summary={"channels": "1", "rate": "8,000 Hz", "coding": "PCM, 16 bit", "seconds": "0.001"})
    case("wav", "fmt of 18 bytes", wav(fmt(more=b"\0\0"), data))
    case("wav", "float", wav(fmt(3, bits=32), piece(b"fact", struct.pack("<I", 4)), data))
    case("wav", "double", wav(fmt(3, bits=64), data))
    case("wav", "A-law", wav(fmt(6, bits=8, more=b"\0\0"), piece(b"fact", struct.pack("<I", 16)), data))
    case("wav", "mu-law", wav(fmt(7, bits=8), data))
    case("wav", "extensible", wav(extensible(), data))
    case("wav", "extensible: 12 of 16 bits", wav(extensible(valid=12), data))
    case("wav", "extensible: float", wav(extensible(sub=3, valid=32, bits=32), data))
    case("wav", "no samples", wav(fmt(), piece(b"data")))
    case("wav", "odd data, padded", wav(fmt(bits=8), piece(b"data", b"abc")))
    case("wav", "padding of zeros", wav(fmt(), piece(b"JUNK", bytes(28)), data, piece(b"PAD ", bytes(3))))
    case("wav", "PEAK", wav(fmt(3, bits=32), piece(b"PEAK", struct.pack("<IIfI", 1, 0, 0.5, 1)), data))
    case("wav", "LIST INFO", wav(fmt(), piece(b"LIST", b"INFO" + piece(b"ISFT", b"Lavf\0") + piece(b"INAM", b"a name\0\0")), data), METADATA)
    case("wav", "LIST INFO behind the samples", wav(fmt(), data, piece(b"LIST", b"INFO" + piece(b"ICMT", b"words\0"))), METADATA)
    case("wav", "bext", wav(fmt(), piece(b"bext", bytes(602)), data), METADATA)
    for name, bad in (("block align 3", fmt(align=3)), ("byte rate", fmt(bytes_rate=1)), ("no channels", fmt(channels=0)), ("rate 0", fmt(rate=0)), ("12 bits", fmt(bits=12, align=2)),
                      ("17 bits", fmt(bits=17, align=2)), ("0 bits", fmt(bits=0)), ("ADPCM", fmt(2)), ("MP3", fmt(0x55)), ("float of 16 bits", fmt(3)), ("257 channels", fmt(channels=257)),
                      ("a size of an extension", fmt(more=b"\2\0")), ("an extension", fmt(more=b"\2\0ab")), ("17 bytes", fmt(more=b"\0")), ("rate 2,000,000", fmt(rate=2_000_000)),
                      ("extensible: cb 20", extensible(cb=20)), ("extensible: 17 of 16 bits", extensible(valid=17)), ("extensible: 0 bits", extensible(valid=0)),
                      ("extensible: more speakers than channels", extensible(mask=3)), ("extensible: another GUID", extensible(tail=bytes(14))), ("extensible: ADPCM", extensible(sub=2)),
                      ("extensible: in itself", extensible(sub=0xFFFE))):
        case("wav", f"fmt: {name}", wav(bad, data), MALFORMED)
    case("wav", "fmt: 14 bytes", wav(piece(b"fmt ", bytes(14)), data), MALFORMED)
    case("wav", "fmt: twice", wav(fmt(), fmt(), data), MALFORMED)
    case("wav", "fmt: behind the samples", wav(data, fmt()), MALFORMED)
    case("wav", "fmt: none", wav(data), MALFORMED)
    case("wav", "data: none", wav(fmt()), MALFORMED)
    case("wav", "data: twice", wav(fmt(), data, data), MALFORMED)
    case("wav", "data: not whole blocks", wav(fmt(), piece(b"data", bytes(15))), MALFORMED)
    case("wav", "data: longer than the file", wav(fmt(), piece(b"data", bytes(16), size=0xFFFFFFFE)), MALFORMED)
    case("wav", "data: said to be unknown, as streams do", wav(fmt(), piece(b"data", bytes(16), size=0xFFFFFFFF), size=0xFFFFFFFF), MALFORMED)
    case("wav", "fact: another number", wav(fmt(), piece(b"fact", struct.pack("<I", 9)), data), MALFORMED)
    case("wav", "fact: 8 bytes", wav(fmt(), piece(b"fact", bytes(8)), data), LIMIT)
    case("wav", "RIFF size 0", wav(fmt(), data, size=0), MALFORMED)
    case("wav", "RIFF size one too large", wav(fmt(), data, size=len(sample) - 7), MALFORMED)
    case("wav", "RF64", b"RF64" + sample[4:], UNKNOWN)
    case("wav", "big-endian RIFX", b"RIFX" + sample[4:], MISMATCH, found="unknown")
    case("wav", "AVI under its name", riff(b"AVI ", data), MISMATCH, found="unknown")
    case("wav", "padding not zero: JUNK", wav(fmt(), piece(b"JUNK", b"hidden data!"), data), MALFORMED)
    case("wav", "padding not zero: behind odd data", wav(fmt(bits=8), piece(b"data", b"abc", pad=b"x")), MALFORMED)
    for name in (b"id3 ", b"cue ", b"smpl", b"iXML", b"HIDE", b"ds64", b"\0\0\0\0"):
        case("wav", f"unknown chunk {name!r}", wav(fmt(), piece(name, bytes(12)), data), UNKNOWN)
    for name, bad in (("of cues", b"adtl"), ("a chunk cut off", b"INFOISFT\x10\0\0\0a"), ("binary", b"INFO" + piece(b"ISFT", b"a\0\x01b")), ("names", b"INFO" + piece(b"xxxx", b"a\0")),
                      ("bytes behind", b"INFO" + piece(b"ISFT", b"ab") + b"xy"), ("padding", b"INFO" + piece(b"ISFT", b"a", pad=b"x"))):
        case("wav", f"LIST: {name}", wav(fmt(), piece(b"LIST", bad), data), MALFORMED)
    case("wav", "LIST: a PDF within", wav(fmt(), piece(b"LIST", b"INFO" + piece(b"ICMT", PDF)), data), MISMATCH)
    case("wav", "a chunk's header cut off", wav(fmt(), data, b"LIST"), MALFORMED)


# FLAC, RFC 9639

def crc8(data):
    crc = 0
    for b in data:
        crc ^= b
        for _ in range(8):
            crc = (crc << 1 ^ (0x07 if crc & 0x80 else 0)) & 0xFF
    return crc


def crc16(data):
    crc = 0
    for b in data:
        crc ^= b << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x8005 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def blocks(data):
    at, out = 4, []
    while True:
        head, length = data[at], int.from_bytes(data[at + 1:at + 4], "big")
        out.append((head & 0x7F, data[at + 4:at + 4 + length]))
        at += 4 + length
        if head >> 7:
            return out, data[at:]


def flac(blocks_, frames):
    last = len(blocks_) - 1
    return b"fLaC" + b"".join(bytes([t | (0x80 if i == last else 0)]) + len(b).to_bytes(3, "big") + b for i, (t, b) in enumerate(blocks_)) + frames


def streaminfo(block=16, samples=32, rate=8000, channels=1, bits=8, frame=(0, 0), most=None):
    packed = rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | samples
    return struct.pack(">HH", block, most or block) + frame[0].to_bytes(3, "big") + frame[1].to_bytes(3, "big") + struct.pack(">Q", packed) + bytes(16)


def frame(number=0, body=b"\x00\x05", block=16, variable=0, rate=0, channels=0, depth=0, reserved=0, sync=b"\xff\xf8", coded=None, bad8=0, bad16=0, pad=b""):
    header = bytes([sync[0], sync[1] | variable, 0x60 | rate, channels << 4 | depth << 1 | reserved]) + (bytes([number]) if coded is None else coded) + bytes([block - 1])
    header += bytes([crc8(header) ^ bad8])
    whole = header + body + pad
    return whole + struct.pack(">H", crc16(whole) ^ bad16)


def bits(*fields):
    """(value, width) pairs, padded with zeros to a byte."""
    text = "".join(format(v, f"0{w}b") if w else "" for v, w in fields)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def flac_cases():
    every_genuine("flac", {"flac, comments": [METADATA], "flac, picture": [UNKNOWN]})
    two = frame(0) + frame(1)
    sample = flac([(0, streaminfo())], two)
    common("flac", sample)

    def one(name, frame_, *codes):
        case("flac", name, flac([(0, streaminfo(samples=16))], frame_), *codes)
    case("flac", "two constant frames", sample, summary={"channels": "1", "rate": "8,000 Hz", "coding": "FLAC, 8 bit", "seconds": "0.004"})
    case("flac", "number of samples unknown", flac([(0, streaminfo(samples=0))], two))
    case("flac", "variable blocks", flac([(0, streaminfo(most=32))], frame(0, variable=1) + frame(16, variable=1)))
    case("flac", "a short last block", flac([(0, streaminfo(samples=24))], frame(0) + frame(1, block=8)))
    case("flac", "a short block that is not the last", flac([(0, streaminfo(samples=24))], frame(0, block=8) + frame(1)), MALFORMED)
    case("flac", "a block longer than STREAMINFO says", flac([(0, streaminfo(samples=33))], frame(0) + frame(1, block=17)), MALFORMED)
    case("flac", "fixed and variable blocks", flac([(0, streaminfo())], frame(0) + frame(16, variable=1)), MALFORMED)
    case("flac", "STREAMINFO: more samples than there are", flac([(0, streaminfo(samples=33))], two), MALFORMED)
    case("flac", "STREAMINFO: fewer samples than there are", flac([(0, streaminfo(samples=16))], two), MALFORMED)
    case("flac", "STREAMINFO: frame sizes", flac([(0, streaminfo(frame=(len(two) // 2, len(two) // 2)))], two))
    case("flac", "STREAMINFO: frames longer than it says", flac([(0, streaminfo(frame=(1, 5)))], two), MALFORMED)
    case("flac", "STREAMINFO: frames shorter than it says", flac([(0, streaminfo(frame=(50, 60)))], two), MALFORMED)
    case("flac", "STREAMINFO: blocks of 15", flac([(0, streaminfo(block=15))], two), MALFORMED)
    case("flac", "STREAMINFO: least above most", flac([(0, streaminfo(block=32, most=16))], two), MALFORMED)
    case("flac", "STREAMINFO: rate 0", flac([(0, streaminfo(rate=0))], two), MALFORMED)
    case("flac", "STREAMINFO: 3 bits", flac([(0, streaminfo(bits=3))], two), MALFORMED)
    case("flac", "STREAMINFO: a byte longer", flac([(0, streaminfo() + b"x")], two), MALFORMED)
    case("flac", "STREAMINFO: twice", flac([(0, streaminfo()), (0, streaminfo())], two), MALFORMED)
    case("flac", "STREAMINFO: not first", flac([(1, b""), (0, streaminfo())], two), MALFORMED)
    case("flac", "no frames", flac([(0, streaminfo(samples=0))], b""), MALFORMED)
    case("flac", "an ID3 tag before", b"ID3\x04\0\0\0\0\0\0" + sample, MISMATCH, found="unknown")
    case("flac", "an ID3 tag behind", sample + b"TAG" + bytes(125), MALFORMED)
    case("flac", "padding", flac([(0, streaminfo()), (1, bytes(40)), (1, b"")], two))
    case("flac", "padding: not zero", flac([(0, streaminfo()), (1, bytes(40) + b"x")], two), MALFORMED)
    for type_, name in ((2, "APPLICATION"), (5, "CUESHEET"), (6, "PICTURE"), (7, "to come"), (127, "forbidden")):
        case("flac", f"metadata block: {name}", flac([(0, streaminfo()), (type_, b"riffhidden")], two), UNKNOWN)
    case("flac", "metadata longer than the file", flac([(0, streaminfo())], b"")[:4] + b"\0\xff\xff\xff", MALFORMED)
    case("flac", "no last metadata block", sample[:4] + b"\0" + sample[5:], UNKNOWN)

    def text(s):
        return struct.pack("<I", len(s)) + s
    empty = text(b"encoder") + struct.pack("<I", 0)
    case("flac", "comments: the encoder alone", flac([(0, streaminfo()), (4, empty)], two))
    case("flac", "comments: two", flac([(0, streaminfo()), (4, text(b"e") + struct.pack("<I", 2) + text(b"A=b") + text("T=größe".encode()))], two), METADATA)
    case("flac", "comments: a PDF", flac([(0, streaminfo()), (4, text(b"e") + struct.pack("<I", 1) + text(b"A=" + PDF))], two), MISMATCH)
    for name, bad in (("data behind", empty + b"x"), ("fewer than counted", text(b"e") + struct.pack("<I", 1)), ("no name", text(b"e") + struct.pack("<I", 1) + text(b"=b")),
                      ("no value", text(b"e") + struct.pack("<I", 1) + text(b"A")), ("a name with ~", text(b"e") + struct.pack("<I", 1) + text(b"A~=b")),
                      ("not UTF-8", text(b"e") + struct.pack("<I", 1) + text(b"A=\xff")), ("4 billion", text(b"e") + struct.pack("<I", 0xFFFFFFFF)),
                      ("a length beyond the block", struct.pack("<I", 0xFFFFFFFF)), ("a NUL", text(b"e\0"))):
        case("flac", f"comments: {name}", flac([(0, streaminfo()), (4, bad)], two), MALFORMED)
    case("flac", "comments: twice", flac([(0, streaminfo()), (4, empty), (4, empty)], two), MALFORMED)

    def point(sample_, offset, samples=16):
        return struct.pack(">QQH", sample_, offset, samples)
    size = len(two) // 2
    hole = b"\xff" * 8 + bytes(10)
    case("flac", "seek table", flac([(0, streaminfo()), (3, point(0, 0) + point(16, size) + hole)], two))
    for name, bad in (("wrong offset", point(16, size + 1)), ("no frame", point(8, 4)), ("beyond the end", point(64, 99)), ("descending", point(16, size) + point(0, 0)), ("17 bytes", bytes(17)),
                      ("a placeholder with data", hole[:-1] + b"x"), ("a placeholder before a point", hole + point(0, 0)), ("wrong samples", point(0, 0, 15))):
        case("flac", f"seek table: {name}", flac([(0, streaminfo()), (3, bad)], two), MALFORMED)
    one("frame: verbatim", frame(body=b"\x02" + bytes(range(16))))
    one("frame: verbatim, cut off", frame(body=b"\x02" + bytes(range(9))), MALFORMED)
    one("frame: wasted bits", frame(body=bits((0, 1), (0, 6), (1, 1), (1, 2), (5, 6))))
    one("frame: more wasted bits than there are", frame(body=bits((0, 1), (0, 6), (1, 1), (0, 20), (1, 1), (5, 6))), MALFORMED)
    one("frame: fixed, Rice", frame(body=bits((0, 1), (8, 6), (0, 1), (0, 2), (0, 4), (0, 4), *[(1, 1 + i % 3) for i in range(16)])))
    one("frame: fixed, Rice, 5-bit parameters, two partitions", frame(body=bits((0, 1), (9, 6), (0, 1), (7, 8), (1, 2), (1, 4), (2, 5), *[(4, 3)] * 7, (0, 5), *[(1, 1)] * 8)))
    one("frame: fixed, escaped", frame(body=bits((0, 1), (8, 6), (0, 1), (0, 2), (0, 4), (15, 4), (3, 5), *[(i % 8, 3) for i in range(16)])))
    one("frame: LPC", frame(body=bits((0, 1), (33, 6), (0, 1), (1, 8), (2, 8), (3, 4), (1, 5), (0, 4), (0, 4), (0, 2), (0, 4), (1, 4), *[(2, 2)] * 14)))
    one("frame: LPC, negative shift", frame(body=bits((0, 1), (33, 6), (0, 1), (1, 8), (2, 8), (3, 4), (31, 5), (3, 4), (2, 4), (0, 2), (0, 4), (1, 4), *[(2, 2)] * 14)), MALFORMED)
    one("frame: LPC, precision 16", frame(body=bits((0, 1), (32, 6), (0, 1), (1, 8), (15, 4), (1, 5), (3, 16), (0, 2), (0, 4), (1, 4), *[(2, 2)] * 15)), MALFORMED)
    one("frame: LPC of an order above the block", frame(block=8, body=bits((0, 1), (63, 6), (0, 1)) + bytes(60)), MALFORMED)
    one("frame: residuals of a coding to come", frame(body=bits((0, 1), (8, 6), (0, 1), (2, 2), (0, 4), (0, 4), *[(1, 1)] * 16)), MALFORMED)
    one("frame: partitions that do not divide", frame(body=bits((0, 1), (8, 6), (0, 1), (0, 2), (5, 4), (0, 4), *[(1, 1)] * 16)), MALFORMED)
    one("frame: an endless Rice code", frame(body=bits((0, 1), (8, 6), (0, 1), (0, 2), (0, 4), (14, 4)) + bytes(70_000)), MALFORMED)
    for type_ in (2, 7, 13, 31):
        one(f"frame: subframe of reserved type {type_}", frame(body=bytes([type_ << 1]) + bytes(20)), MALFORMED)
    one("frame: subframe without its zero bit", frame(body=b"\x80\x05"), MALFORMED)
    one("frame: data behind its subframes", frame(pad=b"hidden"), MALFORMED)
    one("frame: padded with ones", frame(body=bits((0, 1), (8, 6), (0, 1), (0, 2), (0, 4), (0, 4), *[(1, 1)] * 16, (0x3F, 6))), MALFORMED)
    one("frame: wrong CRC-8", frame(bad8=1), MALFORMED)
    one("frame: wrong CRC-16", frame(bad16=1), MALFORMED)
    one("frame: number 1", frame(1), MALFORMED)
    one("frame: a number in more bytes than it needs", frame(coded=b"\xc0\x80"), MALFORMED)
    one("frame: a number that is cut off", frame(coded=b"\xc4"), MALFORMED)
    one("frame: rate 15", frame(rate=15), MALFORMED)
    one("frame: another rate", frame(rate=9), MALFORMED)
    one("frame: the same rate", frame(rate=4))
    one("frame: another depth", frame(depth=4), MALFORMED)
    one("frame: the same depth", frame(depth=1))
    one("frame: reserved depth", frame(depth=3), MALFORMED)
    one("frame: two channels", frame(channels=1, body=b"\x00\x05" * 2), MALFORMED)
    one("frame: reserved channels", frame(channels=11), MALFORMED)
    one("frame: reserved bit", frame(reserved=1), MALFORMED)
    one("frame: reserved bit of the sync", frame(sync=b"\xff\xfa"), MALFORMED)
    for code, name, side in ((8, "left/side", 1), (9, "side/right", 0), (10, "mid/side", 1)):
        body = bits((0, 8), (5, 9 if side == 0 else 8), (0, 8), (5, 9 if side == 1 else 8))
        case("flac", f"frame: {name}", flac([(0, streaminfo(samples=16, channels=2))], frame(channels=code, body=body)))


ABOUT = {
    "png": ("PNG images.", "W3C, Portable Network Graphics, third edition"),
    "jpeg": ("JPEG images.", "ITU-T T.81; JFIF 1.02"),
    "webp": ("WebP images.", "RFC 9649; RFC 6386, 9.1"),
    "wav": ("WAV sound.", "Microsoft and IBM, Multimedia Programming Interface 1.0; WAVEFORMATEXTENSIBLE"),
    "flac": ("FLAC sound.", "RFC 9639"),
}

if __name__ == "__main__":
    for make in (png_cases, jpeg_cases, webp_cases, wav_cases, flac_cases):
        make()
    for format_, (about, source) in ABOUT.items():
        body = {"about": f"{about} Made by media.py.", "source": source, "cases": CASES[format_]}
        pathlib.Path(__file__).with_name(f"{format_}.json").write_text(json.dumps(body, indent=1) + "\n")
        print(format_, len(CASES[format_]))
