"""Check a receipt without us: python verify_receipt.py receipt.json audit-keys.json"""
import base64, datetime, json, pathlib, sys
import gmalg, msgspec
from cryptography.hazmat.primitives.hashes import SM3, Hash

def sm3(*parts):
    digest = Hash(SM3())
    digest.update(b"".join(parts))
    return digest.finalize()

receipt, keys = (json.loads(pathlib.Path(name).read_text("utf-8")) for name in sys.argv[1:3])
event, link, told = receipt["event"], receipt["link"], bytes.fromhex(receipt["told"])
content = bytes.fromhex(event["content"])
content[:32] == sm3(told) or sys.exit("refused: the amounts are not those that were written")
head = "|".join(str(event[name]) for name in ("event_id", "kind", "cell", "subject_id", "actor", "at_micro"))
node, at, last = sm3(b"\0", head.encode() + b"|" + content), receipt["leaf_no"], link["event_count"] - 1
for neighbour in map(bytes.fromhex, receipt["path"]):  # a tree of RFC 9162: who stands last without neighbour rises
    last or sys.exit("refused: the path is longer than the tree is high")
    while last and at == last and not at & 1:
        at, last = at >> 1, last >> 1
    node = sm3(b"\1", neighbour, node) if at & 1 else sm3(b"\1", node, neighbour)
    at, last = at >> 1, last >> 1
head = f"{link['chain']}|{link['seq']}|{link['event_count']}|{link['first_event_id']}|{link['at_micro']}|".encode()
signed, mark = sm3(head, node, bytes.fromhex(link["previous_hash"])), bytes.fromhex(link["signature"])
key = next(k for k in keys["keys"] if k["key_id"] == link["key_id"])
public = base64.b64decode("".join(key["public_key"].splitlines()[1:-1]))[-65:]
gmalg.SM2(None, b"1234567812345678", public).verify(signed, mark[:32], mark[32:]) or sys.exit("refused: not signed")
row = dict(zip(receipt["settlement_fields"], msgspec.msgpack.decode(told)[0]))
print("holds", row["kind"], row["settlement_id"], {name: row[name] for name in row if name.endswith("_fen") and row[name]})
