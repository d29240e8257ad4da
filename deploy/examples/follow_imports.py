"""Follows what is published and reads every file of it, with nothing but gRPC and the stubs that protoc makes of protos/:

    python3 -m grpc_tools.protoc -I protos --python_out=stubs --grpc_python_out=stubs protos/gateway/v1/*.proto protos/gateway/high/v1/*.proto
    PYTHONPATH=stubs python3 follow_imports.py HOST:PORT ca.pem client.crt.pem client.key.pem [CURSOR]

Prints a line for each import and ends when it is told to; begin again with the last cursor that was printed, and nothing is missed or seen twice."""
import hashlib
import sys

import grpc
from gateway.high.v1 import imports_pb2 as pb, imports_pb2_grpc as rpc


def read(path):
    with open(path, "rb") as file:
        return file.read()


def files(service, name):
    token = ""
    while True:
        page = service.ListImportFiles(pb.ListImportFilesRequest(name=name, page_token=token))
        yield from page.files
        token = page.next_page_token
        if not token:
            return


address, authority, certificate, key, *cursor = sys.argv[1:]
credentials = grpc.ssl_channel_credentials(read(authority), read(key), read(certificate))
service = rpc.ImportServiceStub(grpc.secure_channel(address, credentials))
for event in service.WatchImports(pb.WatchImportsRequest(cursor=cursor[0] if cursor else "")):
    found = event.import_ if hasattr(event, "import_") else getattr(event, "import")
    if found.state != pb.Import.STATE_PUBLISHED:
        continue
    for file in files(service, found.name):
        digest = hashlib.sha256()
        for part in service.ReadImport(pb.ReadImportRequest(name=found.name, path=file.path)):
            digest.update(part.data)
        if digest.hexdigest() != file.sha256:
            sys.exit(f"{file.path} is not what was approved")
    print(f"{found.artifact.name}@{found.artifact.version} {found.files} files, {found.bytes} bytes, verified; cursor {event.cursor}", flush=True)
