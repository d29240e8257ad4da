"""Computes findings.json: files that may cross, and of which approvers are told something. No key in it was ever issued."""
import base64
import json
import pathlib
import struct

CASES = []

# Made up, of the shapes that issuers document. Put together here so that no scanner takes this file for a leak.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "gh" + "p_" + "16C7e42F292c6912E7710c838347Ae178B4a"
GITHUB_FINE = "github" + "_pat_" + "11ABCDEFG0abcdefghijkl_" + "Zx9" * 19 + "Yw"
HUGGING_FACE = "hf" + "_" + "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh"
OPENAI = "sk" + "-proj-" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6iJ9lM2oP5"
SLACK = "xox" + "b-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"
GOOGLE = "AI" + "zaSyA1234567890abcdefghijklmnopqrstuv"
JWT = "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIV" + "ATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIV" + "ATE KEY-----\n"
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY1"
KEYS, URLS, MAIL = ["KEYS"], ["URLS"], ["EMAIL_ADDRESSES"]


def case(name, path, content, codes=(), fmt=None):
    content = content.encode() if isinstance(content, str) else content
    endings = {"txt": "text", "md": "text", "json": "json", "jsonl": "jsonl", "csv": "csv", "safetensors": "safetensors", "npy": "npy"}
    fmt = fmt or ("safetensors-index" if path.endswith(".safetensors.index.json") else endings.get(path.rsplit(".", 1)[-1], "text"))
    CASES.append({
        "name": name, "path": path, "input": base64.b64encode(content).decode(), "format": fmt, "accepted": True, "codes": list(codes),
    })


def text():
    for scheme in "http https ftp ftps sftp ssh git file smb ws wss ldap ldaps s3 s3a gs az abfs abfss wasb wasbs adl hdfs hf".split():
        case(f"URL of {scheme}", "a.txt", f"see {scheme}://example.org/a and on\n", URLS)
    case("URL in upper case", "a.txt", "HTTPS://EXAMPLE.ORG", URLS)
    case("URL of a host without dots", "a.txt", "(http://x)", URLS)
    case("URL of an IPv6 address", "a.txt", "http://[2001:db8::1]:80/", URLS)
    case("URL of a host in another script", "a.txt", "http://例え.jp/", URLS)
    case("URL with a user", "a.txt", "ftp://someone:word@example.org/", URLS + MAIL)
    case("URL of a local file", "a.txt", "file:///etc/passwd", URLS)
    case("URL behind a plus", "a.txt", "git+https://example.org/a.git", URLS)
    case("URL with a long authority", "a.txt", "http://" + "a" * 400 + "/", URLS)
    for other in ("a://b", "1http://a", "xhttp://a", "http:/a", "http://", "http:// a", "http://{host}/", "urn:a:b", "std::string", "// http: //", "mailto:a"):
        case(f"no URL: {other}", "a.txt", other)
    case("mail address", "a.txt", "write to some.one+tag@mail.example.org.\n", MAIL)
    case("mail address at the beginning", "a.txt", "a@b.cd", MAIL)
    case("mail address with a local part of 64 bytes", "a.txt", "a" * 64 + "@b.cd", MAIL)
    for other in ("@a.bc", "a@", "a@b", "a@b.c", "a @b.cd", "a@.cd", "a@b..cd", "pkg@1.2.3", "a@b.12", "a" * 65 + "@b.cd", "größe ä@ö.de", "...@b.cd"):
        case(f"no mail address: {other}", "a.txt", other)
    for name, key in (("AWS", AWS), ("GitHub", GITHUB), ("GitHub, fine-grained", GITHUB_FINE), ("Hugging Face", HUGGING_FACE), ("OpenAI", OPENAI),
                      ("Slack", SLACK), ("Google", GOOGLE), ("JSON web token", JWT), ("PEM", PEM)):
        case(f"{name} key alone", "a.txt", key, KEYS)
        case(f"{name} key in a line", "a.txt", f"x = '{key}' # and on\n", KEYS)
        case(f"{name} key behind a word counts once", "a.txt", f"token={key}\n", KEYS)
        if name != "PEM":
            case(f"{name} key within a word", "a.txt", f"x{key}\n")
            case(f"{name} key cut short", "a.txt", key[:12])
    case("OpenSSH key", "a.txt", "-----BEGIN OPENSSH PRIV" + "ATE KEY-----\n", KEYS)
    case("certificate", "a.txt", "-----BEGIN CERTIFICATE-----\n")
    case("public key", "a.txt", "-----BEGIN PUBLIC KEY-----\n")
    case("AWS key id one character too long", "a.txt", AWS + "A")
    case("web token with a long payload", "a.txt", "ey" + "JhbGciOiJIUzI1NiJ9.eyJ" + "ab3_" * 1000 + ".x", KEYS)
    case("web token without a signature part", "a.txt", JWT.rsplit(".", 1)[0])
    for written in ("password={}", "password: {}", "PASSWORD = \"{}\"", "'passwd':'{}'", "pwd={}", "secret={}", "x_token={}", "key={}", "api_key: {}",
                    "apikey: {}", "\"access-key\": \"{}\"", "\\\"token\\\":\\\"{}\\\""):
        case(f"value of {written}", "a.txt", written.format(SECRET) + "\n", KEYS)
    case("hexadecimal value", "a.txt", "secret=0123456789abcdef0123456789abcdef\n", KEYS)
    for other in ("password=short1A", "password=thisisalonglowercaseword", "token: SomeLongIdentifierName", "key: " + SECRET, "monkeys=" + SECRET,
                  "token " + SECRET, "password=" + "1" * 40, "secret=0123456789abcdef", "token=Files/For2Readers/In3Folders/Under4", "token=" + "aB1" * 400,
                  "secret=" + SECRET + ".txt", "token=" + SECRET + "(x)"):
        case(f"no value: {other[:40]}", "a.txt", other + "\n")
    case("all of it in Markdown", "README.md", f"{PEM}\nhttps://example.org a@b.cd", URLS + MAIL + KEYS)


