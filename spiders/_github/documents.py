"""Every GraphQL document the spider can send. All are checked against GitHub's published schema in tests/real.

E-mail, pronouns and pictures are never asked for. Costs follow the published formula: the requests needed to
fill every connection, divided by 100.
"""

RATE = "rateLimit { cost limit remaining used resetAt nodeCount }"

# Two points for a hundred people: is anything new, and enough to decide whom to read in full.
_LOOK = """fragment Look on User {
  databaseId id login name bio company location isHireable createdAt updatedAt
  followers { totalCount }
  repositories(first: 1, ownerAffiliations: [OWNER], isFork: false, privacy: PUBLIC,
               orderBy: {field: PUSHED_AT, direction: DESC}) { totalCount nodes { pushedAt } }
}"""
PROBE = f"query Probe($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename ... on User {{ ...Look }} }} {RATE} }}\n{_LOOK}"

_PROFILE = """fragment Profile on User {
  databaseId id login name bio company location websiteUrl twitterUsername isHireable createdAt updatedAt
  status { message indicatesLimitedAvailability }
  followers { totalCount }
  socialAccounts(first: 10) { nodes { provider url displayName } }
  pinnedItems(first: 6, types: [REPOSITORY]) { nodes { ... on Repository { databaseId } } }
  pullRequests(states: MERGED) { totalCount }
  repositories(first: 30, ownerAffiliations: [OWNER], isFork: false, privacy: PUBLIC,
               orderBy: {field: STARGAZERS, direction: DESC}) {
    totalCount
    nodes {
      databaseId name nameWithOwner url description isArchived isFork createdAt pushedAt stargazerCount forkCount
      primaryLanguage { name }
      languages(first: 10, orderBy: {field: SIZE, direction: DESC}) { edges { size node { name } } }
      repositoryTopics(first: 20) { nodes { topic { name } } }
      licenseInfo { spdxId }
    }
  }
  showcase: repositories(first: 5, ownerAffiliations: [OWNER], isFork: false, privacy: PUBLIC,
                         orderBy: {field: STARGAZERS, direction: DESC}) {
    nodes {
      databaseId
      tree: object(expression: "HEAD:") { ... on Tree { entries { name type } } }
      workflows: object(expression: "HEAD:.github/workflows") { ... on Tree { entries { name } } }
      requirements: object(expression: "HEAD:requirements.txt") { ... on Blob { text isTruncated } }
      project: object(expression: "HEAD:pyproject.toml") { ... on Blob { text isTruncated } }
      releases(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { publishedAt } }
    }
  }
}"""

_REPOSITORY = """repository {
      databaseId nameWithOwner url description isFork isPrivate stargazerCount
      owner { login }
      primaryLanguage { name }
      repositoryTopics(first: 10) { nodes { topic { name } } }
    }"""


def _worked_on(order: str) -> str:
    latest = f"contributions(first: 1, orderBy: {order}) {{ totalCount nodes {{ occurredAt }} }}"
    return f"(maxRepositories: 10) {{\n    {_REPOSITORY}\n    {latest}\n  }}"


_CONTRIBUTIONS = f"""fragment Contributions on ContributionsCollection {{
  totalCommitContributions totalPullRequestContributions totalPullRequestReviewContributions
  totalIssueContributions restrictedContributionsCount
  commitContributionsByRepository{_worked_on("{field: OCCURRED_AT, direction: DESC}")}
  pullRequestContributionsByRepository{_worked_on("{direction: DESC}")}
  pullRequestReviewContributionsByRepository{_worked_on("{direction: DESC}")}
}}"""


def profiles(count: int) -> str:
    """Full profiles of `count` people: ids in $i0…, logins in $l0… (for the profile README)."""
    variables = ", ".join(f"$i{n}: ID!, $l{n}: String!" for n in range(count))
    people = "\n".join(
        f"  u{n}: node(id: $i{n}) {{ ... on User {{ ...Profile readme: repository(name: $l{n}) {{ "
        f'object(expression: "HEAD:README.md") {{ ... on Blob {{ text isTruncated }} }} }} }} }}'
        for n in range(count)
    )
    return f"query Profiles({variables}) {{\n{people}\n  {RATE}\n}}\n{_PROFILE}"


def lookup(count: int) -> str:
    """The same look at `count` people of whom only the login is known: $l0…; NOT_FOUND for who is not there."""
    variables = ", ".join(f"$l{n}: String!" for n in range(count))
    people = "\n".join(f"  u{n}: user(login: $l{n}) {{ ...Look }}" for n in range(count))
    return f"query Lookup({variables}) {{\n{people}\n  {RATE}\n}}\n{_LOOK}"


def contributions(count: int) -> str:
    """Contributions of `count` people in windows of at most a year: ids in $i0…, windows in $f0…, $t0…."""
    variables = ", ".join(f"$i{n}: ID!, $f{n}: DateTime!, $t{n}: DateTime!" for n in range(count))
    people = "\n".join(
        f"  u{n}: node(id: $i{n}) {{ ... on User {{ databaseId "
        f"contributionsCollection(from: $f{n}, to: $t{n}) {{ ...Contributions }} }} }}"
        for n in range(count)
    )
    return f"query Contributions({variables}) {{\n{people}\n  {RATE}\n}}\n{_CONTRIBUTIONS}"


def merged_changes(count: int) -> str:
    """Latest merged pull requests of `count` repositories: $o0 owner, $n0 name, $a0 cursor."""
    variables = ", ".join(f"$o{n}: String!, $n{n}: String!, $a{n}: String" for n in range(count))
    repositories = "\n".join(
        f"""  r{n}: repository(owner: $o{n}, name: $n{n}) {{
    databaseId nameWithOwner url description stargazerCount
    primaryLanguage {{ name }}
    repositoryTopics(first: 10) {{ nodes {{ topic {{ name }} }} }}
    pullRequests(states: MERGED, first: 100, after: $a{n}, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        databaseId title url mergedAt updatedAt changedFiles additions deletions
        author {{ __typename login ... on User {{ databaseId id }} }}
      }}
    }}
  }}"""
        for n in range(count)
    )
    return f"query MergedChanges({variables}) {{\n{repositories}\n  {RATE}\n}}"


def points(*, probes: int = 0, profiles: int = 0, contributions: int = 0, repositories: int = 0) -> int:
    """Points a document costs by the published formula (connections / 100, at least 1)."""
    connections = probes * 2 + profiles * (5 + 30 * 2 + 5) + contributions * 60 + repositories * 1
    return max(1, round(connections / 100))
