"""Every change to accounts. Each is audited in its own transaction, with ids and never with names or addresses."""

from nrm.accounts.actions.invitations import accept_invitation, invite_person, reissue_link
from nrm.accounts.actions.lost_devices import confirm_reset, request_reset, withdraw_reset
from nrm.accounts.actions.organisations import (
    add_organisation,
    add_outside_organisation,
    change_organisation,
    set_organisation_active,
)
from nrm.accounts.actions.passkeys import (
    add_passkey,
    ask_new_passkey,
    ask_passkey,
    remove_passkey,
    rename_passkey,
    use_passkey,
)
from nrm.accounts.actions.people import (
    change_password,
    deactivate,
    end_membership,
    reactivate,
    set_supervision,
    start_membership,
)
from nrm.accounts.actions.pledge import accept_pledge
from nrm.accounts.actions.second_factor import (
    confirm_enrolment,
    make_backup_codes,
    prove,
    prove_password,
    start_enrolment,
    use_backup_code,
    use_code,
)
from nrm.accounts.actions.sessions import end_session, end_sessions_of, sign_out, switch_membership
from nrm.accounts.actions.sign_in import accept_passkey, accept_password, accept_second_factor

__all__ = [
    "accept_invitation",
    "accept_passkey",
    "accept_password",
    "accept_pledge",
    "accept_second_factor",
    "add_organisation",
    "add_outside_organisation",
    "add_passkey",
    "ask_new_passkey",
    "ask_passkey",
    "change_organisation",
    "change_password",
    "confirm_enrolment",
    "confirm_reset",
    "deactivate",
    "end_membership",
    "end_session",
    "end_sessions_of",
    "invite_person",
    "make_backup_codes",
    "prove",
    "prove_password",
    "reactivate",
    "reissue_link",
    "remove_passkey",
    "rename_passkey",
    "request_reset",
    "set_organisation_active",
    "set_supervision",
    "sign_out",
    "start_enrolment",
    "start_membership",
    "switch_membership",
    "use_backup_code",
    "use_code",
    "use_passkey",
    "withdraw_reset",
]
