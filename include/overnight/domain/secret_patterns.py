"""The shapes of secrets: one row a kind of credential."""

from __future__ import annotations

import re
from dataclasses import dataclass

REDACTED = "[redacted]"


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """One kind of credential; `replacement` keeps what tells people what stood there."""

    name: str
    shape: re.Pattern[str]
    replacement: str = REDACTED


def _row(name: str, shape: str, replacement: str = REDACTED) -> SecretPattern:
    return SecretPattern(name, re.compile(shape), replacement)


_FRESH = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf]))"
"""Where a word begins: behind no letter, or behind the escape that ends a line of JSON or of a repr."""
_CAPITALS = r"(?<![A-Z0-9_])"

PATTERNS: tuple[SecretPattern, ...] = (
    _row(
        "private_key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----"
        r"(?:(?:(?!-----)[\s\S]){0,20000}-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----"
        r"|[A-Za-z0-9+/=\s\\]*)",
    ),
    _row("github_token", r"gh[pousr]_[A-Za-z0-9_.-]{16,}"),
    _row("github_pat", r"github_pat_[A-Za-z0-9_]{20,}"),
    _row("openai", _FRESH + r"sk-[A-Za-z0-9_-]{16,}"),
    _row("stripe", r"[rsp]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _row("aws_key_id", r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])"),
    _row(
        "aws_secret",
        r"(?i)(aws_?(?:secret_?access_?key|session_?token)[\"']?\s{0,3}[:=]\s{0,3}[\"']?)[A-Za-z0-9/+=]{30,}",
        rf"\1{REDACTED}",
    ),
    _row("slack", r"(?:xox[a-z]|xapp|xwfp)-[A-Za-z0-9-]{10,}"),
    _row("slack_hook", r"(hooks\.slack\.com/(?:services|workflows)/)[A-Za-z0-9/_-]{10,}", rf"\1{REDACTED}"),
    _row("gitlab", r"gl(?:pat|dt|rt|ft|soat|cbt|ptt|agent|oas)-[A-Za-z0-9_.-]{16,}"),
    _row("google", r"AIza[A-Za-z0-9_-]{30,}"),
    _row("npm", r"npm_[A-Za-z0-9]{30,}"),
    _row("pypi", r"pypi-[A-Za-z0-9_-]{30,}"),
    _row("hugging_face", r"hf_[A-Za-z0-9]{30,}"),
    _row("google_oauth", _FRESH + r"(?:ya29\.|GOCSPX-|1//0)[A-Za-z0-9_-]{20,}"),
    _row("sendgrid", _FRESH + r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _row("twilio", _FRESH + r"(?:SK|AC)[0-9a-f]{32}(?![0-9a-f])"),
    _row("digital_ocean", r"do[opr]_v1_[0-9a-f]{32,}"),
    _row("databricks", _FRESH + r"dapi[0-9a-f]{32}(?:-\d)?"),
    _row("docker_hub", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    _row("shopify", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{24,}"),
    _row("vault", _FRESH + r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    _row("atlassian", r"ATATT3[A-Za-z0-9_=-]{20,}"),
    _row("linear", r"lin_(?:api|oauth)_[A-Za-z0-9]{20,}"),
    _row("grafana", r"gl(?:sa|c)_[A-Za-z0-9_+/=]{24,}"),
    _row("age_key", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    _row("telegram", r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{30,}"),
    _row(
        "chat_hook",
        r"(discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/)[A-Za-z0-9/_@-]{16,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "azure_key",
        r"(?i)((?:account|shared_?access|primary)_?key[\"']?\s{0,3}[:=]\s{0,3}[\"']?)[A-Za-z0-9+/]{40,}={0,2}",
        rf"\1{REDACTED}",
    ),
    _row("jwt", _FRESH + r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    _row(
        "authorization",
        r"(?i)((?:proxy-)?authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:basic|bearer|token|digest)\s{1,3})?)"
        r"(?!\[redacted\])(?!(?:basic|bearer|token|digest)\s)[^\s\"',;]{6,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "key_header",
        r"(?i)((?:x-api-key|api-key|private-token|x-auth-token|x-amz-security-token)[\"']?\s{0,3}:\s{0,3}[\"']?)"
        r"(?!\[redacted\])[^\s\"',;]{6,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "bearer",
        r"(?i)((?:\b|(?<=\\[nrt]))bearer\s{1,3})(?=[^\s]{0,200}[0-9])[A-Za-z0-9._~+/=-]{12,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "basic",
        r"((?:\b|(?<=\\[nrt]))[Bb]asic\s{1,3})(?=[^\s]{0,200}[0-9=])[A-Za-z0-9+/_-]{12,}={0,2}",
        rf"\1{REDACTED}",
    ),
    _row(
        "cookie",
        r"(?i)((?:set-)?cookie[\"']?:\s{0,3}[\"']?)(?!\[redacted\])[^\s=\"']{1,128}=[^\r\n\"']{6,4096}",
        rf"\1{REDACTED}",
    ),
    _row(
        "option",
        r"(?i)(--(?:password|passwd|token|secret|api-key)(?:=|\s{1,3})[\"']?)(?![-\[$<{(])[^\s\"']{6,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "user_option",
        r"((?<![\w-])(?:-u|--user)(?:=|\s{1,3})[\"']?[^\s:\"'/]{1,64}:)(?![\[$<{(])[^\s\"']{6,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "url_password",
        r"(://)[^\s/@:\"'<>]{0,256}+:(?!\d{1,5}/)[^\s/@\"'<>]{1,1024}+(?:/[^\s@\"'<>]{0,128}+)?"
        r"(?:@[^\s/@,?#\"'<>]{0,256})*(@)",
        rf"\1{REDACTED}\2",
    ),
    _row("url_token", r"(://)(?!\[redacted\])[A-Za-z0-9_.~%-]{16,1024}(@)", rf"\1{REDACTED}\2"),
    _row(
        "url_parameter",
        r"(?i)([?&](?:access_token|api_?key|token|secret|password|sig|signature|x-amz-signature)=)"
        r"(?!\[redacted\])[^\s&#\"'<>]{6,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "environment",
        rf"({_CAPITALS}[A-Z][A-Z0-9_]{{0,60}}(?:TOKEN|SECRET|PASSWORD|PASSWD|_PASS|_PWD|API_KEY|PRIVATE_KEY|ACCESS_KEY)[\"']?"
        r"(?:=|:\s?)[\"']?)(?![\[$<{(])[^\s\"'`,;]{6,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "named_key",
        rf"({_CAPITALS}[A-Z][A-Z0-9_]{{0,60}}_KEY[\"']?(?:=|:\s?)[\"']?)(?![\[$<{{(])(?=[^\s]{{0,200}}[0-9])"
        r"[^\s\"'`,;]{16,}",
        rf"\1{REDACTED}",
    ),
    _row(
        "assignment",
        r"(?i)((?:password|passwd|passphrase|client_?secret|secret_?key|api_?key|auth_?token|access_?token)"
        r"[\"']?\s{0,3}(?:[:=]|\bis\b)\s{0,3}[\"']?)(?=[^\s\"']{0,200}[0-9])(?=[^\s\"']{0,200}[A-Za-z])"
        r"[A-Za-z0-9!@#$%^&*+/=_~-]{8,}(?![\w(.\[])",
        rf"\1{REDACTED}",
    ),
)
"""Tokens are known by their prefix, not their length: installation tokens of GitHub grew (facts, 2026)."""

SECRET_KEY = re.compile(
    r"(?i)(?:.*[_\W])?(?:token|passwords?|passwd|secrets?|api_?-?key|authorization|private_?-?key|credentials?|cookie)"
)
"""Names of fields whose text is a secret whatever it looks like."""
