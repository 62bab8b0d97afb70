"""Fifty secrets of twenty-odd kinds, made anew for each run; none is put together in this file."""

import base64
import random
import string
from collections.abc import Mapping
from dataclasses import dataclass

_ALNUM = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted secret.

    :param secret: what must be nowhere; `text` is how it stands where it was planted.
    """

    kind: str
    secret: str
    text: str


class Sower:
    """Makes canaries; the same seed makes the same ones."""

    def __init__(self, seed: int = 4711) -> None:
        self._random = random.Random(seed)

    def word(self, length: int, letters: str = _ALNUM) -> str:
        return "".join(self._random.choices(letters, k=length))

    def mixed(self, length: int) -> str:
        """A word that has all kinds of letters."""
        return self.word(length - 3) + "aZ7"

    def of(self, kind: str) -> Canary:
        """Return a fresh canary of a kind."""
        secret = self.secret(kind)
        return Canary(kind, secret, _FRAMES.get(kind, "{}").format(secret))

    def secret(self, kind: str) -> str:
        if kind == "private key":
            return "\n".join(self.mixed(64) for _ in range(6))
        if kind == "JWT":
            return ".".join(("ey" + "J" + self.word(20), self.word(40), self.word(43)))
        if kind == "basic header":
            return base64.b64encode(f"robot:{self.mixed(18)}1".encode()).decode()
        prefix, length, letters = _WORDS[kind]
        return prefix + self.word(length - 3, letters) + ("aZ7" if letters is _ALNUM else letters[-3:])


_HEX = "0123456789abcdef"
_WORDS: Mapping[str, tuple[str, int, str]] = {
    "GitHub token": ("gh" + "p_", 36, _ALNUM),
    "GitHub app token": ("gh" + "s_", 60, _ALNUM),
    "GitHub fine-grained": ("github_" + "pat_", 82, _ALNUM),
    "OpenAI": ("sk" + "-proj-", 48, _ALNUM),
    "Anthropic": ("sk" + "-ant-api03-", 80, _ALNUM),
    "AWS key id": ("AKI" + "A", 16, string.ascii_uppercase + "234567"),
    "AWS secret": ("", 40, _ALNUM),
    "Slack": ("xo" + "xb-", 40, _ALNUM),
    "GitLab": ("glp" + "at-", 20, _ALNUM),
    "Google": ("AI" + "za", 35, _ALNUM),
    "npm": ("np" + "m_", 36, _ALNUM),
    "PyPI": ("py" + "pi-", 80, _ALNUM),
    "Hugging Face": ("h" + "f_", 34, _ALNUM),
    "Stripe": ("sk_" + "live_", 24, _ALNUM),
    "Vault": ("hv" + "s.", 90, _ALNUM),
    "Databricks": ("da" + "pi", 32, _HEX),
    "Azure storage key": ("", 86, _ALNUM),
    "database URL": ("", 18, _ALNUM),
    "random word": ("", 44, _ALNUM),
    "password": ("", 16, _ALNUM),
    "bearer header": ("", 32, _ALNUM),
    "signed URL": ("", 40, _HEX),
}
_FRAMES = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----\n{}\n-----END RSA " + "PRIVATE KEY-----",
    "AWS secret": "aws_secret" + "_access_key = {}",
    "Azure storage key": "DefaultEndpointsProtocol=https;Account" + "Key={}==",
    "database URL": "postgresql" + "://shop:{}@db.example.org/shop",
    "password": "the pass" + "word is {}",
    "bearer header": "Authorization" + ": Bearer {}",
    "basic header": "Authorization" + ": Basic {}",
    "signed URL": "https://files.example.org/x?sig" + "nature={}",
}
KINDS = (*_WORDS, "private key", "JWT", "basic header")
