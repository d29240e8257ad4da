"""Writes onnx.json and sentencepiece.json: models made by hand, genuine in shape and hostile. Python's standard library only.

Run beside the vectors: python3 onnx.py
"""
import base64
import json
import struct


def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while True:
        out += bytes([n & 0x7F | (0x80 if n > 0x7F else 0)])
        n >>= 7
        if n == 0:
            return out


def tag(number, wire):
    return varint(number << 3 | wire)


def num(number, value):
    return tag(number, 0) + varint(value)


def blob(number, content):
    content = content.encode() if isinstance(content, str) else content
    return tag(number, 2) + varint(len(content)) + content


def f32(number, value):
    return tag(number, 5) + struct.pack("<f", value)


# ONNX
def value_info(name, elem=1, dims=(1,)):
    shape = b"".join(blob(1, num(1, d) if isinstance(d, int) else blob(2, d)) for d in dims)
    return blob(1, name) + blob(2, blob(1, num(1, elem) + blob(2, shape)))


def tensor(name, dims, dtype, data):
    return b"".join(num(1, d) for d in dims) + num(2, dtype) + (blob(8, name) if name else b"") + data


def node(op, inputs, outputs, attributes=b"", domain=None):
    return (b"".join(blob(1, i) for i in inputs) + b"".join(blob(2, o) for o in outputs) + blob(4, op) + attributes
            + (blob(7, domain) if domain is not None else b""))


def attribute(name, kind, content):
    return blob(5, blob(1, name) + content + num(20, kind))


def graph(nodes=None, initializers=None, more=b"", inputs=("x",), outputs=("y",)):
    nodes = [node("Add", ["x", "w"], ["y"])] if nodes is None else nodes
    initializers = [tensor("w", [1], 1, blob(9, b"\0\0\x80\x3f"))] if initializers is None else initializers
    return (b"".join(blob(1, n) for n in nodes) + blob(2, "g") + b"".join(blob(5, i) for i in initializers)
            + b"".join(blob(11, value_info(i)) for i in inputs) + b"".join(blob(12, value_info(o)) for o in outputs) + more)


def opset(domain, version):
    return blob(8, (blob(1, domain) if domain else b"") + num(2, version))


def model(g=None, more=b"", sets=None, ir=8):
    return (num(1, ir) + blob(2, "hand") + blob(3, "1.0") + blob(7, graph() if g is None else g)
            + (opset("", 17) if sets is None else sets) + more)


def with_tensor(t):
    return model(graph(initializers=[t]))


def then(depth):
    g = graph(inputs=(), initializers=[], nodes=[node("Constant", [], ["y"], attribute("value_int", 2, num(3, 1)))])
    for _ in range(depth):
        g = graph(inputs=(), initializers=[], nodes=[node("If", ["c"], ["y"], attribute("then_branch", 5, blob(6, g)))])
    return model(g)


def ext(key, value):
    return blob(13, blob(1, key) + blob(2, value))


SPARSE = blob(15, blob(1, tensor("s", [2], 1, blob(9, bytes(8)))) + blob(2, tensor("", [2], 7, blob(7, varint(1) + varint(5)))) + num(3, 9))
FUNCTION = blob(25, blob(1, "Twice") + blob(4, "a") + blob(5, "b") + blob(7, node("Add", ["a", "a"], ["b"])) + blob(9, num(2, 17)) + blob(10, "local"))
CALL = graph(nodes=[node("Twice", ["x"], ["y"], domain="local")])
GOOD = model()
onnx = []


def case(cases, fmt, path, name, content, accepted, *codes, summary=None, shown=None):
    entry = {"name": name, "path": path, "input": base64.b64encode(content).decode(), "format": shown or fmt, "accepted": accepted, "codes": list(codes)}
    if summary:
        entry["summary"] = summary
    cases.append(entry)


def ok(name, content, *codes, summary=None):
    case(onnx, "onnx", "a.onnx", name, content, True, *codes, summary=summary)


