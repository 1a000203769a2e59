"""How fields with arguments find their value; every other field is a plain look-up in the record."""

from sourcing.demo.server.resolvers import accounts, contributions, repositories, roots

RESOLVERS = roots.TABLE | accounts.TABLE | repositories.TABLE | contributions.TABLE
