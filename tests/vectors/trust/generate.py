"""Writes keys.json, trust-root.json and approvals.json with OpenSSL, independently of the product.

    python3 tests/vectors/trust/generate.py

Signatures are random, so every run writes other bytes of the same meaning.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
SCRATCH = tempfile.TemporaryDirectory()
TYPE = "application/vnd.in-toto+json"
KINDS = {"ecdsa-p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "ed25519": ["ED25519"]}


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def file_of(data):
    with tempfile.NamedTemporaryFile(dir=SCRATCH.name, delete=False) as f:
        f.write(data)
        return f.name


class Key:
    def __init__(self, kind):
        self.kind = kind
        self.pem = openssl("genpkey", "-algorithm", *KINDS[kind])
        self.spki = openssl("pkey", "-pubout", "-outform", "DER", data=self.pem)
        self.id = hashlib.sha256(self.spki).hexdigest()

    def sign(self, data):
        key = file_of(self.pem)
        if self.kind == "ed25519":
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", file_of(data))
        return openssl("dgst", "-sha384", "-sign", key, data=data)


def canonical(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def pae(payload):
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def envelope(payload, signatures):
    b64 = lambda b: base64.b64encode(b).decode()
    return canonical({
        "payload": b64(payload), "payloadType": TYPE,
        "signatures": [{"keyid": i, "sig": b64(s)} for i, s in signatures]}).decode()


def by(payload, *keys):
    return [(k.id, k.sign(pae(payload))) for k in keys]


def statement(subject, kind, predicate):
    return canonical({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": n, "digest": {"sha256": d}} for n, d in subject],
        "predicateType": f"urn:gateway:{kind}:v1", "predicate": predicate})


root1, root2, alice, bob = (Key("ecdsa-p384") for _ in range(4))
alice2, bob2, carol, dave, build, stranger = (Key("ed25519") for _ in range(6))
ids = lambda *keys: sorted(k.id for k in keys)
listed = sorted([root1, root2, alice, alice2, bob, bob2, carol, dave, build], key=lambda k: k.id)
root = statement([("key", k.id) for k in listed], "trust-root", {
    "version": 1, "site": "lab", "development": False, "expires": "2027-01-31T00:00:00Z",
    "people": [
        {"id": "alice", "roles": ["engineer", "approver"], "keys": ids(alice, alice2)},
        {"id": "bob", "roles": ["approver"], "keys": ids(bob, bob2)},
        {"id": "carol", "roles": ["approver", "admin"], "keys": ids(carol)},
        {"id": "dave", "roles": ["auditor"], "keys": ids(dave)}],
    "machines": [{"id": "build", "owner": "bob", "roles": ["engineer"], "keys": ids(build)}],
    "keys": [{"kind": k.kind, "public": base64.b64encode(k.spki).decode()} for k in listed],
    "classes": [{"name": "internal", "approvals": 2}, {"name": "secret", "approvals": 3}],
    "root": {"keys": ids(root1, root2), "threshold": 2}})
trust_root = envelope(root, by(root, root1, root2))


def manifest(submitter, class_name):
    return statement([("model.safetensors", hashlib.sha256(b"x").hexdigest())], "manifest", {
        "artifact": {"kind": "checkpoint", "name": "org/llm", "version": "1.0"}, "class": class_name, "submitter": submitter,
        "purpose": "evaluation", "licence": "", "source": "", "files": [{"bytes": 1, "format": "safetensors"}], "totalBytes": 1})


def release(of, submitter, class_name, destination="enclave-a"):
    return statement([("manifest", hashlib.sha256(of).hexdigest())], "release", {
        "artifact": {"kind": "checkpoint", "name": "org/llm", "version": "1.0"}, "class": class_name, "submitter": submitter,
        "files": 1, "bytes": 1, "sequence": 1, "destination": destination, "lane": "lane-1",
        "policySha256": hashlib.sha256(b"policy").hexdigest(), "policyVersion": 1, "trustRootVersion": 1,
        "inspectionSha256": hashlib.sha256(b"inspection").hexdigest(), "transferId": "0190a0b0c0d07000800000000000abcd",
        "notBefore": "2026-01-31T12:00:00Z", "notAfter": "2026-02-07T12:00:00Z"})


cases = []


def case(name, expect, sign, submitter="alice", key=alice, class_name="internal"):
    m = manifest(submitter, class_name)
    r = release(m, submitter, class_name)
    cases.append({"name": name, "manifest": envelope(m, by(m, key)), "release": envelope(r, sign(r)), "expect": expect})


LOW, SELF = "THRESHOLD_NOT_MET", "SELF_APPROVAL"
case("two approvers", "accepted", lambda r: by(r, bob, carol))
case("three, one of them the submitter", "accepted", lambda r: by(r, alice, bob, carol))
case("nobody", LOW, lambda r: [])
case("one approver", LOW, lambda r: by(r, bob))
case("one signature twice", LOW, lambda r: by(r, bob) * 2)
case("two signatures of one key", LOW, lambda r: by(r, bob, bob))
case("two keys of one person", LOW, lambda r: by(r, bob, bob2))
case("one key under two key ids", LOW, lambda r: by(r, bob) + [(carol.id, bob.sign(pae(r)))])
case("a key id in upper case", LOW, lambda r: by(r, bob) + [(carol.id.upper(), carol.sign(pae(r)))])
case("no key id", LOW, lambda r: by(r, bob) + [("", carol.sign(pae(r)))])
case("the submitter", SELF, lambda r: by(r, alice, bob))
case("the submitter's other key", SELF, lambda r: by(r, alice2, bob))
case("the owner of the submitting machine", SELF, lambda r: by(r, bob, carol), "bob", build)
case("others for the submitting machine", "accepted", lambda r: by(r, alice, carol), "bob", build)
case("a machine", LOW, lambda r: by(r, build, carol))
case("somebody without the role", LOW, lambda r: by(r, dave, carol))
case("a root key", LOW, lambda r: by(r, root1, carol))
case("a stranger", LOW, lambda r: by(r, stranger, carol))
case("a signature over the payload without its encoding", LOW, lambda r: by(r, bob) + [(carol.id, carol.sign(r))])
case("a signature over another release", LOW,
     lambda r: by(r, bob) + by(release(manifest("alice", "internal"), "alice", "internal", "enclave-b"), carol))
case("two for a class that needs three", LOW, lambda r: by(r, bob, carol), class_name="secret")
case("two for a class that is not listed", LOW, lambda r: by(r, bob, carol), class_name="unlisted")
case("two for no class", LOW, lambda r: by(r, bob, carol), class_name="")


def roots():
    payload = lambda **changes: canonical({**json.loads(root), "predicate": {**json.loads(root)["predicate"], **changes}})
    weak = payload(classes=[{"name": "internal", "approvals": 1}])
    single = payload(root={"keys": ids(root1, root2), "threshold": 1})
    shared = payload(people=[{"id": "alice", "roles": ["approver"], "keys": ids(alice)}, {"id": "bob", "roles": ["approver"], "keys": ids(alice)}])
    keyless = payload(people=[{"id": "bob", "roles": ["approver"], "keys": []}])
    dangling = payload(root={"keys": ids(root1, stranger), "threshold": 2})
    invalid = "TRUST_ROOT_INVALID"
    return [
        {"name": "signed by its threshold", "root": trust_root, "expect": "accepted"},
        {"name": "signed by nobody", "root": envelope(root, []), "expect": invalid},
        {"name": "signed by one of two", "root": envelope(root, by(root, root1)), "expect": invalid},
        {"name": "signed twice by one", "root": envelope(root, by(root, root1, root1)), "expect": invalid},
        {"name": "signed by people it lists", "root": envelope(root, by(root, root1, alice, bob)), "expect": invalid},
        {"name": "a class of one", "root": envelope(weak, by(weak, root1, root2)), "expect": "CLASS_TOO_WEAK"},
        {"name": "a root threshold of one", "root": envelope(single, by(single, root1, root2)), "expect": invalid},
        {"name": "one key of two people", "root": envelope(shared, by(shared, root1, root2)), "expect": invalid},
        {"name": "a person without a key", "root": envelope(keyless, by(keyless, root1, root2)), "expect": invalid},
        {"name": "a key that is named and not listed", "root": envelope(dangling, by(dangling, root1, stranger)), "expect": invalid},
        {"name": "white space", "root": envelope(root + b"\n", by(root + b"\n", root1, root2)), "expect": invalid},
    ]


def keys():
    for kind in KINDS:
        key = Key(kind)
        public = openssl("pkey", "-pubout", data=key.pem).decode()
        forms = {"plain": (key.pem, None)}
        for name, options in {
            "PBKDF2 and AES-256": ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "10000"],
            "PBKDF2 and AES-128": ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"],
        }.items():
            forms[name] = (openssl("pkcs8", "-topk8", *options, "-passout", "pass:correct horse", data=key.pem), "correct horse")
        for name, (pem, passphrase) in forms.items():
            yield {"name": f"{kind}, {name}", "kind": kind, "pem": pem.decode(), "passphrase": passphrase, "public": public, "keyId": key.id}


def write(name, document):
    (HERE / name).write_text(json.dumps(document, indent=1) + "\n")


NOW = "2026-01-31T12:00:00Z"
write("keys.json", {"note": "pem is what OpenSSL 3 writes; keyId is the SHA-256 of the public key's DER", "cases": list(keys())})
write("trust-root.json", {"note": "each root is an envelope; expect is accepted or the refusal", "now": NOW, "cases": roots()})
write("approvals.json", {"note": "who counts for a release; expect is accepted or the refusal", "now": NOW, "root": trust_root, "cases": cases})