def bad(name, content, code="FORMAT_MALFORMED", shown="onnx"):
    case(onnx, "onnx", "a.onnx", name, content, False, code, shown=shown)


ok("one node and one initializer", GOOD, summary={
    "producer": '"hand" "1.0"', "ir version": "8", "operator sets": '"" 17', "nodes": "1", "functions": "0", "initializers": "1",
    "parameters": "1", "dtypes": "FLOAT x1", "inputs": '"x"', "outputs": '"y"'})
ok("no producer", num(1, 8) + blob(7, graph()) + opset("", 17))
ok("typed floats, packed", with_tensor(tensor("w", [2], 1, blob(4, bytes(8)))))
ok("typed floats, one by one", with_tensor(tensor("w", [2], 1, f32(4, 1) + f32(4, 2))))
ok("dims packed", with_tensor(blob(1, b"\2\3") + num(2, 2) + blob(8, "w") + blob(9, bytes(6))))
ok("scalar", with_tensor(tensor("w", [], 7, blob(7, varint(-5)))))
ok("empty tensor", with_tensor(tensor("w", [0, 3], 1, b"")))
ok("strings", with_tensor(tensor("w", [2], 8, blob(6, "a") + blob(6, "\u6f22"))))
ok("booleans raw", with_tensor(tensor("w", [2], 9, blob(9, b"\0\1"))))
ok("complex", with_tensor(tensor("w", [1], 14, blob(4, bytes(8)))))
ok("three 4-bit values", with_tensor(tensor("w", [3], 21, blob(9, b"\x21\x03"))))
ok("three 4-bit values typed", with_tensor(tensor("w", [3], 21, blob(5, varint(0x21) + varint(3)))))
ok("float16 typed", with_tensor(tensor("w", [1], 10, blob(5, varint(0xFFFF)))))
ok("sparse initializer", model(graph(more=SPARSE)))
ok("local function", model(CALL, FUNCTION, sets=opset("", 17) + opset("local", 1)))
ok("subgraph", then(1))
ok("subgraphs 15 deep", then(15))
ok("metadata", model(more=blob(14, blob(1, "k") + blob(2, "v"))))
ok("custom operator", model(graph(nodes=[node("FusedMatMul", ["x", "w"], ["y"], domain="com.microsoft")]), sets=opset("com.microsoft", 1)),
   "CUSTOM_OPERATOR")
ok("standard ml operator", model(graph(nodes=[node("Scaler", ["x"], ["y"], domain="ai.onnx.ml")]), sets=opset("ai.onnx.ml", 3)))

for n in range(len(GOOD)):
    if n in (0, 1, 5, 20, len(GOOD) - 1):
        bad(f"cut at {n}", GOOD[:n])
