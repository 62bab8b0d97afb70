"""Ed25519 signatures on what commits and verifies the chains, for a key that the database's owner lacks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ...domain.errors import SettingsError
from .chain import to_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE = "signature"
SIGNER = "signer"
HOW = "make one with `openssl genpkey -algorithm ed25519`"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with a private key, and knows what its public half signed; without keys it does neither.

    An auditor has the public half alone.
    """

    private: Ed25519PrivateKey | None = field(default=None, repr=False)
    public: Ed25519PublicKey | None = None

    @property
    def name(self) -> str:
        """The key's fingerprint, 16 hexadecimal digits; "" without a key."""
        return sha256(self.public.public_bytes_raw()).hexdigest()[:16] if self.public else ""

    def sign(self, said: Any) -> str:
        """Return the signature of a JSON value in base64, "" without a private key."""
        return base64.b64encode(self.private.sign(_bytes(said))).decode() if self.private else ""

    def signed(self, said: Any, signature: str) -> bool:
        """Return whether the signature is this key's; False without a key."""
        from cryptography.exceptions import InvalidSignature

        if self.public is None:
            return False
        try:
            self.public.verify(base64.b64decode(signature, validate=True), _bytes(said))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


UNSIGNED = Signer()


def with_signature(signer: Signer, metadata: Mapping[str, Any], previous: str) -> dict[str, Any]:
    """Return a note's metadata, signed where there is a private key.

    :param previous: hash of the event before it: its place in the chain is signed as well.
    """
    if signer.private is None:
        return dict(metadata)
    said = signer.sign(_said(metadata, previous))
    return {**metadata, SIGNATURE: said, SIGNER: signer.name}


def signed_well(signer: Signer, metadata: Mapping[str, Any], previous: str) -> bool | None:
    """Return whether a note's signature is this key's, None when it has none."""
    signature = str(metadata.get(SIGNATURE, ""))
    return signer.signed(_said(metadata, previous), signature) if signature else None


def _said(metadata: Mapping[str, Any], previous: str) -> dict[str, Any]:
    return {k: v for k, v in metadata.items() if k not in (SIGNATURE, SIGNER)} | {"after": previous}


def signer_of(text: str) -> Signer:
    """Return the signer of a key in PEM, private or public, or of a private key's 32 bytes in base64.

    :param text: "" for no key.
    :raises SettingsError: it is no Ed25519 key; the message does not show it.
    """
    if not text.strip():
        return UNSIGNED
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    try:
        key = _key(text.strip())
    except (ValueError, TypeError, binascii.Error):
        raise SettingsError(f"OVERNIGHT_LEDGER_SIGNING_KEY holds no key that can be read: {HOW}") from None
    if isinstance(key, Ed25519PrivateKey):
        return Signer(key, key.public_key())
    if isinstance(key, Ed25519PublicKey):
        return Signer(None, key)
    raise SettingsError(f"OVERNIGHT_LEDGER_SIGNING_KEY is not an Ed25519 key: {HOW}")


def _key(text: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

    if not text.startswith("-----"):
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    load = load_pem_public_key if "PUBLIC KEY" in text.partition("\n")[0] else None
    return load(text.encode()) if load else load_pem_private_key(text.encode(), password=None)


def _bytes(said: Any) -> bytes:
    return to_json(said).encode()