def rows():
    case("CSV with addresses", "a.csv", "a,b\nhttps://example.org,a@b.cd\n", URLS + MAIL)
    case("CSV with JSON in it", "a.csv", 'a,"{""password"": ""' + SECRET + '""}"\n', KEYS)
    case("JSON lines with addresses", "a.jsonl", '{"a":"https://example.org"}\n{"b":"a@b.cd"}\n', URLS + MAIL)
    case("JSON lines with escapes", "a.jsonl", '{"a":"x\\nhttps:\\/\\/example.org"}\n{"b":"a\\u0040b.cd"}\n', URLS + MAIL)
    case("JSON lines with a secret member", "a.jsonl", '{"password":"' + SECRET + '"}\n', KEYS)
    case("JSON lines with a secret member, escaped", "a.jsonl", '{"p\\u0061ssword":"' + SECRET[:-1] + '\\u0031"}\n', KEYS)
    case("JSON lines with code in them", "a.jsonl", json.dumps({"text": f"def f():\n    api_key = '{SECRET}'\n"}) + "\n", KEYS)
    case("JSON with a secret member", "a.json", '{"api_key" : "' + SECRET + '"}', KEYS)
    case("JSON with a secret member that is a known key", "a.json", '{"token":"' + GITHUB + '"}', KEYS)
    case("JSON with a secret member that holds a list", "a.json", '{"token":["' + SECRET + '"]}')
    case("JSON with a key of a row", "a.json", '{"key":"' + SECRET + '"}')
    case("JSON with a member that is a URL", "a.json", '{"https://example.org":1}', URLS)
    case("JSON whose tokens are no address together", "a.json", '{"a@":"b.cd"}')
    case("shard index with a URL", "model.safetensors.index.json", '{"metadata":{"a":"https://example.org"},"weight_map":{"a":"b.safetensors"}}', URLS)