bad("trailing byte", GOOD + b"\0")
bad("trailing field that is unknown", GOOD + blob(99, "x"))
bad("field 0", GOOD + b"\x02\x00")
bad("group", GOOD + b"\x7b\x7c")
bad("long varint", b"\x08\x88\x00" + GOOD[2:])
bad("varint of 11 bytes", b"\x08" + b"\xff" * 10 + b"\x01")
bad("long tag", GOOD[:2] + b"\x92\x00\x01a" + GOOD[2:])
bad("ir_version twice", num(1, 7) + GOOD)
bad("graph twice, which readers merge", GOOD + blob(7, graph()))
bad("ir_version unknown", model(ir=99))
bad("ir_version 0", model(ir=0))
bad("ir_version as fixed64", b"\x09" + bytes(8) + GOOD[2:], "FORMAT_MISMATCH", "unknown")
bad("no graph", num(1, 8) + opset("", 17))
bad("no operator set", num(1, 8) + blob(7, graph()))
bad("operator set twice", model(sets=opset("", 17) + opset("ai.onnx", 18)))
bad("domain not imported", model(graph(nodes=[node("X", ["x"], ["y"], domain="other")])))
bad("message beyond its parent", num(1, 8) + b"\x3a\x7f" + b"\x0a\x01")
bad("length of 2^63", num(1, 8) + tag(7, 2) + varint(1 << 63))
bad("field across the end of its message", num(1, 8) + blob(7, b"\x0a") + opset("", 17))
bad("name not UTF-8", model(graph(nodes=[node("Add", ["x", "w"], ["y"]) + blob(3, b"\xff")])))
bad("name with NUL", model(graph(nodes=[node("Add", ["x", "w"], ["y"]) + blob(3, "a\0b")])))
bad("external data outside", with_tensor(tensor("w", [1], 1, ext("location", "../../etc/passwd") + num(14, 1))))
bad("external data beside", with_tensor(tensor("w", [1], 1, ext("location", "w.bin") + num(14, 1))))
bad("external data absolute", with_tensor(tensor("w", [1], 1, ext("location", "/etc/shadow") + num(14, 1))))
bad("external data without its flag", with_tensor(tensor("w", [1], 1, blob(9, bytes(4)) + ext("location", "../../etc/passwd"))))
bad("external flag alone", with_tensor(tensor("w", [1], 1, blob(9, bytes(4)) + num(14, 1))))
bad("external data, another key", with_tensor(tensor("w", [1], 1, ext("__class__", "x"))))
bad("external data in an attribute", model(graph(nodes=[node("Constant", [], ["y"], attribute(
    "value", 4, blob(5, tensor("", [1], 1, ext("location", "../../etc/passwd") + num(14, 1)))))])))
