"""docs/keys.md names every key, every algorithm and every constant as the code has them, and nothing that is gone."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.signing import Signer

from nrm.accounts.factors import TotpDevice
from nrm.accounts.passwords import GOOD_ENOUGH, PinnedArgon2
from nrm.vault import blind_index, classification, sealing, shares
from nrm.vault.classification import FieldClass

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")

#: Distributions and modules with something cryptographic in them; of `os` only the random bytes.
IMPORTED_FROM = (
    "cryptography",
    "argon2",
    "shamir_mnemonic",
    "webauthn",
    "django_otp.oath",
    "django.utils.crypto",
    "django.contrib.auth.hashers",
    "django.core.signing",
    "hashlib",
    "hmac",
    "secrets",
)
CALLED_ON = {"hashlib", "hmac", "secrets", "webauthn", "os"}
#: Not of the service in production: invented people, and the database server of a checkout.
ELSEWHERE = ("nrm/desk/demo/", "nrm/localdb/")
#: Numbers in those modules that are about paper and pages.
NOT_CRYPTOGRAPHIC = {
    "nrm.accounts.actions.second_factor.GROUP",
    "nrm.accounts.selectors.PAGE",
    "nrm.accounts.selectors.SECRET_GROUP",
    "nrm.lib.codes.GROUP",
    "nrm.referrals.outside.secrets.GROUP",
    "nrm.vault.shares.COLUMNS",
    "nrm.web.errors.RETRY_AFTER",
    "nrm.vault.shares.WIDTH",
}


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def modules() -> Iterator[Path]:
    for path in sorted(ROOT.glob("nrm/**/*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "/migrations/" not in name and not name.startswith(ELSEWHERE):
            yield path


def primitives(path: Path) -> set[str]:
    """What a module takes from those libraries, but for their exceptions."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imports = (node for node in nodes if isinstance(node, ast.ImportFrom) and node.module)
    taken = {
        alias.name
        for node in imports
        for alias in node.names
        if any(f"{node.module}.".startswith(f"{origin}.") for origin in IMPORTED_FROM)
    }
    called = {
        f"{node.value.id}.{node.attr}"
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in CALLED_ON
    }
    relevant = {name for name in called if not name.startswith("os.") or name == "os.urandom"}
    return {name for name in taken | relevant if not re.match(r"Invalid|.*(Error|Exception)$", name)}


IN_CODE = {path.relative_to(ROOT).as_posix(): found for path in modules() if (found := primitives(path))}


def constants(path: str) -> Iterator[str]:
    """Numbers and bytes that a module, or a class in it, names in capitals."""
    dotted = path.removesuffix(".py").replace("/", ".")
    module = importlib.import_module(dotted)
    owners = [(dotted, module), *((f"{dotted}.{n}", c) for n, c in vars(module).items() if is_own_class(c, dotted))]
    for name, owner in owners:
        for key, value in vars(owner).items():
            if key.isupper() and isinstance(value, int | bytes) and assigns(path, key):
                yield f"{name}.{key}"


def is_own_class(value: object, module: str) -> bool:
    return isinstance(value, type) and value.__module__ == module


def assigns(path: str, name: str) -> bool:
    """Here, and not imported from elsewhere."""
    return (
        re.search(rf"^(    )?(\w+, )*{name}\b.*=", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def value_of(dotted: str) -> object:
    parts = dotted.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise AssertionError(f"{dotted} is nowhere")


def shown(value: object) -> str:
    if isinstance(value, bytes):
        return f'"{value.decode()}"' if value.isascii() else value.hex()
    return str(value)


def test_c8_every_secret_of_the_settings_is_listed() -> None:
    names = re.findall(r'secret\("(\w+)"', (ROOT / "nrm" / "settings.py").read_text(encoding="utf-8"))
    assert len(names) >= 4
    assert [name for name in names if f"`{name}`" not in section("Keys")] == []


def test_c8_every_column_with_a_secret_is_listed() -> None:
    secret = {
        f"{label}.{column}"
        for label, columns in classification.load().items()
        for column, kind in columns.items()
        if kind is FieldClass.SECRET
    }
    assert secret == set(re.findall(r"`(\w+\.\w+\.\w+)`", section("Keys")))


def test_c8_of_every_key_everything_is_said() -> None:
    assert [row[0] for row in rows("Keys") if len(row) != 7 or not all(row)] == []


def test_c8_every_module_with_cryptography_is_listed_with_what_it_uses() -> None:
    listed = {row[2].strip("`"): set(re.findall(r"`([\w.]+)`", row[3])) for row in rows("Algorithms") if row[3]}
    assert listed == IN_CODE


def test_c8_every_constant_has_the_value_of_the_code() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in rows("Constants")}
    assert listed == {name: shown(value_of(name)) for name in listed}


def test_c8_no_constant_is_missing() -> None:
    listed = {row[0].strip("`") for row in rows("Constants")}
    in_code = {name for path in IN_CODE for name in constants(path)}
    assert in_code - listed - NOT_CRYPTOGRAPHIC == set()
    assert listed <= in_code


def test_c8_sealing_is_as_described() -> None:
    assert "AES-256-GCM, random 96-bit nonce, 128-bit tag" in PAGE
    assert (sealing.KEY_BYTES * 8, sealing.NONCE_BYTES * 8, sealing.TAG_BYTES * 8) == (256, 96, 128)
    assert len(AESGCM(b"k" * sealing.KEY_BYTES).encrypt(b"n" * sealing.NONCE_BYTES, b"", None)) == sealing.TAG_BYTES


def test_c8_the_index_is_as_described() -> None:
    assert f"HMAC-SHA256 cut to {blind_index.DIGEST_BYTES * 8} bits" in PAGE


def test_c8_passwords_are_as_described(pinned_argon2: dict[str, int]) -> None:
    memory = pinned_argon2["memory_cost"] // 1024
    passes, lanes = pinned_argon2["time_cost"], pinned_argon2["parallelism"]
    assert PinnedArgon2.algorithm == "argon2"
    assert settings.PASSWORD_HASHERS == ["nrm.accounts.passwords.PinnedArgon2"]
    assert f"Argon2id, {memory} MiB, {passes} passes, {lanes} lanes; zxcvbn {GOOD_ENOUGH} of 4 or better" in PAGE


def test_c8_one_time_codes_are_as_described() -> None:
    assert (TotpDevice.STEP_SECONDS, TotpDevice.TOLERANCE) == (30, 1)
    assert "six digits, 30 seconds, one step of tolerance, each code once" in PAGE


def test_c8_sessions_and_forms_are_signed_as_described() -> None:
    assert Signer(key="k").algorithm == "sha256"
    assert "| sessions, tokens of forms | random keys; HMAC-SHA256 | Django | |" in PAGE


def test_c8_shares_of_a_key_have_the_words_that_are_said() -> None:
    key = bytes(sealing.KEY_BYTES)
    sheet = shares.divide(sealing.KeyRing((("k", key),)), of=2, needed=2)[0]
    assert [len(words) for _name, words in sheet.shares] == [shares.WORDS]


def test_every_place_that_is_named_exists() -> None:
    places = re.findall(r"`(nrm/[\w/.]+)`", PAGE)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("page", ["docs/threat-model.md"])
def test_the_threat_model_stays_readable(page: str) -> None:
    assert len((ROOT / page).read_text(encoding="utf-8").splitlines()) <= 120