def configurations():
    remote = ["REMOTE_CODE"]
    case("auto_map", "config.json", '{"auto_map":{"AutoConfig":"configuration_x.XConfig","AutoModel":"modeling_x.XModel"}}', remote)
    case("auto_map of another repository", "tokenizer_config.json", '{"auto_map":{"AutoTokenizer":["a/b--tokenization_x.X",null]}}', remote)
    case("custom_pipelines", "config.json", '{"custom_pipelines":{"pair":{"impl":"pair.PairPipeline","pt":["AutoModel"]}}}', remote)
    case("trust_remote_code", "config.json", '{"trust_remote_code":true}', remote)
    case("trust_remote_code of a part", "sentence_bert_config.json", '{"model_args":{"trust_remote_code":true}}', remote)
    case("trust_remote_code that is false", "config.json", '{"trust_remote_code":false,"a":true}')
    for value in ("1", "\"yes\"", "0.5", "[0]"):
        case(f"trust_remote_code that is {value}", "config.json", f'{{"trust_remote_code":{value}}}', remote)
    for value in ("0", "\"\"", "null", "0.0"):
        case(f"trust_remote_code that is {value}", "config.json", f'{{"trust_remote_code":{value},"a":true}}')
    case("trust_remote_code within data", "a.json", '{"a":{"b":{"trust_remote_code":true}}}')
    case("_class_name of a file", "model_index.json", '{"_class_name":["my_pipeline","MyPipeline"]}', remote)
    case("_class_name", "model_index.json", '{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"]}')
    case("modules of another package", "modules.json", '[{"idx":0,"name":"0","path":"","type":"custom_st.Transformer"}]', remote)
    case("modules", "modules.json", '[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"}]')
    case("a type in another file", "a.json", '[{"type":"custom_st.Transformer"}]')
    case("two switches", "config.json", '{"auto_map":{"AutoConfig":"a.B"},"trust_remote_code":true}', remote + remote)
    case("auto_map within data", "a.json", '{"a":{"auto_map":{"b":"c"}}}')
    case("chat template", "tokenizer_config.json", '{"chat_template":"{% for m in messages %}{{ m.content }}{% endfor %}"}', ["CHAT_TEMPLATE"])
    case("chat templates by name", "tokenizer_config.json", '{"chat_template":[{"name":"default","template":"{{ a }}"},{"name":"tool","template":"{{ b }}"}]}', ["CHAT_TEMPLATE"])
    case("chat templates by name, as members", "processor_config.json", '{"chat_template":{"name":"{{ a }}"}}', ["CHAT_TEMPLATE"])
    case("chat template with a URL", "chat_template.json", '{"chat_template":"{# https://example.org #}"}', ["CHAT_TEMPLATE"] + URLS)


APACHE = "\n                                 Apache License\n                           Version 2.0, January 2004\n                        http://www.apache.org/licenses/\n"
MIT = """MIT License

Copyright (c) 2026 Someone

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.
"""
BSD = """Copyright (c) 2026, Someone
Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation.
"""


def licences():
    told = ["LICENCE_FILE"]
    case("Apache", "LICENSE", APACHE, told + URLS)
    case("MIT", "LICENSE.txt", MIT, told)
    case("MIT in Markdown", "LICENCE.md", "# The " + MIT, told)
    case("BSD with three clauses", "COPYING", BSD + "3. Neither the name of the copyright holder\n", told)
    case("BSD with two clauses", "license-code", BSD, told)
    case("Creative Commons", "LICENSE_DATA.txt", "Attribution 4.0 International\n\n====\n", told)
    case("public domain", "LICENSE", "Creative Commons Legal Code\n\nCC0 1.0 Universal\n", told)
    case("GPL", "COPYING.txt", "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n", told)
    case("Llama", "LICENSE.txt", "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\nLlama 3.1 Version Release Date: July 23, 2024\n", told)
    case("a licence of one's own", "LICENSE", "All rights reserved.\n", told)
    case("an empty licence", "LICENSE", "", told)
    case("a notice", "NOTICE", APACHE, URLS)
    case("licenses of others", "licenses.txt", MIT)


def safetensors(tensors, data, metadata=None, pad=0):
    header, at = ({} if metadata is None else {"__metadata__": metadata}), 0
    for name, dtype, shape, size in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    raw = json.dumps(header, separators=(",", ":")).encode() + b" " * pad
    return struct.pack("<Q", len(raw)) + raw + data


