"""The exceptions of the cryptography: something cannot be trusted, so nothing happens.

They are exceptions and not refusals, since no person can put them right with another answer: a stored value was altered,
a key is missing, a library failed. No message ever holds a secret or a plaintext. 中文: 密码故障。
"""

from __future__ import annotations


class KeyFault(Exception):  # noqa: N818 the house says fault, since "error" is a word of the wire
    """A key file or a wrapped key is missing, open to others, damaged, or of another master key."""


class UnsealFault(Exception):  # noqa: N818 see KeyFault
    """A sealed value is damaged, was moved to another place, or its key is not in the ring."""


class SignatureFault(Exception):  # noqa: N818 see KeyFault
    """Signing or verifying could not be carried out at all. A wrong signature is not a fault: ``verify`` answers False."""
