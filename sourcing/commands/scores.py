"""Commands of judging: score, rank, explain, replay."""

from typing import TYPE_CHECKING, Annotated

import typer

from sourcing.commands._edge import AsJson, LeadName, RoleName, app, clock, say, store_of

if TYPE_CHECKING:
    from sourcing.config import Config
    from storage.store import Store


@app.command()
def score(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Score all leads for the active roles."""
    from sourcing.desk.prepared import prepare
    from sourcing.lock import alone
    from sourcing.nightly import active_roles
    from sourcing.ranking import score as score_all
    from sourcing.reference import reference_of
    from sourcing.show import rest

    with store_of(ctx) as (config, store), alone(config.folder, store):
        done = score_all(store, active_roles(config), now=clock(), reference=reference_of(config))
        prepare(store, active_roles(config), ahead=clock())
    say(done, rest.scored(done), as_json)


@app.command()
def rank(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    limit: Annotated[int, typer.Option(min=1, help="Leads shown.")] = 25,
    section: Annotated[
        str, typer.Option(help="ranked, too_little_evidence, restricted or all.", metavar="SECTION")
    ] = "ranked",
    weights: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COMPONENT=NUMBER", help="Try another weight; nothing is written."),
    ] = None,
    night: Annotated[int | None, typer.Option(min=1, help="The list as that night left it.")] = None,
    balance: Annotated[
        str, typer.Option(metavar="STRATUM", help="Balance the top on region, seniority or source; shows both orders.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the best leads of a role; with --set, what other weights would change."""
    if sum((bool(weights), night is not None, bool(balance))) > 1:
        raise typer.BadParameter("--set, --night and --balance each show another list; give one of them")
    from sourcing.checked_roles import checked_role

    with store_of(ctx) as (config, store):
        name = checked_role(config, role).role
        # What a command does not need is not imported: the plain list is there at once.
        if balance:
            found, text = _balanced(config, store, name, balance, limit)
        elif weights:
            found, text = _tried(config, store, name, weights, limit)
        else:
            found, text = _listed(store, name, section, night, limit)
    say(found, text, as_json)


def _balanced(config: "Config", store: "Store", role: str, balance: str, limit: int) -> tuple[object, str]:
    from sourcing.audits import balanced_list
    from sourcing.show import audits

    slate, names = balanced_list(config, store, role, balance, limit=limit, now=clock())
    return slate, audits.slate(slate, names)


def _tried(config: "Config", store: "Store", role: str, weights: list[str], limit: int) -> tuple[object, str]:
    from scoring.roles import find_role
    from sourcing.reference import reference_of
    from sourcing.show import what_if
    from sourcing.weights import read_weights, tried, with_weights

    saved = find_role(role, config.roles_folder)
    changed = with_weights(saved, read_weights(weights))
    found = tried(store, saved, changed, now=clock(), top=limit, reference=reference_of(config))
    return found, what_if.tried(found, listed=True)


def _listed(store: "Store", role: str, section: str, night: int | None, limit: int) -> tuple[object, str]:
    from sourcing.ranking import listing, read_section
    from sourcing.show import lists

    wanted = read_section(section)
    if night is None:
        rows = listing(store, role, limit=limit, section=wanted)
    else:
        from sourcing.replay import list_of_night

        rows = list_of_night(store, night, role, limit=limit, section=wanted)
    return rows, lists.ranked(rows)


@app.command()
def explain(
    ctx: typer.Context,
    lead: LeadName,
    role: RoleName,
    versus: Annotated[str, typer.Option(metavar="LEAD", help="Another lead: show the terms that differ.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show how a lead's score for a role comes about, line by line, or what makes the difference to another."""
    from sourcing import explaining
    from sourcing.checked_roles import role_of
    from sourcing.reference import reference_of
    from sourcing.show import receipts

    with store_of(ctx) as (config, store):
        profile = role_of(config, role)
        if versus:
            both = explaining.compare_leads(store, profile, lead, versus, reference=reference_of(config), whole=as_json)
            say(both, receipts.versus(both), as_json)
            return
        found = explaining.explain(store, profile, lead, reference=reference_of(config))
    say(found, receipts.explained(found), as_json)


@app.command()
def replay(
    ctx: typer.Context,
    night: Annotated[int, typer.Argument(metavar="NIGHT", help="Number of the night, as `sourcing nights` lists it.")],
    role: Annotated[str | None, typer.Option("--role", metavar="ROLE", help="Only this role's list.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild a past night's lists from what was stored; exit 1 if one is not what it was."""
    from sourcing.replay import replay as rebuilt
    from sourcing.show import receipts

    with store_of(ctx) as (_, store):
        rows = rebuilt(store, night, role)
    say(rows, receipts.replayed(rows), as_json)
    raise typer.Exit(int(not all(row.same for row in rows)))
