"""Octets encrypted for an SM2 public key (GB/T 32918.4), to hand a session key over. Rare, so pure Python will do: some
50 ms, to be called in a thread. 中文: SM2 加密。
"""  # noqa: D205 one sentence leads to the other

from __future__ import annotations

import gmalg

from openyibao.kit.crypto.faults import UnsealFault
from openyibao.kit.crypto.signing import Sm2PrivateKey, Sm2PublicKey


def sm2_encrypt(public: Sm2PublicKey, message: bytes) -> bytes:
    """The point, the digest and the cipher text: 04 ‖ x ‖ y ‖ C3 ‖ C2."""
    return bytes(gmalg.SM2(pk=public.point).encrypt(message))


def sm2_decrypt(private: Sm2PrivateKey, cipher_text: bytes) -> bytes:
    """What was encrypted for this key. Raises UnsealFault where it was not, or was altered."""
    try:
        return bytes(gmalg.SM2(private.scalar).decrypt(cipher_text))
    except (ValueError, gmalg.errors.GMError) as fault:
        raise UnsealFault("the cipher text is not for this SM2 key") from fault
