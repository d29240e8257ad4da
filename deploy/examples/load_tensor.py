"""Loads one tensor of a published safetensors file by its path, without copying it: python3 load_tensor.py FILE NAME"""
import json
import sys

import numpy
import torch

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BF16": "<i2"}


def load(path, name):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(length))[name]
    begin, end = entry["data_offsets"]
    type_ = numpy.dtype(TYPES[entry["dtype"]])
    # "c": the file is read-only, and torch wants memory that it could write; what it writes stays in memory.
    array = numpy.memmap(path, type_, "c", 8 + length + begin, tuple(entry["shape"])) if end > begin else numpy.empty(entry["shape"], type_)
    tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if entry["dtype"] == "BF16" else tensor


if __name__ == "__main__":
    found = load(*sys.argv[1:])
    print(f"{found.dtype} {list(found.shape)} {found.double().sum().item():g}")
