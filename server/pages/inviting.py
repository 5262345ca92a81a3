"""Inviting a volunteer (a code on the screen, a link, letters to type) and signing a phone out."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.access import audit, invitations
from server.access.codes import in_groups
from server.access.devices import revoke
from server.ledger.facts import roles_of
from server.pages.desk import Desk, desk_page
from server.pages.qr import qr
from server.pages.volunteer import device_shown
from server.pages.volunteers import VOLUNTEERS
from server.problems import Problem
from server.reports import volunteers
from server.schema import Connection
from sync.volunteers import DESK_ROLES

LASTS_MS = {"here": invitations.IN_PERSON_MS, "away": invitations.DAY_MS}
WHO = """
SELECT volunteer.name, device.label FROM volunteer LEFT JOIN device ON device.id = ?
WHERE volunteer.id = ?
"""


@dataclass(frozen=True)
class Made:
    """An invitation while its token is known: on the page that made it and never again."""

    name: str
    token: str
    code: str


@desk_page
async def invite(desk: Desk) -> Response:
    """Make an invitation and show it, this once."""
    id = desk.request.path_params["volunteer"]
    form = await desk.form()
    way = "away" if form.get("way") == "away" else "here"
    kind = "desk" if form.get("kind") == "desk" else "phone"
    replaces = str(form.get("replaces", "")) or None
    sits_at_desk = await desk.read(_sits_at_desk, desk, id)
    # Also of one's own: a link to the desk is what a fresh sign-in can be confirmed with.
    if replaces or sits_at_desk:
        desk.must_be_fresh(f"{VOLUNTEERS}/{id}")
    lasts_ms, secret = LASTS_MS[way], desk.state.secret

    def job(db: Connection) -> Made:
        row = volunteers.in_reach(db, desk.session.locals, id)
        if row is None or not row["active"] or not volunteers.may_act_on(db, desk.session, id):
            raise Problem("not_found")
        if kind == "desk" and not sits_at_desk:
            raise Problem("not_found")
        known = {one.id for one in volunteers.phones_in_use(volunteers.devices(db, id, desk.now))}
        if replaces and replaces not in known:
            raise Problem("not_found")
        token = invitations.invite(
            *(db, secret, id, kind, desk.now, lasts_ms),
            by=desk.session.volunteer,
            replaces=replaces,
        )
        code = invitations.code_for(db, secret, token, desk.now)
        audit.note(db, desk.who, "volunteer.invited", [id], desk.now)
        return Made(row["name"] or "", token, code)

    made = await desk.state.writer.run(job)
    address = invitations.link(desk.state.settings.url, kind, made.token)
    t = desk.words
    return await desk.page(
        "invite.html",
        "volunteers",
        volunteer=id,
        name_shown=made.name or t("value.no_name"),
        way=way,
        kind=kind,
        address=address,
        short_address=f"{desk.state.settings.url}{'/desk' if kind == 'desk' else ''}/join",
        qr=qr(address),
        code=in_groups(made.code),
        until=t.moment(desk.now + lasts_ms),
        watch=f"/desk/invitations/{invitations.hash_of(made.token)}",
    )


@desk_page
async def shown_once(desk: Desk) -> Response:
    """Whoever comes back to an invitation's address, as after switching the language."""
    return desk.back(f"{VOLUNTEERS}/{desk.request.path_params['volunteer']}", "")


@desk_page
async def state(desk: Desk) -> Response:
    """What became of an invitation, for the page that shows it."""
    hash = desk.request.path_params["hash"]

    def look(db: Connection) -> tuple[str, str, str]:
        row = db.execute("SELECT * FROM invitation WHERE hash = ?", (hash,)).fetchone()
        if row is None or not volunteers.may_act_on(db, desk.session, row["volunteer"]):
            raise Problem("not_found")
        who = db.execute(WHO, (row["device"], row["volunteer"])).fetchone()
        if row["used_at"] is not None:
            machine = who["label"] or desk.words(f"machine.{row['kind']}")
            return "used", who["name"] or "", machine
        is_over = row["withdrawn_at"] is not None or row["expires_at"] < desk.now
        return ("over" if is_over else "open"), who["name"] or "", ""

    what, name, machine = await desk.read(look)
    t, said = desk.words, ""
    if what == "used":
        said = t("invite.used", name=name, machine=machine)
    if what == "over":
        said = t("invite.over")
    return JSONResponse({"state": what, "said": said}, headers={"Cache-Control": "no-store"})


@desk_page
async def withdraw(desk: Desk) -> Response:
    """Take an open invitation back."""
    id, form = desk.request.path_params["volunteer"], await desk.form()

    def job(db: Connection) -> None:
        if not volunteers.may_act_on(db, desk.session, id):
            raise Problem("not_found")
        invitations.withdraw(db, id, str(form.get("hash", "")), desk.now)
        audit.note(db, desk.who, "invitation.withdrawn", [id], desk.now)

    await desk.state.writer.run(job)
    return desk.back(f"{VOLUNTEERS}/{id}", "invitation_withdrawn")


@desk_page
async def ask_sign_out(desk: Desk) -> Response:
    """What signing a device out will do, before it is done."""
    id, device = desk.request.path_params["volunteer"], desk.asked("device")
    found, name = await desk.read(_device, desk, id, device)
    desk.must_be_fresh()
    return await desk.page(
        "sign_out_device.html",
        "volunteers",
        volunteer=id,
        name_shown=name,
        device=device_shown(desk, id, found),
    )


@desk_page
async def sign_out(desk: Desk) -> Response:
    """Sign a device out. What it has not sent is still taken, and waits under Review."""
    id, form = desk.request.path_params["volunteer"], await desk.form()
    device = str(form.get("device", ""))
    desk.must_be_fresh(f"{VOLUNTEERS}/{id}")

    def job(db: Connection) -> None:
        _device(db, desk, id, device)
        revoke(db, device, desk.now)
        audit.note(db, desk.who, "signed_out", [device], desk.now)

    await desk.state.writer.run(job)
    return desk.back(f"{VOLUNTEERS}/{id}", "device_signed_out")


def _sits_at_desk(db: Connection, desk: Desk, id: str) -> bool:
    if not volunteers.may_act_on(db, desk.session, id):
        raise Problem("not_found")
    return bool(roles_of(db, id) & {*DESK_ROLES})


def _device(db: Connection, desk: Desk, id: str, device: str) -> tuple[volunteers.Device, str]:
    row = volunteers.in_reach(db, desk.session.locals, id)
    if row is None or not volunteers.may_act_on(db, desk.session, id):
        raise Problem("not_found")
    for one in volunteers.devices(db, id, desk.now):
        if one.id == device and one.revoked_at is None:
            return one, row["name"] or desk.words("value.no_name")
    raise Problem("not_found")


ROUTES = [
    Route(f"{VOLUNTEERS}/{{volunteer}}/invite", shown_once, methods=["GET"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}/invite", invite, methods=["POST"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}/withdraw", withdraw, methods=["POST"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}/sign-out", ask_sign_out, methods=["GET"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}/sign-out", sign_out, methods=["POST"]),
    Route("/desk/invitations/{hash}", state, methods=["GET"]),
]
