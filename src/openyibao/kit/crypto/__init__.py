"""Cryptography of the house: the national suite (SM2, SM3, SM4-GCM) and the international one beside it.

Keeps: digests and keyed digests, permuted numbers, sealed fields, the master key file, the ring of data keys, signatures, Merkle trees.
Promises: a suite is chosen for new values only and every stored value names its own; a sealed value opens only in the
place it was sealed for; no secret appears in a repr or a message; wrong signatures answer False, impossible work raises a
fault; each algorithm is held by the published known answers. Not promised: this is software, no certified product; a
hardware module replaces ``Signer``.
Units: all octets are ``bytes``, big-endian; digests 32 octets, signatures 64 (r ‖ s), points 65, dates Shanghai.
Callers: kit (batch), rooms audit, people, credentials, presentation, institutions, faces; commands. 中文: 密码服务。
"""

from openyibao.kit.crypto.faults import KeyFault, SignatureFault, UnsealFault
from openyibao.kit.crypto.hashes import MacKey, equal, hmac_sm3, sm3, sm3_hex
from openyibao.kit.crypto.keys import DataKey, KeyPurpose, KeyRing, make_data_key
from openyibao.kit.crypto.master import MasterKey
from openyibao.kit.crypto.merkle import MerkleTree, merkle_path, merkle_root, merkle_verify
from openyibao.kit.crypto.permuting import NUMBERS, Permuter
from openyibao.kit.crypto.seal import SEALED_EXTRA_OCTETS, Sealer, sealed_key_id
from openyibao.kit.crypto.signing import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
    Signer,
    Sm2PrivateKey,
    Sm2PublicKey,
    Verifier,
    make_signer,
    read_verifier,
    sm2_generate,
)
from openyibao.kit.crypto.sm2 import sm2_backend
from openyibao.kit.crypto.sm2_cipher import sm2_decrypt, sm2_encrypt
from openyibao.kit.crypto.suites import Suite

__all__ = [
    "NUMBERS",
    "SEALED_EXTRA_OCTETS",
    "DataKey",
    "Ed25519PrivateKey",
    "Ed25519PublicKey",
    "KeyFault",
    "KeyPurpose",
    "KeyRing",
    "MacKey",
    "MasterKey",
    "MerkleTree",
    "Permuter",
    "Sealer",
    "SignatureFault",
    "Signer",
    "Sm2PrivateKey",
    "Sm2PublicKey",
    "Suite",
    "UnsealFault",
    "Verifier",
    "equal",
    "hmac_sm3",
    "make_data_key",
    "make_signer",
    "merkle_path",
    "merkle_root",
    "merkle_verify",
    "read_verifier",
    "sealed_key_id",
    "sm2_backend",
    "sm2_decrypt",
    "sm2_encrypt",
    "sm2_generate",
    "sm3",
    "sm3_hex",
]
