"""One's own page: where one is signed in, and the passkeys that sign in again."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.access import passkeys, sessions
from server.access.devices import drop_cookie
from server.pages.desk import Desk, desk_page
from server.pages.told import Shown
from server.problems import Problem
from server.schema import Connection, Row

ME = "/desk/me"
CLEAR = '"cache"'  # not "storage", nor "cookies": a phone's unsent work may live at this address


@desk_page
async def me(desk: Desk) -> Response:
    """Own passkeys and devices."""
    devices, keys = await desk.read(_gather, desk)
    return await desk.page(
        "me.html",
        "me",
        devices=[_device(desk, row) for row in devices],
        passkeys=[_passkey(desk, row) for row in keys],
        may_add=desk.state.settings.relying_party is not None,
        is_full=len(keys) >= passkeys.MOST_EACH,
        days=sessions.IDLE_MS // sessions.DAY_MS,
        longest=sessions.LONGEST_MS // sessions.DAY_MS,
    )


@desk_page
async def passkey(desk: Desk) -> Response:
    """The page on which a passkey is made."""
    desk.must_be_fresh()
    if desk.state.settings.relying_party is None:
        raise Problem("no_passkeys_here")
    browser = sessions.name_of(desk.request.headers.get("user-agent", ""))
    return await desk.page("passkey.html", "me", name=browser, most=passkeys.MOST_NAME)


@desk_page
async def remove(desk: Desk) -> Response:
    """Remove a passkey; whoever took one over shall not remove the others."""
    desk.must_be_fresh(ME)
    id = str((await desk.form()).get("id", ""))
    if not await desk.state.writer.run(lambda db: passkeys.remove(db, desk.who, id, desk.now)):
        raise Problem("not_found")
    return desk.back(ME, "passkey_removed")


@desk_page
async def end(desk: Desk) -> Response:
    """End one of one's devices. Needs nothing fresh: it must be quick, and only takes away."""
    id, owner = str((await desk.form()).get("device", "")), desk.session.volunteer
    if not await desk.state.writer.run(lambda db: sessions.end(db, owner, id, desk.now)):
        raise Problem("not_found")
    return signed_out(desk) if id == desk.session.device["id"] else desk.back(ME, "device_ended")


@desk_page
async def end_all(desk: Desk) -> Response:
    """Sign out everywhere; phones only when asked for."""
    also_phones = (await desk.form()).get("phones") == "yes"
    owner = desk.session.volunteer
    await desk.state.writer.run(
        lambda db: sessions.end_all(db, owner, desk.now, also_phones=also_phones)
    )
    return signed_out(desk)


@desk_page
async def sign_out(desk: Desk) -> Response:
    """End this desk's session at once."""
    id, owner = desk.session.device["id"], desk.session.volunteer
    await desk.state.writer.run(lambda db: sessions.end(db, owner, id, desk.now))
    return signed_out(desk)


def signed_out(desk: Desk) -> Response:
    """Return the way out of a session that has ended: nothing of it stays in the browser."""
    headers = {"Cache-Control": "no-store", "Clear-Site-Data": CLEAR}
    response = RedirectResponse("/desk/join", 303, headers=headers)
    drop_cookie(response, desk.state.settings, "desk")
    return response


def _gather(db: Connection, desk: Desk) -> tuple[list[Row], list[Row]]:
    owner = desk.session.volunteer
    return sessions.devices_of(db, owner, desk.now), passkeys.passkeys_of(db, owner)


def _device(desk: Desk, row: Row) -> Shown:
    t = desk.words
    return {
        "id": row["id"],
        "name": row["label"] or t(f"machine.{row['kind']}"),
        "is_here": row["id"] == desk.session.device["id"],
        "is_phone": row["kind"] == "phone",
        "made": t.moment(row["made_at"]),
        "seen": t.moment(row["seen_at"] or row["made_at"]),
    }


def _passkey(desk: Desk, row: Row) -> Shown:
    t = desk.words
    return {
        "id": row["id"],
        "name": row["name"],
        "made": t.moment(row["made_at"]),
        "used": t.moment(row["used_at"]) if row["used_at"] else "",
        "is_copied": row["copied_at"] is not None,
    }


ROUTES = [
    Route(ME, me, methods=["GET"]),
    Route(f"{ME}/passkey", passkey, methods=["GET"]),
    Route(f"{ME}/passkey/remove", remove, methods=["POST"]),
    Route(f"{ME}/end", end, methods=["POST"]),
    Route(f"{ME}/end-all", end_all, methods=["POST"]),
    Route("/desk/sign-out", sign_out, methods=["POST"]),
]
