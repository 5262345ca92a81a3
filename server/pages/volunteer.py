"""One volunteer: roles, phones, open invitations; and adding or changing one."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from server.access.devices import PHONES
from server.ids import new_id
from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.volunteers import ROLES, VOLUNTEERS, role_name
from server.problems import Problem
from server.reports import names, volunteers
from server.reports.search import folded
from server.schema import Connection, Row
from server.seen import having_seen, heads_of
from sync.save import Change, Value
from sync.volunteers import DESK_ROLES, FIELD_ROLES

SHOWN_AFTER_MS = 90 * volunteers.DAY_MS


@dataclass(frozen=True)
class Gathered:
    """A volunteer, what they have, and what the coordinator may do about them."""

    row: Row
    roles: frozenset[str]
    devices: list[volunteers.Device]
    invitations: list[Row]
    people: int
    names: names.Names
    may_act: bool
    may_edit: bool


def gather(db: Connection, desk: Desk, id: str) -> Gathered:
    """Read one volunteer in reach. Raises Problem not_found."""
    row = volunteers.in_reach(db, desk.session.locals, id)
    if row is None:
        raise Problem("not_found")
    open_now = volunteers.open_invitations(db, id, desk.now)
    wanted = {("local", row["local"] or "")} | {
        ("volunteer", one["made_by"] or "") for one in open_now
    }
    count = "SELECT count(*) AS n FROM assignment WHERE volunteer = ?"
    return Gathered(
        row,
        _roles(db, id),
        volunteers.devices(db, id, desk.now - SHOWN_AFTER_MS),
        open_now,
        db.execute(count, (id,)).fetchone()["n"],
        names.names_of(db, wanted, desk.words.language),
        volunteers.may_act_on(db, desk.session, id),
        volunteers.may_edit(db, desk.session, id),
    )


@desk_page
async def one(desk: Desk) -> Response:
    """One volunteer."""
    id = desk.request.path_params["volunteer"]
    found = await desk.read(gather, desk, id)
    desk.note("volunteer.read", [id])
    phones = volunteers.phones_in_use(found.devices)
    t = desk.words
    return await desk.page(
        "volunteer.html",
        "volunteers",
        volunteer=id,
        name_shown=found.row["name"] or t("value.no_name"),
        is_active=bool(found.row["active"]),
        roles=[role_name(desk, role) for role in ROLES if role in found.roles],
        local=found.names.get(("local", found.row["local"] or ""), ""),
        language=t(f"language.{found.row['language']}") if found.row["language"] else "",
        people=found.people,
        devices=[device_shown(desk, id, one) for one in found.devices],
        phones=[device_shown(desk, id, one) for one in phones],
        most=PHONES,
        silent=phones[-1].id if len(phones) >= PHONES else "",
        has_desk=bool(found.roles & {*DESK_ROLES}),
        invitations=[_invitation(desk, found, one) for one in found.invitations],
        may_act=found.may_act,
        may_edit=found.may_edit,
        may_erase=not desk.session.locals,  # a volunteer's work is in every local
    )


@desk_page
async def new(desk: Desk) -> Response:
    """The form for somebody new."""
    blank: dict[str, Value] = {"name": "", "local": None, "active": True}
    return await _form(desk, "", {**blank, "language": desk.words.language}, "", False)


@desk_page
async def add(desk: Desk) -> Response:
    """Make somebody new a volunteer; who has the same name as another is asked about first."""
    form = await desk.form()
    said = _said(desk, form, FIELD_ROLES)
    alike = [] if form.get("anyway") else await desk.read(_alike, desk, str(said["name"]))
    if (flaw := _flaw(desk, said, is_new=True)) or alike:
        return await _form(desk, "", said, flaw, bool(alike), alike)
    id = new_id(desk.now)
    given: dict[str, Value] = {name: value for name, value in said.items() if value}
    receipt = await desk.save([Change("volunteer", id, given)])
    if receipt.verdict != "taken":
        raise Problem("not_found")
    desk.note("role.changed", [id])
    return desk.back(f"{VOLUNTEERS}/{id}#invite", "volunteer_added")


@desk_page
async def edit(desk: Desk) -> Response:
    """The form for somebody known. Roles decide what people see: it asks to sign in afresh."""
    id = desk.request.path_params["volunteer"]
    stands, saw = await desk.read(_stands, desk, id)
    desk.must_be_fresh()
    return await _form(desk, id, stands, "", False, saw=saw)


@desk_page
async def change(desk: Desk) -> Response:
    """Change what was changed in the form, if nobody changed it meanwhile."""
    id = desk.request.path_params["volunteer"]
    desk.must_be_fresh(f"{VOLUNTEERS}/{id}/edit")
    form = await desk.form()
    said = _said(desk, form, volunteers.roles_to_give(desk.session))
    if flaw := _flaw(desk, said, is_new=False):
        stands, saw = await desk.read(_stands, desk, id)
        return await _form(desk, id, {**stands, **said}, flaw, False, saw=saw)
    seen = {str(one) for one in form.getlist("saw")}
    if not _differs(said, (await desk.read(_stands, desk, id))[0]):
        return desk.back(f"{VOLUNTEERS}/{id}", "nothing_entered")

    def prepare(db: Connection) -> list[Change] | None:
        stands, saw = _stands(db, desk, id)
        if seen != {*saw}:
            return None
        return [having_seen(db, Change("volunteer", id, _differs(said, stands)))]

    receipt = await desk.save_unless_changed(prepare)
    if receipt is None:
        return desk.back(f"{VOLUNTEERS}/{id}/edit", "changed_meanwhile")
    desk.note("role.changed", [id])
    return desk.back(f"{VOLUNTEERS}/{id}", "volunteer_changed")


def device_shown(desk: Desk, volunteer: str, device: volunteers.Device) -> told.Shown:
    """Return one device in words."""
    t = desk.words
    return {
        "id": device.id,
        "is_phone": device.kind == "phone",
        "machine": device.label or t(f"machine.{device.kind}"),
        "seen": t.moment(device.seen_at or device.made_at),
        "made": t.moment(device.made_at),
        "app": device.app or "",
        "unsent": device.unsent,
        "revoked": t.moment(device.revoked_at) if device.revoked_at is not None else "",
        "sign_out": f"{VOLUNTEERS}/{volunteer}/sign-out?device={device.id}",
    }


async def _form(
    desk: Desk,
    id: str,
    said: dict[str, Value],
    flaw: str,
    anyway: bool,
    alike: list[tuple[str, str]] | None = None,
    saw: list[str] | None = None,
) -> Response:
    t, session = desk.words, desk.session
    given = volunteers.roles_to_give(session) if id else FIELD_ROLES
    locals_ = await desk.read(desk.offered, "local")
    return await desk.page(
        "volunteer_form.html",
        "volunteers",
        volunteer=id,
        said=said,
        flaw=t(f"volunteer.flaw.{flaw}") if flaw else "",
        anyway=anyway,
        alike=[(f"{VOLUNTEERS}/{one}", name) for one, name in alike or ()],
        saw=saw or [],
        roles=[(role, role_name(desk, role), bool(said.get(f"roles/{role}"))) for role in given],
        locals=[one for one in locals_ if not session.locals or one[0] in session.locals],
        is_bound=bool(session.locals),
        languages_offered=[(one, t(f"language.{one}")) for one in desk.state.settings.languages],
    )


def _said(desk: Desk, form: FormData, roles: tuple[str, ...]) -> dict[str, Value]:
    """Return what a form says, register by register, of the roles it could give."""
    local, language = str(form.get("local", "")), str(form.get("language", ""))
    chosen = {str(role) for role in form.getlist("role")}
    return {
        "name": " ".join(str(form.get("name", "")).split())[:120],
        "language": language if language in desk.state.settings.languages else None,
        "local": local or None,
        "active": form.get("active") == "yes",
        **{f"roles/{role}": role in chosen for role in roles},
    }


def _differs(said: dict[str, Value], stands: dict[str, Value]) -> dict[str, Value]:
    """Return what a form changes; never said and not so are the same."""
    return {
        name: value for name, value in said.items() if (stands.get(name) or None) != (value or None)
    }


def _flaw(desk: Desk, said: dict[str, Value], *, is_new: bool) -> str:
    """Return what is missing in a form, the end of its key in the catalogue; empty when nothing."""
    if not said["name"]:
        return "no_name"
    if is_new and not any(value for name, value in said.items() if name.startswith("roles/")):
        return "no_role"
    bound = desk.session.locals
    return "no_local" if bound and said["local"] not in bound else ""


def _stands(db: Connection, desk: Desk, id: str) -> tuple[dict[str, Value], list[str]]:
    """Return what a volunteer's registers show, and every head of them. Raises Problem."""
    if not volunteers.may_edit(db, desk.session, id):
        raise Problem("not_found")
    row = db.execute("SELECT * FROM volunteer WHERE id = ?", (id,)).fetchone()
    stands: dict[str, Value] = {name: row[name] for name in ("name", "language", "local")}
    stands["active"] = bool(row["active"])
    stands |= {f"roles/{role}": True for role in _roles(db, id)}
    registers = [*stands, *(f"roles/{role}" for role in ROLES)]
    return stands, sorted(heads_of(db, "volunteer", id, registers))


def _roles(db: Connection, volunteer: str) -> frozenset[str]:
    """Return the roles somebody was given, also while not active."""
    query = "SELECT element FROM volunteer_roles WHERE volunteer = ? AND value = 1"
    return frozenset(row["element"] for row in db.execute(query, (volunteer,)))


def _alike(db: Connection, desk: Desk, name: str) -> list[tuple[str, str]]:
    found = volunteers.lines(db, desk.session.locals, desk.now)
    return [(one.id, one.name) for one in found if folded(one.name) == folded(name)]


def _invitation(desk: Desk, found: Gathered, row: Row) -> told.Shown:
    by = found.names.get(("volunteer", row["made_by"] or ""), desk.words("by.server"))
    return {
        "hash": row["hash"],
        "what": desk.words(f"invite.opens.{row['kind']}"),
        "until": desk.words.moment(row["expires_at"]),
        "by": by,
    }


ROUTES = [
    Route(f"{VOLUNTEERS}/new", new, methods=["GET"]),
    Route(f"{VOLUNTEERS}/new", add, methods=["POST"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}", one, methods=["GET"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}/edit", edit, methods=["GET"]),
    Route(f"{VOLUNTEERS}/{{volunteer}}/edit", change, methods=["POST"]),
]