bad("raw too short", with_tensor(tensor("w", [2], 1, blob(9, bytes(4)))))
bad("raw too long", with_tensor(tensor("w", [1], 1, blob(9, bytes(5)))))
bad("no data", with_tensor(tensor("w", [1], 1, b"")))
bad("two data fields", with_tensor(tensor("w", [1], 1, blob(9, bytes(4)) + blob(4, bytes(4)))))
bad("data of another type", with_tensor(tensor("w", [1], 1, blob(7, b"\1"))))
bad("raw strings", with_tensor(tensor("w", [1], 8, blob(9, b"a"))))
bad("strings not UTF-8", with_tensor(tensor("w", [1], 8, blob(6, b"\xff"))))
bad("type 0", with_tensor(tensor("w", [1], 0, blob(9, bytes(4)))))
bad("type 99", with_tensor(tensor("w", [1], 99, blob(9, bytes(4)))))
bad("negative dimension", with_tensor(tensor("w", [-1], 1, blob(9, bytes(4)))))
bad("dimensions that overflow", with_tensor(tensor("w", [1 << 62, 1 << 62, 1 << 62], 1, blob(9, bytes(4)))))
bad("boolean 2", with_tensor(tensor("w", [1], 9, blob(9, b"\2"))))
bad("boolean 2 typed", with_tensor(tensor("w", [1], 9, blob(5, b"\2"))))
bad("uint8 300", with_tensor(tensor("w", [1], 2, blob(5, varint(300)))))
bad("int32 beyond its range", with_tensor(tensor("w", [1], 6, blob(5, varint(1 << 40)))))
bad("padding of 4-bit values", with_tensor(tensor("w", [3], 21, blob(9, b"\x21\xf3"))))
bad("packed twice", with_tensor(tensor("w", [2], 1, blob(4, bytes(4)) + blob(4, bytes(4)))))
bad("packed and not", with_tensor(tensor("w", [2], 1, blob(4, bytes(4)) + f32(4, 1))))
bad("packed floats cut", with_tensor(tensor("w", [2], 1, blob(4, bytes(7)))))
bad("packed varints cut", with_tensor(tensor("w", [2], 7, blob(7, b"\1\x80"))))
bad("segment", with_tensor(tensor("w", [1], 1, blob(3, num(1, 0)) + blob(9, bytes(4)))))
bad("initializer without a name", with_tensor(tensor("", [1], 1, blob(9, bytes(4)))))
bad("initializer twice", model(graph(initializers=[tensor("w", [1], 1, blob(9, bytes(4)))] * 2)))
bad("value defined twice", model(graph(nodes=[node("Add", ["x", "w"], ["y"])] * 2)))
bad("output that is an initializer", model(graph(nodes=[node("Add", ["x", "w"], ["w"])])))
bad("attribute twice", model(graph(nodes=[node("A", [], ["y"], attribute("a", 2, num(3, 1)) * 2)])))
bad("attribute of two contents", model(graph(nodes=[node("A", [], ["y"], attribute("a", 2, num(3, 1) + blob(4, "s")))])))
bad("attribute of another type", model(graph(nodes=[node("A", [], ["y"], attribute("a", 1, num(3, 1)))])))
bad("attribute of type 0", model(graph(nodes=[node("A", [], ["y"], attribute("a", 0, num(3, 1)))])))
bad("graph attribute without one", model(graph(nodes=[node("A", [], ["y"], attribute("a", 5, b""))])))
bad("reference outside of a function", model(graph(nodes=[node("A", [], ["y"], attribute("a", 2, blob(21, "r")))])))
bad("node without an operator", model(graph(nodes=[blob(2, "y")])))
bad("type with two values", model(graph(more=blob(13, blob(1, "v") + blob(2, blob(1, num(1, 1)) + blob(8, num(1, 1)))))))
bad("sparse of another length", model(graph(more=SPARSE.replace(num(1, 2) + num(2, 7), num(1, 3) + num(2, 7)))))
bad("function in the standard's domain", model(more=FUNCTION.replace(b"\x05local", b"\x07ai.onnx").replace(FUNCTION[:3], tag(25, 2) + varint(len(FUNCTION) - 1))))
bad("function twice", model(CALL, FUNCTION + FUNCTION, sets=opset("", 17) + opset("local", 1)))
bad("metadata twice", model(more=blob(14, blob(1, "k") + blob(2, "v")) * 2))
bad("subgraphs 25 deep", then(25), "LIMIT_EXCEEDED")
bad("empty", b"")
bad("zip behind the model", GOOD + b"PK\5\6" + bytes(18))
bad("another content", b"\x89\x01\x02\x03", "FORMAT_MISMATCH", "unknown")
bad("text", b"hello", "FORMAT_MISMATCH", "unknown")

# SentencePiece
sp = []
TRIE = struct.pack("<I", 8) + bytes(8)


def piece(text, score=0.0, kind=None):
    return blob(1, blob(1, text) + f32(2, score) + (num(3, kind) if kind else b""))


def spm(pieces=None, trainer=num(3, 1) + num(4, 3), normalizer=blob(1, "nmt_nfkc") + blob(2, TRIE + b"a\0b\0") + num(3, 1), more=b""):
    pieces = piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("\u2581a", -1.5) if pieces is None else pieces
    return pieces + blob(2, trainer) + blob(3, normalizer) + more


def spok(name, content, summary=None):
    case(sp, "sentencepiece", "tokenizer.model", name, content, True, summary=summary)


def spbad(name, content, code="FORMAT_MALFORMED", shown="sentencepiece"):
    case(sp, "sentencepiece", "tokenizer.model", name, content, False, code, shown=shown)


UNK = piece("<unk>", 0, 2)
BYTES = b"".join(piece(f"<0x{b:02X}>", 0, 6) for b in range(256))
spok("unigram", spm(), {"model type": "unigram", "pieces": "3", "types": "normal x1, unknown x1, control x1"})
spok("bpe with bytes", spm(UNK + BYTES, num(3, 2) + num(35, 1)), {"model type": "bpe", "pieces": "257", "types": "unknown x1, byte x256"})
spok("identity normalization", spm(normalizer=blob(1, "identity") + blob(2, b"")))
spok("self test and denormalizer", spm(more=blob(4, blob(1, blob(1, "a") + blob(2, "b"))) + blob(5, b"")))
for n in (0, 1, 3, 12, len(spm()) - 1):
    spbad(f"cut at {n}", spm()[:n])
