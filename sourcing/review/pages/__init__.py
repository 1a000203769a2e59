"""The pages, one module each: a `router`, HTML under its own path and the same facts as JSON under /api."""

from sourcing.review.pages import inbox, market, nights, person, ranking, rights, same, sign_in, users, weights
from sourcing.review.state import Place

PAGES = (sign_in, same, inbox, person, ranking, weights, market, nights, rights, users)
PLACES = (
    Place("Inbox", "/inbox"),
    Place("Ranking", "/ranking"),
    Place("Search", "/search"),
    Place("Weights", "/weights"),
    Place("Same person?", "/same"),
    Place("Market", "/market"),
    Place("Nights", "/nights"),
    Place("Rights", "/rights"),
    Place("Users", "/users"),
)
