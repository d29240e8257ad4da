"""Writes genuine models into the folder given: ONNX by onnx.helper, SentencePiece by its trainer. Each is checked by its own library before it is kept.

A name that begins with external- is one that must be refused. Run with a Python that has onnx, and sentencepiece where it is there.
"""
import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = sys.argv[1]


def save(name, model):
    onnx.checker.check_model(model)
    with open(os.path.join(folder, name + ".onnx"), "wb") as out:
        out.write(model.SerializeToString())


def model(nodes, inputs, outputs, initializers=(), more=(), sets=(("", 15),), **rest):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers), **dict(more))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid(d, v) for d, v in sets], producer_name="test", **rest)


def info(name, kind=TensorProto.FLOAT, shape=("n", 2)):
    return helper.make_tensor_value_info(name, kind, shape)


add = helper.make_node("Add", ["x", "w"], ["y"], doc_string="adds")
weights = numpy_helper.from_array(numpy.ones((2, 2), numpy.float32), "w")
save("add", model([add], [info("x")], [info("y")], [weights]))
types = {
    TensorProto.FLOAT: 1.5, TensorProto.UINT8: 255, TensorProto.INT8: -1, TensorProto.UINT16: 65535, TensorProto.INT16: -1, TensorProto.INT32: -1,
    TensorProto.INT64: -1, TensorProto.BOOL: True, TensorProto.FLOAT16: 0.5, TensorProto.DOUBLE: 0.5, TensorProto.UINT32: 7, TensorProto.UINT64: 7,
    TensorProto.COMPLEX64: 1 + 2j, TensorProto.COMPLEX128: 1 + 2j, TensorProto.STRING: b"text", TensorProto.BFLOAT16: 1.0,
}
typed = [helper.make_tensor(f"t{kind}", kind, [3], [value] * 3) for kind, value in types.items()]
save("types", model([add], [info("x")], [info("y")], [weights, *typed]))
raw = [numpy_helper.from_array(numpy.zeros((2, 3), dtype), str(dtype)) for dtype in
       ("float16", "float64", "int8", "uint16", "int64", "bool", "complex64", "complex128")]
save("raw", model([add], [info("x")], [info("y")], [weights, *raw]))
branch = [helper.make_graph([helper.make_node("Constant", [], ["z"], value_float=v)], "b", [], [info("z", shape=())]) for v in (1.0, 2.0)]
save("if", model([helper.make_node("If", ["c"], ["y"], then_branch=branch[0], else_branch=branch[1])],
                 [info("c", TensorProto.BOOL, ())], [info("y", shape=())]))
body = helper.make_graph(
    [helper.make_node("Identity", ["k"], ["k2"]), helper.make_node("Add", ["s", "s"], ["s2"])], "body",
    [info("i", TensorProto.INT64, ()), info("k", TensorProto.BOOL, ()), info("s", shape=(2,))], [info("k2", TensorProto.BOOL, ()), info("s2", shape=(2,))])
save("loop", model([helper.make_node("Loop", ["m", "c", "x"], ["y"], body=body)],
                   [info("m", TensorProto.INT64, ()), info("c", TensorProto.BOOL, ()), info("x", shape=(2,))], [info("y", shape=(2,))]))
function = helper.make_function("local", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 15)])
save("function", model([helper.make_node("Twice", ["x"], ["y"], domain="local")], [info("x")], [info("y")],
                       sets=(("", 15), ("local", 1)), functions=[function]))
sparse = helper.make_sparse_tensor(
    helper.make_tensor("s", TensorProto.FLOAT, [2], [1.0, 2.0]), helper.make_tensor("i", TensorProto.INT64, [2], [1, 5]), [3, 3])
save("sparse", model([helper.make_node("Add", ["x", "x"], ["y"])], [info("x")], [info("y")], more={"sparse_initializer": [sparse]}))
sequence = helper.make_tensor_sequence_value_info("x", TensorProto.FLOAT, ["n", None])
save("sequence", model([helper.make_node("SequenceAt", ["x", "i"], ["y"])], [sequence, info("i", TensorProto.INT64, ())], [info("y")]))
named = model([add], [info("x")], [info("y")], [weights], sets=(("", 15), ("ai.onnx.ml", 2)))
helper.set_model_props(named, {"author": "a", "license": "b"})
save("metadata", named)

external = model([add], [info("x")], [info("y")], [weights])
onnx.save_model(external, os.path.join(folder, "external-data.onnx"), save_as_external_data=True, location="w.bin", size_threshold=0)

try:
    import sentencepiece
except ImportError:
    sys.exit(0)
text = os.path.join(folder, "text.txt")
with open(text, "w", encoding="utf-8") as out:
    for n in range(400):
        out.write(f"A line of words number {n}, with {n * 7} and caf\u00e9 and \u6f22\u5b57.\n")
for kind in ("unigram", "bpe", "char", "word"):
    sentencepiece.SentencePieceTrainer.train(
        input=text, model_prefix=os.path.join(folder, kind), model_type=kind, vocab_size=350 if kind in ("unigram", "bpe") else 30, hard_vocab_limit=False,
        byte_fallback=kind in ("unigram", "bpe"), minloglevel=2, self_test_sample_size=2, user_defined_symbols=["<sep>"])
