"""Whom the dump is read for: ranked people and experts. Twenty-five million users become tens of thousands."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import polars as pl

TIERS = (2, 3, 4)  # expert, master, grandmaster; 1 says nothing since 2025, 5 is staff, 11 an organisation
# How the dump calls an achievement → how our figures do.
ACHIEVEMENTS = {"Competitions": "competition", "Scripts": "notebook", "Datasets": "dataset", "Discussion": "discussion"}
COLUMNS: Mapping[str, pl.DataType] = {
    "UserId": pl.Int64(),
    "AchievementType": pl.String(),
    "Tier": pl.Int32(),
    "Points": pl.Int64(),
    "CurrentRanking": pl.Int64(),
    "TotalGold": pl.Int32(),
    "TotalSilver": pl.Int32(),
    "TotalBronze": pl.Int32(),
}
KEYS = ("UserId", "Tier")
RANKED = pl.col("CurrentRanking").is_not_null()


def wanted(tier: int) -> pl.Expr:
    """Rows of the ranked, and of people of this tier or above."""
    return RANKED | pl.col("Tier").is_in([each for each in TIERS if each >= tier])


def gather(blocks: Iterable[pl.DataFrame], most: int, count: Callable[[str, int], object]) -> pl.DataFrame:
    """The rows kept, never more than `most` for long: where more qualify, the bar rises, and that is counted."""
    parts: list[pl.DataFrame] = []
    held = 0
    for block in blocks:
        if block.height:
            parts.append(block)
            held += block.height
        if held > most + most // 4:
            parts = [_fitted(pl.concat(parts), most, count)]
            held = parts[0].height
    return _fitted(pl.concat(parts), most, count) if parts else pl.DataFrame(schema=COLUMNS)


def _fitted(rows: pl.DataFrame, most: int, count: Callable[[str, int], object]) -> pl.DataFrame:
    """As few of the lowest as it takes: unranked before ranked, low tiers before high, late ranks before early."""
    if rows.height <= most:
        return rows
    order = rows.sort(["CurrentRanking", "Tier", "UserId"], descending=[False, True, False], nulls_last=True)
    count("over_max_rows", rows.height - most)
    return order.head(most)


def figures_of(rows: pl.DataFrame) -> dict[int, dict[str, float]]:
    """Figures by user of a few rows: rank, points and medals of each kind, zeros left out."""
    found: dict[int, dict[str, float]] = {}
    for user, kind, _tier, points, rank, *medals in rows.select(list(COLUMNS)).iter_rows():
        if (name := ACHIEVEMENTS.get(kind)) is not None:
            found.setdefault(user, {}).update(_figures(name, points, rank, medals))
    return found


def _figures(kind: str, points: int | None, rank: int | None, medals: list[int | None]) -> Iterator[tuple[str, float]]:
    said = {"ranking": rank, "points": points, **dict(zip(("gold", "silver", "bronze"), medals, strict=True))}
    for name, value in said.items():
        if value is not None and value > 0:
            yield f"{kind}_{name}", float(value)