spbad("extension", spm(more=blob(200, "x")))
spbad("extension of a piece", spm(UNK + blob(1, blob(1, "a") + num(200, 1))))
spbad("piece twice", spm(UNK + piece("a") + piece("a")))
spbad("empty piece", spm(UNK + piece("")))
spbad("piece without text", spm(UNK + blob(1, f32(2, 1))))
spbad("piece not UTF-8", spm(UNK + piece(b"\xff")))
spbad("piece with NUL", spm(UNK + piece("a\0")))
spbad("no unknown piece", spm(piece("a")))
spbad("two unknown pieces", spm(UNK + piece("b", 0, 2)))
spbad("type 7", spm(UNK + piece("b", 0, 7)))
spbad("score NaN", spm(UNK + piece("b", float("nan"))))
spbad("bytes without fallback", spm(UNK + BYTES))
spbad("fallback without bytes", spm(UNK, num(35, 1)))
spbad("byte that is none", spm(UNK + piece("<0xG0>", 0, 6)))
spbad("model type 9", spm(trainer=num(3, 9)))
spbad("flag 2", spm(trainer=num(35, 2)))
spbad("trainer twice", spm(more=blob(2, num(3, 2))))
spbad("no trainer", UNK + blob(3, b""))
spbad("no normalizer", UNK + blob(2, b""))
spbad("trie longer than the map", spm(normalizer=blob(2, struct.pack("<I", 400) + bytes(8))))
spbad("trie not of units", spm(normalizer=blob(2, struct.pack("<I", 7) + bytes(9))))
spbad("map without an end", spm(normalizer=blob(2, TRIE + b"a")))
spbad("map not UTF-8", spm(normalizer=blob(2, TRIE + b"\xff\0")))
spbad("trailing bytes", spm() + b"\0\0")
spbad("empty", b"")
spbad("another content", b"\x01\x02\x03\x04", "FORMAT_MISMATCH", "unknown")
case(sp, "sentencepiece", "tokenizer.model", "a pickle by that name", b"\x80\x02}q\0.", False, "PICKLE_REFUSED", shown="unknown")
case(sp, "sentencepiece", "tokenizer.model", "a zip by that name", b"PK\3\4" + bytes(26), False, "ARCHIVE_REFUSED", shown="unknown")
case(sp, "onnx", "tokenizer.model", "an ONNX model by that name", GOOD, False, "FORMAT_MISMATCH", shown="unknown")

dcp = []
METADATA = b"\x80\x02ctorch.distributed.checkpoint.metadata\nMetadata\nq\0)\x81q\1."
case(dcp, "unknown", "__0_0.distcp", "a shard by its name", b"PK\3\4" + bytes(26) + b"/data.pkl", False, "PICKLE_REFUSED")
case(dcp, "unknown", "__0_0.distcp", "an empty shard", b"", False, "PICKLE_REFUSED")
case(dcp, "unknown", ".metadata", "metadata", METADATA, False, "PICKLE_REFUSED")
case(dcp, "unknown", "a.bin", "metadata by another name", METADATA, False, "PICKLE_REFUSED")

for file, about, source, cases in (
        ("onnx.json", "ONNX models.", "onnx/onnx.proto, docs/IR.md; made by onnx.py", onnx),
        ("sentencepiece.json", "SentencePiece models.", "google/sentencepiece, src/sentencepiece_model.proto; made by onnx.py", sp),
        ("torch-dcp.json", "Files of torch.distributed.checkpoint, which are refused.", "torch/distributed/checkpoint; made by onnx.py", dcp)):
    with open(file, "w", encoding="ascii", newline="\n") as out:
        json.dump({"about": about, "source": source, "cases": cases}, out, indent=1)
        out.write("\n")
