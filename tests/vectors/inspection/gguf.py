"""Computes gguf.json: GGUF files as ggml and gguf-py write them, and files that are almost that. Shares no code with the verifier."""
import base64
import json
import pathlib
import struct

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
PACK = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "B", U64: "Q", I64: "q", F64: "d"}

# ggml-common.h, as sums of the members of each block struct.
BLOCKS = {
    "F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 2 + 16), "Q4_1": (3, 32, 4 + 16), "Q5_0": (6, 32, 2 + 4 + 16),
    "Q5_1": (7, 32, 4 + 4 + 16), "Q8_0": (8, 32, 2 + 32), "Q2_K": (10, 256, 4 + 16 + 64), "Q3_K": (11, 256, 2 + 64 + 32 + 12),
    "Q4_K": (12, 256, 4 + 12 + 128), "Q5_K": (13, 256, 4 + 12 + 32 + 128), "Q6_K": (14, 256, 2 + 16 + 128 + 64),
    "Q8_K": (15, 256, 4 + 256 + 32), "IQ2_XXS": (16, 256, 2 + 64), "IQ2_XS": (17, 256, 2 + 64 + 8), "IQ3_XXS": (18, 256, 2 + 96),
    "IQ1_S": (19, 256, 2 + 32 + 16), "IQ4_NL": (20, 32, 2 + 16), "IQ3_S": (21, 256, 2 + 64 + 8 + 32 + 4),
    "IQ2_S": (22, 256, 2 + 64 + 8 + 8), "IQ4_XS": (23, 256, 2 + 2 + 4 + 128), "I8": (24, 1, 1), "I16": (25, 1, 2), "I32": (26, 1, 4),
    "I64": (27, 1, 8), "F64": (28, 1, 8), "IQ1_M": (29, 256, 32 + 16 + 8), "BF16": (30, 1, 2), "TQ1_0": (34, 256, 48 + 4 + 2),
    "TQ2_0": (35, 256, 64 + 2), "MXFP4": (39, 32, 1 + 16), "NVFP4": (40, 64, 4 + 32), "Q1_0": (41, 128, 2 + 16), "Q2_0": (42, 64, 2 + 16),
}
ARCHITECTURE = ("general.architecture", STRING, "llama")


def string(text):
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


def value(kind, content):
    if kind == STRING:
        return string(content)
    if kind == ARRAY:
        of, items = content
        return struct.pack("<IQ", of, len(items)) + b"".join(value(of, i) for i in items)
    return struct.pack("<" + PACK[kind], content)


def pair(key, kind, content):
    return string(key) + struct.pack("<I", kind) + (content if isinstance(content, bytes) and kind != STRING else value(kind, content))


def padding(length, alignment):
    return bytes(-length % alignment)


def nbytes(kind, shape):
    _, elements, size = BLOCKS[kind]
    count = 1
    for d in shape:
        count *= d
    return count // elements * size