def tensors():
    non_finite = ["NON_FINITE"]
    f32 = (("a", "F32", [2], 8),)
    case("metadata", "a.safetensors", safetensors(f32, bytes(8), {"format": "pt"}), ["METADATA"])
    case("empty metadata", "a.safetensors", safetensors(f32, bytes(8), {}))
    case("metadata with a URL, an address and a key", "a.safetensors", safetensors(f32, bytes(8), {"a": "https://example.org", "b": "c@d.ef", "token": SECRET}),
         ["METADATA"] + URLS + MAIL + KEYS)
    case("metadata of 20 strings", "a.safetensors", safetensors(f32, bytes(8), {str(i): "x" * 200 for i in range(20)}), ["METADATA"])
    case("metadata that is HTML", "a.safetensors", safetensors(f32, bytes(8), {"<script>": "alert(\u202e1)"}), ["METADATA"])
    for dtype, bits in (("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("F8_E8M0", 8), ("F8_E4M3FNUZ", 8), ("F8_E5M2FNUZ", 8), ("C64", 64)):
        case(f"unusual dtype {dtype}", "a.safetensors", safetensors((("a", dtype, [4], bits // 2),), bytes(bits // 2)), ["UNUSUAL_TYPE"])
    for dtype, size, finite, other in (
            ("F16", 2, [0x7BFF, 0xFBFF, 0], [0x7C00, 0xFC00, 0x7E00, 0x7C01]), ("BF16", 2, [0x7F7F, 0xFF7F], [0x7F80, 0xFF80, 0x7FC0, 0x7F81]),
            ("F32", 4, [0x7F7FFFFF, 0x007F0000], [0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001]),
            ("F64", 8, [0x7FEFFFFFFFFFFFFF], [0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000]),
            ("F8_E5M2", 1, [0x7B, 0xFB], [0x7C, 0x7D, 0x7F, 0xFC]), ("F8_E4M3", 1, [0x7E, 0x78, 0xFE], [0x7F, 0xFF]),
            ("F8_E8M0", 1, [0xFE, 0x7F], [0xFF]), ("F8_E4M3FNUZ", 1, [0x7F, 0xFF], [0x80]), ("F8_E5M2FNUZ", 1, [0x7F, 0xFC], [0x80]),
            ("U16", 2, [0x7C00, 0x7F80], []), ("I64", 8, [0x7FF0000000000000], [])):
        unusual = ["UNUSUAL_TYPE"] if dtype in ("F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ") else []
        pack = {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
        body = b"".join(struct.pack("<" + pack, v) for v in finite)
        case(f"{dtype}: finite", "a.safetensors", safetensors((("a", dtype, [len(finite)], len(body)),), body), unusual)
        for value in other:
            one = body + struct.pack("<" + pack, value)
            case(f"{dtype}: 0x{value:x}", "a.safetensors", safetensors((("a", dtype, [len(finite) + 1], len(one)),), one), unusual + non_finite)
    case("C64: one part", "a.safetensors", safetensors((("a", "C64", [1], 8),), struct.pack("<ff", 1, float("nan"))), ["UNUSUAL_TYPE"] + non_finite)
    case("tensors at odd places", "a.safetensors", safetensors((("a", "U8", [1], 1), ("b", "F32", [2], 8), ("c", "U8", [3], 3)), b"\x7f" + struct.pack("<ff", 1, float("inf")) + b"\xff" * 3),
         non_finite)
    case("finite numbers that are none from the next byte on", "a.safetensors",
         safetensors((("a", "U8", [1], 1), ("b", "F16", [2], 4)), b"\x00\x7c\x00\x7c\x00"))


def arrays():
    for descr, size, body, codes in (
            ("<f2", 2, b"\x00\x7c", ["NON_FINITE"]), ("<f4", 4, struct.pack("<f", float("nan")), ["NON_FINITE"]), ("<f8", 8, struct.pack("<d", float("inf")), ["NON_FINITE"]),
            ("<c8", 8, struct.pack("<ff", 0, float("nan")), ["NON_FINITE"]), ("<c16", 16, struct.pack("<dd", float("inf"), 0), ["NON_FINITE"]),
            ("<f4", 4, struct.pack("<f", 1.5), []), ("<i2", 2, b"\x00\x7c", []), ("<u8", 8, b"\xff" * 8, []), ("|S2", 2, b"\x00\x7c", []), ("<U2", 8, b"\x00\x7c" * 4, [])):
        header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}"
        header = header.ljust(117).encode() + b"\n"
        case(f"{descr} of {body.hex()}", "a.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body, codes)


for group in (text, rows, configurations, licences, tensors, arrays):
    group()
out = {
    "about": "What is valid and told to approvers: addresses and keys in text, code that configurations name, licences, metadata, unusual types, numbers that are not finite.",
    "source": "RFC 3986, RFC 5321, RFC 7468, RFC 7519; gitleaks config/gitleaks.toml; transformers, diffusers, sentence-transformers; SPDX; OCP 8-bit floating point",
    "cases": CASES,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
