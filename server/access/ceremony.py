"""What a browser is asked when a passkey is made or used, and whether its answer is true.

An answer is checked by py_webauthn against what is configured, never against what a request says
of itself: the address people reach this server by, and our own challenge. Import this when it is
needed: it takes longer to load than half of the server.
"""

from typing import Any

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.access.passkeys import Made, NewPasskey, UsedPasskey
from server.config import RelyingParty
from server.problems import Problem
from server.schema import Row


def ask_to_make(
    party: RelyingParty, challenge: bytes, volunteer: str, name: str, there: list[str]
) -> dict[str, Any]:
    """Return what the browser needs to make a passkey; devices that have one of `there` refuse."""
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=volunteer.encode(),
        user_name=name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(id)) for id in there],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json_dict(options)


def ask_to_sign(party: RelyingParty, challenge: bytes, among: list[str]) -> dict[str, Any]:
    """Return what the browser needs for a signature: by one of `among`, or any if there is none."""
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(id)) for id in among],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def challenge_in(answer: NewPasskey | UsedPasskey) -> bytes:
    """Return the challenge that an answer says it signed. Raises Problem passkey_refused."""
    try:
        return parse_client_data_json(
            base64url_to_bytes(answer.response.client_data_json)
        ).challenge
    except Exception as problem:
        raise Problem("passkey_refused") from problem


def made(party: RelyingParty, answer: NewPasskey, challenge: bytes) -> Made:
    """Return a new passkey once its answer is checked. Raises Problem passkey_refused."""
    try:
        found = verify_registration_response(
            credential=msgspec.to_builtins(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    # What a stranger sends goes through CBOR and X.509 here: whatever it raises, it is refused.
    except Exception as problem:
        raise Problem("passkey_refused") from problem
    id = bytes_to_base64url(found.credential_id)
    return Made(id, found.credential_public_key, found.sign_count)


def signed(party: RelyingParty, answer: UsedPasskey, challenge: bytes, passkey: Row) -> int:
    """Return a passkey's counter once its signature is checked. Raises Problem passkey_refused.

    The counter is judged by `used`: a copy is to be told from a signature that does not fit.
    """
    handle = answer.response.user_handle
    if handle is not None and handle != bytes_to_base64url(passkey["volunteer"].encode()):
        raise Problem("passkey_refused")
    try:
        found = verify_authentication_response(
            credential=msgspec.to_builtins(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey["public_key"],
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as problem:
        raise Problem("passkey_refused") from problem
    return found.new_sign_count