def entry(name, kind, shape, offset, number=None):
    return (string(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", d) for d in shape)
            + struct.pack("<IQ", BLOCKS[kind][0] if number is None else number, offset))


def header(tensors, pairs, version=3, magic=b"GGUF"):
    return magic + struct.pack("<IQQ", version, tensors, pairs)


def gguf(pairs=(ARCHITECTURE,), tensors=(("a", "F16", (2,)),), alignment=32):
    """A whole file; a tensor is (name, type, shape)."""
    out, offset = header(len(tensors), len(pairs)) + b"".join(pair(*p) for p in pairs), 0
    for name, kind, shape in tensors:
        out += entry(name, kind, shape, offset)
        offset += nbytes(kind, shape) + len(padding(nbytes(kind, shape), alignment))
    out += padding(len(out), alignment)
    for number, (name, kind, shape) in enumerate(tensors):
        size = nbytes(kind, shape)
        out += bytes((number + 1 + i) % 251 + 1 for i in range(size)) + padding(size, alignment)
    return out


def entries(*raw, data=b"\x01" * 64, pairs=(ARCHITECTURE,)):
    """A file of entries that are given as bytes, and of data behind them."""
    out = header(len(raw), len(pairs)) + b"".join(pair(*p) for p in pairs) + b"".join(raw)
    return out + padding(len(out), 32) + data


CASES = []


def case(name, content, codes=(), path="a.gguf", format="gguf", summary=None):
    refused = bool(codes) and not set(codes) <= {"CHAT_TEMPLATE", "BIDI_CONTROL", "CONTROL_CHARACTER"}
    one = {"name": name, "path": path, "input": base64.b64encode(content).decode(), "format": format, "accepted": not refused, "codes": list(codes)}
    if summary is not None:
        one["summary"] = summary
    CASES.append(one)


def summary(tensors="1", parameters="2", types="F16 x1", keys="1", **first):
    return {**({} if "part" in first and "architecture" not in first else {"architecture": "llama"}), **first,
            "tensors": tensors, "parameters": parameters, "types": types, "metadata keys": keys}


MALFORMED, LIMIT, UNKNOWN, MISMATCH = ["FORMAT_MALFORMED"], ["LIMIT_EXCEEDED"], ["FORMAT_UNKNOWN"], ["FORMAT_MISMATCH"]
GOOD = gguf()


def accepted():
    case("one tensor", GOOD, summary=summary())
    for kind, (_, elements, _) in BLOCKS.items():
        case(f"type {kind}", gguf(tensors=(("a", kind, (2 * elements, 3)),)), summary=summary(parameters=f"{6 * elements:,}", types=f"{kind} x1"))
    case("several tensors", gguf(tensors=(("token_embd.weight", "Q4_K", (256, 3)), ("blk.0.attn_q.weight", "F32", (3, 5)), ("b", "F32", (1, 1, 1, 1)))),
         summary=summary("3", "784", "F32 x2, Q4_K x1"))
    case("every type of value", gguf(pairs=(
        ARCHITECTURE, ("a.u8", U8, 255), ("a.i8", I8, -1), ("a.u16", U16, 65535), ("a.i16", I16, -1), ("a.u32", U32, 1), ("a.i32", I32, -1),
        ("a.f32", F32, 0.5), ("a.true", BOOL, 1), ("a.false", BOOL, 0), ("a.string", STRING, "é 漢"), ("a.empty", STRING, ""),
        ("a.u64", U64, 2**64 - 1), ("a.i64", I64, -1), ("a.f64", F64, 0.5))), summary=summary(keys="15"))
    case("every type of array", gguf(pairs=(
        ARCHITECTURE, *((f"a.{k}", ARRAY, (k, [1, 0, 1])) for k in range(13) if k not in (STRING, ARRAY)),
        ("a.strings", ARRAY, (STRING, ["", "é", "\x1b", "<s>"])), ("a.none", ARRAY, (U32, [])), ("a.no_strings", ARRAY, (STRING, [])))),
         summary=summary(keys="15"))
    for alignment in (8, 16, 64, 4096):
        case(f"alignment {alignment}", gguf(pairs=(ARCHITECTURE, ("general.alignment", U32, alignment)),
                                            tensors=(("a", "I8", (3,)), ("b", "I8", (5,))), alignment=alignment),
             summary=summary("2", "8", "I8 x2", "2"))
    case("no tensors, padded as ggml does", gguf(tensors=()), summary=summary("0", "0", ""))
    case("no tensors, ended as gguf-py does", header(0, 1) + pair(*ARCHITECTURE), summary=summary("0", "0", ""))
    case("an architecture with a hyphen", gguf(pairs=(("general.architecture", STRING, "gpt-oss"), ("gpt-oss.block_count", U32, 24))),
         summary=summary(architecture="gpt-oss", keys="2"))
    split = lambda no, count: (("split.no", U16, no), ("split.count", U16, count), ("split.tensors.count", I32, 9))
    case("the first part of a split model", gguf(pairs=(ARCHITECTURE, *split(0, 3))), summary=summary(part="1 of 3", architecture="llama", keys="4"))
    case("a later part of a split model", gguf(pairs=split(2, 3)), summary=summary(part="3 of 3", keys="3"))
    case("a first part without architecture", gguf(pairs=split(0, 3)), MALFORMED)
    case("a part that is none of its parts", gguf(pairs=(ARCHITECTURE, *split(3, 3))), MALFORMED)
    case("a part of a number of parts that is not told", gguf(pairs=(("split.no", U16, 1),)), MALFORMED)
    case("a part number of another type", gguf(pairs=(("split.no", U32, 1), ("split.count", U16, 2))), MALFORMED)
    case("the longest tensor name", gguf(tensors=(("é" * 32, "F16", (2,)),)), summary=summary())
    case("a name in capitals", GOOD, path="MODEL.GGUF", summary=summary())


def templates():
    jinja = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    case("a chat template", gguf(pairs=(ARCHITECTURE, ("tokenizer.chat_template", STRING, jinja))), ["CHAT_TEMPLATE"], summary=summary(keys="2"))
    case("a hostile chat template (CVE-2024-34359)", gguf(pairs=(ARCHITECTURE, (
        "tokenizer.chat_template", STRING, "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id').read() }}"))), ["CHAT_TEMPLATE"])
    case("chat templates by name", gguf(pairs=(
        ARCHITECTURE, ("tokenizer.chat_templates", ARRAY, (STRING, ["tool_use", "rag"])), ("tokenizer.chat_template", STRING, jinja),
        ("tokenizer.chat_template.tool_use", STRING, jinja), ("tokenizer.chat_template.rag", STRING, ""))), ["CHAT_TEMPLATE"] * 3)
    case("a chat template of no string", gguf(pairs=(ARCHITECTURE, ("tokenizer.chat_template", U32, 1))), MALFORMED)
    case("a list of chat templates", gguf(pairs=(ARCHITECTURE, ("tokenizer.chat_template.all", ARRAY, (STRING, [jinja])))), MALFORMED)
    case("a chat template behind the name of the list", gguf(pairs=(ARCHITECTURE, ("tokenizer.chat_templates", STRING, jinja))), MALFORMED)
    case("16 chat templates", gguf(pairs=(ARCHITECTURE, *((f"tokenizer.chat_template.t{i}", STRING, jinja) for i in range(16)))), ["CHAT_TEMPLATE"] * 16)
    case("17 chat templates", gguf(pairs=(ARCHITECTURE, *((f"tokenizer.chat_template.t{i}", STRING, jinja) for i in range(17)))), LIMIT)
    case("bidirectional controls in a string", gguf(pairs=(ARCHITECTURE, ("general.name", STRING, "a\u202eb"))), ["BIDI_CONTROL"])
    case("bidirectional controls in a tensor name", gguf(tensors=(("a\u2066", "F16", (2,)),)), ["BIDI_CONTROL"])
    case("DEL in a string", gguf(pairs=(ARCHITECTURE, ("general.name", STRING, "a\x7f"))), ["CONTROL_CHARACTER"])


def beginnings():
    case("empty", b"", MALFORMED, format="gguf")
    case("the magic alone", b"GGUF", MALFORMED)
    for version in (0, 1, 2, 4, 2**31):
        case(f"version {version}", header(0, 1, version) + pair(*ARCHITECTURE), UNKNOWN)
    case("big-endian", b"GGUF" + struct.pack(">IQQ", 3, 0, 0), UNKNOWN)
    case("the magic of big-endian", header(0, 1, magic=b"FUGG") + pair(*ARCHITECTURE), MISMATCH, format="unknown")
    case("GGML's magic", header(0, 1, magic=b"lmgg") + pair(*ARCHITECTURE), MISMATCH, format="unknown")
    for path in ("a.bin", "a.safetensors", "a.npy", "a.json", "a.txt", "a"):
        case(f"named {path}", GOOD, MISMATCH, path=path)
    case("a safetensors file that is called GGUF", struct.pack("<Q", 2) + b"{}", MISMATCH, format="safetensors")
    case("JSON that is called GGUF", b'{"a":1}', MISMATCH, format="unknown")
    case("no counts", GOOD[:20], MALFORMED)


def metadata():
    with_pair = lambda *p: gguf(pairs=(ARCHITECTURE, p))
    case("no architecture", gguf(pairs=()), MALFORMED)
    case("an architecture that is no string", gguf(pairs=(("general.architecture", U32, 1),)), MALFORMED)
    for name, arch in (("empty", ""), ("upper-case", "Llama"), ("long", "a" * 65), ("with a control", "a\x1b[2J"), ("with NUL", "llama\0x")):
        case(f"an architecture that is {name}", gguf(pairs=(("general.architecture", STRING, arch),)), MALFORMED)
    for alignment in (0, 1, 4, 24, 33):
        case(f"alignment {alignment}", with_pair("general.alignment", U32, alignment), MALFORMED)
    case("alignment 2^17", with_pair("general.alignment", U32, 2**17), LIMIT)
    case("an alignment of 64 bits", with_pair("general.alignment", U64, 32), MALFORMED)
    case("an alignment in an array", with_pair("general.alignment", ARRAY, (U32, [32])), MALFORMED)
    case("tensors that keep another alignment than is written", with_pair("general.alignment", U32, 64), MALFORMED)
    for key in ("", ".", "a.", ".a", "a..b", "A", "a b", "a\0b", "é", "general/x", "a\n", "__proto__", "version", "tensor_count", "kv_count"):
        case(f"the key {key!r}", with_pair(key, U8, 1), MALFORMED)
    case("a key twice", gguf(pairs=(ARCHITECTURE, ("a", U8, 1), ("a", U8, 1))), MALFORMED)
    case("two architectures", gguf(pairs=(ARCHITECTURE, ("general.architecture", STRING, "gpt2"))), MALFORMED)
    case("a key of 2^64-1 bytes", header(0, 1) + b"\xff" * 8 + b"a" * 64, LIMIT)
    case("a value of type 13", with_pair("a", 13, b"\0" * 8), MALFORMED)
    case("a value of type 2^32-1", with_pair("a", 2**32 - 1, b"\0" * 8), MALFORMED)
    case("a boolean of 2", with_pair("a", BOOL, 2), MALFORMED)
    case("a boolean of 255 in an array", with_pair("a", ARRAY, (BOOL, [0, 1, 255])), MALFORMED)
    case("nested arrays", with_pair("a", ARRAY, struct.pack("<IQ", ARRAY, 1) + value(ARRAY, (U8, [1]))), MALFORMED)
    case("nested arrays of nothing", with_pair("a", ARRAY, struct.pack("<IQ", ARRAY, 0)), MALFORMED)
    case("an array of type 13", with_pair("a", ARRAY, struct.pack("<IQ", 13, 0)), MALFORMED)
    for kind in (U8, U64, STRING):
        case(f"an array of 2^64-1 of type {kind}", with_pair("a", ARRAY, struct.pack("<IQ", kind, 2**64 - 1)), LIMIT)
        case(f"an array of type {kind} whose bytes overflow", with_pair("a", ARRAY, struct.pack("<IQ", kind, 2**61 + 1)), LIMIT)
        case(f"an array of type {kind} that is longer than the file", with_pair("a", ARRAY, struct.pack("<IQ", kind, 1000)), MALFORMED)
    raw = header(0, 2) + pair(*ARCHITECTURE) + string("a") + struct.pack("<I", STRING)
    case("a string of 2^64-1 bytes", raw + b"\xff" * 8 + b"x" * 64, LIMIT)
    case("a string that is longer than the file", raw + struct.pack("<Q", 1000) + b"x" * 64, MALFORMED)
    for name, bad in (("latin-1", b"\xe9"), ("overlong", b"\xc0\xaf"), ("a surrogate", b"\xed\xa0\x80"), ("cut", b"ab\xe6\xbc"), ("NUL", b"a\0b")):
        case(f"a string with {name}", with_pair("a", STRING, bad), MALFORMED)
        case(f"an array of a string with {name}", with_pair("a", ARRAY, (STRING, ["x", bad])), MALFORMED)
        case(f"a tensor name with {name}", gguf(tensors=((bad, "F16", (2,)),)), MALFORMED)
    case("a character cut between strings", gguf(pairs=(ARCHITECTURE, ("a", STRING, b"\xc3"), ("b", STRING, b"\xa9"))), MALFORMED)
    case("a terminal escape in a string", with_pair("general.name", STRING, "\x1b]0;x\x07"), MALFORMED)
    case("one pair fewer than counted", header(0, 2) + pair(*ARCHITECTURE), MALFORMED)
    case("one pair more than counted", header(0, 1) + pair(*ARCHITECTURE) + pair("a", U8, 1), MALFORMED)
    case("4,097 pairs", header(0, 4097) + pair(*ARCHITECTURE), LIMIT)
    case("2^64-1 pairs", header(0, 2**64 - 1) + pair(*ARCHITECTURE), LIMIT)
    case("32,769 tensors", header(32769, 1) + pair(*ARCHITECTURE), LIMIT)
    case("2^64-1 tensors", header(2**64 - 1, 1) + pair(*ARCHITECTURE), LIMIT)
    case("1,000 tensors that are not there", header(1000, 1) + pair(*ARCHITECTURE), MALFORMED)


def tensors():
    case("a name twice", gguf(tensors=(("a", "F16", (2,)), ("b", "F16", (2,)), ("a", "F16", (2,)))), MALFORMED)
    case("an empty name", gguf(tensors=(("", "F16", (2,)),)), MALFORMED)
    for name, bad in (("a line feed", "a\nb"), ("DEL", "a\x7f")):
        case(f"a tensor name with {name}", gguf(tensors=((bad, "F16", (2,)),)), MALFORMED)
    case("a name of 65 bytes", gguf(tensors=(("a" * 65, "F16", (2,)),)), LIMIT)
    case("no dimensions", entries(entry("a", "F16", (), 0), data=bytes(32)), MALFORMED)
    case("five dimensions", entries(entry("a", "F16", (1,) * 5, 0), data=bytes(32)), MALFORMED)
    case("2^32-1 dimensions", entries(string("a") + b"\xff" * 64), MALFORMED)
    case("a dimension of 0", entries(entry("a", "F16", (2, 0), 0), data=b""), MALFORMED)
    case("a dimension of 2^63", entries(entry("a", "I8", (2**63,), 0)), MALFORMED)
    case("a product that overflows 64 bits to 0 (CVE-2026-33298)", entries(entry("a", "F32", (2**32, 2**32), 0), data=b""), MALFORMED)
    case("a product that overflows 64 bits to 32", entries(entry("a", "I8", (2**32, 2**32 + 2**0, 1, 1), 0), data=bytes(32)), MALFORMED)
    case("a product that overflows 128 bits", entries(entry("a", "I8", (2**64 - 1,) * 4, 0)), MALFORMED)
    case("bytes that overflow 64 bits", entries(entry("a", "F64", (2**62,), 0), data=b""), MALFORMED)
    for number in (4, 5, 9, 31, 32, 33, 36, 37, 38, 43, 142, 2**31, 2**32 - 1):
        case(f"tensor type {number}", entries(entry("a", "F16", (256,), 0, number), data=bytes(512)), MALFORMED)
    case("half a block", entries(entry("a", "Q4_0", (16,), 0), data=bytes(32)), MALFORMED)
    case("rows of half a block", entries(entry("a", "Q4_0", (16, 2), 0), data=bytes(32)), MALFORMED)
    case("a first offset of 32", entries(entry("a", "F16", (2,), 32), data=bytes(64)), MALFORMED)
    case("an offset that is not aligned", entries(entry("a", "F16", (2,), 0), entry("b", "F16", (2,), 4), data=bytes(32)), MALFORMED)
    case("a gap", entries(entry("a", "F16", (2,), 0), entry("b", "F16", (2,), 64), data=bytes(96)), MALFORMED)
    case("an overlap", entries(entry("a", "F16", (32,), 0), entry("b", "F16", (2,), 32), data=bytes(64)), MALFORMED)
    case("two tensors of the same bytes", entries(entry("a", "F16", (2,), 0), entry("b", "F16", (2,), 0), data=bytes(32)), MALFORMED)
    case("tensors out of order", entries(entry("a", "F16", (2,), 32), entry("b", "F16", (2,), 0), data=bytes(64)), MALFORMED)
    case("an offset of 2^64-32", entries(entry("a", "F16", (2,), 0), entry("b", "F16", (2,), 2**64 - 32), data=bytes(64)), MALFORMED)
    case("a tensor beyond the end", entries(entry("a", "F16", (2**20,), 0), data=bytes(64)), MALFORMED)
    case("bytes behind the last tensor", GOOD + bytes(32), MALFORMED)
    case("one byte behind the last tensor", GOOD + b"\0", MALFORMED)
    case("a second file behind the first", GOOD + GOOD, MALFORMED)
    case("no padding behind the last tensor", GOOD[:-28], MALFORMED)
    case("one byte of padding too few", GOOD[:-1], MALFORMED)
    case("padding behind a tensor that is not zero", GOOD[:-1] + b"\1", MALFORMED)
    two = gguf(tensors=(("a", "F16", (2,)), ("b", "F16", (2,))))
    case("padding between tensors that is not zero", two[:-60] + b"\1" + two[-59:], MALFORMED)
    end = len(header(1, 1) + pair(*ARCHITECTURE) + entry("a", "F16", (2,), 0))
    assert end % 32 != 0 and GOOD[end] == 0
    case("padding before the tensors that is not zero", GOOD[:end] + b"\1" + GOOD[end + 1:], MALFORMED)
    empty = header(0, 1) + pair(*ARCHITECTURE)
    case("no tensors and padding that is not zero", empty + b"\1" * (-len(empty) % 32), MALFORMED)
    case("no tensors and half of the padding", empty + b"\0", MALFORMED)
    case("no tensors and bytes behind", empty + bytes(-len(empty) % 32) + bytes(32), MALFORMED)


def polyglots():
    record = b"PK\5\6" + bytes(18)
    body = bytes(64 - len(record)) + record
    case("a zip end record in the last tensor", entries(entry("a", "I8", (64,), 0), data=body), ["ARCHIVE_REFUSED"])
    case("a zip behind the file", GOOD + record, MALFORMED)
    case("a zip whose member is the file", b"PK\3\4" + bytes(26) + GOOD, ["ARCHIVE_REFUSED"], format="unknown")
    case("a pickle before the file", b"\x80\x04N." + GOOD, ["PICKLE_REFUSED"], format="unknown")
    case("a program", b"\x7fELF" + bytes(60), ["EXECUTABLE_REFUSED"], format="unknown")


for group in (accepted, templates, beginnings, metadata, tensors, polyglots):
    group()
out = {"about": "GGUF version 3, little-endian.", "source": "ggml docs/gguf.md, src/gguf.cpp, src/ggml-common.h; gguf-py", "cases": CASES}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
