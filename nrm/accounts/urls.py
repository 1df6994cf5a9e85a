"""Addresses of the doors, of one's own account and of the administration."""

from django.urls import path

from nrm.accounts.views import account, administration, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-in/backup-code/", sign_in.sign_in_backup_code, name="sign_in_backup_code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("invitation/", sign_in.choose_password, name="choose_password"),
    path("invitation/<str:token>/", sign_in.invitation, name="invitation"),
    path("membership/", sign_in.memberships, name="memberships"),
    path("membership/switch/", sign_in.switch_membership, name="switch_membership"),
    path("second-factor/", account.enrol, name="enrol"),
    path("second-factor/done/", account.onward_from_codes, name="enrolled"),
    path("second-factor/backup-codes/", account.backup_codes, name="backup_codes"),
    path("account/", account.account, name="account"),
    path("account/activity/", account.activity, name="activity"),
    path("account/code-of-conduct/", account.pledge, name="pledge"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/", account.sessions, name="sessions"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:session_id>/end/", account.end_session, name="end_session"),
    path("administration/people/", administration.people, name="people"),
    path("administration/people/invite/", administration.invite, name="invite"),
    path("administration/people/<uuid:user_id>/", administration.person, name="person"),
    path("administration/people/<uuid:user_id>/link/", administration.reissue_link, name="reissue_link"),
    path("administration/people/<uuid:user_id>/role/", administration.start_membership, name="start_membership"),
    path(
        "administration/people/<uuid:user_id>/role/<uuid:membership_id>/end/",
        administration.end_membership,
        name="end_membership",
    ),
    path("administration/people/<uuid:user_id>/deactivate/", administration.deactivate, name="deactivate"),
    path("administration/people/<uuid:user_id>/reactivate/", administration.reactivate, name="reactivate"),
    path("administration/people/<uuid:user_id>/end-sessions/", administration.end_sessions, name="end_sessions"),
    path("administration/people/<uuid:user_id>/lost-device/", administration.request_reset, name="request_reset"),
    path("administration/organisations/", administration.organisations, name="organisations"),
    path("administration/organisations/add/", administration.add_organisation, name="add_organisation"),
    path("administration/organisations/<uuid:organisation_id>/", administration.organisation, name="organisation"),
    path(
        "administration/organisations/<uuid:organisation_id>/close/",
        administration.close_organisation,
        name="close_organisation",
    ),
    path(
        "administration/organisations/<uuid:organisation_id>/reopen/",
        administration.reopen_organisation,
        name="reopen_organisation",
    ),
    path("administration/lost-devices/", administration.lost_devices, name="lost_devices"),
    path("administration/lost-devices/<uuid:reset_id>/confirm/", administration.confirm_reset, name="confirm_reset"),
    path("administration/lost-devices/<uuid:reset_id>/withdraw/", administration.withdraw_reset, name="withdraw_reset"),
]
