"""Verify a credential offline: python verify_statement.py statement.json issuer-keys.json status-list.json."""
import base64, datetime, json, pathlib, sys, zlib
import gmalg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash

def verified(text, signature):
    key = next(k for k in keys["keys"] if k["key_id"] == json.loads(text)["key_id"])
    signed, mark, national = text.encode(), bytes.fromhex(signature), key["algorithm"] == "SM2-SM3"
    public = base64.b64decode("".join(key["public_key"].splitlines()[1:-1]))
    if not national:
        Ed25519PublicKey.from_public_bytes(public[-32:]).verify(mark, signed)  # raises InvalidSignature
    elif not gmalg.SM2(None, b"1234567812345678", public[-65:]).verify(signed, mark[:32], mark[32:]):
        sys.exit("refused: not signed by the issuer")
    return json.loads(text), SM3() if national else SHA256()

given, keys, listed = (json.loads(pathlib.Path(name).read_text("utf-8")) for name in sys.argv[1:4])
(said, algorithm), (status, _) = (verified(*list(file.values())[:2]) for file in (given, listed))
if "holder" in given:  # whoever shows it says who they are: salt, name and document lead to what was signed
    digest, text = Hash(algorithm), json.dumps([*given["holder"].values()], ensure_ascii=False, separators=(",", ":"))
    digest.update(b"openyibao identity\0" + bytes.fromhex(given["salt"]) + text.encode())
    said["identity"] == digest.finalize().hex() or sys.exit("refused: the statement is of somebody else")
status["list"] == said["status_list"] or sys.exit(f"fetch the status list {said['status_list']}")
until = datetime.datetime.fromisoformat(status["next_update_at"])
until > datetime.datetime.now(datetime.timezone.utc) or sys.exit("the status list is out of date: fetch it again")
mark = zlib.decompress(base64.b64decode(status["stopped"]))[said["status_index"] // 4] >> said["status_index"] % 4 * 2
print(["holds", "suspended", "revoked"][mark & 3], said["credential_id"], said["insured_area"], said["issued_at"])
